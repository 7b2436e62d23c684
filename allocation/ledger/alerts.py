"""红橙黄预警: who is behind which threshold, by how much money."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from allocation.ledger.alert_settings import COLOURS, RATES

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    import pandas as pd

    from allocation.ledger.alert_settings import Alerts, Threshold

COLUMNS = (
    *("recipient", "level", "measure", "threshold", "at_stake", "numerator", "denominator"),
    *("limit", "days"),
)


class Facts(NamedTuple):
    """What warnings are made from, all of the same day and year.

    Parameters
    ----------
    utilisation
        By recipient, as :func:`~allocation.ledger.utilisation.utilisation_table`.
    idle
        As :func:`~allocation.ledger.ageing.ageing`.
    carried
        As :func:`~allocation.ledger.carried.carried_over`.
    elapsed
        序时进度.
    """

    utilisation: pd.DataFrame
    idle: pd.DataFrame
    carried: pd.DataFrame
    elapsed: Fraction


def alerts(facts: Facts, settings: Alerts, as_of: date, year: int) -> pd.DataFrame:
    """Return the warnings: of each measure the worst that a recipient has.

    Returns
    -------
    pandas.DataFrame
        ``recipient`` (code), ``level`` (``COLOURS``), ``measure``, ``threshold`` (its position in
        the settings), ``at_stake`` (int64 fen: missing to the limit, or idle), ``numerator``,
        ``denominator`` (Int64 fen) and ``limit`` (Fraction) of a rate, ``days`` (Int64) of the
        oldest money or to the next surplus. The worst level first, then by money.
    """
    import pandas as pd

    parts = [
        _crossed(threshold, facts).assign(
            level=threshold.level, measure=threshold.measure, threshold=at
        )
        for at, threshold in enumerate(settings.threshold)
        if _counts(threshold, as_of, year)
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    found = pd.concat([_typed(part) for part in parts], ignore_index=True)
    found["rank"] = found["level"].map({colour: at for at, colour in enumerate(COLOURS)})
    found = found.sort_values(
        ["rank", "at_stake", "recipient"], ascending=[True, False, True], kind="stable"
    )
    found = found.drop_duplicates(["recipient", "measure"])
    return found[list(COLUMNS)].reset_index(drop=True)


def _counts(threshold: Threshold, as_of: date, year: int) -> bool:
    """Return whether the threshold counts on that day; a year that is over counts as its end."""
    day = as_of.strftime("%m-%d") if as_of.year == year else "12-31"
    return (threshold.since or day) <= day <= (threshold.until or day)


def _crossed(threshold: Threshold, facts: Facts) -> pd.DataFrame:
    if threshold.measure in RATES:
        return _behind(threshold, facts)
    rows = _overdue(threshold, facts)
    days = rows.groupby("recipient")["days"].max()
    if threshold.measure == "near_surplus":
        days = rows.groupby("recipient")["days"].min()
    amount = rows.groupby("recipient")["amount"].sum()
    found = amount.rename("at_stake").reset_index().assign(days=days.to_numpy())
    return found[found["at_stake"] >= max(threshold.least, 1)]


def _overdue(threshold: Threshold, facts: Facts) -> pd.DataFrame:
    """Return the money that is idle long enough, or due soon enough."""
    assert threshold.days is not None, "the settings were checked"
    if threshold.measure == "near_surplus":
        rows = facts.carried[facts.carried["stage"] != "this_year"]
        rows = rows[rows["days_left"].le(threshold.days).fillna(value=False)]
        return rows.assign(amount=rows["unspent"], days=rows["days_left"])
    state = threshold.measure.removeprefix("idle_")
    rows = facts.idle[facts.idle["state"] == state]
    return rows[rows["days"] >= threshold.days]


def _behind(threshold: Threshold, facts: Facts) -> pd.DataFrame:
    """Return whose rate is on the wrong side of the limit, and the money missing to it."""
    assert threshold.share is not None, "the settings were checked"
    table = facts.utilisation
    part, whole = "spent", "denominator"
    if threshold.measure == "disbursed_rate":
        part = "disbursed"
    if threshold.measure == "behind_plan":
        part, whole = "disbursed", "planned"
    if whole not in table:
        return table.iloc[:0].rename_axis("recipient").reset_index()[["recipient"]]
    # Products of fen and a fraction's parts may not fit 64 bits.
    top, base = table[part].astype(object), table[whole].astype(object)
    limit, goal = _limit(threshold, facts.elapsed)
    strict = threshold.measure.endswith("_rate")
    left, right = top * limit.denominator, base * limit.numerator
    missing = -((top * goal.denominator - base * goal.numerator) // goal.denominator)
    behind = (base > 0) & (limit > 0) & ((left < right) if strict else (left <= right))
    behind &= missing >= max(threshold.least, 1)
    found = table.index[behind].to_frame(index=False, name="recipient")
    return found.assign(
        at_stake=missing[behind].to_numpy(),
        numerator=table[part][behind].to_numpy(),
        denominator=table[whole][behind].to_numpy(),
        limit=[goal] * int(behind.sum()),
    )


def _limit(threshold: Threshold, elapsed: Fraction) -> tuple[Fraction, Fraction]:
    """Return the rate at which the warning begins, and the rate that should have been reached."""
    share = threshold.share
    assert share is not None, "the settings were checked"
    if threshold.measure == "behind_elapsed":
        return elapsed - share, elapsed
    if threshold.measure == "behind_plan":
        return 1 - share, type(share)(1)
    return share, share


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    found = table.reindex(columns=list(COLUMNS))
    kinds = {"at_stake": "int64", "threshold": "int64", "limit": object}
    return found.astype(kinds | dict.fromkeys(("numerator", "denominator", "days"), "Int64"))

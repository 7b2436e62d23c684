"""Utilisation rates: always with their numerator and denominator (law 13)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, get_args

from allocation.ledger.elapsed import elapsed_share
from allocation.ledger.groups import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from allocation.ledger.groups import By

#: 年初预算; 调整后预算 of the year's own lines; the same and what was carried in (全年预算数).
Denominator = Literal["initial", "adjusted", "with_carry_over"]
DENOMINATORS: tuple[Denominator, ...] = get_args(Denominator)
#: Columns of fen.
SUMS = ("denominator", "disbursed", "spent", "authority", "cash")


def utilisation_table(
    money: pd.DataFrame,
    as_of: date,
    year: int,
    *,
    by: By = "recipient",
    denominator: Denominator = "with_carry_over",
    planned: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Return what was paid and spent of the budget, by group.

    Parameters
    ----------
    money
        As :func:`~allocation.ledger.budget_year.money_of_year` of the day and year.
    denominator
        What a rate is of. But for ``with_carry_over``, only lines of the year itself count, in the
        numerators too.
    planned
        Fen to be paid by that day, by recipient's code.

    Returns
    -------
    pandas.DataFrame
        Indexed by the group's key, in the order of first appearance: ``denominator``,
        ``disbursed``, ``spent``, ``authority``, ``cash`` (int64 fen); ``disbursed_rate``,
        ``spent_rate``, ``elapsed`` and ``ahead`` (``spent_rate`` − ``elapsed``), exact fractions,
        None where the denominator is not above zero; with a plan also ``planned`` (int64 fen) and
        ``plan_rate`` (``disbursed`` / ``planned``).
    """
    import pandas as pd

    keys = grouped(money, by)
    counted = counted_by(money, year, denominator)
    table = counted.groupby(keys, sort=False)[list(SUMS)].sum()
    table.index.name = by
    table = table.reindex(pd.Index(keys.unique(), name=by), fill_value=0)
    if planned is not None:
        plan = pd.Series(planned, dtype="int64")
        by_group = keys.groupby(money["recipient"]).first()
        table["planned"] = plan.groupby(by_group.reindex(plan.index)).sum()
        table["planned"] = table["planned"].fillna(0).astype("int64")
    return with_rates(table, elapsed_share(as_of, year))


def counted_by(money: pd.DataFrame, year: int, denominator: Denominator) -> pd.DataFrame:
    """Return the rows a denominator counts, with its column."""
    rows = money if denominator == "with_carry_over" else money[money["year"] == year]
    column = "initial" if denominator == "initial" else "budget"
    return rows.assign(denominator=rows[column])


def with_rates(table: pd.DataFrame, elapsed: Fraction) -> pd.DataFrame:
    """Return the sums with their exact rates beside them."""
    found = table.copy()
    for part in ("disbursed", "spent"):
        found[f"{part}_rate"] = _rates(table[part], table["denominator"])
    found["elapsed"] = [elapsed] * len(table)
    ahead = [None if rate is None else rate - elapsed for rate in found["spent_rate"]]
    found["ahead"] = _column(ahead, table.index)
    if "planned" in table:
        found["plan_rate"] = _rates(table["disbursed"], table["planned"])
    return found


def total_of(table: pd.DataFrame, elapsed: Fraction) -> pd.DataFrame:
    """Return the one row that sums all groups."""
    sums = [name for name in (*SUMS, "planned") if name in table]
    total = table[sums].sum().to_frame().T.astype("int64")
    return with_rates(total, elapsed)


def rate_of(part: int, whole: int) -> Fraction | None:
    """Return an exact rate; None where there is nothing to divide by."""
    return Fraction(int(part), int(whole)) if whole > 0 else None


def _rates(part: pd.Series, whole: pd.Series) -> pd.Series:
    pairs = zip(part.tolist(), whole.tolist(), strict=True)
    return _column([rate_of(*pair) for pair in pairs], part.index)


def _column(values: list[Fraction | None], index: pd.Index) -> pd.Series:
    import pandas as pd

    return pd.Series(values, index, dtype=object)

"""What a line at a holder had, was paid and spent in one budget year, in whole fen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.ledger.legs import KEYS, holders_of, legs, numbered, summed

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

_CLOSING = ("carry_over", "reopen")
#: Money with authority but not paid; what was recovered waits to be issued again.
AUTHORITY = ("issued", "committed", "recovered")
FIGURES = ("initial", "budget", "disbursed", "spent", "authority", "cash", "surplus", "carried")


def money_of_year(flows: pd.DataFrame, as_of: date, year: int) -> pd.DataFrame:
    """Return one row per line and holder with the figures of a year as of a day.

    Money counts at whoever holds it: what was passed on is the receiver's, so that any sum over
    rows is right.

    Parameters
    ----------
    flows
        As :meth:`allocation.ledger.book.Book.flows`.
    year
        Lines of later years are left out; of earlier ones, what was unspent when the year began.

    Returns
    -------
    pandas.DataFrame
        ``KEYS``, ``name``, ``level``, ``parent`` and, in int64 fen:

        ``initial``
            年初预算: issued of the first batch of its fund and year, later recoveries and
            reallocations not counted; nothing for earlier lines.
        ``budget``
            all that could be used in the year: issued, less passed on, recovered and returned;
            less what earlier years spent or gave up.
        ``disbursed``, ``spent``
            of the budget: paid so far (spent included), spent so far.
        ``authority``, ``cash``
            not paid; paid, not spent. Both run on over the end of a year.
        ``surplus``
            what lapsed and was not recovered, of any year.
        ``carried``
            unspent money of earlier years, and what was carried over at the end of this one.
    """
    import numpy as np

    found = legs(flows, as_of)
    found, index = numbered(found[found["year"] <= year])
    account, earlier = found["account"], _earlier(found, year)
    spent_before = summed(found[(account == "spent") & earlier], index)
    spent = summed(found[account == "spent"], index) - spent_before
    cash, authority, waiting = _unspent(found, index)
    surplus = summed(found[account == "surplus"], index)
    # Surplus that lapsed this year was part of its budget, as long as it is still there.
    lapses = found[(found["kind"] == "lapse") & (account == "surplus") & ~earlier]
    still = np.minimum(summed(lapses, index), surplus)
    cash_lapsed = np.minimum(summed(lapses[lapses["other"] == "disbursed"], index), still)
    table = index.to_frame(index=False)
    old = (table["year"] < year).to_numpy()
    figures = {
        "initial": summed(_first_issues(found, year), index),
        "budget": authority + cash + spent + still,
        "disbursed": cash + spent + cash_lapsed,
        "spent": spent,
        "authority": authority,
        "cash": cash,
        "surplus": surplus,
        "carried": (authority + cash).where(old, waiting),
    }
    for name, fen in figures.items():
        table[name] = fen.to_numpy()
    return table.join(holders_of(flows), on="recipient")


def _earlier(found: pd.DataFrame, year: int) -> pd.Series:
    """Return which movements of earlier lines were over before the year began."""
    import pandas as pd

    return (found["year"] < year) & (found["valid_on"] < pd.Timestamp(year, 1, 1))


def _unspent(found: pd.DataFrame, index: pd.Index) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return money paid and not spent, money not paid, and what of both waits to be reopened.

    Between the two movements of a closing, money stands under ``carried_over``; it belongs where
    it came from.
    """
    import numpy as np

    account = found["account"]
    waiting = summed(found[account == "carried_over"], index)
    closing = found[(account == "disbursed") & found["kind"].isin(_CLOSING)]
    cash_waiting = np.minimum(np.maximum(-summed(closing, index), 0), waiting)
    cash = summed(found[account == "disbursed"], index) + cash_waiting
    authority = summed(found[account.isin(AUTHORITY)], index) + waiting - cash_waiting
    return cash, authority, waiting


def _first_issues(found: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what came and was passed on of the first batches of each fund in the year."""
    own = found[(found["year"] == year) & found["kind"].isin(("receive", "issue"))]
    own = own[(own["account"] == "issued") & (own["other"] != "recovered")]
    first = own.groupby(["fund", "batch"])["valid_on"].transform("min")
    return own[first == own.groupby("fund")["valid_on"].transform("min")]


def unspent_of(table: pd.DataFrame) -> pd.Series:
    """Return what is neither spent nor given up of each row, int64 fen."""
    return table["authority"] + table["cash"]


__all__ = ["FIGURES", "KEYS", "money_of_year", "unspent_of"]

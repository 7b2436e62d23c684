"""A year's utilisation of each recipient, for the next year's scenario: pure functions on frames.

The rate is what was spent in the year over what could be spent: issued for the year, and what was
unspent of earlier years. Both are given beside it (law 13). Unspent at the end of a year is what is
available, committed, paid but not spent, or carried over; surplus is not, nor is money passed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_UNSPENT = ["available", "committed", "disbursed", "carried_over"]
#: What came in counts up, what went back counts down.
_SIGNS = {"receive": 1, "issue": 1, "recover": -1, "return": -1}
#: Columns of the table, fen.
COLUMNS = ("last_year", "spent", "could_spend", "unspent", "unspent_before", "unspent_rise")


def performance(
    flows: pd.DataFrame, now: pd.DataFrame, before: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Return a row for each recipient: int64 fen, by code.

    Parameters
    ----------
    flows
        ``Book.flows`` until the end of the year, by day.
    now, before
        ``Book.positions`` at the end of the year, and at the end of the one before.
    year
        The budget year.

    Returns
    -------
    frame
        ``name``, ``level``; ``last_year``: issued for the year; ``spent``: in the year, of money
        of this year and earlier ones; ``could_spend``: what of it could be; ``unspent`` and
        ``unspent_before`` at the ends of both years; ``unspent_rise``: how much more.
    """
    import pandas as pd

    flows = flows[flows["year"] <= year]
    inside = flows["valid_on"].dt.year == year
    signed = flows["amount"] * flows["kind"].astype(str).map(_SIGNS).fillna(0).astype("int64")
    of_year = flows["year"] == year
    spent = flows["amount"].where((flows["kind"] == "spend") & inside, 0)
    moved = pd.DataFrame(
        {
            "recipient": flows["recipient"],
            "last_year": signed.where(of_year, 0),
            "spent": spent,
            "older": signed.where(~of_year & inside, 0),
        }
    )
    table = moved.groupby("recipient").sum()
    table["unspent"] = _unspent(now, year)
    table["unspent_before"] = _unspent(before, year - 1)
    table = table.fillna(0).astype("int64")
    table["could_spend"] = table["last_year"] + table["older"] + table["unspent_before"]
    table["unspent_rise"] = table["unspent"] - table["unspent_before"]
    people = now.drop_duplicates("recipient").set_index("recipient")[["name", "level"]]
    return people.join(table[list(COLUMNS)], how="inner")


def _unspent(positions: pd.DataFrame, year: int) -> pd.Series[int]:
    """Return what each has unspent of money of ``year`` and earlier, by code."""
    positions = positions[positions["year"] <= year]
    return positions[_UNSPENT].sum(axis=1).groupby(positions["recipient"]).sum()

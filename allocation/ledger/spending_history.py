"""What each recipient got and spent, month by month, out of the flows of a book."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.ledger.records import CENTRAL
from allocation.registry.units import units_by_id
from allocation_models.spending_curves import History

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from allocation.result import Fen
    from allocation_models.program import Floats

#: How a movement changes what its lower holder can spend; what stays with a holder changes nothing.
_INCOME = {"receive": 1, "issue": 1, "recover": -1, "return": -1}
_LINE = ["fund", "year", "batch", "purpose", "direct"]


@dataclass(frozen=True)
class Spending:
    """Money by cell (recipient × purpose), year and month.

    Parameters
    ----------
    recipients, names, purposes
        Shape (c,): code and name of the recipient, and the purpose.
    groups
        Shape (c,): level, purpose and fiscal region; cells of one group are alike.
    first
        The first year.
    opening
        Shape (c, Y), int64 fen: what is there to spend on 1 January.
    income, spent
        Shape (c, Y, 12), int64 fen: what comes in, less what is passed on or taken back; what is
        spent.
    seen
        Shape (Y, 12): which part of each month has passed.
    """

    recipients: tuple[str, ...]
    names: tuple[str, ...]
    purposes: tuple[str, ...]
    groups: tuple[tuple[str, str, str], ...]
    first: int
    opening: Fen
    income: Fen
    spent: Fen
    seen: Floats

    def history(self) -> History:
        """Return it as the mathematics takes it."""
        _, group = np.unique(["\n".join(key) for key in self.groups], return_inverse=True)
        return History(
            opening=self.opening.astype(np.float64),
            income=self.income.astype(np.float64),
            spent=self.spent.astype(np.float64),
            seen=self.seen,
            group=group,
        )


def spending_of(flows: pd.DataFrame, as_of: date) -> Spending:
    """Return the money of every recipient that ever had some, as of a day.

    What is issued before its budget year counts from 1 January of it. What is carried over is
    there to spend; what became surplus is gone.

    Parameters
    ----------
    flows
        By day, as :meth:`allocation.Book.flows` gives them.
    """
    known = flows[(flows["valid_on"] <= np.datetime64(as_of)) & (flows["year"] <= as_of.year)]
    moved = _moved(known)
    first = int(moved["year"].min()) if len(moved) else as_of.year
    cells = moved[["recipient", "purpose"]].drop_duplicates(ignore_index=True)
    shape = (len(cells), as_of.year - first + 1, 12)
    where = cells.reset_index().merge(moved, on=["recipient", "purpose"])
    income, spent, gone = (_table(where, what, first, shape) for what in ("in", "spend", "lapse"))
    before = np.cumsum((income - spent - gone).sum(axis=2), axis=1)
    opening = np.concatenate([np.zeros((shape[0], 1), dtype=np.int64), before[:, :-1]], axis=1)
    had = income.any(axis=(1, 2)) | spent.any(axis=(1, 2))
    kept = cells[had]
    holders = _holders(flows)
    recipients = tuple(kept["recipient"])
    return Spending(
        recipients=recipients,
        names=tuple(holders[code][0] for code in recipients),
        purposes=tuple(kept["purpose"]),
        groups=tuple(
            (holders[code][1], purpose, _region(code, holders))
            for code, purpose in zip(recipients, kept["purpose"], strict=True)
        ),
        first=first,
        opening=opening[had],
        income=income[had],
        spent=spent[had],
        seen=_seen(first, as_of),
    )


def _out_of_surplus(flows: pd.DataFrame) -> pd.Series[bool]:
    """Return which money is taken back after it became surplus: whose it was had it no longer."""
    keys = [*_LINE, "recipient"]
    lapsed = flows[flows["kind"] == "lapse"].groupby(keys, as_index=False)["valid_on"].min()
    joined = flows[keys].merge(lapsed, on=keys, how="left")["valid_on"].to_numpy()
    taken = flows["kind"].isin(["recover", "return"]).to_numpy()
    return taken & (flows["valid_on"].to_numpy() > joined)


def _moved(flows: pd.DataFrame) -> pd.DataFrame:
    """Return what comes in, is spent and lapses: recipient, purpose, what, year, month, amount."""
    import pandas as pd

    kind = flows["kind"].astype(str)
    lower = flows.assign(what=kind.where(~kind.isin(_INCOME), "in"))
    lower["amount"] *= kind.map(_INCOME).fillna(1).astype("int64")
    # What one holder gives to another, the other has no longer.
    upper = lower[(lower["what"] == "in") & (lower["parent"] != CENTRAL)]
    upper = upper.assign(recipient=upper["parent"], amount=-upper["amount"])
    told = lower["what"].isin(["in", "spend", "lapse"]) & ~_out_of_surplus(flows)
    both = pd.concat([lower[told], upper])
    early = both["valid_on"].dt.year < both["year"]
    return both.assign(
        month=both["valid_on"].dt.month.where(~early, 1) - 1,
        year=both["valid_on"].dt.year.where(~early, both["year"]),
    )[["recipient", "purpose", "what", "year", "month", "amount"]]


def _table(moved: pd.DataFrame, what: str, first: int, shape: tuple[int, int, int]) -> Fen:
    """Return sums by cell, year and month, int64 fen."""
    chosen = moved[moved["what"] == what]
    table = np.zeros(shape, dtype=np.int64)
    places = (chosen["index"], chosen["year"] - first, chosen["month"])
    np.add.at(table, tuple(place.to_numpy() for place in places), chosen["amount"].to_numpy())
    return table


def _holders(flows: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Return name, level and parent of everybody in the flows, by code."""
    rows = flows[["recipient", "name", "level", "parent"]].drop_duplicates("recipient")
    known = {row[0]: row[1:] for row in rows.itertuples(index=False, name=None)}
    upper = {code: (code, "", "") for code in set(rows["parent"]) - set(known)}
    return upper | known


def _region(code: str, holders: Mapping[str, tuple[str, str, str]]) -> str:
    """Return the fiscal region of the unit at or above a holder; empty if there is none."""
    while code in holders and code not in units_by_id():
        code = holders[code][2]
    unit = units_by_id().get(code)
    return unit.fiscal_region.value if unit else ""


def _seen(first: int, as_of: date) -> Floats:
    """Return which part of each month has passed, shape (Y, 12)."""
    seen = np.ones((as_of.year - first + 1, 12))
    seen[-1, as_of.month :] = 0
    seen[-1, as_of.month - 1] = as_of.day / monthrange(as_of.year, as_of.month)[1]
    return seen

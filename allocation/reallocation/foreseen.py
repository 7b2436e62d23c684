"""What recipients will use of a year's money, as the book's forecast has it: estimates.

A forecast is of all the money a recipient has, whatever its budget year. Money of earlier years is
used first, so what is foreseen beyond it is use of the year's own money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from allocation.frame import Frame
    from allocation.ledger.book import Book
    from allocation_models.program import Integers

#: Whose sum is what a recipient can still spend.
_THERE = ["available", "committed", "disbursed"]


def foreseen_use(
    book: Book, frame: Frame, year: int, as_of: date, *, fund: str = "", count: int, seed: int
) -> Integers:
    """Return equally likely uses of a budget year's money by the end of the year, in fen.

    Returns
    -------
    Shape (count, n), int64: what is spent included. Who has no money in the book uses none.

    Raises
    ------
    InputError
        If the book has too little history (:func:`allocation.ledger.forecast.forecast`).
    """
    from allocation.ledger.forecast import forecast

    with book.snapshot():
        flows, balances = book.flows(as_of), book.positions(as_of)
    if fund:
        flows, balances = flows[flows["fund"] == fund], balances[balances["fund"] == fund]
    found = forecast(flows, as_of, count=count, seed=seed)
    own = balances[balances["year"] == year]
    older = balances[balances["year"] < year]
    spent = _of(own["spent"], own, found.recipients)
    first = _of(older[_THERE].sum(axis=1), older, found.recipients)
    used = spent + np.maximum(found.draws - found.spent - first, 0)
    at = {code: place for place, code in enumerate(found.recipients)}
    known = [place for place, code in enumerate(frame.ids) if code in at]
    uses = np.zeros((count, len(frame)), dtype=np.int64)
    uses[:, known] = used[:, [at[frame.ids[place]] for place in known]]
    return uses


def _of(amounts: pd.Series[int], rows: pd.DataFrame, codes: tuple[str, ...]) -> Integers:
    """Return the sums of the recipients, shape (n,), int64 fen."""
    sums = amounts.groupby(rows["recipient"]).sum()
    found: Integers = sums.reindex(list(codes), fill_value=0).to_numpy(dtype=np.int64)
    return found

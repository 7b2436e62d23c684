"""What is held, from the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Problem
from allocation.reallocation.holdings import PARTS, Holdings, Line

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from allocation.frame import Frame
    from allocation.ledger.book import Book

_LINE = ["fund", "year", "batch", "purpose", "direct"]
#: What counts as held comes in by the first two and leaves by the others.
_SIGNS = {"receive": 1, "issue": 1, "recover": -1, "return": -1}
_NAMED = 5


def holdings_of_book(
    book: Book, frame: Frame, year: int, *, fund: str = "", as_of: date | None = None
) -> tuple[Holdings | None, list[Problem]]:
    """Return what the recipients of a frame hold of a budget year's money, or what is wrong.

    Parameters
    ----------
    fund
        Only this fund; default: all.
    as_of
        The day; default: everything in the book.
    """
    state = book.state
    balances, flows = book.positions(as_of), book.flows(as_of, daily=False)
    found, problems = holdings_of_frames(balances, flows, frame, year, fund)
    if found is None:
        return None, problems
    return Holdings(found.lines, found.parts, found.parents, {}, state), problems


def holdings_of_frames(
    balances: pd.DataFrame, flows: pd.DataFrame, frame: Frame, year: int, fund: str = ""
) -> tuple[Holdings | None, list[Problem]]:
    """Return holdings from the frames ``Book.positions`` and ``Book.flows``.

    Held is what came in less what was recovered; what of it is not in the recipient's own accounts
    was passed on, and is frozen like what is paid.
    """
    balances, flows = _of(balances, year, fund), _of(flows, year, fund)
    known = {code: at for at, code in enumerate(frame.ids)}
    problems = _strangers(balances, known)
    mine = balances[balances["recipient"].isin(list(known))]
    moved = flows[flows["recipient"].isin(list(known))]
    keys = sorted(set(mine[_LINE].itertuples(index=False, name=None)))
    if not keys:
        words = {"found": f"{year} {fund}".strip()}
        problems.append(Problem("L12-nothing-held", words=words))
    if problems:
        return None, problems
    lines = tuple(Line(fund, str(year), *rest) for fund, year, *rest in keys)
    place = {key: at for at, key in enumerate(keys)}
    parts = np.zeros((len(PARTS) + 1, len(frame), len(keys)), dtype=np.int64)
    parents = [""] * len(frame)
    names = [*_LINE, "recipient", "parent", *PARTS]
    for *key, who, parent, available, committed, disbursed, spent in mine[names].itertuples(
        index=False, name=None
    ):
        at = known[who], place[tuple(key)]
        parts[:-1, at[0], at[1]] = available, committed, disbursed, spent
        parents[at[0]] = parent
    held = np.zeros(parts.shape[1:], dtype=np.int64)
    names = [*_LINE, "recipient", "kind", "amount"]
    for *key, who, kind, amount in moved[names].itertuples(index=False, name=None):
        held[known[who], place[tuple(key)]] += _SIGNS.get(kind, 0) * amount
    parts[-1] = held - parts.sum(axis=0)
    return Holdings(lines, parts, _filled(parents), {}), []


def _of(table: pd.DataFrame, year: int, fund: str) -> pd.DataFrame:
    table = table[table["year"] == year]
    return table[table["fund"] == fund] if fund else table


def _filled(parents: list[str]) -> tuple[str, ...]:
    """Return the parents; who holds nothing yet stands below the others' only parent."""
    known = {parent for parent in parents if parent}
    only = known.pop() if len(known) == 1 else ""
    return tuple(parent or only for parent in parents)


def _strangers(balances: pd.DataFrame, known: dict[str, int]) -> list[Problem]:
    """Return a problem if money is held beside the scenario's recipients, below the same parents.

    Rules about shares would be measured without it.
    """
    inside = balances[balances["recipient"].isin(list(known))]
    beside = balances[
        balances["parent"].isin(set(inside["parent"])) & ~balances["recipient"].isin(list(known))
    ]
    beside = beside[(beside[list(PARTS)] != 0).any(axis=1)]
    names = sorted(set(beside["name"]))
    if not names:
        return []
    shown = "、".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
    return [Problem("L12-held-beside", words={"found": shown, "count": len(names)})]

"""The book with a million entries: opened and asked for its status, against bare SQL."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocation.ledger.book import Book
from allocation.ledger.records import Line as Money
from allocation.ledger.records import Movement
from allocation.registry import zones
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS, _JOURNALS, _EACH = 5, 20, 25_000
_AS_OF = date(2023, 9, 30)


def filled(path: Path, journals: int, seed: int = 12) -> None:
    """Make a book: six purposes, every zone, a year of payments, each paid and then spent."""
    rng = np.random.default_rng(seed)
    found = zones(date(2023, 1, 1))
    lines = [Money("外经贸发展专项资金", 2023, "第一批", f"方向{at}") for at in range(6)]
    units = {zone.unit for zone in found}
    with Book.create(path, synthetic=True) as book:
        book.post([Movement("receive", m, u, 10**13, "2023-01-05") for m in lines for u in units])
        book.post([Movement("issue", m, z.id, 10**11, "2023-01-06") for m in lines for z in found])
        for _ in range(journals):
            who, what = rng.integers(len(found), size=_EACH), rng.integers(6, size=_EACH)
            month, day = rng.integers(1, 12, size=_EACH), rng.integers(7, 29, size=_EACH)
            fen = rng.integers(1, 10**6, size=_EACH).tolist()
            moves = []
            for w, m, a, b, f in zip(who, what, month, day, fen, strict=True):
                line, zone = lines[m], found[w].id
                moves.append(Movement("disburse", line, zone, f, f"2023-{a:02d}-{b:02d}"))
                moves.append(Movement("spend", line, zone, f, f"2023-{a + 1:02d}-{b:02d}"))
            book.post(moves)


def status(path: Path) -> None:
    """Open the book and ask for balances and sums as of a day."""
    with Book.open(path) as book:
        book.positions(_AS_OF)
        book.flows(_AS_OF, daily=False)


def bare(path: Path) -> None:
    """Open the file and add up its entries by account, once for each side."""
    with closing(sqlite3.connect(path)) as connection:
        for side in ("source", "target"):
            connection.execute(
                f"SELECT {side}, sum(amount) FROM entry WHERE valid_on <= ? GROUP BY {side}",  # noqa: S608
                (str(_AS_OF),),
            ).fetchall()


def _speed(scope: Scope) -> Iterator[Line]:
    journals = _JOURNALS if scope.largest > 3_000 else 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.db"
        filled(path, journals)
        found = ratio(lambda: status(path), lambda: bare(path), _ROUNDS)
    what = f"status of {2 * journals * _EACH:,} entries, opening included"
    yield Line.of(what, "bare SQL over the entries", found, 1.0)


STATUS = Benchmark("book-status", "The book: status of a million entries", _speed)

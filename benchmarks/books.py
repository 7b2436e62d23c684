"""The book: many lines posted at once, and the status of a million entries, against bare SQL."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from allocation.ledger.book import Book
from allocation.ledger.records import Line as Money
from allocation.ledger.records import Movement
from allocation.registry import zones
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def payments(count: int, seed: int = 13) -> tuple[list[Movement], list[Movement]]:
    """Return what funds every zone for six purposes, and payments out of it over a year."""
    rng = np.random.default_rng(seed)
    found = zones(date(2023, 1, 1))
    lines = [Money("外经贸发展专项资金", 2023, "第一批", f"方向{at}") for at in range(6)]
    units = {zone.unit for zone in found}
    first = [Movement("receive", m, u, 10**13, "2023-01-05") for m in lines for u in units]
    first += [Movement("issue", m, z.id, 10**11, "2023-01-06") for m in lines for z in found]
    who, what = rng.integers(len(found), size=count), rng.integers(6, size=count)
    month, day = rng.integers(2, 13, size=count), rng.integers(1, 29, size=count)
    fen = rng.integers(1, 10**6, size=count).tolist()
    moves = [
        Movement(
            "disburse", lines[m], found[w].id, f, f"2023-{a:02d}-{b:02d}", document=f"凭证{at}"
        )
        for at, (w, m, a, b, f) in enumerate(zip(who, what, month, day, fen, strict=True))
    ]
    return first, moves


@dataclass(frozen=True)
class Posting:
    """A funded book, the same with its payments posted, and the rows those are."""

    funded: Path
    moves: list[Movement]
    entries: list[tuple[object, ...]]
    journal: tuple[object, ...]

    @classmethod
    def made(cls, folder: Path, count: int) -> Self:
        """Make both books and read the rows back."""
        first, moves = payments(count)
        funded, posted = folder / "funded.db", folder / "posted.db"
        with Book.create(funded, synthetic=True) as book:
            book.post(first)
            # One payment each, so that the accounts are there and the rows alone can be written.
            book.post(list({(move.line, move.holder): move for move in moves}.values()))
        shutil.copy(funded, posted)
        with Book.open(posted) as book:
            number = book.post(moves)
        with closing(sqlite3.connect(posted)) as connection:
            rows = connection.execute("SELECT * FROM entry WHERE journal = ?", (number,)).fetchall()
            journal = connection.execute("SELECT * FROM journal WHERE id = ?", (number,)).fetchone()
        return cls(funded, moves, rows, journal)

    def ours(self) -> None:
        """Post the payments."""
        with Book.open(self._copy()) as book:
            book.post(self.moves)

    def guarded(self) -> None:
        """Write the same rows into the same book without our code; its triggers do their part."""
        with closing(sqlite3.connect(self._copy(), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_insert("entry", self.entries), self.entries)
            connection.execute(_insert("journal", [self.journal]), self.journal)
            connection.execute("COMMIT")

    def bare(self) -> None:
        """Write the same rows into a table of the same columns, without index, check or trigger."""
        with closing(sqlite3.connect(self._copy(), isolation_level=None)) as connection:
            connection.execute("CREATE TABLE bare AS SELECT * FROM entry WHERE 0")
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_insert("bare", self.entries), self.entries)
            connection.execute("COMMIT")

    def _copy(self) -> Path:
        return Path(shutil.copy(self.funded, self.funded.with_name("copy.db")))


def _insert(table: str, rows: Sequence[Sequence[object]]) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"  # noqa: S608


def _posting(scope: Scope) -> Iterator[Line]:
    count = 50_000 if scope.largest > 3_000 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        work = Posting.made(Path(folder), count)
        peers = {"bare executemany": work.bare, "the book's own guards by bare SQL": work.guarded}
        for name, peer in peers.items():
            found = ratio(work.ours, peer, _ROUNDS)
            yield Line.of(f"posting {count:,} lines in one journal", name, found, 2.0)


POSTING = Benchmark("book-posting", "The book: posting many lines at once", _posting)


def _speed(scope: Scope) -> Iterator[Line]:
    journals = _JOURNALS if scope.largest > 3_000 else 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.db"
        filled(path, journals)
        found = ratio(lambda: status(path), lambda: bare(path), _ROUNDS)
    what = f"status of {2 * journals * _EACH:,} entries, opening included"
    yield Line.of(what, "bare SQL over the entries", found, 1.0)


STATUS = Benchmark("book-status", "The book: status of a million entries", _speed)

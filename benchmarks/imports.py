"""Importing 50 000 payments into the book, against the bare insertion of the same entries.

The peer writes what the import writes, all twelve columns of an entry, by one ``executemany`` in
one transaction that is on the disk when it ends: into a table without index, check or trigger; and
into the book itself, whose own guards then do their part.
"""

from __future__ import annotations

import csv
import gc
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from allocation.ledger.book import Book
from allocation.ledger.imports.intake import take_in
from allocation.ledger.imports.shelf import known_of, movements_of
from allocation.ledger.posting import Made
from allocation.ledger.records import Line as Money
from allocation.ledger.records import Movement
from allocation.registry import zones
from allocation.report.imported import import_file, read_file
from allocation.report.sheet import open_workbook
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from allocation.ledger.imports.reading import Reading
    from allocation.ledger.moves import Moves

_ROUNDS, _SIZE = 5, 50_000
_MONEY = Money("外经贸发展专项资金", 2023, "第一批", "产业园")
_HEAD = [
    "支付日期",
    "收款单位",
    "支付金额(元)",
    "业务类型",
    "资金用途",
    "批次",
    "凭证号",
    "预算年度",
    "摘要",
]
_UNIT = "320000"


@dataclass(frozen=True)
class Payments:
    """The same payments as a CSV file and as a workbook."""

    csv: Path
    xlsx: Path
    total: int


@dataclass(frozen=True)
class Peer:
    """Bare SQL with the entries of the payments: a book without them, and what an import writes.

    The accounts of the entries are in the book, so that the entries alone can be written.
    """

    funded: Path
    entries: list[tuple[object, ...]]
    journal: tuple[object, ...]

    def bare(self) -> float:
        """Return the seconds of writing the entries into a table of the same columns."""
        return self._seconds("bare", [])

    def guarded(self) -> float:
        """Return the seconds of writing them and their journal into the book, without our code."""
        return self._seconds("entry", [self.journal])

    def _seconds(self, table: str, journals: list[tuple[object, ...]]) -> float:
        path = Path(shutil.copy(self.funded, self.funded.with_name("peer.db")))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for setting in ("synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"):
                connection.execute(f"PRAGMA {setting}")
            connection.execute("CREATE TABLE bare AS SELECT * FROM entry WHERE 0")

            def work() -> None:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_insert(table, 12), self.entries)
                connection.executemany(_insert("journal", 10), journals)
                connection.execute("COMMIT")

            return _seconds(work)


def payments(folder: Path, size: int, seed: int = 5) -> Payments:
    """Write payments to the zones of one province over a year, each with its own voucher."""
    rng = np.random.default_rng(seed)
    named = _zones()
    fen = rng.integers(1, 10**8, size).tolist()
    cells = [
        [
            f"2023-{1 + at % 12:02d}-{3 + at % 25:02d}",
            named[at % len(named)][1],
            f"{fen[at] // 100}.{fen[at] % 100:02d}",
            "拨付",
            _MONEY.purpose,
            _MONEY.batch,
            f"ZF{at:08d}",
            "2023",
            "进度款",
        ]
        for at in range(size)
    ]
    made = Payments(
        folder / "payments.csv",
        folder / "payments.xlsx",
        sum(fen),
    )
    with made.csv.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([_HEAD, *cells])
    with made.xlsx.open("wb") as file, closing(open_workbook(file, "")) as book:
        page = book.add_worksheet()
        for at, row in enumerate([_HEAD, *cells]):
            page.write_row(at, 0, row)
    return made


def funded(path: Path) -> Book:
    """Return a new book in which every zone has more than enough."""
    book = Book.create(path)
    issued = [Movement("issue", _MONEY, code, 10**13, "2023-01-02") for code, _ in _zones()]
    total = Movement("receive", _MONEY, _UNIT, 10**13 * len(issued), "2023-01-01")
    book.post([total, *issued])
    return book


def new_moves(book: Book, reading: Reading) -> Moves:
    """Return what is new of a file that was read before: names, lines, comparison, hashes."""
    return movements_of(take_in(reading, known_of(book, reading)))


def peer(folder: Path, made: Payments) -> Peer:
    """Return the peer of an import: its entries, and a book in which everything else is there."""
    before, path = folder / "before.db", folder / "after.db"
    with funded(before) as book:
        # One fen each, so that the accounts are there.
        book.post([Movement("disburse", _MONEY, code, 1, "2023-01-03") for code, _ in _zones()])
    shutil.copy(before, path)
    with Book.open(path) as book:
        number = import_file(book, made.csv).journal
        rows = book.connection.execute("SELECT * FROM entry WHERE journal = ?", (number,))
        journal = book.connection.execute("SELECT * FROM journal WHERE id = ?", (number,))
        return Peer(before, rows.fetchall(), journal.fetchone())


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608


def _zones() -> list[tuple[str, str]]:
    return [(zone.id, zone.name) for zone in zones(date(2023, 1, 1)) if zone.unit == _UNIT]


def _speed(scope: Scope) -> Iterator[Line]:
    del scope
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = payments(folder, _SIZE)
        reading, other = read_file(made.csv), peer(folder, made)
        steps: dict[str, Callable[[Book], object]] = {
            "payments from a CSV file": lambda book: import_file(book, made.csv),
            "payments from an xlsx workbook": lambda book: import_file(book, made.xlsx),
            "of it, reading the CSV file": lambda _: read_file(made.csv),
            "of it, reading the workbook": lambda _: read_file(made.xlsx),
            "of it, what is new, and its hashes": lambda book: new_moves(book, reading),
        }
        for what, work in steps.items():
            found = _ratio(lambda work=work: _once(folder, work), other.bare)  # type: ignore[misc]
            target = None if what.startswith("of it") else 2.0
            yield Line.of(f"{_SIZE:,} {what}", "bare executemany", found, target)
        posting = _ratio(lambda: _posting(folder, reading), other.bare)
        yield Line.of(f"{_SIZE:,} of it, posting", "bare executemany", posting, None)
        csv_file = _ratio(lambda: _once(folder, steps["payments from a CSV file"]), other.guarded)
        what = f"{_SIZE:,} payments from a CSV file"
        yield Line.of(what, "bare executemany into the book", csv_file, None)
        guarded = _ratio(other.guarded, other.bare)
        what = "bare executemany into the book, its guards included"
        yield Line.of(what, "bare executemany", guarded, None)


def _ratio(ours: Callable[[], float], peer: Callable[[], float]) -> Ratio:
    """Return the ratio over rounds; every run starts with a new file, which is not timed."""
    pairs = [(ours(), peer()) for _ in range(_ROUNDS)]
    ratios = [own / other for own, other in pairs]
    longest = max(other for _, other in pairs)
    return Ratio(median(ratios), min(ratios), max(ratios), _ROUNDS, longest)


def _once(folder: Path, work: Callable[[Book], object]) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as fresh, funded(Path(fresh) / "book.db") as book:
        return _seconds(lambda: work(book))


def _posting(folder: Path, reading: Reading) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as fresh, funded(Path(fresh) / "book.db") as book:
        moves = new_moves(book, reading)
        return _seconds(lambda: book.post(moves, Made("import")))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


SPEED = Benchmark("imports", "Importing payments into the book", _speed)

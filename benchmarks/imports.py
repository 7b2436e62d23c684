"""Importing 50 000 payments into the book, against the bare insertion of the same rows."""

from __future__ import annotations

import csv
import gc
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
    """The same payments as a CSV file, as a workbook, and as rows of a database."""

    csv: Path
    xlsx: Path
    rows: list[tuple[object, ...]]


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
        [(at, *row[:2], fen[at], *row[3:]) for at, row in enumerate(cells)],
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


def import_read(book: Book, reading: Reading) -> None:
    """Import what was read before: names, lines, what is new, and the posting."""
    intake = take_in(reading, known_of(book, reading))
    book.post(movements_of(intake), Made("import"))


def bare(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    """Insert the rows into one table, in one transaction that is on the disk when it ends."""
    with connection:
        connection.executemany("INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def table(path: Path) -> sqlite3.Connection:
    """Return a new database with one table and the settings of the book."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE payment (id INTEGER PRIMARY KEY, day TEXT, recipient TEXT, fen INTEGER,"
        " kind TEXT, purpose TEXT, batch TEXT, voucher TEXT, year TEXT, note TEXT) STRICT"
    )
    return connection


def _zones() -> list[tuple[str, str]]:
    return [(zone.id, zone.name) for zone in zones(date(2023, 1, 1)) if zone.unit == _UNIT]


def _speed(scope: Scope) -> Iterator[Line]:
    del scope
    with tempfile.TemporaryDirectory() as folder:
        made = payments(Path(folder), _SIZE)
        reading = read_file(made.csv)
        for what, work in (
            ("rows that were read", lambda book: import_read(book, reading)),
            ("a CSV file", lambda book: import_file(book, made.csv)),
            ("an xlsx workbook", lambda book: import_file(book, made.xlsx)),
        ):
            found = _against_bare(Path(folder), made, work)
            yield Line.of(f"{_SIZE} payments from {what}", "bare executemany", found, None)


def _against_bare(folder: Path, made: Payments, work: Callable[[Book], object]) -> Ratio:
    """Return the ratio over rounds; every run starts with a new file, which is not timed."""
    pairs = [(_once(folder, work), _once_bare(folder, made.rows)) for _ in range(_ROUNDS)]
    ratios = [own / other for own, other in pairs]
    longest = max(other for _, other in pairs)
    return Ratio(median(ratios), min(ratios), max(ratios), _ROUNDS, longest)


def _once(folder: Path, work: Callable[[Book], object]) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as fresh, funded(Path(fresh) / "book.db") as book:
        return _seconds(lambda: work(book))


def _once_bare(folder: Path, rows: list[tuple[object, ...]]) -> float:
    with (
        tempfile.TemporaryDirectory(dir=folder) as fresh,
        closing(table(Path(fresh) / "bare.db")) as connection,
    ):
        return _seconds(lambda: bare(connection, rows))


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


SPEED = Benchmark("imports", "Importing payments into the book", _speed)

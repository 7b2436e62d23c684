"""A year in the book of 230 zones: idle money moved, and the year foreseen."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import allocation
from allocation.disbursement.issue import issue_of
from allocation.ledger.book import Book
from allocation.ledger.example import write_example
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCENARIO, _DAY, _ROUNDS = "national-2022-zones", date(2022, 9, 30), 3
_PLAN = """title = "九月调剂"
as_of = 2022-09-30
scenario = "national-2022-zones"
quantum = "10万元"
order = {order}
[use]
file = "use.csv"
unit = "分"
rest = "forecast"
source = "合成数据"
"""
_ORDERS = {"use, moved": '["use", "moved"]', "all four aims": '["use", "moved", "fair", "few"]'}


def _lived(folder: Path) -> Book:
    """Return four years of synthetic life up to the day, and wishes of every tenth zone."""
    issue = issue_of(allocation.allocate(_SCENARIO))
    wishes = [
        f"{code},{fen * 4 // 3}"
        for code, fen in zip(issue.ids[::10], issue.amounts[::10].tolist(), strict=True)
    ]
    (folder / "use.csv").write_text("\n".join(["id,use", *wishes]) + "\n", encoding="utf-8")
    book = Book.create(folder / "book.db", synthetic=True)
    write_example(book, issue, "外经贸发展专项资金", 4, 1, _DAY)
    return book


def _moving(_scope: Scope) -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as name, _lived(Path(name)) as book:
        plan = Path(name) / "plan.toml"
        for words, order in _ORDERS.items():
            plan.write_text(_PLAN.format(order=order), encoding="utf-8")
            found = ratio(
                lambda: allocation.reallocate(plan, book=book),
                lambda: allocation.allocate(_SCENARIO),
                _ROUNDS,
            )
            what = f"230 zones by the book's forecast: {words}"
            yield Line.of(what, "one allocation, from the files", found, None)


def _foreseeing(_scope: Scope) -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as name, _lived(Path(name)) as book:
        flows = book.flows(_DAY)
        found = ratio(
            lambda: allocation.forecast(flows, _DAY), lambda: book.flows(_DAY), 3 * _ROUNDS
        )
        what = f"forecast of 230 zones, 1 000 draws and back-test, {len(flows):,} flows"
        yield Line.of(what, "reading the flows from the book", found, None)


REALLOCATION = Benchmark("reallocation", "Reallocation from a book, all of it", _moving)
FORECAST = Benchmark("forecast", "The forecast to the end of the year", _foreseeing)

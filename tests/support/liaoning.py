"""The example of Liaoning in a book: issued, paid, and at the end of the year spent."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import allocation
from allocation.disbursement.issue import whole_of
from allocation.ledger.records import Line, Movement
from allocation.scenario.find import scenarios_folder

if TYPE_CHECKING:
    from pathlib import Path

FUND = "外经贸发展专项资金"
LINE = Line(FUND, 2022, "全年")
FOLDER = scenarios_folder() / "reallocations"
WAN = 10**6


def rows(name):
    """Return the rows of one of the example's tables by id."""
    text = (FOLDER / f"liaoning-2022-{name}.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def book_of(path: Path):
    """Return a book in which the example's holdings came about."""
    book = allocation.Book.create(path)
    whole = whole_of(allocation.allocate("liaoning-2022"))
    book.issue(whole, fund=FUND, on=date(2022, 3, 1), batch="全年")
    moved = []
    for code, row in rows("holdings").items():
        committed, paid, spent = (int(row[k]) * WAN for k in ("committed", "disbursed", "spent"))
        moved += [
            Movement("commit", LINE, code, committed, "2022-04-01"),
            Movement("disburse", LINE, code, paid + spent, "2022-05-01", source="issued"),
            Movement("spend", LINE, code, spent, "2022-06-01"),
        ]
    book.post([movement for movement in moved if movement.amount])
    return book


def spend_the_year(book):
    """Spend what each expects to use this year, as far as it has it."""
    use = rows("use")
    found = book.positions().set_index("recipient")
    moved = []
    for code, row in use.items():
        at = found.loc[code]
        left = int(row["use"]) * WAN - int(at["spent"])
        paid = min(left, int(at["disbursed"]))
        committed = min(left - paid, int(at["committed"]))
        free = min(left - paid - committed, int(at["available"]))
        moved += [
            Movement("disburse", LINE, code, committed, "2022-11-01", source="committed"),
            Movement("disburse", LINE, code, free, "2022-11-01", source="issued"),
            Movement("spend", LINE, code, paid + committed + free, "2022-12-01"),
        ]
    book.post([movement for movement in moved if movement.amount])


def write_plan(folder: Path, extra=""):
    """Write the example's plan without its holdings, for a book; return its path."""
    text = (FOLDER / "liaoning-2022.toml").read_text(encoding="utf-8")
    head, _, rest = text.partition("[holdings]")
    plan = folder / "plan.toml"
    plan.write_text(head + extra + "[use]" + rest.partition("[use]")[2], encoding="utf-8")
    for name in ("use", "scenarios"):
        file = f"liaoning-2022-{name}.csv"
        (folder / file).write_bytes((FOLDER / file).read_bytes())
    return plan

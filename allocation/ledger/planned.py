"""What a schedule says should have been paid by a day: ``schedule.csv`` of ``bokuan schedule``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from allocation.disbursement.plan_tables import ENDINGS, MONTH, open_table, whose
from allocation.errors import Problem, raise_if_any
from allocation.ledger.elapsed import months_elapsed
from allocation.money import parse_amount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from allocation.disbursement.plan_tables import Named, Table

_ASIDE = frozenset(
    {"id", "recipient", "name", "name_en", "purpose", "note", "total_fen", "amount_fen"}
)


#: Fen by year and month, of each recipient's code.
Plan = dict[str, dict[tuple[int, int], int]]


def read_plan(path: Path | str, people: Named) -> Plan:
    """Return what a schedule pays, by code and month.

    Parameters
    ----------
    path
        A CSV file with ``id`` or ``name`` and columns of months: ``2023-06_fen`` …, or
        ``2023-06`` with amounts that carry their unit. Rows of one recipient add up.
    people
        Everybody in the book.

    Raises
    ------
    InputError
        With every problem: a column, an amount, somebody who is not in the book.
    """
    path = Path(path)
    table, problems = open_table(path.name, path.parent)
    raise_if_any(problems)
    assert table is not None, "a table without a problem"
    found: Plan = {}
    columns = _columns(table, problems)
    for line, cells in table.rows:
        at = whose(table, line, cells, people)
        if isinstance(at, Problem):
            problems.append(at)
            continue
        months = found.setdefault(people.ids[at], {})
        for month, fen in _row(table, line, cells, columns, people.names[at], problems):
            months[month] = months.get(month, 0) + fen
    raise_if_any(problems)
    return found


def planned_by(plan: Plan, as_of: date) -> dict[str, int]:
    """Return the fen planned up to the last month that is over on ``as_of``, by code."""
    return {
        code: sum(
            fen for (year, month), fen in months.items() if month <= months_elapsed(as_of, year)
        )
        for code, months in plan.items()
    }


def _columns(table: Table, problems: list[Problem]) -> list[tuple[int, tuple[int, int], str]]:
    """Return position, year and month, and unit of each column of a month."""
    matches = [(at, name, MONTH.fullmatch(name)) for at, name in enumerate(table.header)]
    place = table.place(table.line)
    odd = [name for _, name, match in matches if match is None and name not in _ASIDE]
    found = [(at, match) for at, _, match in matches if match]
    problems += [
        Problem("L2-schedule-column", place, {"found": name[:40]})
        for name in (odd if found else odd or ["—"])
    ]
    return [
        (at, (int(match[1][:4]), int(match[1][5:])), ENDINGS.get(match[2] or "", ""))
        for at, match in found
    ]


def _row(
    table: Table,
    line: int,
    cells: list[str],
    columns: list[tuple[int, tuple[int, int], str]],
    name: str,
    problems: list[Problem],
) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield each month's fen of a row."""
    for at, month, unit in columns:
        place, words = table.place(line, table.header[at]), {"recipient": name[:60]}
        try:
            fen = parse_amount(cells[at], unit or None) if cells[at] else 0
        except ValueError:
            more = {"found": cells[at][:60], "key": table.header[at]}
            problems.append(Problem("L3-amount", place, words | more))
            continue
        if fen < 0:
            more = {"found": cells[at][:60], "column": table.header[at]}
            problems.append(Problem("L1-negative-value", place, words | more))
        yield month, fen

"""The CSV tables of a reallocation: whose a row is, and amounts in its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.disbursement.plan_tables import Table, whose
from allocation.disbursement.plan_tables import open_table as open_plain
from allocation.errors import Problem, nearest
from allocation.money import UNITS, parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.errors import Place
    from allocation.frame import Frame

_KEYS = ("id", "recipient", "name", "name_en", "note")


@dataclass(frozen=True)
class OpenTable:
    """A CSV file that was read, its columns known."""

    table: Table

    @property
    def rows(self) -> list[tuple[int, list[str]]]:
        """Each row's line and cells."""
        return self.table.rows

    @property
    def sha256(self) -> str:
        """Of the file's content, hex."""
        return self.table.sha256

    def place(self, line: int, column: str = "") -> Place:
        """Return the place of a cell."""
        return self.table.place(line, column)

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Return a cell; a column that is not there is blank."""
        header = self.table.header
        return cells[header.index(column)] if column in header else ""

    def whose(self, line: int, cells: Sequence[str], frame: Frame) -> int | Problem:
        """Return the position of a row's recipient, by id or name, or what is wrong."""
        return whose(self.table, line, cells, frame)

    def others(self, known: Sequence[str]) -> list[str]:
        """Return the columns that are neither a key nor known, in order."""
        return [name for name in self.table.header if name not in (*_KEYS, *known)]

    def fen(self, line: int, cells: Sequence[str], column: str, unit: str | None) -> int | Problem:
        """Return an amount of zero or more; a blank cell is nothing."""
        text, place = self.cell(cells, column), self.place(line, column)
        try:
            fen = parse_amount(text, unit) if text else 0
        except ValueError:
            words = {"found": text[:60], "allowed": "、".join(UNITS)}
            return Problem("L2-table-amount", place, words)
        words = {"found": text[:60], "recipient": "", "column": column}
        return fen if fen >= 0 else Problem("L1-negative-value", place, words)


def open_table(
    file: str, folder: Path, *, known: Sequence[str], needs: Sequence[str], free: bool = False
) -> tuple[OpenTable | None, list[Problem]]:
    """Return a table with the columns it needs and no unknown one, or what is wrong with it.

    Parameters
    ----------
    known
        Columns it may have beside whose a row is.
    needs
        Columns it must have.
    free
        Whether it may have any others too.
    """
    table, problems = open_plain(file, folder)
    if table is None:
        return None, problems
    opened, place = OpenTable(table), table.place(table.line)
    for column in needs:
        if column not in table.header:
            words = {"found": column, "nearest": nearest(column, table.header)}
            problems.append(Problem("L1-unknown-column", place, words))
    for column in () if free else opened.others(known):
        words = {"found": column[:40], "allowed": "、".join(("id", "name", *known))}
        problems.append(Problem("L1-table-column", place, words))
    if any(not problem.warning for problem in problems):
        return None, problems
    return opened, problems

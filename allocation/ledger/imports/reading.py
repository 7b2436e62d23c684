"""What a file holds, once it was read: its movements, what is wrong, and what was passed over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from allocation.errors import Place, Problem
    from allocation.ledger.imports.heads import Head
    from allocation.ledger.imports.mapping import Field_, Kind
    from allocation.scenario.workbook.sheets import Opened, Sheet


class FileRow(NamedTuple):
    """One movement as a file states it; ``sheet`` and ``row`` say where, counted from 0.

    What the file does not say is None, but for texts nobody needs, which are blank.
    """

    sheet: int
    row: int
    day: date
    recipient: str
    code: str
    fen: int
    kind: Kind
    fund: str | None
    year: int | None
    batch: str | None
    purpose: str | None
    direct: bool | None
    document: str
    voucher: str
    note: str


class Mark(NamedTuple):
    """A problem and the cell it stands in, by sheet, row and column from 0; -1 for all of a row."""

    sheet: int
    row: int
    column: int
    problem: Problem


@dataclass
class Reading:
    """What a file holds: its movements, what is wrong with it, and what was passed over.

    Parameters
    ----------
    heads
        Head of each sheet; None where it has none.
    named
        Rows with something wrong in them that still say for whom they are.
    totals, remarks
        Rows that add up others, and rows that say neither day, recipient nor amount, as places.
    """

    opened: Opened
    heads: list[Head | None] = field(default_factory=list)
    rows: list[FileRow] = field(default_factory=list)
    named: list[FileRow] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    totals: list[Place] = field(default_factory=list)
    remarks: list[Place] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Return everything that is wrong, in the order of the file."""
        return [mark.problem for mark in sorted(self.marks, key=lambda mark: mark[:3])]

    def place(self, row: FileRow) -> Place:
        """Return where a row stands."""
        return self.opened.sheets[row.sheet].place(row.row)

    def mark(self, row: FileRow, field_: Field_ | None, problem: Problem) -> None:
        """Note that a row that was read is wrong after all: in a field's cell, or as a whole."""
        head = self.heads[row.sheet]
        assert head is not None, "a row has a head"
        column = head.columns.get(field_, -1) if field_ else -1
        place = place_of(self.opened.sheets[row.sheet], head, row.row, column)
        self.marks.append(Mark(row.sheet, row.row, column, replace(problem, place=place)))


def place_of(sheet: Sheet, head: Head, row: int, column: int) -> Place:
    """Return the place of a cell, or of a row where ``column`` is below 0."""
    if column < 0:
        return sheet.place(row)
    return sheet.place(row, column, head.names[column] if column < len(head.names) else "")

"""What a file holds, once it was read: its movements, what is wrong, and what was passed over."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Rows:
    """The movements of a file, kept by column: a row is made when it is asked for."""

    def __init__(self, columns: Mapping[str, Sequence[Any]] | None = None) -> None:
        self._columns = {name: list((columns or {}).get(name, ())) for name in FileRow._fields}

    def __len__(self) -> int:
        return len(self._columns["row"])

    def __getitem__(self, at: int) -> FileRow:
        return FileRow._make(column[at] for column in self._columns.values())

    def __iter__(self) -> Iterator[FileRow]:
        return map(FileRow._make, zip(*self._columns.values(), strict=True))

    def column(self, name: str) -> list[Any]:
        """Return a field of every row."""
        return self._columns[name]

    def extend(self, other: Rows) -> None:
        """Add other rows after these."""
        for name, column in self._columns.items():
            column.extend(other.column(name))

    def where(self, chosen: Iterable[bool]) -> Self:
        """Return some of the rows."""
        which = list(chosen)
        if all(which):
            return self
        return type(self)({name: list(compress(c, which)) for name, c in self._columns.items()})


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
    rows: Rows = field(default_factory=Rows)
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

    def places(self, rows: Rows) -> list[str]:
        """Return where rows stand, as text."""
        where = zip(rows.column("sheet"), rows.column("row"), strict=True)
        sheets = self.opened.sheets
        return [sheets[sheet].place_text(row) for sheet, row in where]

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

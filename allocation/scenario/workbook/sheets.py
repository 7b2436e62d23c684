"""A file as sheets of cells, each with its place: xlsx and xls by calamine, CSV by Python."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Place, Problem, nearest, raise_if_any
from allocation.scenario.files import TABLE_LIMIT, digest, read_bytes, text_problem
from allocation.scenario.tables import text_rows
from allocation.scenario.workbook.letters import letters
from allocation.scenario.workbook.package import Unread, packed, parts_of, unread_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | float | int | bool | date | datetime | time | timedelta
#: First and last cell, both counted in, of cells that are merged into one.
Merged = tuple[tuple[int, int], tuple[int, int]]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table", b"mime-version")
_MACROS_OF_XLS = "_VBA_PROJECT".encode("utf-16-le")
_MACRO_ENDINGS = (".xlsm", ".xltm", ".xlsb", ".xlam")


@dataclass(frozen=True)
class Sheet:
    """One sheet, or a CSV file, which is a sheet without a name.

    Parameters
    ----------
    file, name
        The file's and the sheet's name.
    rows
        Cells, all rows of a sheet; those of a CSV file that are not blank.
    lines
        Of a CSV file: the line each row starts on.
    merged
        Ranges of merged cells; only the first cell of each has a value.
    unread
        Cells that read as blank and are not.
    """

    file: str
    name: str
    rows: Sequence[Sequence[Cell]]
    lines: Sequence[int] = ()
    merged: Sequence[Merged] = ()
    unread: Unread = field(default_factory=dict)

    def place(self, row: int, column: int | None = None, head: str = "") -> Place:
        """Return the place of a row or cell, counted from 0; ``head`` names a CSV's column."""
        if self.lines:
            return Place(self.file, self.lines[row], head)
        cell = f"{letters(column)}{row + 1}" if column is not None else str(row + 1)
        return Place(self.file, 0, f"{self.name}!{cell}")


@dataclass(frozen=True)
class Opened:
    """A file that was read: its name, SHA-256, sheets, and what is to be noted of it."""

    file: str
    sha256: str
    sheets: tuple[Sheet, ...]
    notes: tuple[Problem, ...] = ()


def open_file(path: Path | str, names: Sequence[str] = ()) -> Opened:
    """Return the sheets of a file that hold anything.

    Parameters
    ----------
    path
        An xlsx, xls or CSV file; what it is is told by its content.
    names
        The sheets wanted; default: every visible one.

    Raises
    ------
    InputError
        If it cannot be read, holds macros or entities, or unpacks too large.
    """
    file = Path(path).name
    content = read_bytes(Path(path), str(path), TABLE_LIMIT, text=False)
    if isinstance(content, Problem):
        raise InputError([content])
    sheets, problems = sheets_of(content, file, names)
    raise_if_any(problems)
    if not sheets:
        raise InputError([Problem("L1-empty-file", Place(file), {"found": file})])
    return Opened(file, digest(content), tuple(sheets), tuple(problems))


def sheets_of(
    content: bytes, file: str, names: Sequence[str] = ()
) -> tuple[list[Sheet], list[Problem]]:
    """Return the sheets of a file by what it is, with everything wrong with it as a whole."""
    xls = content.startswith(_OLE)
    if file.lower().endswith(_MACRO_ENDINGS) or (xls and _MACROS_OF_XLS in content):
        return [], [Problem("L1-macros", Place(file), {"found": file})]
    if content.startswith(_ZIP):
        parts = parts_of(content, file)
        if isinstance(parts, Problem):
            return [], [parts]
        return _workbook(packed(parts), file, names, unread_cells(parts))
    if xls:
        return _workbook(content, file, names, {})
    if names:
        return [], [_no_sheet(name, [], file) for name in names]
    return _csv(file, content)


def _csv(file: str, content: bytes) -> tuple[list[Sheet], list[Problem]]:
    if content[:64].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        return [], [Problem("L1-markup-not-table", Place(file), {"found": file})]
    if problem := text_problem(content, Place(file)):
        return [], [problem]
    rows, problems = text_rows(content, file)
    if rows and all(len(cells) == 1 for _, cells in rows):
        line, (head, *_) = rows[0]
        return [], [Problem("L1-no-commas", Place(file, line), {"found": head[:60]})]
    sheet = Sheet(file, "", [cells for _, cells in rows], [line for line, _ in rows])
    return ([sheet] if rows else []), problems


def _workbook(
    content: bytes, file: str, names: Sequence[str], unread: dict[str, Unread]
) -> tuple[list[Sheet], list[Problem]]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            found = [meta.name for meta in book.sheets_metadata]
            visible = [
                meta.name
                for meta in book.sheets_metadata
                if meta.visible is calamine.SheetVisibleEnum.Visible
            ]
            if absent := [name for name in names if name not in found]:
                return [], [_no_sheet(name, found, file) for name in absent]
            read = [(name, book.get_sheet_by_name(name)) for name in names or visible]
            sheets = [_sheet(file, name, sheet, unread.get(name, {})) for name, sheet in read]
            hidden = [name for name in found if name not in visible and name not in names]
    except calamine.PasswordError:
        return [], [Problem("L1-password", Place(file), {"found": file})]
    except (calamine.CalamineError, OSError, ValueError) as error:
        words = {"found": file, "reason": str(error)[:100]}
        return [], [Problem("L1-not-a-workbook", Place(file), words)]
    notes = [
        Problem("L1-hidden-sheet", Place(file), {"found": name}, warning=True) for name in hidden
    ]
    return [sheet for sheet in sheets if sheet.rows], notes


def _sheet(file: str, name: str, sheet: Any, unread: Unread) -> Sheet:
    rows = sheet.to_python(skip_empty_area=False)
    # The reader ends where all that follows reads as blank.
    last = max((row for row, _ in unread), default=-1)
    rows += [[] for _ in range(last + 1 - len(rows))]
    return Sheet(file, name, rows, (), sheet.merged_cell_ranges or (), unread)


def _no_sheet(name: str, found: Sequence[str], file: str) -> Problem:
    words = {
        "found": name[:60],
        "allowed": "、".join(found)[:300] or "—",
        "nearest": nearest(name, found),
    }
    return Problem("L1-no-such-sheet", Place(file), words)

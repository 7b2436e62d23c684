"""CSV tables as columns of text: what a cell says is left to whoever needs it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from allocation.errors import Place, Problem, nearest
from allocation.scenario.files import TABLE_LIMIT, read_bytes
from allocation.scenario.workbook.data_sheet import table_rows
from allocation.scenario.workbook.letters import letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocation.scenario.schema import Table
    from allocation.scenario.workbook.sheets import Sheet

#: Keys of rows that add up others; such rows are skipped.
TOTALS = ("合计", "小计", "总计")
#: What no recipient's key holds; a row with it is not taken for one.
_LIKE_TOTALS = (*TOTALS, "total")


@dataclass(frozen=True)
class RawTable:
    """One CSV file.

    Parameters
    ----------
    name, file
        Its name in the scenario and its path relative to the scenario.
    key
        Name of the column that says whose row it is.
    columns
        Cells by column name, each shape (rows,), stripped.
    lines
        Shape (rows,): the line each row starts on.
    units
        Unit of each money column.
    content
        The file's bytes; of a sheet, none: they are the scenario's.
    head
        The line of the column names.
    sheet, letters
        Of a workbook: the sheet, and the letter of each column.
    """

    name: str
    file: str
    key: str
    columns: Mapping[str, tuple[str, ...]]
    lines: tuple[int, ...]
    units: Mapping[str, str]
    content: bytes
    head: int = 1
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)

    def place(self, line: int, column: str = "") -> Place:
        """Return where a row, or its cell in a column, stands."""
        return _Where(self.file, self.sheet, self.letters).place(line, column)

    def column(self, name: str) -> str:
        """Return the sheet and letter of a column; empty for a CSV file."""
        return f"{self.sheet}!{self.letters[name]}" if self.sheet else ""


@dataclass(frozen=True)
class _Where:
    """Where cells stand: lines of a CSV file, or cells of a workbook's sheet."""

    file: str
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)

    def place(self, line: int, column: str = "") -> Place:
        if self.sheet:
            cell = f"{self.letters.get(column, '')}{line or ''}"
            return Place(self.file, 0, f"{self.sheet}!{cell or 'A1'}")
        return Place(self.file, line, column)


def read_table(
    name: str, table: Table, folder: Path, sheets: Mapping[str, Sheet]
) -> tuple[RawTable | None, list[Problem]]:
    """Return the table ``name`` of a scenario in ``folder``, with everything wrong in the file.

    It is one of ``sheets``, those of the scenario's own workbook, or else a CSV file. UTF-8, with
    or without a byte order mark, and GB18030 (as Excel in China saves CSV) are read; the latter is
    noted as a warning.
    """
    if table.file in sheets:
        sheet = sheets[table.file]
        rows, notes = table_rows(sheet, table.key)
        header = rows[0][1] if rows else []
        places = {column: letters(at) for at, column in enumerate(header)}
        found = _table(name, table, rows, b"", _Where(sheet.file, sheet.name, places))
        return (None if notes else found[0]), [*notes, *found[1]]
    if leaves_folder(table.file):
        return None, [Problem("L1-path-leaves-folder", words={"found": table.file[:200]})]
    content = read_bytes(folder / table.file, table.file, TABLE_LIMIT)
    if isinstance(content, Problem):
        return None, [content]
    rows, notes = csv_rows(content, table.file)
    if not rows:
        return None, notes
    raw, problems = _table(name, table, rows, content, _Where(table.file))
    return raw, notes + problems


def _table(
    name: str, table: Table, rows: list[_Row], content: bytes, where: _Where
) -> tuple[RawTable | None, list[Problem]]:
    """Return the table of rows, the first with the column names, and everything wrong with it."""
    if not rows:
        return None, [Problem("L1-no-rows", where.place(0), {"found": table.file})]
    header_line, header = rows[0]
    problems = _header_problems(header, where, header_line, table)
    problems += _row_problems(header, rows[1:], where)
    if problems:
        return None, problems
    kept, problems = _kept(header.index(table.key), rows[1:], table, where)
    columns = {
        column: tuple(cells[index] for _, cells in kept) for index, column in enumerate(header)
    }
    raw = RawTable(
        name=name,
        file=where.file,
        key=table.key,
        columns={column: cells for column, cells in columns.items() if column},
        lines=tuple(line for line, _ in kept),
        units=dict(table.amounts),
        content=content,
        head=header_line,
        sheet=where.sheet,
        letters=where.letters,
    )
    return raw, problems


_Row = tuple[int, list[str]]


def csv_rows(content: bytes, file: str) -> tuple[list[_Row], list[Problem]]:
    """Return the rows of a CSV file that are not blank, each with its line, header first.

    No rows if the text cannot be read or has one column; a note if it is GB18030.
    """
    rows, problems = text_rows(content, file)
    if rows and len(rows[0][1]) == 1:
        line, header = rows[0]
        problems.append(Problem("L1-no-commas", Place(file, line), {"found": header[0][:60]}))
        return [], problems
    return rows, problems


def text_rows(content: bytes, file: str) -> tuple[list[_Row], list[Problem]]:
    """Return the rows of a CSV file that are not blank, each with its line.

    No rows if the text cannot be read; a note if it is GB18030.
    """
    text, notes = _decoded(content, file)
    if text is None:
        return [], notes
    rows, problems = _rows(text, file)
    return rows, notes + problems


def leaves_folder(file: str) -> bool:
    """Whether a path is absolute or climbs, by the rules of any system."""
    windows, posix = PureWindowsPath(file), PurePosixPath(file)
    absolute = posix.is_absolute() or bool(windows.drive or windows.root)
    return absolute or ".." in windows.parts


def _decoded(content: bytes, file: str) -> tuple[str | None, list[Problem]]:
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if not _is_chinese(text):
        return None, [Problem("L1-unknown-encoding", Place(file, line), {"found": "?"})]
    return text, [Problem("L1-gb18030", Place(file), {"found": "GB18030"}, warning=True)]


def _is_chinese(text: str) -> bool:
    """Whether text read as GB18030 is Chinese: its common characters, not mangled Western ones."""
    foreign = re.sub(r"[\x00-\x7f]", "", text)
    common = foreign.encode("gb2312", errors="ignore").decode("gb2312")
    return len(common) * 2 > len(foreign)


def _rows(text: str, file: str) -> tuple[list[_Row], list[Problem]]:
    """Return the rows that are not blank, each with its first line, header first."""
    rows: list[_Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(_numbered(reader))
    except csv.Error as error:
        return [], [_csv_problem(error, Place(file, reader.line_num))]
    if not rows:
        return [], [Problem("L1-empty-file", Place(file), {"found": file})]
    return rows, []


def _numbered(reader: Iterator[list[str]]) -> Iterator[_Row]:
    line = 1
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield line, stripped
        line = reader.line_num + 1  # type: ignore[attr-defined]  # csv's own reader


def _csv_problem(error: csv.Error, place: Place) -> Problem:
    if "field larger" in str(error):
        return Problem("L1-cell-too-long", place, {"allowed": csv.field_size_limit()})
    return Problem("L1-csv-syntax", place, {"detail": str(error)})


def _header_problems(header: list[str], where: _Where, line: int, table: Table) -> list[Problem]:
    place = where.place(line)
    seen = sorted({name for name in header if name and header.count(name) > 1})
    problems = [Problem("L1-duplicate-column", place, {"found": name}) for name in seen]
    if table.key not in header:
        words = {"found": table.key, "nearest": nearest(table.key, header)}
        problems.append(Problem("L1-no-key-column", place, words | {"allowed": _list(header)}))
    for column in table.amounts:
        if column not in header:
            words = {"found": column, "nearest": nearest(column, header)}
            problems.append(Problem("L1-unknown-column", place, words))
    return problems


def _row_problems(header: list[str], rows: list[_Row], where: _Where) -> list[Problem]:
    problems = []
    blank = [index for index, name in enumerate(header) if not name]
    for line, cells in rows:
        if len(cells) != len(header):
            words = {"found": len(cells), "allowed": len(header)}
            problems.append(Problem("L1-ragged-row", where.place(line), words))
        elif any(cells[index] for index in blank):
            problems.append(Problem("L1-column-without-name", where.place(line)))
    return problems


def _kept(
    key: int, rows: list[_Row], table: Table, where: _Where
) -> tuple[list[_Row], list[Problem]]:
    """Return the rows that are somebody's, and the keys that are blank or stand twice."""
    kept: list[_Row] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for line, cells in rows:
        name = cells[key]
        place = where.place(line, table.key)
        if re.sub(r"\s", "", name) in TOTALS:
            continue
        if any(word in name.lower() for word in _LIKE_TOTALS):
            problems.append(Problem("L1-looks-like-total", place, {"found": name}))
        elif not name:
            problems.append(Problem("L1-blank-key", place, {"found": table.key}))
        elif name in first:
            words = {"found": name, "line": first[name]}
            problems.append(Problem("L1-duplicate-recipient", place, words))
        else:
            first[name] = line
            kept.append((line, cells))
    if not kept and not problems:
        problems.append(Problem("L1-no-rows", where.place(0), {"found": table.file}))
    return kept, problems


def _list(names: list[str]) -> str:
    return "、".join(name for name in names if name)[:300]

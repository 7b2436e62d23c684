"""A copy of an imported file with every wrong cell coloured and what is wrong as a comment.

The copy is written afresh from the values that were read, for xls and CSV too: nothing of the file
that could do harm gets into it, no formula loses its value, and it can be corrected and imported.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from allocation.report.layout import printable
from allocation.report.saved import save_files
from allocation.report.sheet import open_workbook, text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.ledger.imports.reading import Mark, Reading
    from allocation.scenario.workbook.sheets import Cell, Sheet

#: Cells after these are coloured and get no comment: Excel is slow with more.
MOST_COMMENTS = 1_000
_LONGEST_CELL, _LONGEST_NAME = 32_767, 80
_WIDEST = 40
_UNSAFE = re.compile(r"[^\w\-()() ]")
_SHEET_NAME = re.compile(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')")
_WRONG = {"bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1, "border_color": "#9C0006"}


def marked_name(file: str, number: int = 1) -> str:
    """Return the copy's name: it has no folder in it, whatever the file is called."""
    stem = _UNSAFE.sub("_", Path(file).stem)[:_LONGEST_NAME].strip() or "_"
    return f"{stem}.marked{'' if number == 1 else f'-{number}'}.xlsx"


def save_marked(reading: Reading, folder: Path | str, language: Language = "zh") -> Path:
    """Write the marked-up copy into ``folder``; return its path.

    An older copy stays: somebody may have corrected it.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    names = (marked_name(reading.opened.file, number) for number in count(1))
    name = next(name for name in names if not Path(folder, name).exists())

    def write(path: Path) -> None:
        with path.open("wb") as file:
            _write(reading, file, language)

    return save_files(Path(folder), {name: write})[0]


def _write(reading: Reading, file: IO[bytes], language: Language) -> None:
    book = open_workbook(file, say("imports-marked-title", language))
    formats = _Formats(book)
    names: set[str] = set()
    for at, sheet in enumerate(reading.opened.sheets):
        fits = _SHEET_NAME.fullmatch(sheet.name) and sheet.name.lower() not in names
        page = book.add_worksheet(sheet.name if fits else f"sheet {at + 1}")
        names.add(page.name.lower())
        marks = [mark for mark in reading.marks if mark.sheet == at]
        _page(page, sheet, _by_cell(marks, language), formats)
    book.close()


def _by_cell(marks: Sequence[Mark], language: Language) -> dict[tuple[int, int], str]:
    """Return what is wrong by cell; of a whole row, at its first one."""
    said: dict[tuple[int, int], list[str]] = {}
    for mark in marks:
        words = mark.problem.words
        text = f"[{mark.problem.code}] {say(mark.problem.code, language, **words)}"
        said.setdefault((mark.row, max(mark.column, 0)), []).append(printable(text))
    return {cell: "\n".join(dict.fromkeys(texts)) for cell, texts in said.items()}


def _page(page: Any, sheet: Sheet, wrong: Mapping[tuple[int, int], str], formats: _Formats) -> None:
    _merge(page, sheet, formats)
    widths: dict[int, int] = {}
    wide = {first for first, last in sheet.merged if first[1] != last[1]}
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if cell != "":
                _put(page, row, column, cell, formats.of(cell, wrong=(row, column) in wrong))
                width = 0 if (row, column) in wide else text_width(str(cell))
                widths[column] = max(widths.get(column, 8), width)
    for column, width in widths.items():
        page.set_column(column, column, min(width + 2, _WIDEST))
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for number, ((row, column), text) in enumerate(wrong.items()):
        cells = sheet.rows[row]
        if column >= len(cells) or cells[column] == "":
            page.write_blank(row, column, None, formats.of("", wrong=True))
        if number < MOST_COMMENTS:
            lines = 1 + text_width(text) // 40
            page.write_comment(row, column, text, {"width": 320, "height": 20 + 18 * lines})


def _merge(page: Any, sheet: Sheet, formats: _Formats) -> None:
    from xlsxwriter.exceptions import OverlappingRange

    for (top, left), (bottom, right) in sheet.merged:
        try:
            if bottom < len(sheet.rows) and (top, left) != (bottom, right):
                page.merge_range(top, left, bottom, right, "", formats.of("", wrong=False))
        except OverlappingRange:
            # Only a broken file has these; its values are all here.
            continue


def _put(page: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell, look)
    elif isinstance(cell, (int, float)):
        page.write_number(row, column, cell, look)
    elif isinstance(cell, (date, datetime)):
        page.write_datetime(row, column, cell, look)
    else:
        page.write_string(row, column, str(cell)[:_LONGEST_CELL], look)


class _Formats:
    """The few looks of cells."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}

    def of(self, cell: Cell, *, wrong: bool) -> Any:
        """Return the look of a cell."""
        number = "General"
        if isinstance(cell, datetime):
            number = "yyyy-mm-dd hh:mm:ss"
        elif isinstance(cell, date):
            number = "yyyy-mm-dd"
        if (number, wrong) not in self._made:
            look = {"num_format": number, "valign": "vcenter"} | (_WRONG if wrong else {})
            self._made[number, wrong] = self._book.add_format(look)
        return self._made[number, wrong]

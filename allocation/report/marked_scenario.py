"""A copy of a scenario's workbook with every wrong cell red and noted, and a sheet of the problems.

The copy keeps drop-downs, limits and formats, so that it is corrected and run like the workbook.
"""

from __future__ import annotations

import io
import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Problem
from allocation.report.layout import printable
from allocation.report.saved import save_files
from allocation.scenario.files import TABLE_LIMIT, read_bytes
from allocation.scenario.find import Reference
from allocation.scenario.workbook.layout import ASIDE
from allocation.scenario.workbook.package import packed, parts_of
from allocation.scenario.written import WORKBOOK
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_AUTHOR = "bokuan"
#: Cells after these are coloured and get no note: Excel is slow with more.
_MOST_NOTES = 1_000
_WRONG, _INPUT = "FFFFC7CE", "FFFFF9DB"
_CELL = re.compile(r"(.+)!([A-Z]{0,3})([0-9]*)")
_MARKED = re.compile(r"\.marked(?:-[0-9]+)?$")


def marked_copies(
    problems: Sequence[Problem], references: Sequence[object], language: Language
) -> list[Problem]:
    """Write a marked copy beside each workbook in which something is wrong; say where it is.

    Parameters
    ----------
    problems
        What is wrong; what stands in no cell of a workbook is left alone.
    references
        The scenarios of a call: those that are workbooks are copied.
    """
    found = []
    for reference in dict.fromkeys(filter(None, references)):
        target = Reference.parse(str(reference)).target
        own = [problem for problem in problems if problem.place.file == target]
        if target.endswith(WORKBOOK) and any(_CELL.fullmatch(p.place.column) for p in own):
            found += _said(Path(target), own, language)
    return found


def _said(path: Path, problems: Sequence[Problem], language: Language) -> list[Problem]:
    try:
        copy = save_marked(path, problems, language)
    except InputError as error:
        return list(error.problems)
    words = {"path": copy}
    return [Problem("L1-marked-scenario", words=words, warning=True)]


def save_marked(path: Path, problems: Sequence[Problem], language: Language = "zh") -> Path:
    """Write ``NAME.marked.xlsx`` beside a workbook; return its path.

    An older copy stays: somebody may have corrected it.

    Raises
    ------
    InputError
        If the workbook cannot be read, or the copy cannot be written.
    """
    content = read_bytes(path, str(path), TABLE_LIMIT, text=False)
    parts = content if isinstance(content, Problem) else parts_of(content, str(path))
    if isinstance(parts, Problem):
        raise InputError([parts])
    stem = _MARKED.sub("", path.stem)
    names = (f"{stem}.marked{'' if n == 1 else f'-{n}'}{WORKBOOK}" for n in count(1))
    name = next(name for name in names if not (path.parent / name).exists())
    book = _marked(packed(parts), problems, language)
    return save_files(path.parent, {name: book.save})[0]


def _marked(content: bytes, problems: Sequence[Problem], language: Language) -> Any:
    """Return the workbook with marks; those of an earlier copy are taken off first."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    for page in [page for page in book.worksheets if page["A1"].value == ASIDE]:
        book.remove(page)
    for page in book.worksheets:
        _unmark(page)
    for number, ((sheet, cell), texts) in enumerate(_by_cell(problems, language).items()):
        if sheet in book.sheetnames:
            _mark(book[sheet], cell, texts if number < _MOST_NOTES else [])
    _list(book.create_sheet(_free_name(book, language)), problems, language)
    return book


def _by_cell(
    problems: Sequence[Problem], language: Language
) -> Mapping[tuple[str, str], list[str]]:
    """Return what is wrong by sheet and cell; of a whole row or column, at its first cell."""
    said: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        if match := _CELL.fullmatch(problem.place.column):
            sheet, letters, row = match.groups()
            words = say(problem.code, language, **problem.words)
            text = printable(f"[{problem.code}] {words}")
            said.setdefault((sheet, f"{letters or 'A'}{row or 1}"), []).append(text)
    return said


def _mark(page: Any, cell: str, texts: Sequence[str]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    page[cell].fill = PatternFill("solid", fgColor=_WRONG)
    if texts:
        note = Comment("\n".join(dict.fromkeys(texts)), _AUTHOR, height=120, width=340)
        page[cell].comment = note
    page.sheet_properties.tabColor = _WRONG


def _unmark(page: Any) -> None:
    """Take off the marks of an earlier copy: what is right by now is not red any more."""
    from openpyxl.styles import PatternFill

    if (page.sheet_properties.tabColor or "") and page.sheet_properties.tabColor.rgb == _WRONG:
        page.sheet_properties.tabColor = None
    for row in page.iter_rows():
        for cell in row:
            if cell.fill.fgColor.rgb == _WRONG:
                cell.fill = PatternFill("solid", fgColor=_INPUT)
                cell.comment = None


def _free_name(book: Any, language: Language) -> str:
    name = say("template-sheet-problems", language)
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    return next(name for name in names if name not in book.sheetnames)


def _list(page: Any, problems: Sequence[Problem], language: Language) -> None:
    """Write the problems, one a row; the sheet is not read again."""
    from openpyxl.styles import Alignment, Font

    page["A1"], page["A2"] = ASIDE, say("template-problems-hint", language)
    page["A1"].font = Font(color="FFA6A6A6", size=8)
    page.append([say("template-place", language), say("template-problem", language)])
    for cell in page[3]:
        cell.font = Font(bold=True)
    for row, problem in enumerate(problems, 4):
        words = printable(f"[{problem.code}] {say(problem.code, language, **problem.words)}")
        for column, text in enumerate((problem.place.column or str(problem.place), words), 1):
            cell = page.cell(row, column)
            # Text stays text, whatever it begins with.
            cell.value, cell.data_type = text, "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 28, 110
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage = 0, True

"""Data tables of a sweep as a spreadsheet has them: one-way for one key, two-way for two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import InputError, Problem
from allocation.report.layout import places_of_fen, printable
from allocation.report.sheet import Sheet, open_workbook
from allocation.sweep.cases import GRID
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.report.swept import Swept
    from allocation.sweep.cases import Design

_ROW, _WIDE, _NARROW = 3, 24, 14
#: Characters a sheet's name may not have, and letters it may have.
_FORBIDDEN, _LETTERS = "[]:*?/\\'", 28


def require_table(design: Design) -> None:
    """Raise InputError unless the cases fill a table: a grid of one key, or of two."""
    if design.kind != GRID or len(design.axes) > 2:
        words = {"found": f"{design.kind}, {len(design.axes)}"}
        raise InputError([Problem("L1-table-needs-grid", words=words)])


def write_tables(found: Swept, path: Path, language: Language, places: Sequence[int]) -> None:
    """Write the data tables of the recipients at ``places`` as a workbook."""
    with path.open("wb") as file:
        book = open_workbook(file, say("sweep-table-title", language))
        if len(found.design.axes) == 1:
            _one_way(found, _sheet(book, found, say("sweep-table-one", language), language), places)
        else:
            for number, at in enumerate(places, start=1):
                kept = "".join(
                    sign for sign in _name(found, at, language) if sign not in _FORBIDDEN
                )
                _two_way(found, _sheet(book, found, f"{number} {kept[:_LETTERS]}", language), at)
        book.close()


def _sheet(book: object, found: Swept, name: str, language: Language) -> Sheet:
    page = book.add_worksheet(name[:31])  # type: ignore[attr-defined]  # untyped library
    return Sheet(book, page, language, places_of_fen(found.fen))


def _one_way(found: Swept, sheet: Sheet, places: Sequence[int]) -> None:
    """Write one row per value and one column per recipient; the first row is as it is."""
    axis, language = found.design.axes[0], sheet.language
    heads = [axis.key, *(_name(found, at, language) for at in places)]
    widths = [_WIDE, *[_NARROW] * len(places)]
    title = say("sweep-table-title", language)
    _top(found, sheet, title, heads, widths)
    _row(found, sheet, _ROW + 1, say("sweep-table-base", language), None, places)
    for case, value in enumerate(axis.values):
        _row(found, sheet, _ROW + 2 + case, value, case, places)
    _coloured(sheet, (_ROW + 2, 1), (_ROW + 1 + len(axis.values), len(places)))
    sheet.page.freeze_panes(_ROW + 1, 1)
    sheet.printed(repeated_row=_ROW, landscape=len(places) > 4)


def _two_way(found: Swept, sheet: Sheet, at: int) -> None:
    """Write the first key's values down, the second's across, one recipient's amounts between."""
    down, across = found.design.axes
    name = _name(found, at, sheet.language)
    heads = [f"{down.key} ↓\n{across.key} →", *across.values]
    widths = [max(_WIDE, len(down.key) + 4), *[_NARROW] * len(across.values)]
    _top(found, sheet, say("sweep-table-of", sheet.language, name=name), heads, widths)
    base = say("sweep-table-base", sheet.language)
    _row(found, sheet, _ROW + 1, base, None, [at])
    width = len(across.values)
    for row, value in enumerate(down.values):
        sheet.page.write_string(_ROW + 2 + row, 0, printable(value), sheet.head())
        for column in range(width):
            _cell(found, sheet, (_ROW + 2 + row, column + 1), row * width + column, at)
    _coloured(sheet, (_ROW + 2, 1), (_ROW + 1 + len(down.values), width))
    sheet.page.freeze_panes(_ROW + 1, 1)
    sheet.printed(repeated_row=_ROW, landscape=width > 5)


def _top(
    found: Swept, sheet: Sheet, title: str, heads: Sequence[str], widths: Sequence[int]
) -> None:
    """Write title, scenario and unit above the heads."""
    scenario, language = found.loaded.scenario, sheet.language
    shown = scenario.title if language == "zh" else scenario.title_en or scenario.title
    mark = say("report-illustrative", language) if scenario.illustrative else ""
    sheet.top(title, [printable(head) for head in heads], widths, _ROW)
    plain = sheet.look(border=0)
    sheet.page.write_string(1, 0, printable(shown) + mark, plain)
    sheet.page.write_string(2, 0, say("report-unit", language), plain)


def _row(
    found: Swept, sheet: Sheet, row: int, label: str, case: int | None, places: Sequence[int]
) -> None:
    sheet.page.write_string(row, 0, printable(label), sheet.head())
    for column, at in enumerate(places, start=1):
        _cell(found, sheet, (row, column), case, at)


def _cell(found: Swept, sheet: Sheet, cell: tuple[int, int], case: int | None, at: int) -> None:
    """Write one amount, or what became of the case, with why as a note."""
    outcome = found.base if case is None else found.outcomes[case]
    if outcome.fen:
        fen = found.before if case is None else found.fen[case]
        sheet.amount(*cell, int(fen[at]), sheet.money())
        return
    words = say(f"sweep-state-{outcome.state}", sheet.language)
    sheet.page.write_string(*cell, words, sheet.look(align="center", font_color="#B00000"))
    why = outcome.words[0 if sheet.language == "zh" else 1]
    sheet.page.write_comment(*cell, printable(why)[:1000], {"x_scale": 3, "y_scale": 2})


def _coloured(sheet: Sheet, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Shade amounts from low to high."""
    scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#8EC1E8"}
    sheet.page.conditional_format(*first, *last, scale)


def _name(found: Swept, at: int, language: Language) -> str:
    frame = found.loaded.frame
    english = language == "en" and frame.names_en[at]
    return printable(english or frame.names[at])

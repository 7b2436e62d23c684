"""The reallocation as an Excel workbook: the table, the transfers, reasons and notes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from allocation.report.layout import printable, wan
from allocation.report.reallocation_text import (
    called,
    columns,
    line_names,
    places,
    sentences,
    subtitle,
    title,
)
from allocation.report.sheet import Sheet, open_workbook, text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.reallocation.reallocate import Reallocation

_HEAD_ROW, _TOTAL_ROW, _FIRST = 2, 3, 2
_NUMBER_WIDTH, _NARROWEST, _WIDEST, _NOTE_WIDTH = 6, 11, 40, 80


def write_book(found: Reallocation, path: Path, language: Language) -> None:
    """Write the workbook: totals are live formulas that carry the engine's value."""
    file = BytesIO()
    book = open_workbook(file, title(found, language))

    def sheet(key: str) -> Sheet:
        return Sheet(book, book.add_worksheet(say(key, language)), language, places(found))

    _table(found, sheet("reallocation-sheet-table"))
    _transfers(found, sheet("reallocation-sheet-transfers"))
    _notes(found, sheet("reallocation-sheet-notes"))
    book.close()
    path.write_bytes(file.getvalue())


def _name_width(names: Sequence[str]) -> int:
    return min(max(map(text_width, (*names, "xxxx"))) + 2, _WIDEST)


def _table(found: Reallocation, sheet: Sheet) -> None:
    """Write a row for each recipient; the total on top as live sums."""
    from xlsxwriter.utility import xl_range

    language, page, figures = sheet.language, sheet.page, columns(found)
    names = called(found, language)
    count = len(names)
    wide = text_width(wan(int(found.before.sum()), sheet.places)) + 3
    widths = [_NUMBER_WIDTH, _name_width(names), *([max(wide, _NARROWEST)] * len(figures))]
    heads = [say(key, language) for key in ("report-number", "report-name", *figures)]
    sheet.top(title(found, language), heads, widths, _HEAD_ROW)
    right = sheet.look(border=0, align="right")
    page.write_string(1, len(widths) - 1, say("report-unit", language), right)
    bold, plain = sheet.money(bold=True), sheet.money()
    page.write_blank(_TOTAL_ROW, 0, None, sheet.look())
    page.write_string(_TOTAL_ROW, 1, say("report-total", language), sheet.look(bold=True))
    for at, name in enumerate(names):
        row = _TOTAL_ROW + 1 + at
        page.write_number(row, 0, at + 1, sheet.look(align="center"))
        page.write_string(row, 1, name, sheet.look(text_wrap=True))
    for column, fen in enumerate(figures.values(), start=_FIRST):
        cells = [xl_range(_TOTAL_ROW + 1, column, _TOTAL_ROW + count, column)]
        sheet.sum_of(_TOTAL_ROW, column, cells, int(fen.sum()) / 1e6, bold)
        for at, amount in enumerate(fen.tolist()):
            sheet.amount(_TOTAL_ROW + 1 + at, column, amount, plain)
    page.freeze_panes(_TOTAL_ROW, _FIRST)
    sheet.printed(repeated_row=_HEAD_ROW, landscape=True)


def _transfers(found: Reallocation, sheet: Sheet) -> None:
    """Write every transfer: line of money, from whom, to whom, how much."""
    language, page = sheet.language, sheet.page
    names, lines = called(found, language), line_names(found, language)
    keys = ("report-number", "reallocation-line", "reallocation-from", "reallocation-to")
    heads = [say(key, language) for key in (*keys, "reallocation-amount")]
    name = _name_width(names)
    widths = [_NUMBER_WIDTH, _name_width(lines), name, name, 16]
    sheet.top(title(found, language), heads, widths, _HEAD_ROW)
    right = sheet.look(border=0, align="right")
    page.write_string(1, len(widths) - 1, say("report-unit", language), right)
    for number, one in enumerate(found.transfers, start=1):
        row, text = _HEAD_ROW + number, sheet.look(text_wrap=True)
        page.write_number(row, 0, number, sheet.look(align="center"))
        for column, words in enumerate((lines[one.line], names[one.giver], names[one.getter])):
            page.write_string(row, 1 + column, words, text)
        sheet.amount(row, 4, one.fen, sheet.money())
    page.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.printed(repeated_row=_HEAD_ROW, landscape=True)


def _notes(found: Reallocation, sheet: Sheet) -> None:
    """Write the sentences, a row each; amounts in them are in 万元."""
    sheet.page.set_column(0, 0, _NOTE_WIDTH)
    said = [subtitle(found, sheet.language), *sentences(found, sheet.language)]
    for row, line in enumerate(said):
        sheet.page.write_string(row, 0, printable(line), sheet.look(text_wrap=True, border=0))
        sheet.fit_height(row, (line, _NOTE_WIDTH))
    sheet.printed(landscape=False)

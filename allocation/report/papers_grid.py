"""One sheet of the papers: titles, heads, rows of text and money, live totals and live rates."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from allocation.money import format_amount
from allocation.report.layout import places_of_fen, printable
from allocation.report.sheet import Sheet, text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from allocation.report.papers import Paper

_HEAD_ROW, _TOTAL_ROW = 2, 3
_NUMBER, _NARROWEST, _WIDEST, _MONEY, _SHORT = 6, 8, 36, 11, 11
_PORTRAIT_WIDTH = 92


@dataclass(frozen=True)
class Col:
    """A column: its head, what its cells are, and the cells.

    Parameters
    ----------
    kind
        ``text``, ``money`` (fen), ``rate`` (of the columns ``of``) or ``points`` (fractions).
    cells
        One for each row; a rate has none, it is computed from its two columns.
    of
        Positions, among the columns, of a rate's numerator and denominator.
    """

    head: str
    kind: Literal["text", "money", "rate", "points"]
    cells: Sequence[Any] = ()
    of: tuple[int, int] = (0, 0)


def write_grid(
    paper: Paper, key: str, columns: Sequence[Col], *, total: bool = True, note: str = ""
) -> None:
    """Write a sheet: number, columns, and on top 合计 where ``total``.

    Rates are formulas of the two cells they come from; a denominator not above zero leaves them
    blank.
    """
    language = paper.language
    sheet = paper.sheet(key, _places(columns))
    heads = [say("report-number", language), *(column.head for column in columns)]
    widths = [_NUMBER, *map(_width, columns)]
    sheet.top(paper.heading(key), heads, widths, _HEAD_ROW)
    left, right = sheet.look(border=0), sheet.look(border=0, align="right")
    sheet.page.write_string(1, 0, note, left)
    sheet.page.write_string(1, len(columns), say("report-unit", language), right)
    first = _TOTAL_ROW + total
    pairs = zip(columns, widths[1:], strict=True)
    texts = [(column.cells, width) for column, width in pairs if column.kind == "text"]
    count = max((len(column.cells) for column in columns), default=0)
    if total:
        _total(sheet, columns, first, count, language)
    for at in range(count):
        sheet.page.write_number(first + at, 0, at + 1, sheet.look(align="center"))
        for number, column in enumerate(columns, start=1):
            _cell(sheet, columns, first + at, number, column, at)
        sheet.fit_height(first + at, *((str(cells[at]), width) for cells, width in texts))
    sheet.page.freeze_panes(first, 2)
    sheet.printed(repeated_row=_HEAD_ROW, landscape=sum(widths) > _PORTRAIT_WIDTH)


def _places(columns: Sequence[Col]) -> int:
    import numpy as np

    fen = [cell for column in columns if column.kind == "money" for cell in column.cells]
    return places_of_fen(np.array(fen, dtype=np.int64))


def _width(column: Col) -> int:
    if column.kind == "money":
        return max(_MONEY, text_width(format_amount(sum(map(int, column.cells)))) + 3)
    if column.kind != "text":
        return _SHORT
    widest = max(map(text_width, map(str, column.cells)), default=0) + 2
    return min(max(widest, _NARROWEST), _WIDEST)


def _total(
    sheet: Sheet, columns: Sequence[Col], first: int, count: int, language: Language
) -> None:
    """Write 合计: sums of the money below it, and rates of these sums."""
    from xlsxwriter.utility import xl_range

    bold = sheet.look(bold=True)
    sheet.page.write_blank(_TOTAL_ROW, 0, None, bold)
    said = False
    for number, column in enumerate(columns, start=1):
        if column.kind == "money":
            cells = [xl_range(first, number, first + max(count, 1) - 1, number)]
            value = sum(column.cells) / 1e6
            sheet.sum_of(_TOTAL_ROW, number, cells, value, sheet.money(bold=True))
        elif column.kind == "rate":
            sums = [sum(columns[place].cells) for place in column.of]
            _rate(sheet, _TOTAL_ROW, number, column, sums, bold=True)
        elif not said:
            sheet.page.write_string(_TOTAL_ROW, number, say("report-total", language), bold)
            said = True
        else:
            sheet.page.write_blank(_TOTAL_ROW, number, None, bold)


def _cell(
    sheet: Sheet, columns: Sequence[Col], row: int, number: int, column: Col, at: int
) -> None:
    if column.kind == "money":
        sheet.amount(row, number, int(column.cells[at]), sheet.money())
    elif column.kind == "rate":
        pair = [int(columns[place].cells[at]) for place in column.of]
        _rate(sheet, row, number, column, pair, bold=False)
    elif column.kind == "points":
        value = column.cells[at]
        look = sheet.look(num_format="+0.00;-0.00;0.00")
        if value is None:
            sheet.page.write_blank(row, number, None, look)
        else:
            sheet.page.write_number(row, number, _half_up(value * 100, 2), look)
    else:
        text = printable(str(column.cells[at]))
        sheet.page.write_string(row, number, text, sheet.look(text_wrap=True))


def _rate(
    sheet: Sheet, row: int, number: int, column: Col, pair: Sequence[int], *, bold: bool
) -> None:
    """Write a rate as a formula of its numerator and denominator in the same row."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    top, base = (xl_rowcol_to_cell(row, place + 1) for place in column.of)
    value = _half_up(Fraction(*pair), 4) if pair[1] > 0 else ""
    look = sheet.look(num_format="0.00%", bold=bold)
    formula = f'=IF({base}>0,ROUND({top}/{base},4),"")'
    sheet.page.write_formula(row, number, formula, look, value)


def _half_up(value: Fraction, places: int) -> float:
    """Return a number for a cell, rounded half up before it becomes a float."""
    scale = 10**places
    return float(int((value * scale * 2 + 1) // 2) / scale)

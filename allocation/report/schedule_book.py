"""The schedule as an Excel workbook: recipients × months, the dated payments, notes."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from allocation.report.layout import printable, wan
from allocation.report.schedule_compare import write_strategies
from allocation.report.schedule_lines import Lines, labels, lines_of
from allocation.report.schedule_text import given, notes, places, title
from allocation.report.sheet import Sheet, open_workbook, text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allocation.disbursement.schedule import Schedule
    from allocation.disbursement.strategies import Strategy

_HEAD_ROW, _TOTAL_ROW, _FIRST = 2, 3, 2
_NUMBER_WIDTH, _NARROWEST, _WIDEST, _NOTE_WIDTH = 6, 10, 40, 80


def write_book(
    found: Schedule, path: Path, language: Language, compared: Mapping[Strategy, Schedule]
) -> None:
    """Write the workbook: totals are live formulas that carry the engine's value."""
    file = BytesIO()
    book = open_workbook(file, title(found, language))

    def sheet(key: str) -> Sheet:
        return Sheet(book, book.add_worksheet(say(key, language)), language, places(found))

    _table(found, sheet("schedule-sheet-table"))
    _payments(found, sheet("schedule-sheet-dated"))
    _notes(found, sheet("schedule-sheet-notes"))
    if compared:
        write_strategies(compared, sheet("schedule-sheet-compare"))
    book.close()
    path.write_bytes(file.getvalue())


def _widths(found: Schedule, called: Sequence[str], columns: int, shown: int) -> list[int]:
    total = text_width(wan(int(found.payments.sum()), shown)) + 3
    name = min(max(map(text_width, (*called, "xxxx"))) + 2, _WIDEST)
    return [_NUMBER_WIDTH, name, *([max(total, _NARROWEST)] * columns)]


def _table(found: Schedule, sheet: Sheet) -> None:
    """Write recipients × months with both margins as live sums."""
    from xlsxwriter.utility import xl_range

    language, page, lines = sheet.language, sheet.page, lines_of(found)
    called, payments = labels(found, lines, language), lines.payments
    count, months = payments.shape
    heads = [say("report-number", language), say("report-name", language)]
    heads += [*found.months, say("report-sum", language)]
    sheet.top(
        title(found, language), heads, _widths(found, called, months + 1, sheet.places), _HEAD_ROW
    )
    right = sheet.look(border=0, align="right")
    page.write_string(1, _FIRST + months, say("report-unit", language), right)
    bold, plain, sums = sheet.money(bold=True), sheet.money(), payments.sum(axis=1).tolist()
    page.write_blank(_TOTAL_ROW, 0, None, sheet.look())
    page.write_string(_TOTAL_ROW, 1, say("report-total", language), sheet.look(bold=True))
    for column in range(months + 1):
        cells = [xl_range(_TOTAL_ROW + 1, _FIRST + column, _TOTAL_ROW + count, _FIRST + column)]
        fen = sum(sums) if column == months else int(payments[:, column].sum())
        sheet.sum_of(_TOTAL_ROW, _FIRST + column, cells, fen / 1e6, bold)
    for at, row in enumerate(range(_TOTAL_ROW + 1, _TOTAL_ROW + 1 + count)):
        page.write_number(row, 0, at + 1, sheet.look(align="center"))
        page.write_string(row, 1, printable(called[at]), sheet.look(text_wrap=True))
        for column, fen in enumerate(payments[at].tolist()):
            sheet.amount(row, _FIRST + column, fen, plain)
        cells = [xl_range(row, _FIRST, row, _FIRST + months - 1)]
        sheet.sum_of(row, _FIRST + months, cells, sums[at] / 1e6, bold)
    page.freeze_panes(_TOTAL_ROW, _FIRST)
    sheet.printed(repeated_row=_HEAD_ROW, landscape=True)


def _payments(found: Schedule, sheet: Sheet) -> None:
    """Write every payment with its day, in order of days; what was paid, with its own if known."""
    from xlsxwriter.utility import xl_range

    language, page = sheet.language, sheet.page
    lines = lines_of(found)
    called = labels(found, lines, language)
    keys = ("report-number", "schedule-day", "report-name", "schedule-paid-amount")
    widths = [_NUMBER_WIDTH, 14, _widths(found, called, 1, sheet.places)[1], 16]
    sheet.top(title(found, language), [say(key, language) for key in keys], widths, _HEAD_ROW)
    page.write_string(1, 3, say("report-unit", language), sheet.look(border=0, align="right"))
    rows = _dated(found, lines)
    last = _TOTAL_ROW + len(rows)
    page.write_blank(_TOTAL_ROW, 0, None, sheet.look())
    page.write_string(_TOTAL_ROW, 1, say("report-total", language), sheet.look(bold=True))
    page.write_blank(_TOTAL_ROW, 2, None, sheet.look())
    total = sum(fen for _, _, fen in rows) / 1e6
    cells = [xl_range(_TOTAL_ROW + 1, 3, last, 3)]
    sheet.sum_of(_TOTAL_ROW, 3, cells, total, sheet.money(bold=True))
    dated = sheet.look(num_format="yyyy-mm-dd", align="right")
    for number, (day, who, fen) in enumerate(rows, start=1):
        row = _TOTAL_ROW + number
        page.write_number(row, 0, number, sheet.look(align="center"))
        if isinstance(day, date):
            page.write_datetime(row, 1, datetime.combine(day, time()), dated)
        else:
            page.write_string(row, 1, day, sheet.look(align="right"))
        page.write_string(row, 2, printable(called[who]), sheet.look(text_wrap=True))
        sheet.amount(row, 3, fen, sheet.money())
    page.freeze_panes(_TOTAL_ROW + 1, 0)
    sheet.printed(repeated_row=_HEAD_ROW, landscape=False)


def _dated(found: Schedule, lines: Lines) -> list[tuple[date | str, int, int]]:
    """Return day, line and fen of every payment; of a past one the month, if no day is known."""
    periods, prepared = found.prepared.periods, found.prepared
    place = {
        (who, max(what, 0)): at
        for at, (who, what) in enumerate(
            zip(lines.recipient.tolist(), lines.purpose.tolist(), strict=True)
        )
    }
    rows: list[tuple[date | str, int, int]] = [
        (one.day or one.month, place[one.recipient, one.purpose], one.fen)
        for one in prepared.past.made
        if one.fen
    ]
    rows.sort(key=lambda row: (str(row[0]), row[1]))
    for at, line in np.argwhere(lines.payments.T).tolist():
        if at >= prepared.frozen:
            rows.append((periods.days[at], line, int(lines.payments[line, at])))
    return rows


def _notes(found: Schedule, sheet: Sheet) -> None:
    sheet.page.set_column(0, 0, _NOTE_WIDTH)
    language = sheet.language
    for row, line in enumerate([*notes(found, language), *given(found, language)]):
        sheet.page.write_string(row, 0, printable(line), sheet.look(text_wrap=True, border=0))
        sheet.fit_height(row, (line, _NOTE_WIDTH))
    sheet.printed(landscape=False)

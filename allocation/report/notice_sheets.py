"""The attachments of a notice as a workbook: allocation table, performance targets, schedule."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocation.report.layout import Line, printable
from allocation.report.notice_text import BLANK, given, table_title
from allocation.report.sheet import Sheet, open_workbook, text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.disbursement.issue import Issue
    from allocation.disbursement.months import Months
    from allocation.disbursement.notice import Notice
    from allocation.result import Fen

_HEAD_ROW, _FIRST_ROW = 3, 4
_PORTRAIT_COLUMNS = 6
_NUMBER_WIDTH, _NARROWEST, _WIDEST, _FIGURE_WIDTH = 6, 16, 44, 14
_WAN = 1_000_000


def write_attachments(
    notice: Notice, issue: Issue, months: Months | None, path: Path | str, language: Language = "zh"
) -> None:
    """Write the workbook of attachments 1 and 2, and 3 if there is a schedule."""
    file = BytesIO()
    year = notice.year or issue.year
    title = table_title(notice, year, language)
    book = open_workbook(file, title)

    def sheet(number: int, *fen: Fen) -> Sheet:
        page = book.add_worksheet(say("notice-attachment", language, number=number))
        return Sheet(book, page, language, _places(fen))

    _Grid(issue, sheet(1, issue.cells, issue.already), 1, title).allocation()
    _targets(notice, issue, sheet(2, issue.cells))
    if months is not None:
        words = say("notice-schedule", language)
        _Grid(issue, sheet(3, months.cells), 3, words).schedule(months)
    book.close()
    Path(path).write_bytes(file.getvalue())


def _places(tables: Sequence[Fen]) -> int:
    """Return how many decimals of 万元 show every amount whole: two at least."""
    fen = np.concatenate([table.ravel() for table in tables])
    return next(p for p in range(2, 7) if p == 6 or not (fen % 10 ** (6 - p)).any())


def table_lines(issue: Issue, language: Language) -> tuple[Line, ...]:
    """Return 合计, then the recipients; with a subtotal where several stand in a unit or city."""
    everyone = tuple(range(len(issue.ids)))
    lines = [Line("total", say("report-total", language), everyone)]
    called = issue.called(language)
    places = next(
        (p for p in (issue.units, issue.cities) if all(p) and 1 < len(set(p)) < len(p)), None
    )
    groups: dict[str, list[int]] = {}
    for at in everyone:
        groups.setdefault(places[at] if places else "", []).append(at)
    for label, members in groups.items():
        if label:
            lines.append(Line("group", printable(label), tuple(members)))
        lines += [Line("row", printable(called[at]), (at,)) for at in members]
    return tuple(lines)


@dataclass(frozen=True)
class _Grid:
    """A table of recipients: number, name, columns of figures; 合计 on top, subtotals below it."""

    issue: Issue
    sheet: Sheet
    number: int
    title: str

    def allocation(self) -> None:
        """Write attachment 1: 总额 = 已经下达 + 此次下达, the latter by purpose."""
        language, issue = self.sheet.language, self.issue
        several = len(issue.purposes) > 1
        keys = ("notice-total", "notice-already", "notice-this")
        heads = [say(key, language) for key in keys]
        heads += [printable(name) for name in issue.purposes] if several else []
        self._frame(heads)
        self._column(3, issue.already)
        if several:
            self._across(4, range(5, 5 + len(issue.purposes)), issue.amounts)
            for at in range(len(issue.purposes)):
                self._column(5 + at, issue.cells[:, at])
        else:
            self._column(4, issue.amounts)
        self._across(2, (3, 4), issue.already + issue.amounts)

    def schedule(self, months: Months) -> None:
        """Write attachment 3: the sum, and the payments of each month."""
        self._frame([say("report-total", self.sheet.language), *months.months])
        for at in range(len(months.months)):
            self._column(3 + at, months.cells[:, at])
        self._across(2, range(3, 3 + len(months.months)), months.cells.sum(axis=1))

    @property
    def lines(self) -> tuple[Line, ...]:
        return table_lines(self.issue, self.sheet.language)

    def _frame(self, heads: Sequence[str]) -> None:
        """Write what stands above the figures and left of them."""
        sheet, language = self.sheet, self.sheet.language
        widest = max(text_width(line.label) for line in self.lines) + 2
        name_width = min(max(widest, _NARROWEST), _WIDEST)
        widths = [_NUMBER_WIDTH, name_width, *[_FIGURE_WIDTH] * len(heads)]
        _above(sheet, self.title, self.number, len(widths), illustrative=self.issue.illustrative)
        sheet.page.write_string(
            2,
            len(widths) - 1,
            say("report-unit", language),
            sheet.look(border=0, align="right"),
        )
        names = [say("report-number", language), say("notice-region", language), *heads]
        for column, (head, width) in enumerate(zip(names, widths, strict=True)):
            sheet.page.set_column(column, column, width)
            sheet.page.write_string(_HEAD_ROW, column, head, sheet.head())
        sheet.fit_height(_HEAD_ROW, *zip(names, widths, strict=True))
        self._labels(name_width)
        sheet.page.freeze_panes(_FIRST_ROW, 2)
        sheet.printed(repeated_row=_HEAD_ROW, landscape=len(widths) > _PORTRAIT_COLUMNS)

    def _labels(self, width: int) -> None:
        sheet, number = self.sheet, 0
        for row, line in enumerate(self.lines, _FIRST_ROW):
            if line.kind == "row":
                number += 1
                sheet.page.write_number(row, 0, number, sheet.look(align="center"))
                sheet.page.write_string(row, 1, line.label, sheet.look(text_wrap=True, indent=1))
                sheet.fit_height(row, (line.label, width))
            else:
                sheet.page.write_blank(row, 0, None, sheet.look())
                sheet.page.write_string(row, 1, line.label, sheet.look(bold=True))

    def _column(self, column: int, fen: Fen) -> None:
        """Write one column of amounts, its subtotals and total as live sums."""
        from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

        plain, bold = self.sheet.money(), self.sheet.money(bold=True)
        groups = [at for at, line in enumerate(self.lines, _FIRST_ROW) if line.kind == "group"]
        for row, line in enumerate(self.lines, _FIRST_ROW):
            value = int(fen[list(line.members)].sum())
            if line.kind == "row":
                self.sheet.amount(row, column, value, plain)
                continue
            cells = [xl_range(row + 1, column, row + len(line.members), column)]
            if line.kind == "total" and groups:
                cells = [xl_rowcol_to_cell(at, column) for at in groups]
            self.sheet.sum_of(row, column, cells, value / _WAN, bold)

    def _across(self, column: int, summed: Sequence[int], fen: Fen) -> None:
        """Write a column that adds up others of its row."""
        from xlsxwriter.utility import xl_range

        plain, bold = self.sheet.money(), self.sheet.money(bold=True)
        for row, line in enumerate(self.lines, _FIRST_ROW):
            value = int(fen[list(line.members)].sum()) / _WAN
            cells = [xl_range(row, summed[0], row, summed[-1])]
            self.sheet.sum_of(row, column, cells, value, plain if line.kind == "row" else bold)


def _above(sheet: Sheet, title: str, number: int, columns: int, *, illustrative: bool) -> None:
    """Write 附件N, the title over all columns, and the label of illustrative figures."""
    language, page = sheet.language, sheet.page
    left = sheet.look(border=0)
    page.write_string(0, 0, say("notice-attachment", language, number=number), left)
    look = sheet.look(font_size=16, bold=True, align="center", text_wrap=True, border=0)
    page.merge_range(1, 0, 1, columns - 1, "", look)
    page.write_string(1, 0, title, look)
    page.set_row(1, 48)
    if illustrative:
        page.write_string(2, 0, say("report-figures-note-text", language), left)


_TARGET_WIDTHS = (16, 20, 34, 20)
_LEVELS = ("notice-output", "notice-benefit", "notice-satisfaction")


def _targets(notice: Notice, issue: Issue, sheet: Sheet) -> None:
    """Write attachment 2: the fund, its money, the goal, and the targets by three levels."""
    language, page = sheet.language, sheet.page
    for column, width in enumerate(_TARGET_WIDTHS):
        page.set_column(column, column, width)
    _above(sheet, say("notice-targets", language), 2, 4, illustrative=issue.illustrative)
    for row, (key, value) in enumerate(
        (
            ("notice-fund", given(notice.fund)),
            ("notice-department", given(notice.department)),
            ("notice-issuer", given(notice.issuer)),
        ),
        start=_HEAD_ROW,
    ):
        _pair(sheet, row, say(key, language), value)
    money = _HEAD_ROW + 3
    _pair(sheet, money, say("notice-money", language), "")
    page.write_number(money, 1, issue.total / _WAN, sheet.money(align="left"))
    _pair(sheet, money + 1, say("notice-goal", language), given(notice.goal))
    heads = ("notice-level1", "notice-level2", "notice-level3", "notice-value")
    for column, key in enumerate(heads):
        page.write_string(money + 2, column, say(key, language), sheet.head())
    rows = [(t.level1, t.level2, t.level3, t.value) for t in notice.targets]
    blank = [(say(key, language), BLANK, BLANK, BLANK) for key in _LEVELS]
    wrapped = sheet.look(text_wrap=True)
    for row, cells in enumerate(rows or blank, money + 3):
        shown = [printable(cell) for cell in cells]
        for column, cell in enumerate(shown):
            page.write_string(row, column, cell, wrapped)
        sheet.fit_height(row, *zip(shown, _TARGET_WIDTHS, strict=True))
    sheet.printed(landscape=False)


def _pair(sheet: Sheet, row: int, key: str, value: str) -> None:
    """Write a field's name and, over the other columns, its value."""
    look = sheet.look(text_wrap=True, align="left")
    sheet.page.write_string(row, 0, key, sheet.head())
    sheet.page.merge_range(row, 1, row, 3, "", look)
    sheet.page.write_string(row, 1, value, look)
    sheet.fit_height(row, (key, _TARGET_WIDTHS[0]), (value, sum(_TARGET_WIDTHS[1:])))

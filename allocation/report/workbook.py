"""The result as an Excel workbook: the attachment as printed, notes, and how it was worked out."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.disbursement.settlement import settlement
from allocation.report.comparison_sheet import write_compared
from allocation.report.last_year import against_last_year
from allocation.report.layout import Line, named, printable, title, wan
from allocation.report.notes_sheet import write_notes
from allocation.report.origins_sheet import write_origins
from allocation.report.settled import (
    settled_columns,
    settled_lines,
    settled_marks,
    settled_places,
    with_left,
)
from allocation.report.sheet import Sheet, open_workbook, text_width
from allocation.report.steps_sheet import write_steps
from allocation.report.waterfall_sheet import write_waterfall
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.disbursement.settlement import Settlement
    from allocation.result import Allocation, Fen

_HEAD_ROW = 2
_TOTAL_ROW = 3
_FIRST_FIGURE = 2
#: More columns than this are printed on the long side.
_PORTRAIT_COLUMNS = 6
_NUMBER_WIDTH, _REMARK_WIDTH, _NARROWEST, _WIDEST = 6, 22, 12, 44


def write_workbook(result: Allocation, path: Path | str, language: Language = "zh") -> None:
    """Write the workbook: 分配表, 说明, 测算过程, 金额由来, 与上年比较 and 数据来历.

    What tells where amounts come from needs the run itself, the comparison last year's amounts.

    Totals are live formulas that carry the engine's value, so that a preview shows them too. The
    same result gives the same bytes.
    """
    file = BytesIO()
    book = open_workbook(file, title(result, language))
    settled = settlement(result)
    places = settled_places(result, settled)

    def sheet(key: str) -> Sheet:
        return Sheet(book, book.add_worksheet(say(key, language)), language, places)

    table = settled_lines(result, settled, language)
    _Table(result, sheet("report-sheet-table"), table, settled).write()
    write_notes(result, sheet("report-sheet-notes"))
    write_steps(result, sheet("report-sheet-steps"))
    if result.solved is not None:
        loaded = result.solved.task.loaded
        write_waterfall(result, sheet("report-sheet-waterfall"))
        if (compared := against_last_year(result, language)) is not None:
            write_compared(compared, title(result, language), sheet("report-sheet-last-year"))
        write_origins(result, loaded, sheet("report-sheet-origins"))
    book.close()
    Path(path).write_bytes(file.getvalue())


@dataclass(frozen=True)
class _Table:
    """The attachment: number, name, figures, remarks; 合计 on top, then groups.

    Parameters
    ----------
    table
        Lines from top to bottom; line ``k`` stands in row ``_TOTAL_ROW + k``.
    settled
        What is issued already, which has two columns after the sum; None if nothing is.
    """

    result: Allocation
    sheet: Sheet
    table: Sequence[Line]
    settled: Settlement | None

    @property
    def purposes(self) -> int:
        """How many purposes have a column of their own: none if there is only one."""
        count = len(self.result.purposes)
        return count if count > 1 else 0

    @property
    def sum_column(self) -> int:
        return _FIRST_FIGURE + self.purposes

    @property
    def last_column(self) -> int:
        return self.sum_column + len(settled_columns(self.settled)) + 1

    @property
    def widths(self) -> list[int]:
        """Width of each column in letters."""
        widest = max(text_width(line.label) for line in self.table) + 2
        total = wan(int(self.result.amounts.sum()), self.sheet.places)
        figures = [max(len(total) + 3, _NARROWEST)] * (self.last_column - _FIRST_FIGURE)
        return [_NUMBER_WIDTH, min(max(widest, _NARROWEST), _WIDEST), *figures, _REMARK_WIDTH]

    def write(self) -> None:
        self._above()
        self._labels()
        for at in range(self.purposes):
            self._figures(_FIRST_FIGURE + at, with_left(self.result.cells[:, at], self.settled))
        if self.purposes:
            self._margin()
        else:
            self._figures(self.sum_column, with_left(self.result.amounts, self.settled))
        if self.settled is not None:
            self._issues()
        self.sheet.page.freeze_panes(_TOTAL_ROW, _FIRST_FIGURE)
        self.sheet.printed(repeated_row=_HEAD_ROW, landscape=self.last_column >= _PORTRAIT_COLUMNS)

    def _above(self) -> None:
        """Write the title, the 示例 note, the unit and the heads."""
        sheet, language = self.sheet, self.sheet.language
        purposes = [printable(named(p, language)) for p in self.result.purposes[: self.purposes]]
        amount = "report-amount" if self.settled is None else "settle-whole"
        amount = "report-sum" if self.purposes else amount
        number, name = say("report-number", language), say("report-name", language)
        issues = [say(key, language) for key, _ in settled_columns(self.settled)]
        figures = [*purposes, say(amount, language), *issues]
        heads = [number, name, *figures, say("report-remark", language)]
        sheet.top(title(self.result, language), heads, self.widths, _HEAD_ROW)
        if self.result.heading.illustrative:
            words = say("report-figures-note-text", language)
            sheet.page.write_string(1, 0, words, sheet.look(border=0))
        right = sheet.look(border=0, align="right")
        sheet.page.write_string(1, self.last_column, say("report-unit", language), right)

    def _labels(self) -> None:
        """Write number, name and remarks of every line."""
        sheet, page = self.sheet, self.sheet.page
        signs = settled_marks(self.result, self.settled, sheet.language)
        row_look, sum_look = sheet.look(text_wrap=True, indent=1), sheet.look(bold=True)
        number_look = sheet.look(align="center")
        number, name_width = 0, self.widths[1]
        for row, line in enumerate(self.table, _TOTAL_ROW):
            if line.kind == "row":
                number += 1
                page.write_number(row, 0, number, number_look)
                page.write_string(row, 1, line.label, row_look)
                remark = " ".join(signs[line.members[0]])
                page.write_string(row, self.last_column, remark, sheet.look(text_wrap=True))
                sheet.fit_height(row, (line.label, name_width), (remark, _REMARK_WIDTH))
            else:
                page.write_blank(row, 0, None, number_look)
                page.write_string(row, 1, line.label, sum_look)
                page.write_blank(row, self.last_column, None, sum_look)

    def _figures(self, column: int, fen: Fen) -> None:
        """Write one column of amounts with its subtotals and total as live sums."""
        look, bold = self.sheet.money(), self.sheet.money(bold=True)
        for row, line in enumerate(self.table, _TOTAL_ROW):
            value = int(fen[list(line.members)].sum())
            if line.kind == "row":
                self.sheet.amount(row, column, value, look)
            else:
                self.sheet.sum_of(row, column, self._summed(row, line, column), value / 1e6, bold)

    def _summed(self, row: int, line: Line, column: int) -> list[str]:
        """Return what a total sums: its rows, or, for 合计 over groups, the subtotals."""
        from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

        if line.kind == "total":
            groups = [at for at, other in enumerate(self.table, row) if other.kind == "group"]
            if groups:
                return [xl_rowcol_to_cell(at, column) for at in groups]
        return [xl_range(row + 1, column, row + len(line.members), column)]

    def _issues(self) -> None:
        """Write what is issued already, and this issue as the live difference."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        (_, issued), (_, now) = settled_columns(self.settled)
        column = self.sum_column + 1
        self._figures(column, issued)
        plain, bold = self.sheet.money(), self.sheet.money(bold=True)
        for row, line in enumerate(self.table, _TOTAL_ROW):
            cells = [xl_rowcol_to_cell(row, at) for at in (self.sum_column, column)]
            look = plain if line.kind == "row" else bold
            value = int(now[list(line.members)].sum()) / 1e6
            self.sheet.difference(row, column + 1, cells, value, look)

    def _margin(self) -> None:
        """Write the sum over the purposes of every line."""
        from xlsxwriter.utility import xl_range

        plain, bold = self.sheet.money(), self.sheet.money(bold=True)
        amounts = with_left(self.result.amounts, self.settled)
        for row, line in enumerate(self.table, _TOTAL_ROW):
            cells = [xl_range(row, _FIRST_FIGURE, row, self.sum_column - 1)]
            look = plain if line.kind == "row" else bold
            value = int(amounts[list(line.members)].sum()) / 1e6
            self.sheet.sum_of(row, self.sum_column, cells, value, look)

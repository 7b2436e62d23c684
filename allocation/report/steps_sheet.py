"""The sheet 测算过程: from factor shares and coefficients to entitlement and amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.report.layout import half_up, lines, title, wan_number
from allocation.report.sheet import Sheet, text_width
from allocation.wording import say

if TYPE_CHECKING:
    from allocation.entitlement import Step
    from allocation.result import Allocation, Fen

_HEAD_ROW = 2
_TOTAL_ROW = 3
_FIRST_STEP = 2
_FORMATS = {"factor": "0.0000%", "coefficient": "0.0000", "score": "0.000000"}
_ID_WIDTH, _FIGURE_WIDTH, _NARROWEST, _WIDEST = 14, 14, 12, 44


def write_steps(result: Allocation, sheet: Sheet) -> None:
    """Write one row per recipient, in the order of the table, totals on top."""
    table = lines(result, sheet.language)
    rows = [line.members[0] for line in table if line.kind == "row"]
    labels = [line.label for line in table if line.kind == "row"]
    last = _FIRST_STEP + len(result.steps) + 2
    name_width = min(max(_NARROWEST, *map(text_width, labels)) + 2, _WIDEST)
    _above(result, sheet, [_ID_WIDTH, name_width, *[_FIGURE_WIDTH] * (last - 1)])
    look, total = sheet.look(text_wrap=True), sheet.look(bold=True)
    sheet.page.write_blank(_TOTAL_ROW, 0, None, total)
    sheet.page.write_string(_TOTAL_ROW, 1, say("report-total", sheet.language), total)
    for row, (index, label) in enumerate(zip(rows, labels, strict=True), _TOTAL_ROW + 1):
        sheet.page.write_string(row, 0, result.recipients.ids[index], look)
        sheet.page.write_string(row, 1, label, look)
        sheet.fit_height(row, (result.recipients.ids[index], _ID_WIDTH), (label, name_width))
    for column, step in enumerate(result.steps, _FIRST_STEP):
        _step(sheet, column, step, rows)
    entitlements = half_up(result.entitlements)
    _money(sheet, last - 2, entitlements, rows)
    _money(sheet, last - 1, result.amounts, rows)
    _ratios(sheet, last, result.amounts, entitlements, rows)
    sheet.page.freeze_panes(_TOTAL_ROW + 1, _FIRST_STEP)
    sheet.printed(repeated_row=_HEAD_ROW, landscape=True)


def _above(result: Allocation, sheet: Sheet, widths: list[int]) -> None:
    language = sheet.language
    steps = [s.name if language == "zh" else s.name_en or s.name for s in result.steps]
    first = [say("report-id", language), say("report-name", language)]
    figures = [say(f"report-{key}", language) for key in ("entitlement", "amount", "ratio")]
    sheet.top(title(result, language), [*first, *steps, *figures], widths, _HEAD_ROW)
    right = sheet.look(border=0, align="right")
    sheet.page.write_string(1, len(widths) - 1, say("report-unit", language), right)


def _step(sheet: Sheet, column: int, step: Step, rows: list[int]) -> None:
    """Write one step; only factor shares have a meaningful sum."""
    look = sheet.look(num_format=_FORMATS[step.kind])
    for row, index in enumerate(rows, _TOTAL_ROW + 1):
        sheet.page.write_number(row, column, float(step.values[index]), look)
    bold = sheet.look(bold=True, num_format=_FORMATS[step.kind])
    if step.kind == "factor":
        _column_sum(sheet, column, len(rows), float(sum(step.values)), bold)
    else:
        sheet.page.write_blank(_TOTAL_ROW, column, None, bold)


def _money(sheet: Sheet, column: int, fen: Fen, rows: list[int]) -> None:
    look = sheet.money()
    for row, index in enumerate(rows, _TOTAL_ROW + 1):
        sheet.amount(row, column, int(fen[index]), look)
    _column_sum(sheet, column, len(rows), wan_number(int(fen.sum())), sheet.money(bold=True))


def _column_sum(sheet: Sheet, column: int, count: int, value: float, look: Any) -> None:
    from xlsxwriter.utility import xl_range

    cells = [xl_range(_TOTAL_ROW + 1, column, _TOTAL_ROW + count, column)]
    sheet.sum_of(_TOTAL_ROW, column, cells, value, look)


def _ratios(sheet: Sheet, column: int, amounts: Fen, entitlements: Fen, rows: list[int]) -> None:
    """Write amount / entitlement as live quotients; a blank without an entitlement."""
    look, bold = sheet.look(num_format="0.00%"), sheet.look(bold=True, num_format="0.00%")
    _ratio(sheet, _TOTAL_ROW, column, (int(amounts.sum()), int(entitlements.sum())), bold)
    for row, index in enumerate(rows, _TOTAL_ROW + 1):
        _ratio(sheet, row, column, (int(amounts[index]), int(entitlements[index])), look)


def _ratio(sheet: Sheet, row: int, column: int, pair: tuple[int, int], look: Any) -> None:
    from xlsxwriter.utility import xl_rowcol_to_cell

    amount, entitlement = pair
    if not (amount and entitlement):
        sheet.page.write_blank(row, column, None, look)
        return
    cells = [xl_rowcol_to_cell(row, at) for at in (column - 1, column - 2)]
    sheet.page.write_formula(row, column, f"={cells[0]}/{cells[1]}", look, amount / entitlement)

"""A sheet that compares two columns of amounts: live differences, totals, a native chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.report.layout import wan_number
from allocation.report.sheet import text_width
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.report.sheet import Sheet

_HEAD, _TOTAL = 2, 3
_FIGURE_WIDTH, _NARROWEST, _WIDEST = 16, 14, 40
#: More bars than this cannot be told apart; those that move most are drawn.
_MOST_BARS = 20
_CHART_WIDTH, _BAR_HEIGHT = 620, 26
#: As on the terminal: red is more, green is less.
_MORE, _LESS = "#C0504D", "#59A14F"


@dataclass(frozen=True)
class Compared:
    """Two amounts for each recipient.

    Parameters
    ----------
    labels
        Names, length n.
    before, after
        Fen, length n; None where there is nothing to compare.
    heads
        What the two columns are called.
    """

    labels: Sequence[str]
    before: Sequence[int | None]
    after: Sequence[int | None]
    heads: tuple[str, str]

    @property
    def moved(self) -> list[int | None]:
        """Fen each gains, None where there is nothing to compare."""
        pairs = zip(self.before, self.after, strict=True)
        return [None if a is None or b is None else b - a for a, b in pairs]


def write_compared(compared: Compared, words: str, sheet: Sheet) -> None:
    """Write the sheet, titled ``words``."""
    language = sheet.language
    heads = [say("report-name", language), *compared.heads]
    heads += [say("report-change", language), say("report-change-percent", language)]
    name = min(max(_NARROWEST, *map(text_width, compared.labels)) + 2, _WIDEST)
    sheet.top(words, heads, [name, *[_FIGURE_WIDTH] * 4], _HEAD)
    right = sheet.look(border=0, align="right")
    sheet.page.write_string(1, 4, say("report-unit", language), right)
    count = len(compared.labels)
    sums = [sum(fen or 0 for fen in column) for column in (compared.before, compared.after)]
    bold, money = sheet.money(bold=True), sheet.money()
    sheet.page.write_string(_TOTAL, 0, say("report-total", language), sheet.look(bold=True))
    for column, total in enumerate(sums, 1):
        letter = "ABC"[column]
        cells = [f"{letter}{_TOTAL + 2}:{letter}{_TOTAL + 1 + count}"]
        sheet.sum_of(_TOTAL, column, cells, wan_number(total), bold)
    _change(sheet, _TOTAL, sums[0], sums[1], bold=True)
    rows = zip(compared.labels, compared.before, compared.after, strict=True)
    for row, (label, before, after) in enumerate(rows, _TOTAL + 1):
        sheet.page.write_string(row, 0, label, sheet.look(text_wrap=True))
        sheet.fit_height(row, (label, name))
        for column, fen in enumerate((before, after), 1):
            sheet.amount(row, column, fen or 0, money)
        _change(sheet, row, before, after)
    _chart(compared, sheet)
    sheet.page.freeze_panes(_TOTAL + 1, 1)
    sheet.printed(repeated_row=_HEAD, landscape=True)


def _change(sheet: Sheet, row: int, before: int | None, after: int | None, **changes: Any) -> None:
    """Write the live difference and its share; blank where there is nothing to compare."""
    money, rate = sheet.money(**changes), sheet.look(num_format="0.0%", **changes)
    if before is None or after is None:
        sheet.page.write_blank(row, 3, None, money)
        sheet.page.write_blank(row, 4, None, rate)
        return
    here = row + 1
    sheet.difference(row, 3, [f"C{here}", f"B{here}"], wan_number(after - before), money)
    if before:
        sheet.page.write_formula(row, 4, f"=D{here}/B{here}", rate, (after - before) / before)
    else:
        sheet.page.write_blank(row, 4, None, rate)


def _chart(compared: Compared, sheet: Sheet) -> None:
    """Draw the changes as bars; all of them, or the largest, copied beside the table."""
    moved = [(at, fen) for at, fen in enumerate(compared.moved) if fen]
    if not moved:
        return
    largest = sorted(moved, key=lambda pair: -abs(pair[1]))[:_MOST_BARS]
    chosen = sorted(largest, key=lambda pair: -pair[1])
    name, first, last = sheet.page.get_name(), _TOTAL + 1, _TOTAL + len(chosen)
    small = sheet.look(border=0, font_color="#808080", font_size=9)
    # The chart lies over the cells it draws.
    for row, (at, fen) in enumerate(chosen, first):
        line = _TOTAL + 2 + at
        sheet.page.write_formula(row, 6, f"=A{line}", small, compared.labels[at])
        sheet.page.write_formula(row, 7, f"=MAX(D{line},0)", small, wan_number(max(fen, 0)))
        sheet.page.write_formula(row, 8, f"=MIN(D{line},0)", small, wan_number(min(fen, 0)))
    chart = sheet.book.add_chart({"type": "bar", "subtype": "stacked"})
    for column, colour in ((7, _MORE), (8, _LESS)):
        series = {"values": [name, first, column, last, column], "fill": {"color": colour}}
        chart.add_series(series | {"categories": [name, first, 6, last, 6], "gap": 40})
    chart.set_title({"name": say("report-change", sheet.language), "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
    chart.set_size({"width": _CHART_WIDTH, "height": 120 + _BAR_HEIGHT * len(chosen)})
    sheet.page.insert_chart(_HEAD, 6, chart)

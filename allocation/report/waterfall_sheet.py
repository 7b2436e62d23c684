"""The sheet 金额由来: one recipient's amount as a sum, chosen by drop-down, with a native chart.

Below stands everyone's sum; the table and the chart above look up the chosen row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.explain.waterfall import waterfall
from allocation.report.explained_page import step_label
from allocation.report.layout import groups, names, title, wan_number
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.explain.waterfall import Waterfall
    from allocation.report.sheet import Sheet
    from allocation.result import Allocation

_CHOICE, _HEAD, _FIRST = 2, 4, 5
_HEADS = ("change", "stand", "base", "up", "down", "total")
_COLOURS = {"up": "#4E79A7", "down": "#E15759", "total": "#59A14F"}
_NAME_WIDTH, _FIGURE_WIDTH = 30, 15
_CHART_ROWS = 18


def write_waterfall(result: Allocation, sheet: Sheet) -> None:
    """Write the sheet; every figure above is a live formula that carries its value."""
    order = [at for group in groups(result, sheet.language) for at in group.members]
    labels = _distinct([names(result, sheet.language)[at] for at in order], result, order)
    _Falls(result, sheet, waterfall(result), order, labels).write()


def _distinct(labels: Sequence[str], result: Allocation, order: Sequence[int]) -> list[str]:
    """Return names that tell everybody apart: with the code where two are called alike."""
    ids = result.recipients.ids
    twice = {label for label in labels if labels.count(label) > 1}
    pairs = zip(labels, order, strict=True)
    return [f"{label} {ids[at]}" if label in twice else label for label, at in pairs]


@dataclass(frozen=True)
class _Falls:
    """The sheet: the chosen recipient above, everyone below.

    Parameters
    ----------
    order, labels
        The recipients as the table has them, and what each is called here.
    """

    result: Allocation
    sheet: Sheet
    found: Waterfall
    order: Sequence[int]
    labels: Sequence[str]

    @property
    def steps(self) -> list[str]:
        return [step_label(step, self.sheet.language) for step in self.found.steps]

    @property
    def last_step(self) -> int:
        """The row after the steps, which has the amount."""
        return _FIRST + len(self.found.steps)

    @property
    def below(self) -> int:
        """The row of the heads of everyone's sums."""
        return self.last_step + _CHART_ROWS + 3

    def write(self) -> None:
        language, page = self.sheet.language, self.sheet.page
        heads = [say("explain-step", language)]
        heads += [say(f"report-waterfall-{key}", language) for key in _HEADS]
        count = max(len(heads), len(self.steps) + 2)
        widths = [_NAME_WIDTH, *[_FIGURE_WIDTH] * (count - 1)]
        self.sheet.top(
            title(self.result, language), [*heads, *[""] * (count - len(heads))], widths, _HEAD
        )
        for column in range(len(heads), count):
            page.write_blank(_HEAD, column, None, self.sheet.look(border=0))
        right = self.sheet.look(border=0, align="right")
        page.write_string(1, len(heads) - 1, say("report-unit", language), right)
        self._choice()
        self._chosen()
        self._everyone()
        self._chart()
        self.sheet.printed(landscape=True)

    def _choice(self) -> None:
        page = self.sheet.page
        words = say("report-waterfall-choose", self.sheet.language)
        page.write_string(_CHOICE, 0, words, self.sheet.head())
        look = self.sheet.look(bold=True, bg_color="#FFF9DB")
        page.merge_range(_CHOICE, 1, _CHOICE, 2, "", look)
        page.write_string(_CHOICE, 1, self.labels[0], look)
        first, last = self.below + 2, self.below + 1 + len(self.labels)
        page.data_validation(
            _CHOICE, 1, _CHOICE, 1, {"validate": "list", "source": f"=$A${first}:$A${last}"}
        )

    def _chosen(self) -> None:
        """Write the steps of the chosen recipient: change, where it stands, and the bars."""
        parts = self.found.parts[self.order[0]].tolist()
        stand = 0
        first, last = self.below + 2, self.below + 1 + len(self.labels)
        text = self.sheet.look(text_wrap=True)
        for at, (label, change) in enumerate(zip(self.steps, parts, strict=True)):
            row, column = _FIRST + at, _letter(at + 1)
            found = f"MATCH($B${_CHOICE + 1},$A${first}:$A${last},0)"
            start, stand = stand, stand + change
            here, above = row + 1, f"C{row}" if at else "0"
            formulas = (
                (f"=INDEX(${column}${first}:${column}${last},{found})", change),
                (f"={above}+B{here}", stand),
                (f"=MIN({above},C{here})", min(start, stand)),
                (f"=MAX(B{here},0)", max(change, 0)),
                (f"=MAX(-B{here},0)", max(-change, 0)),
            )
            self.sheet.page.write_string(row, 0, label, text)
            self._formulas(row, formulas)
        total = f"=SUM(B{_FIRST + 1}:B{self.last_step})"
        words = say("explain-step-amount", self.sheet.language)
        self.sheet.page.write_string(self.last_step, 0, words, self.sheet.look(bold=True))
        same = f"=B{self.last_step + 1}"
        self._formulas(self.last_step, ((total, stand), (same, stand)), bold=True)
        look = self.sheet.money(bold=True)
        for blank in (3, 4, 5):
            self.sheet.page.write_blank(self.last_step, blank, None, look)
        self.sheet.page.write_formula(self.last_step, 6, same, look, wan_number(stand))

    def _formulas(self, row: int, cells: Sequence[tuple[str, int]], **changes: Any) -> None:
        look = self.sheet.money(**changes)
        for column, (formula, fen) in enumerate(cells, 1):
            self.sheet.page.write_formula(row, column, formula, look, wan_number(fen))

    def _everyone(self) -> None:
        """Write one row per recipient: its parts, and their live sum."""
        page, money = self.sheet.page, self.sheet.money()
        amount = say("explain-step-amount", self.sheet.language)
        heads = [say("report-name", self.sheet.language), *self.steps, amount]
        for column, head in enumerate(heads):
            page.write_string(self.below, column, head, self.sheet.head())
        self.sheet.fit_height(self.below, *((head, _FIGURE_WIDTH) for head in heads[1:]))
        last = _letter(len(self.steps))
        for row, (label, at) in enumerate(
            zip(self.labels, self.order, strict=True), self.below + 1
        ):
            page.write_string(row, 0, label, self.sheet.look(text_wrap=True))
            for column, fen in enumerate(self.found.parts[at].tolist(), 1):
                page.write_number(row, column, wan_number(fen), money)
            cells = [f"B{row + 1}:{last}{row + 1}"]
            value = wan_number(int(self.result.amounts[at]))
            self.sheet.sum_of(row, len(heads) - 1, cells, value, money)
            self.sheet.fit_height(row, (label, _NAME_WIDTH))

    def _chart(self) -> None:
        """Draw the steps as bars on an invisible base, the amount last."""
        name = self.sheet.page.get_name()
        chart = self.sheet.book.add_chart({"type": "column", "subtype": "stacked"})
        first, last = _FIRST, self.last_step
        for column, key in enumerate(("base", *_COLOURS), 3):
            fill = {"color": _COLOURS[key]} if key in _COLOURS else {"none": True}
            chart.add_series(
                {
                    "name": [name, _HEAD, column],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, column, last, column],
                    "fill": fill,
                    "border": {"none": True},
                    "gap": 40,
                }
            )
        chart.set_legend({"position": "bottom", "delete_series": [0]})
        chart.set_title({"name": [name, _CHOICE, 1], "name_font": {"size": 12}})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
        chart.set_size({"width": 900, "height": 20 * _CHART_ROWS})
        self.sheet.page.insert_chart(self.last_step + 2, 0, chart)


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))

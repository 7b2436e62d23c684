"""绩效自评表: budget execution, goal, indicators, scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.ledger.self_evaluation import (
    PARTS,
    Indicator,
    decimal,
    execution_score,
    score_of,
    total_score,
)
from allocation.ledger.utilisation import rate_of
from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.notice_text import BLANK, given
from allocation.report.utilised_words import rate
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from allocation.report.papers import Paper
    from allocation.report.sheet import Sheet

_WIDTHS = (16, 20, 24, 18, 18, 9, 9, 28)
_LAST = len(_WIDTHS) - 1
_FIELDS = ("project", "department", "unit")
_MONEY_HEADS = ("initial", "budget", "executed", "points", "rate", "score")
_INDICATOR_HEADS = (
    *("level1", "level2", "level3", "target", "actual", "points", "score", "deviation"),
)


def write_evaluation(paper: Paper) -> None:
    """Write the sheet, in the form of 项目支出绩效自评表."""
    sheet = paper.sheet("evaluation", 2)
    for column, width in enumerate(_WIDTHS):
        sheet.page.set_column(column, column, width)
    heads = [""] * len(_WIDTHS)
    look = sheet.look(font_size=16, align="center", text_wrap=True, border=0, bold=True)
    sheet.page.merge_range(0, 0, 0, _LAST, "", look)
    sheet.page.write_string(0, 0, paper.heading("evaluation"), look)
    sheet.page.set_row(0, 48)
    row = 1
    for key in _FIELDS:
        _wide(sheet, row, _said(paper, key), given(getattr(paper.report, key)))
        row += 1
    row = _money(paper, sheet, row)
    for key in ("goal", "achieved"):
        _wide(sheet, row, _said(paper, key), given(getattr(paper.report, key)))
        row += 1
    row = _indicators(paper, sheet, row)
    total = total_score(*_executed(paper), paper.report)
    points = decimal(paper.report.split.total)
    cells = [_said(paper, "total"), *heads[1:5], points, _score(total), ""]
    _row(sheet, row, cells, bold=True)
    sheet.printed(landscape=True)


def _said(paper: Paper, key: str) -> str:
    return say(f"papers-evaluation-{key}", paper.language)


def _score(value: Fraction | None) -> str:
    """Return a score, or the blank that waits for the office."""
    return BLANK if value is None else decimal(value)


def _executed(paper: Paper) -> tuple[int, int]:
    """Return 全年执行数 and 全年预算数: spent, of the budget with what was carried in."""
    money = paper.found.money
    return int(money["spent"].sum()), int(money["budget"].sum())


def _wide(sheet: Sheet, row: int, key: str, value: str) -> None:
    look = sheet.look(text_wrap=True, align="left")
    sheet.page.write_string(row, 0, key, sheet.head())
    sheet.page.merge_range(row, 1, row, _LAST, "", look)
    sheet.page.write_string(row, 1, value, look)
    sheet.fit_height(row, (key, _WIDTHS[0]), (value, sum(_WIDTHS[1:])))


def _row(sheet: Sheet, row: int, cells: Sequence[str], *, bold: bool = False) -> None:
    for column, cell in enumerate(cells):
        sheet.page.write_string(row, column, cell, sheet.look(text_wrap=True, bold=bold))
    sheet.fit_height(row, *zip(cells, _WIDTHS, strict=True))


def _heads(paper: Paper, sheet: Sheet, row: int, keys: Sequence[str]) -> None:
    cells = [_said(paper, key) if key else "" for key in keys]
    for column, cell in enumerate(cells):
        sheet.page.write_string(row, column, cell, sheet.head())
    sheet.fit_height(row, *zip(cells, _WIDTHS, strict=True))


def _money(paper: Paper, sheet: Sheet, row: int) -> int:
    """Write 项目资金: the year's total, and of it this year's money and what was carried in."""
    money, year = paper.found.money, paper.found.year
    _heads(paper, sheet, row, ("money", "part", *_MONEY_HEADS))
    spent, budget = _executed(paper)
    score = execution_score(spent, budget, paper.report.split)
    points = decimal(paper.report.split.execution)
    for at, (key, rows) in enumerate(
        (
            ("all", money),
            ("this-year", money[money["year"] == year]),
            ("carried-in", money[money["year"] < year]),
        ),
        start=row + 1,
    ):
        sums = [int(rows[name].sum()) for name in ("initial", "budget", "spent")]
        cells = ["", _said(paper, key), *map(format_amount, sums)]
        first = key == "all"
        cells += [points if first else "—", rate(rate_of(sums[2], sums[1]))]
        cells.append(_score(score) if first else "—")
        _row(sheet, at, cells, bold=first)
    return row + 4


def _indicators(paper: Paper, sheet: Sheet, row: int) -> int:
    _heads(paper, sheet, row, _INDICATOR_HEADS)
    rows = paper.report.indicators
    for part in PARTS:
        of_part = [indicator for indicator in rows if indicator.part == part]
        named = _said(paper, part)
        if not of_part:
            row += 1
            points = decimal(getattr(paper.report.split, part))
            _row(sheet, row, [named, BLANK, BLANK, BLANK, BLANK, points, BLANK, ""])
        for indicator in of_part:
            row += 1
            _row(sheet, row, [named, *_cells(indicator)])
    return row + 1


def _cells(row: Indicator) -> list[str]:
    words = (row.level2, row.level3, row.target, row.actual)
    return [
        *map(printable, words),
        decimal(row.points),
        _score(score_of(row)),
        printable(row.remark),
    ]

"""Utilisation against time: what is paid and spent so far, beside the yardstick (序时进度)."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

from allocation.report.layout import wan_number
from allocation.report.overview.axes import Axes, keys, labelled, ticks
from allocation.report.overview.drawing import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    Drawing,
    Text,
)
from allocation.report.overview.words import Words, both, same, words
from allocation.report.utilised_chart import month_ends
from allocation.report.utilised_words import summary, title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from allocation.report.utilised import Utilised

_LEFT, _TOP, _WIDTH, _HEIGHT = 90, 12, 760, 300


def progress_words(found: Utilised) -> tuple[Words, ...]:
    """Return the totals in sentences: book and day, both rates with both figures, the yardstick."""
    pairs = zip(summary(found, "zh"), summary(found, "en"), strict=True)
    return (both(lambda language: title(found, language)), *(Words(*pair) for pair in pairs))


def progress_curve(found: Utilised) -> Drawing:
    """Return money to be used, paid and spent at each month's end, 万元."""
    ends = month_ends(found)
    totals = [found.at(end).total.iloc[0] for end in ends]
    sums = {
        key: [
            (_place(end), wan_number(int(row[key]))) for end, row in zip(ends, totals, strict=True)
        ]
        for key in ("denominator", "disbursed", "spent")
    }
    last = wan_number(int(found.total.iloc[0]["denominator"]))
    heights = [value for points in sums.values() for _, value in points]
    axes = Axes(
        _LEFT, _TOP, _WIDTH, _HEIGHT, (0, 12), (min(0.0, *heights), max(last, *heights, 1.0))
    )
    months = [(month, same(str(month))) for month in range(1, 13)]
    whole = found.denominator.replace("_", "-")
    legend = [
        (words(f"utilisation-{whole}"), GREY, True),
        (words("papers-chart-yardstick"), RED, True),
        (words("utilisation-head-disbursed"), ORANGE, False),
        (words("utilisation-head-spent"), BLUE, False),
    ]
    marks = [
        *axes.scale_up(labelled(ticks(*axes.up))),
        *axes.frame(),
        *axes.scale_across(months),
        axes.curve(_stepped(sums["denominator"]), GREY, dashed=True, tip=legend[0][0]),
        axes.curve([(0, 0), (12, last)], RED, dashed=True, tip=legend[1][0]),
        axes.curve([(0, 0), *sums["disbursed"]], ORANGE, tip=legend[2][0]),
        axes.curve([(0, 0), *sums["spent"]], BLUE, tip=legend[3][0]),
        *keys(legend, _LEFT, _TOP + _HEIGHT + 42),
        Text(_LEFT + _WIDTH + 8, _TOP + _HEIGHT + 16, words("overview-months")),
    ]
    width, height = _LEFT + _WIDTH + 130, _TOP + _HEIGHT + 52
    return Drawing(words("overview-progress"), width, height, tuple(marks))


def _stepped(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points of a line that stays until the next."""
    found = list(points[:1])
    for x, y in points[1:]:
        found += [(x, found[-1][1]), (x, y)]
    return found


def _place(end: date) -> float:
    """Return a day on the axis: 0 is the start of January, 12 the end of December."""
    return end.month - 1 + end.day / monthrange(end.year, end.month)[1]

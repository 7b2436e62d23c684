"""Fairness against benefit: the exact corners, the fair point, and the scenario as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.money import format_ratio
from allocation.report.overview.axes import Axes, labelled, ticks
from allocation.report.overview.drawing import BLUE, GREEN, RED, Drawing, Mark, Rect, Text
from allocation.report.overview.words import same, words

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation.explain.frontier import Point, TradeOff

_LEFT, _TOP, _WIDTH, _HEIGHT = 70, 30, 700, 320


def trade_off(found: TradeOff) -> Drawing:
    """Return benefit over the least ratio, both in per cent."""
    most = found.points[0].value
    places = [_place(point, most) for point in found.points]
    named = [(found.fair, GREEN, "fair"), (found.chosen, RED, "chosen")]
    every = [*places, *(_place(point, most) for point, _, _ in named)]
    axes = Axes(
        _LEFT, _TOP, _WIDTH, _HEIGHT, _span([x for x, _ in every]), _span([y for _, y in every])
    )
    marks: list[Mark] = [
        *axes.scale_up(labelled(ticks(*axes.up))),
        *axes.frame(),
        *axes.scale_across(labelled(ticks(*axes.across))),
        axes.curve(places, BLUE),
    ]
    marks += [_dot(axes, point, most, BLUE, 6) for point in found.points]
    marks += [_dot(axes, point, most, colour, 11) for point, colour, _ in named]
    for at, (_, colour, name) in enumerate(named):
        x = _LEFT + 260 * at
        marks += [
            Rect(x, _TOP + _HEIGHT + 46, 11, 11, colour),
            Text(x + 17, _TOP + _HEIGHT + 56, words(f"frontier-chart-{name}")),
        ]
    marks += [
        Text(_LEFT + _WIDTH / 2, _TOP + _HEIGHT + 34, words("frontier-chart-ratio"), "middle"),
        Text(8, 14, words("frontier-chart-benefit")),
    ]
    return Drawing(
        words("overview-frontier"), _LEFT + _WIDTH + 30, _TOP + _HEIGHT + 64, tuple(marks)
    )


def _place(point: Point, most: Fraction) -> tuple[float, float]:
    return float(point.ratio * 100), float(point.value / most * 100)


def _span(values: list[float]) -> tuple[float, float]:
    """Return from where to where an axis goes: all values, with some room."""
    spare = (max(values) - min(values)) * 0.05 or 1.0
    return min(values) - spare, max(values) + spare


def _dot(axes: Axes, point: Point, most: Fraction, colour: str, size: float) -> Rect:
    x, y = _place(point, most)
    shown = same(f"{format_ratio(point.ratio)} · {format_ratio(point.value / most)}")
    return Rect(axes.x(x) - size / 2, axes.y(y) - size / 2, size, size, colour, shown)

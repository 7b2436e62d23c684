"""A pair of axes: where values lie in a picture, and the marks of both scales."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING

from allocation.report.overview.drawing import Mark, Path, Text, line, room
from allocation.report.overview.words import Words, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Axes:
    """Where a plot's area lies, px, and which values its edges are."""

    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, value: float) -> float:
        """Return where a value lies across."""
        low, high = self.across
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Return where a value lies up; the picture counts downwards."""
        low, high = self.up
        return self.top + self.height * (1 - (value - low) / (high - low))

    def curve(
        self,
        points: Iterable[tuple[float, float]],
        colour: str,
        *,
        dashed: bool = False,
        tip: Words | None = None,
    ) -> Path:
        """Return a line through points."""
        d = "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        return Path(d, stroke=colour, width=2, dashed=dashed, tip=tip)

    def frame(self) -> list[Mark]:
        """Return the two axes."""
        bottom = self.top + self.height
        return [
            line(self.left, bottom, self.left + self.width, bottom, "#111"),
            line(self.left, bottom, self.left, self.top, "#111"),
        ]

    def scale_across(self, ticks: Sequence[tuple[float, Words]]) -> list[Mark]:
        """Return the labels below."""
        low = self.top + self.height + 16
        return [Text(self.x(at), low, label, "middle", size=11) for at, label in ticks]

    def scale_up(self, ticks: Sequence[tuple[float, Words]]) -> list[Mark]:
        """Return the labels to the left, each with a thin line across."""
        marks: list[Mark] = []
        for at, label in ticks:
            y = self.y(at)
            marks += [
                line(self.left, y, self.left + self.width, y, "#ddd"),
                Text(self.left - 6, y + 4, label, "end", size=11),
            ]
        return marks


def ticks(low: float, high: float) -> list[float]:
    """Return some four to ten round values from ``low`` to ``high``."""
    raw = (high - low) / 5
    power = 10.0 ** floor(log10(raw))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= raw)
    first = -floor(-low / step)
    return [step * at for at in range(first, floor(high / step + 1e-9) + 1)]


def labelled(values: Iterable[float]) -> list[tuple[float, Words]]:
    """Return values with their labels."""
    return [(value, same(f"{value:,.10g}")) for value in values]


def keys(legend: Sequence[tuple[Words, str, bool]], x: float, y: float) -> list[Mark]:
    """Return what the lines of a picture mean, side by side."""
    marks: list[Mark] = []
    for name, colour, dashed in legend:
        stroke = line(x, y - 4, x + 24, y - 4)
        marks += [
            Path(stroke.d, stroke=colour, width=3, dashed=dashed),
            Text(x + 30, y, name),
        ]
        x += 30 + room([name]) + 26
    return marks

"""A picture as records: rectangles, paths and texts, which the template writes as SVG.

Text stays text, so that the reader's own fonts draw it; lengths are in px of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.report.sheet import text_width

if TYPE_CHECKING:
    from allocation.report.overview.words import Words

#: Okabe and Ito, told apart with every kind of colour blindness.
BLUE, RED, GREEN, ORANGE, GREY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#767676"
#: Colours of up to four cases, in order.
CASES = (BLUE, ORANGE, GREEN, "#CC79A7")
_LETTER = 6.2
#: From here on white on the fill is read more easily than black; both keep a contrast of 4.5.
_DARK = 0.706


@dataclass(frozen=True)
class Rect:
    """A filled rectangle; ``tip`` is shown when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    tip: Words | None = None
    kind: str = "rect"


@dataclass(frozen=True)
class Path:
    """A line or a band."""

    d: str
    fill: str = "none"
    stroke: str = "none"
    width: float = 1
    tip: Words | None = None
    dashed: bool = False
    kind: str = "path"


@dataclass(frozen=True)
class Text:
    """A line of text from ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    words: Words
    anchor: str = "start"
    fill: str = "#111"
    size: float = 12
    kind: str = "text"


Mark = Rect | Path | Text


@dataclass(frozen=True)
class Drawing:
    """A picture and what it is called."""

    name: Words
    width: float
    height: float
    marks: tuple[Mark, ...]


def line(
    x1: float, y1: float, x2: float, y2: float, stroke: str = "#999", width: float = 1
) -> Path:
    """Return a straight line."""
    return Path(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke=stroke, width=width)


def room(texts: list[Words], size: float = 12) -> float:
    """Return how wide the widest of some texts is, px."""
    widest = max((max(text_width(t.zh), text_width(t.en)) for t in texts), default=0)
    return widest * _LETTER * size / 12


def shade(share: float) -> tuple[str, str]:
    """Return a fill from light to dark blue for 0 to 1, and the colour of text on it."""
    light, dark = (239, 246, 252), (8, 69, 130)
    mixed = [round(a + (b - a) * share) for a, b in zip(light, dark, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed), "#fff" if share > _DARK else "#000"

"""The waterfall of one recipient as a picture: steps from top to bottom, sums as full bars."""

from __future__ import annotations

import re
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from allocation.report.chart import settings, wrapped
from allocation.report.chart_bars import boxed, drawable
from allocation.report.layout import wan_number
from allocation.report.sheet import text_width
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.report.explained_page import Page, PageLine

#: Okabe and Ito, told apart with every kind of colour blindness; less is hatched as well.
_MORE, _LESS, _SUM = "#D55E00", "#009E73", "#0072B2"
#: Inches: the sheet, a bar, axis and legend, the edge, a line of text.
_WIDTH, _ROW, _AXIS, _EDGE, _LINE, _DPI = 7.2, 0.3, 0.85, 0.2, 0.17, 150
#: Inches of half a Chinese character at the size of the labels.
_LETTER = 0.068
_LABEL_LETTERS, _ABOVE_LETTERS, _BELOW_LETTERS, _SIZE = 34, 100, 124, 9


def figure(page: Page) -> Figure:
    """Return the page as a matplotlib figure on an Agg canvas."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _sheet(page)


def png(page: Page) -> bytes:
    """Return the page as a PNG; the same page gives the same bytes."""
    import matplotlib as mpl

    file = BytesIO()
    with mpl.rc_context(settings()):
        _sheet(page).savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
    return file.getvalue()


def svg(page: Page) -> str:
    """Return the waterfall as an SVG element with real text and nothing from outside."""
    import matplotlib as mpl

    file = StringIO()
    with mpl.rc_context(settings() | {"svg.fonttype": "none", "svg.hashsalt": "bokuan"}):
        _figure(page).savefig(file, format="svg", metadata={"Date": None})
    whole = file.getvalue()
    return re.sub(r"<metadata>.*?</metadata>", "", whole[whole.index("<svg") :], flags=re.DOTALL)


def _sheet(page: Page) -> Figure:
    """Return the whole page: what it is about, the waterfall, and the reasons."""
    above = [page.title, page.recipient, page.fund]
    below = [page.adds_up, *(f"- {reason}" for reason in page.reasons), page.method]
    return _figure(
        page, _lines_of(above, _ABOVE_LETTERS), _lines_of([*below, *page.changes, page.sealed])
    )


def _lines_of(texts: Sequence[str], letters: int = 0) -> list[str]:
    """Return the lines of texts that the font can draw."""
    lines = [wrapped(boxed(text, ""), letters or _BELOW_LETTERS) for text in texts]
    return [part for line in lines if line for part in line.split("\n")]


def _figure(page: Page, above: Sequence[str] = (), below: Sequence[str] = ()) -> Figure:
    """Return the waterfall between lines of text."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    labels = [wrapped(drawable(line.label, page.id), _LABEL_LETTERS) for line in page.lines]
    rows = _ROW * max(sum(label.count("\n") + 1 for label in labels), len(labels))
    head, foot = _EDGE + _LINE * 1.3 * len(above), _EDGE + _LINE * len(below)
    height = head + rows + _AXIS + foot
    left = _EDGE + _LETTER * max(text_width(part) for text in labels for part in text.split("\n"))
    found = Figure(figsize=(_WIDTH, height))
    FigureCanvasAgg(found)
    room = _WIDTH - left - _EDGE
    box = left / _WIDTH, (foot + _AXIS) / height, room / _WIDTH, rows / height
    axes = found.add_axes(box)
    _bars(axes, page.lines)
    _words(axes, page.lines)
    _axis(axes, labels, page, room)
    _legend(found, page, foot / height)
    for at, line in enumerate(above):
        place = 1 - (_EDGE / 2 + _LINE * 1.3 * at) / height
        found.text(_EDGE / _WIDTH, place, line, va="top", fontsize=_SIZE + 1 - (at > 0))
    for at, line in enumerate(below):
        place = (foot - _LINE * at) / height
        found.text(_EDGE / _WIDTH, place, line, va="top", fontsize=_SIZE - 2)
    return found


def _ends(line: PageLine) -> tuple[float, float]:
    """Return where a bar begins and ends, in 万元."""
    before = 0 if line.change is None else line.running - line.change
    return wan_number(before), wan_number(line.running)


def _bars(axes: Axes, lines: Sequence[PageLine]) -> None:
    """Draw every bar, and a thin line from the end of each to the next."""
    ends = [_ends(line) for line in lines]
    axes.barh(
        range(len(lines)),
        [end - start for start, end in ends],
        left=[start for start, _ in ends],
        height=0.7,
        color=[_colour(line) for line in lines],
        hatch=["////" if (line.change or 0) < 0 else "" for line in lines],
        edgecolor="white",
        linewidth=0.5,
    )
    at = [end for _, end in ends[:-1]]
    rows = range(len(at))
    axes.vlines(at, rows, [row + 1 for row in rows], color="#555555", linewidth=0.8, zorder=0)


def _colour(line: PageLine) -> str:
    if line.change is None:
        return _SUM
    return _LESS if line.change < 0 else _MORE


def _words(axes: Axes, lines: Sequence[PageLine]) -> None:
    """Write each change, or each sum, behind its bar."""
    for row, line in enumerate(lines):
        axes.annotate(
            line.shown_change or line.shown_running,
            (max(*_ends(line)), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=_SIZE - 1,
            annotation_clip=False,
        )


def _axis(axes: Axes, labels: Sequence[str], page: Page, room: float) -> None:
    """Label the rows, and make the axis long enough for the words behind every bar."""
    axes.set_yticks(range(len(labels)), labels, fontsize=_SIZE)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    low, high = min(0.0, *(min(_ends(line)) for line in page.lines)), 1e-6
    for line in page.lines:
        words = _LETTER * text_width(line.shown_change or line.shown_running) + 0.15
        end = max(*_ends(line)) - low
        high = max(high, end / max(1 - words / room, 0.25))
    axes.set_xlim(low, low + high)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel(say("explain-axis", page.language), fontsize=_SIZE - 1)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=_SIZE - 1)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _legend(found: Figure, page: Page, bottom: float) -> None:
    """Explain the colours, ``bottom`` up the sheet."""
    from matplotlib.patches import Patch

    shown: list[Any] = [
        Patch(facecolor=colour, edgecolor="white", hatch=hatch, label=say(key, page.language))
        for key, colour, hatch in (
            ("explain-more", _MORE, ""),
            ("explain-less", _LESS, "////"),
            ("explain-standing", _SUM, ""),
        )
    ]
    found.legend(
        handles=shown,
        ncols=3,
        fontsize=_SIZE - 1,
        frameon=False,
        loc="lower center",
        bbox_to_anchor=(0.5, bottom),
    )

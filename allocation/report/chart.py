"""The chart: ranked bars of amounts in 万元, with the entitlement of each as a tick."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from allocation.money import format_amount
from allocation.report.chart_bars import Bars, bars, drawable, drawn_title
from allocation.report.fonts import drawable_language, families
from allocation.report.layout import printable, wan_number
from allocation.report.sheet import text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.result import Allocation

#: Okabe and Ito: told apart with every kind of colour blindness.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_HATCHES = ("", "//", "xx", "..", "++", "oo")
_WIDTH, _ROW, _FRAME, DPI = 10.0, 0.25, 2.2, 150
_LABEL_LETTERS, _TITLE_LETTERS, _FOOT_LETTERS, _LEGEND_LETTERS = 44, 66, 110, 140
_SMALL = 8


def draw(result: Allocation, path: Path | str, language: Language = "zh") -> None:
    """Write the chart as a PNG.

    Without a Chinese font the labels are English, with one warning that says what to install.
    Names the font cannot draw are replaced by ids.
    """
    import matplotlib as mpl

    found = drawn(result, language)
    with mpl.rc_context(settings()):
        found.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def drawn(result: Allocation, language: Language = "zh") -> Figure:
    """Return the chart in the language that pictures can be labelled in."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return figure(result, drawable_language(language))


def settings() -> Any:
    """Return matplotlib's settings for every picture: fonts, and text that is no mathematics."""
    return {
        "font.family": families(),
        "font.size": _SMALL + 1,
        "axes.unicode_minus": False,
        "text.parse_math": False,
        "hatch.linewidth": 0.6,
    }


def figure(result: Allocation, language: Language) -> Figure:
    """Return the chart as a matplotlib figure on an Agg canvas."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = bars(result, language)
    labels = [wrapped(bar.label, _LABEL_LETTERS) for bar in shown.bars]
    lines = max(text.count("\n") + 1 for text in labels)
    height = _FRAME + _ROW * (lines + 1) / 2 * len(labels)
    found = Figure(figsize=(_WIDTH, height), layout="constrained")
    FigureCanvasAgg(found)
    axes = found.add_subplot()
    _bars(axes, shown)
    _axis(axes, labels)
    axes.set_xlabel(wrapped(_foot(result, language), _FOOT_LETTERS), fontsize=_SMALL)
    found.suptitle(wrapped(drawn_title(result, language), _TITLE_LETTERS), fontsize=13)
    _legend(found, shown, language)
    _make_room(found, axes, shown)
    return found


def _foot(result: Allocation, language: Language) -> str:
    """Return the line below the axis: unit, pot, and its source if the font can draw it."""
    pot = say("report-chart-pot", language, pot=format_amount(result.heading.pot))
    source = say("report-chart-source", language, source=printable(result.heading.pot_source))
    axis = say("report-chart-axis", language)
    return f"{axis}    {pot}{drawable(source, '')}"


def _bars(axes: Axes, shown: Bars) -> None:
    """Draw bars, entitlement ticks and the words at the end of each bar."""
    _parts(axes, shown)
    ticks = [(row, bar.entitlement) for row, bar in enumerate(shown.bars) if bar.entitlement]
    at = [wan_number(fen) for _, fen in ticks]
    low, high = [row - 0.42 for row, _ in ticks], [row + 0.42 for row, _ in ticks]
    axes.vlines(at, low, high, color="black", linewidth=1.5, zorder=3)
    for row, bar in enumerate(shown.bars):
        axes.annotate(
            bar.words,
            (wan_number(bar.end), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=_SMALL,
            annotation_clip=False,
        )


def _parts(axes: Axes, shown: Bars) -> None:
    """Draw the pieces of all bars in one go, each behind the one before it."""
    rows, lefts, parts = [], [], []
    for row, bar in enumerate(shown.bars):
        starts = accumulate((part.fen for part in bar.parts), initial=0)
        for left, part in zip(starts, bar.parts, strict=False):
            rows.append(row)
            lefts.append(wan_number(left))
            parts.append(part)
    axes.barh(
        rows,
        [wan_number(part.fen) for part in parts],
        left=lefts,
        height=0.74,
        color=[_colour(part.colour) for part in parts],
        hatch=["////" if part.held else _hatch(part.colour) for part in parts],
        edgecolor="white",
        linewidth=0.5,
    )


def _axis(axes: Axes, labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), labels, fontsize=_SMALL)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _legend(found: Figure, shown: Bars, language: Language) -> None:
    """Explain colours, ticks, hatching and marks below the axis."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def patch(colour: str, words: str, hatch: str) -> Patch:
        return Patch(facecolor=colour, edgecolor="white", hatch=hatch, label=words)

    entries: list[Any] = [
        patch(_colour(at), words, _hatch(at)) for at, words in enumerate(shown.legend)
    ]
    tick = Line2D([], [], color="black", marker="|", markersize=11, markeredgewidth=1.5)
    tick.set(linestyle="none", label=say("report-chart-entitlement", language))
    entries.append(tick)
    if shown.held:
        entries.append(patch("#999999", shown.held, "////"))
    elif any("●" in bar.words for bar in shown.bars):
        entries.append(Line2D([], [], linestyle="none", label=say("report-chart-bound", language)))
    widest = max(text_width(entry.get_label()) for entry in entries)
    columns = max(1, min(len(entries), _LEGEND_LETTERS // (widest + 8)))
    found.legend(handles=entries, loc="outside lower center", ncols=columns, fontsize=_SMALL)


def _colour(at: int) -> str:
    return COLOURS[at % len(COLOURS)]


def _hatch(at: int) -> str:
    """Return the hatch that tells colours apart once they repeat."""
    return _HATCHES[at // len(COLOURS) % len(_HATCHES)]


def _make_room(found: Figure, axes: Axes, shown: Bars) -> None:
    """Widen the axis until the words at the end of every bar stand inside it."""
    found.draw_without_rendering()
    room = axes.get_window_extent().width
    top = max(axes.get_xlim()[1], 1e-6)
    for bar, text in zip(shown.bars, axes.texts, strict=True):
        # 8 pixels cover the gap before the words and a little behind them.
        words = text.get_window_extent().width + 8
        top = max(top, wan_number(bar.end) * room / max(room - words, room / 4))
    axes.set_xlim(0, top)


def wrapped(text: str, letters: int) -> str:
    """Return ``text`` on lines at most ``letters`` wide; English breaks between words."""
    lines = [""]
    for piece in re.findall(r"[!-~]+ *|.", text):
        if lines[-1] and text_width((lines[-1] + piece).rstrip()) > letters:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)

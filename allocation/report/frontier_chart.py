"""The picture of the trade-off: benefit over the least ratio, corners, and what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.report.chart import COLOURS, DPI, settings, wrapped
from allocation.report.chart_bars import drawn_title
from allocation.report.fonts import drawable_language
from allocation.wording import Language, say

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.explain.frontier import Point, TradeOff


def draw_frontier(found: TradeOff, path: Path, language: Language = "zh") -> None:
    """Write the picture as a PNG."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        picture = frontier_figure(found, language)
        picture.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def frontier_figure(found: TradeOff, language: Language) -> Figure:
    """Return the picture as a matplotlib figure on an Agg canvas."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    spoken = drawable_language(language)
    with mpl.rc_context(settings()):
        picture = Figure(figsize=(9.0, 5.6), layout="constrained")
        FigureCanvasAgg(picture)
        axes = picture.add_subplot()
        most = found.points[0].value
        ratios, values = zip(*(_place(point, most) for point in found.points), strict=True)
        words = say("frontier-chart-corners", spoken)
        axes.plot(ratios, values, "-o", color=COLOURS[0], markersize=4, label=words)
        _mark(axes, _place(found.fair, most), "D", 2, say("frontier-chart-fair", spoken))
        _mark(axes, _place(found.chosen, most), "*", 5, say("frontier-chart-chosen", spoken))
        axes.set_xlabel(say("frontier-chart-ratio", spoken))
        axes.set_ylabel(say("frontier-chart-benefit", spoken))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        axes.grid(color="#DDDDDD", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8)
        picture.suptitle(wrapped(drawn_title(found.fair.result, spoken), 66), fontsize=12)
    return picture


def _place(point: Point, most: Fraction) -> tuple[float, float]:
    return float(point.ratio * 100), float(point.value / most * 100)


def _mark(axes: Axes, at: tuple[float, float], marker: str, colour: int, words: str) -> None:
    style = {"markersize": 13 if marker == "*" else 8, "linestyle": "none", "zorder": 3}
    across, up = at
    axes.plot([across], [up], marker=marker, color=COLOURS[colour], label=words, **style)  # type: ignore[arg-type]  # a style

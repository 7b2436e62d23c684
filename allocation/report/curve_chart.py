"""The picture of amounts over the pot: one line per recipient, its kinks marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.money import UNITS
from allocation.report.chart import COLOURS, DPI, settings, wrapped
from allocation.report.chart_bars import drawable, drawn_title
from allocation.report.fonts import drawable_language
from allocation.report.layout import names
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.explain.curves import Curve
    from allocation.explain.sensitivity import Sensitivity

#: Lines that can still be told apart; markers tell them apart without colours.
MOST_LINES = 7
_MARKERS = "osD^vP*"
_WAN = UNITS["万元"]


def draw_curve(
    found: Sensitivity,
    curve: Curve,
    path: Path | str,
    language: Language,
    zones: Sequence[int] = (),
) -> None:
    """Write the picture as a PNG."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        picture = curve_figure(found, curve, zones, language)
        picture.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def curve_figure(
    found: Sensitivity, curve: Curve, zones: Sequence[int], language: Language
) -> Figure:
    """Return the picture as a matplotlib figure on an Agg canvas; default: the largest amounts."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    spoken = drawable_language(language)
    shown = list(zones) or _largest(found)
    with mpl.rc_context(settings()):
        picture = Figure(figsize=(9.0, 5.6), layout="constrained")
        FigureCanvasAgg(picture)
        axes = picture.add_subplot()
        called = names(found.result, spoken)
        ids = found.result.recipients.ids
        for place, at in enumerate(shown):
            _line(axes, curve, at, place, drawable(called[at], ids[at]))
        _dressed(axes, found, spoken)
        heading = drawn_title(found.result, spoken)
        picture.suptitle(wrapped(heading, 66), fontsize=12)
        picture.legend(loc="outside right upper", fontsize=8)
        if curve.reason:
            note = say(f"sensitivity-reason-{curve.reason}", spoken)
            text = say("sensitivity-curve-points", spoken, reason=note)
            axes.set_title(wrapped(text, 90), fontsize=8)
    return picture


def _largest(found: Sensitivity) -> list[int]:
    """Return the recipients with the largest amounts, the largest first."""
    amounts = found.result.amounts.tolist()
    return sorted(range(len(amounts)), key=lambda at: (-amounts[at], at))[:MOST_LINES]


def _line(axes: Axes, curve: Curve, at: int, place: int, words: str) -> None:
    """Draw one recipient: its line, and a marker at each kink but the ends."""
    points = [(float(pot / _WAN), float(amount / _WAN)) for pot, amount in curve.knots(at)]
    pots, amounts = zip(*points, strict=True)
    colour, marker = COLOURS[place % len(COLOURS)], _MARKERS[place % len(_MARKERS)]
    inner = list(range(1, len(points) - 1))
    whole = list(range(len(points)))
    axes.plot(
        pots,
        amounts,
        color=colour,
        linestyle="none" if curve.reason else "-",
        marker=marker,
        markevery=whole if curve.reason else inner,
        markersize=5,
        linewidth=1.6,
        label=wrapped(words, 24),
    )


def _dressed(axes: Axes, found: Sensitivity, language: Language) -> None:
    """Add the axes' words, the grid, and where the pot is now."""
    now = float(found.solved.task.pot / _WAN)
    axes.axvline(now, color="#666666", linestyle="--", linewidth=1)
    axes.annotate(
        say("sensitivity-chart-now", language),
        (now, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3, -11),
        textcoords="offset points",
        fontsize=8,
        color="#444444",
    )
    axes.set_xlabel(say("sensitivity-chart-pot", language))
    axes.set_ylabel(say("sensitivity-chart-amount", language))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.02)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)

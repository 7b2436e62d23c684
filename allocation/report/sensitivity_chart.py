"""The picture of a sensitivity: for each parameter what it is worth, and the money that moves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from allocation.money import UNITS
from allocation.report.chart import COLOURS, DPI, settings, wrapped
from allocation.report.chart_bars import drawable, drawn_title
from allocation.report.fonts import drawable_language
from allocation.report.sensitivity_words import Row, rows, signed
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.explain.sensitivity import Sensitivity

_PER_WAN = UNITS["万元"] // UNITS["元"]


def draw_sensitivity(found: Sensitivity, path: Path | str, language: Language) -> None:
    """Write the picture as a PNG."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        picture = sensitivity_figure(found, language)
        picture.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def sensitivity_figure(found: Sensitivity, language: Language) -> Figure:
    """Return the picture as a matplotlib figure on an Agg canvas: the most money moved on top."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    spoken = drawable_language(language)
    shown = sorted(rows(found, spoken), key=lambda row: -sum(map(abs, row.side.gains)))
    labels = [wrapped(drawable(row.name, row.found.parameter.key), 44) for row in shown]
    height = 1.9 + 0.17 * sum(text.count("\n") + 2 for text in labels)
    picture = Figure(figsize=(11.0, max(3.0, height)), layout="constrained")
    FigureCanvasAgg(picture)
    left, right = picture.subplots(1, 2, sharey=True)
    benefit = found.solved.task.loaded.scenario.objective.kind == "benefit"
    head = "sensitivity-chart-benefit" if benefit else "sensitivity-chart-worth"
    worths = [row.side.worth * found.scale for row in shown]
    _bars(left, worths, [row.worth for row in shown], COLOURS[0])
    left.set_xlabel(wrapped(say(head, spoken), 44))
    _moved(right, shown)
    right.set_xlabel(wrapped(say("sensitivity-chart-moved", spoken), 44))
    left.set_yticks(range(len(labels)), labels, fontsize=8)
    left.set_ylim(len(labels) - 0.4, -0.6)
    heading = drawn_title(found.result, spoken)
    picture.suptitle(wrapped(heading, 72), fontsize=12)
    return picture


def _moved(axes: Axes, shown: Sequence[Row]) -> None:
    """Draw what those who gain gain together, and what those who lose lose, in yuan."""
    gained = [_sum(row, 1) for row in shown]
    lost = [_sum(row, -1) for row in shown]
    words = [signed(value, 2) if value else "0" for value in gained]
    _bars(axes, gained, words, COLOURS[2])
    _bars(axes, lost, [signed(value, 2) if value else "" for value in lost], COLOURS[5])


def _sum(row: Row, sign: int) -> Fraction:
    gains = (gain for gain in row.side.gains if gain * sign > 0)
    return sum(gains, Fraction(0)) * _PER_WAN


def _bars(axes: Axes, values: Sequence[Fraction], words: Sequence[str], colour: str) -> None:
    """Draw bars from zero with their figures at the end."""
    lengths = [float(value) for value in values]
    drawn = axes.barh(range(len(lengths)), lengths, height=0.62, color=colour)
    axes.bar_label(drawn, list(words), padding=4, fontsize=8)
    axes.axvline(0, color="#444444", linewidth=0.8)
    axes.margins(x=0.32)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)

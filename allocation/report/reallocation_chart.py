"""A reallocation as pictures: money from givers to getters, and the frontier of the tail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_ratio
from allocation.report.chart import settings, wrapped
from allocation.report.chart_bars import drawable
from allocation.report.layout import wan, wan_number
from allocation.report.reallocation_text import called, places, title
from allocation.wording import Language, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.reallocation.reallocate import Reallocation
    from allocation_models.program import Integers

_GIVES, _GETS, _FLOW = "#D55E00", "#0072B2", "#999999"
_WIDTH, _ROW, _FRAME, _SIZE, _NAME_LETTERS = 9.0, 0.42, 1.9, 8, 28
#: Shares of the picture's height between two bars, and how wide a bar is.
_GAP, _BAR = 0.035, 0.02


def flows(found: Reallocation, language: Language) -> Figure:
    """Return who gives at the left, who gets at the right, and bands between them."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _flows(found, language)


def corners(found: Reallocation, language: Language) -> Figure:
    """Return the frontier between expected leftover and the mean of the worst tail."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _corners(found, language)


def _new(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _flows(found: Reallocation, language: Language) -> Figure:
    pairs = _between(found)
    givers, getters = np.flatnonzero(pairs.any(axis=1)), np.flatnonzero(pairs.any(axis=0))
    rows = max(len(givers), len(getters), 2)
    height = _FRAME + _ROW * rows
    figure = _new(_WIDTH, height)
    axes = figure.add_axes((0.3, 0.45 / height, 0.4, 1 - 1.3 / height))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(1, 0)
    words = wrapped(drawable(title(found, language), "reallocation"), 60)
    figure.text(0.02, 1 - 0.12 / height, words, va="top", fontsize=12)
    foot = {"amount": wan(found.moved, places(found)) or "0", "day": found.plan.as_of}
    figure.text(0.02, 0.14 / height, say("reallocation-chart-foot", language, **foot))
    if not len(givers):
        axes.text(0.5, 0.5, say("reallocation-none", language), ha="center")
        return figure
    for x, key in ((0.0, "reallocation-from"), (1.0, "reallocation-to")):
        axes.text(x, -0.03, say(key, language), ha="center", va="bottom", fontsize=_SIZE + 1)
    left = _bars(axes, found, givers, pairs[givers].sum(axis=1), language, left=True)
    right = _bars(axes, found, getters, pairs[:, getters].sum(axis=0), language, left=False)
    _bands(axes, pairs[np.ix_(givers, getters)], left, right)
    return figure


def _between(found: Reallocation) -> Integers:
    """Return what goes from each to each, over all lines, shape (n, n), fen."""
    pairs = np.zeros((len(found.before), len(found.before)), dtype=np.int64)
    for one in found.transfers:
        pairs[one.giver, one.getter] += one.fen
    return pairs


def _bars(
    axes: Axes,
    found: Reallocation,
    who: Integers,
    fen: Integers,
    language: Language,
    *,
    left: bool,
) -> tuple[Integers, float]:
    """Draw the bars of one side; return where each starts, and the height of one fen."""
    names, ids = called(found, language), found.loaded.frame.ids
    scale = (1 - _GAP * (len(who) - 1)) / int(fen.sum())
    starts = np.cumsum(fen * scale + _GAP) - (fen * scale + _GAP)
    x = 0.0 if left else 1.0 - _BAR
    for at, start, amount in zip(who.tolist(), starts.tolist(), fen.tolist(), strict=True):
        tall = amount * scale
        axes.bar(x, tall, _BAR, bottom=start, align="edge", color=_GIVES if left else _GETS)
        sign = "-" if left else "+"
        label = wrapped(drawable(names[at], ids[at]), _NAME_LETTERS)
        words = f"{label}\n{sign}{wan(amount, places(found))}"
        beside, align = (-0.02, "right") if left else (1.02, "left")
        axes.text(beside, start + tall / 2, words, ha=align, va="center", fontsize=_SIZE)
    return starts, scale


def _bands(
    axes: Axes, pairs: Integers, left: tuple[Integers, float], right: tuple[Integers, float]
) -> None:
    """Draw a band for each transfer, in order on both sides."""
    along = np.linspace(0, 1, 40)
    bend = along**2 * (3 - 2 * along)
    out, into = left[0].astype(float), right[0].astype(float)
    for giver, getter in np.argwhere(pairs).tolist():
        fen = int(pairs[giver, getter])
        sizes = fen * left[1], fen * right[1]
        low = out[giver] + (into[getter] - out[giver]) * bend
        high = low + sizes[0] + (sizes[1] - sizes[0]) * bend
        x = _BAR + along * (1 - 2 * _BAR)
        axes.fill_between(x, low, high, color=_FLOW, alpha=0.45, linewidth=0)
        out[giver] += sizes[0]
        into[getter] += sizes[1]


def _corners(found: Reallocation, language: Language) -> Figure:
    tail = found.tail
    assert tail is not None, "drawn only where use is uncertain"
    figure = _new(7.5, 4.8)
    axes = figure.add_axes((0.12, 0.2, 0.84, 0.64))
    x, y = tail.expected / 1e6, tail.worst / 1e6
    label = say("reallocation-frontier", language)
    axes.plot(x, y, "-o", color=_GETS, markersize=4, label=label)
    count = len(tail.before)
    for fen, worst, key, mark in (
        (tail.before, tail.worst_before, "reallocation-point-before", "s"),
        (tail.after, tail.worst_after, "reallocation-point-after", "D"),
    ):
        spot = wan_number(int(fen.sum()) // count), wan_number(int(worst))
        axes.plot(*spot, mark, color=_GIVES, markersize=7, label=say(key, language))
        axes.annotate(
            f"{say(key, language)}\n({spot[0]:,.2f}, {spot[1]:,.2f})",
            spot,
            xytext=(-8, -4) if mark == "s" else (10, 6),
            textcoords="offset points",
            ha="right" if mark == "s" else "left",
            va="top" if mark == "s" else "bottom",
            fontsize=_SIZE,
        )
    axes.margins(0.15)
    for axis, key in (("x", "reallocation-axis-expected"), ("y", "reallocation-axis-tail")):
        share = format_ratio(found.plan.uncertain.tail, 0) if found.plan.uncertain else ""
        getattr(axes, f"set_{axis}label")(say(key, language, tail=share), fontsize=_SIZE + 1)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    words = wrapped(drawable(title(found, language), "reallocation"), 60)
    figure.text(0.02, 0.97, words, va="top", fontsize=12)
    figure.text(0.02, 0.02, say("reallocation-frontier-note", language), fontsize=_SIZE)
    return figure

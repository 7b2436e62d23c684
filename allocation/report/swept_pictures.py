"""The four pictures of a sweep: fan, heat map, tornado and spread, each into ready axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.money import UNITS
from allocation.report.chart import COLOURS, wrapped
from allocation.report.chart_bars import boxed
from allocation.report.layout import printable
from allocation.wording import Language, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from allocation.report.swept import Swept
    from allocation.sweep.axes import Axis
    from allocation_models.program import Floats, Integers

#: Bands of the fan and the spread: shares of the recipients, or cases, on either side.
_BANDS = ((0, 100), (10, 90), (25, 75))
#: Recipients, or values, beyond which a picture cannot be read.
_MOST_ROWS, _MOST_LABELS = 24, 12
_SMALL = 8
_WAN = UNITS["万元"]


def draw_fan(found: Swept, axes: Axes, _at: int, language: Language) -> None:
    """Draw how everybody's amount spreads, against the scenario as it is, along one key.

    Without amounts as it is, against the first case that has some.
    """
    axis = found.design.axes[0]
    kept = np.flatnonzero(found.done)
    base = compared_with(found)
    share = np.divide(
        100.0 * (found.fen[kept] - base),
        base,
        out=np.full(found.fen[kept].shape, np.nan),
        where=base > 0,
    )
    places = _places(axis)[kept]
    for number, (low, high) in enumerate(_BANDS):
        bottom, top = np.nanpercentile(share, (low, high), axis=1)
        words = say("sweep-chart-band", language, low=low, high=high)
        colour: Any = {"color": COLOURS[0], "alpha": 0.15 + 0.15 * number, "linewidth": 0}
        axes.fill_between(places, bottom, top, label=words, **colour)
    middle = np.nanmedian(share, axis=1)
    axes.plot(places, middle, color=COLOURS[5], label=say("sweep-chart-median", language))
    axes.axhline(0, color="black", linewidth=0.8)
    _gaps(found, axes, _places(axis), language)
    _value_axis(axes.xaxis, axis)
    axes.set_xlabel(_label(axis), fontsize=_SMALL + 1)
    axes.set_ylabel(say("sweep-chart-change", language))
    axes.legend(fontsize=_SMALL)
    _plain(axes)


def compared_with(found: Swept) -> Integers:
    """Return the amounts others are compared with (n,), fen: as it is, or the first there are."""
    return found.before if found.base.fen else np.asarray(found.fen[np.argmax(found.done)])


def _gaps(found: Swept, axes: Axes, places: Floats, language: Language) -> None:
    """Mark the values without amounts on the axis."""
    gone = places[~found.done]
    if len(gone):
        low = axes.get_ylim()[0]
        words = say("sweep-chart-none", language)
        axes.plot(gone, np.full(len(gone), low), "x", color="black", label=words, clip_on=False)


def draw_heat(found: Swept, axes: Axes, at: int, language: Language) -> None:
    """Draw one recipient's amount over two keys; a cross where there is none."""
    first, second = found.design.axes
    shape = len(first.values), len(second.values)
    amounts = np.where(found.done, found.fen[:, at] / _WAN, np.nan).reshape(shape).T
    image = axes.imshow(amounts, origin="lower", aspect="auto", cmap="viridis")
    column, row = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]))
    gone = np.isnan(amounts)
    axes.scatter(column[gone], row[gone], marker="x", color="#555555", linewidths=1)
    if max(shape) <= _MOST_LABELS:
        _cell_words(axes, amounts)
    for ticks, axis in ((axes.set_xticks, first), (axes.set_yticks, second)):
        shown = _thinned(len(axis.values))
        ticks(shown, [printable(axis.values[index]) for index in shown], fontsize=_SMALL)
    axes.set_xlabel(_label(first), fontsize=_SMALL + 1)
    axes.set_ylabel(_label(second), fontsize=_SMALL + 1)
    figure: Any = axes.figure
    bar = figure.colorbar(image, ax=axes, format=lambda value, _: f"{value:,.10g}")
    bar.set_label(say("sweep-chart-amount", language))
    if gone.any():
        axes.set_title(say("sweep-chart-crosses", language), fontsize=_SMALL)


def _cell_words(axes: Axes, amounts: Floats) -> None:
    """Write each amount into its cell, light on dark."""
    low, high = np.nanmin(amounts), np.nanmax(amounts)
    for (row, column), value in np.ndenumerate(amounts):
        if not np.isnan(value):
            dark = high > low and (value - low) / (high - low) < 0.6
            colour = "white" if dark else "black"
            words = f"{value:,.0f}"
            axes.text(column, row, words, ha="center", va="center", color=colour, fontsize=7)


def draw_tornado(found: Swept, axes: Axes, at: int, language: Language) -> None:
    """Draw how far each key alone moves one recipient's amount, the widest on top."""
    base = compared_with(found)[at] / _WAN
    bars = []
    for place, axis in enumerate(found.design.axes):
        own = [
            (found.fen[case, at] / _WAN, values[place])
            for case, values in enumerate(found.design.cases)
            if values[place] is not None and found.done[case]
        ]
        if own:
            bars.append((axis, min(own), max(own)))
    bars = sorted(bars, key=lambda bar: bar[2][0] - bar[1][0])[-_MOST_ROWS:]
    for row, (_, low, high) in enumerate(bars):
        for (end, value), colour, side in ((low, COLOURS[1], "right"), (high, COLOURS[0], "left")):
            axes.barh(row, end - base, left=base, color=colour, height=0.6)
            gap = -4 if side == "right" else 4
            words = f"{end:,.2f} ({printable(str(value))})"
            offset: Any = {"xytext": (gap, 0), "textcoords": "offset points"}
            axes.annotate(words, (end, row), ha=side, va="center", fontsize=_SMALL, **offset)
    axes.axvline(base, color="black", linewidth=0.8)
    labels = [wrapped(_label(axis), 34) for axis, _, _ in bars]
    axes.set_yticks(range(len(bars)), labels, fontsize=_SMALL)
    axes.margins(x=0.3)
    axes.set_xlabel(say("sweep-chart-amount", language))
    _plain(axes, "x")


def draw_spread(found: Swept, axes: Axes, _at: int, language: Language) -> None:
    """Draw the spread of amounts over all cases, of whoever moves most."""
    fen = found.fen[found.done]
    order = np.argsort(fen.min(axis=0) - fen.max(axis=0), kind="stable")[:_MOST_ROWS][::-1]
    rows = np.arange(len(order))
    for number, (low, high) in enumerate(_BANDS):
        left, right = np.percentile(fen[:, order] / _WAN, (low, high), axis=0)
        words = say("sweep-chart-cases", language, low=low, high=high)
        height, alpha = (0.3, 0.5, 0.7)[number], 0.25 + 0.2 * number
        axes.barh(
            rows, right - left, left=left, height=height, color=COLOURS[0], alpha=alpha, label=words
        )
    if found.base.fen:
        here = found.before[order] / _WAN
        words = say("sweep-chart-base", language)
        axes.scatter(here, rows, marker="|", s=120, color="black", label=words, zorder=3)
    axes.set_yticks(
        rows, [_name(found, index, language) for index in order.tolist()], fontsize=_SMALL
    )
    axes.set_xlabel(say("sweep-chart-amount", language))
    axes.margins(x=0.04)
    axes.legend(fontsize=_SMALL)
    _plain(axes, "x")


def _name(found: Swept, at: int, language: Language) -> str:
    frame = found.loaded.frame
    english = language == "en" and frame.names_en[at]
    return wrapped(boxed(printable(english or frame.names[at]), frame.ids[at]), 30)


def _label(axis: Axis) -> str:
    return boxed(printable(axis.key), axis.key.encode("ascii", "replace").decode())


def _places(axis: Axis) -> Floats:
    """Return where an axis's values stand: at their numbers, or one after the other."""
    if axis.numbers:
        return np.array([axis.numbers[value] for value in axis.values])
    return np.arange(len(axis.values), dtype=np.float64)


def _thinned(count: int) -> list[int]:
    return list(range(0, count, -(-count // _MOST_LABELS)))


def _value_axis(ticks: Any, axis: Axis) -> None:
    """Label an axis with the values as they were written."""
    places = _places(axis)
    shown = _thinned(len(places))
    labels = [printable(axis.values[index]) for index in shown]
    ticks.set_ticks(places[shown], labels=labels, fontsize=_SMALL)


def _plain(axes: Axes, grid: str = "both") -> None:
    which: Any = grid
    axes.grid(axis=which, color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)

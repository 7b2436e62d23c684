"""Payments as pictures: recipients × months with figures, and the sums so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.money import format_ratio
from allocation.report.chart import settings, wrapped
from allocation.report.chart_bars import drawable
from allocation.report.layout import wan, wan_number
from allocation.report.schedule_lines import labels as labels_of
from allocation.report.schedule_lines import lines_of
from allocation.report.schedule_text import places, title
from allocation.report.sheet import text_width
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.disbursement.schedule import Schedule
    from allocation.result import Fen

_ROW, _LETTER, _DPI, _SIZE = 0.27, 0.075, 150, 8
#: Letters a name may take, inches of a month's column, and of the frame above and below.
_NAME_LETTERS, _COLUMN, _ABOVE, _BELOW = 30, 0.78, 0.95, 0.45
#: With more recipients than this the rows and the letters are smaller.
_MOST_FIGURES = 60
#: With more months than this there is a column for each year.
_MOST_MONTHS = 36
#: Inches of a letter and of a line of the title.
_TITLE_LETTER, _TITLE_LINE = 0.11, 0.22
_PAID, _NEED, _CASH = "#0072B2", "#D55E00", "#999999"


def calendar(found: Schedule, language: Language) -> Figure:
    """Return the heat map; above it the totals of the months, at the right those of recipients."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _calendar(found, language)


def curve(found: Schedule, language: Language) -> Figure:
    """Return need, payments and receipts so far over the months."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _curve(found, language)


def save_png(figure: Figure, path: Path) -> None:
    """Write a figure as PNG; the same figure gives the same bytes."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        figure.savefig(path, format="png", dpi=_DPI, metadata={"Software": None})


def _new(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _calendar(found: Schedule, language: Language) -> Figure:
    lines = lines_of(found)
    heads, payments = _by_year(found.months, lines.payments)
    few = len(payments) <= _MOST_FIGURES
    size = _SIZE if few else 6
    labels = [
        wrapped(drawable(name, found.issue.ids[who]), _NAME_LETTERS)
        for name, who in zip(labels_of(found, lines, language), lines.recipient, strict=True)
    ]
    shown = places(found)
    totals = [wan(int(fen), shown) or "0" for fen in payments.sum(axis=0)]
    sums = [wan(int(fen), shown) for fen in payments.sum(axis=1)]
    column = max(_COLUMN, _LETTER * (max(map(text_width, totals)) + 2))
    rows = _ROW * sum(label.count("\n") + 1 for label in labels) if few else 0.17 * len(labels)
    left = 0.3 + _LETTER * max(text_width(line) for label in labels for line in label.split("\n"))
    right = 0.2 + _LETTER * max(map(text_width, sums))
    width = left + column * len(heads) + right
    words = wrapped(
        drawable(title(found, language), found.prepared.loaded.name), int(width / _TITLE_LETTER)
    )
    above = _ABOVE + _TITLE_LINE * words.count("\n")
    height = rows + above + _BELOW
    figure = _new(width, height)
    room = column * len(heads)
    axes = figure.add_axes((left / width, _BELOW / height, room / width, rows / height))
    axes.imshow(payments / 1e6, cmap="Blues", aspect="auto", interpolation="nearest", vmin=0)
    axes.set_yticks(range(len(labels)), labels, fontsize=size)
    tops = [f"{head}\n{total}" for head, total in zip(heads, totals, strict=True)]
    axes.set_xticks(range(len(heads)), tops, fontsize=_SIZE)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    _figures(axes, payments, shown, size)
    figure.text(0.15 / width, 1 - 0.1 / height, words, va="top", fontsize=12)
    foot = say("schedule-calendar-foot", language, amount=wan(int(payments.sum()), shown))
    foot += say("schedule-by-year", language) if len(heads) < len(found.months) else ""
    figure.text(0.15 / width, 0.14 / height, foot, fontsize=_SIZE)
    return figure


def _by_year(months: Sequence[str], payments: Fen) -> tuple[list[str], Fen]:
    """Return heads and payments: by month, or by year where a page has no room for the months."""
    if len(months) <= _MOST_MONTHS:
        return list(months), payments
    years = [month[:4] for month in months]
    starts = [at for at, year in enumerate(years) if year not in years[:at]]
    return [years[at] for at in starts], np.add.reduceat(payments, starts, axis=1)


def _figures(axes: Axes, payments: Fen, shown: int, size: float) -> None:
    """Write each payment into its cell, and each recipient's total behind its row."""
    most = max(int(payments.max(initial=0)), 1)
    for (row, column), fen in np.ndenumerate(payments):
        if fen:
            colour = "white" if fen > 0.6 * most else "black"
            words = wan(int(fen), shown)
            axes.text(column, row, words, ha="center", va="center", fontsize=size, color=colour)
    last = payments.shape[1] - 0.5
    for row, total in enumerate(payments.sum(axis=1).tolist()):
        axes.annotate(
            wan(total, shown),
            (last, row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=size,
            annotation_clip=False,
        )


def _curve(found: Schedule, language: Language) -> Figure:
    figure = _new(8.0, 4.6)
    axes = figure.add_axes((0.1, 0.16, 0.87, 0.68))
    months = np.arange(len(found.months))
    cash = np.cumsum(found.prepared.exact.received)
    need = found.need.sum(axis=(0, 1))
    paid = np.cumsum(found.payments.sum(axis=0))
    for fen, key, colour, style in (
        (cash, "schedule-curve-cash", _CASH, ":"),
        (need, "schedule-curve-need", _NEED, "-"),
        (paid, "schedule-curve-paid", _PAID, "-"),
    ):
        drawn = [wan_number(value) for value in fen.tolist()]
        step: dict[str, Any]
        step = {"drawstyle": "steps-post"} if style == ":" else {"marker": "o", "markersize": 4}
        if key == "schedule-curve-need":
            # Wide and light: it shows beside the payments where the two are equal.
            step = {"linewidth": 6, "alpha": 0.45}
        axes.plot(months, drawn, style, color=colour, label=say(key, language), **step)
    if found.prepared.frozen:
        axes.axvspan(-0.5, found.prepared.frozen - 0.5, color="#EEEEEE", zorder=0)
    for due in found.prepared.dues:
        share = format_ratio(found.prepared.loaded.plan.deadlines[due.key].share, 0)
        axes.axvline(due.month, color="#CC79A7", linewidth=1)
        axes.annotate(
            say("schedule-curve-due", language, day=due.day, share=share),
            (due.month, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=_SIZE,
        )
    axes.set_xlim(-0.5, len(months) - 0.5)
    axes.set_ylim(bottom=0)
    every = max(1, -(-len(months) // 12))
    axes.set_xticks(months[::every], found.months[::every], fontsize=_SIZE)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.set_ylabel(say("schedule-curve-axis", language), fontsize=_SIZE + 1)
    axes.tick_params(axis="y", labelsize=_SIZE)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    words = wrapped(drawable(title(found, language), found.prepared.loaded.name), 70)
    figure.text(0.02, 0.97, words, va="top", fontsize=12)
    figure.legend(loc="lower center", ncols=3, fontsize=_SIZE + 1, frameon=False)
    return figure

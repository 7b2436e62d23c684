"""Utilisation as pictures: bars against time, the year's curve, the money of the warnings."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from allocation.ledger.planned import planned_by
from allocation.money import format_amount, format_ratio
from allocation.report.chart import settings, wrapped
from allocation.report.chart_bars import drawable
from allocation.report.layout import wan_number
from allocation.report.sheet import text_width
from allocation.report.utilised_words import called, label, name_of, rate, summary, title
from allocation.wording import Language, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.report.utilised import Utilised

_SPENT, _PAID, _BUDGET, _TIME, _PLAN = "#0072B2", "#56B4E9", "#E8E8E8", "#D55E00", "#009E73"
_LEVELS = {"red": "#C0392B", "orange": "#E67E22", "yellow": "#F1C40F"}
_ROW, _WIDTH, _ABOVE, _BELOW, _SIZE, _LETTER = 0.34, 9.6, 0.62, 0.7, 8, 0.075
#: Names wider than this take two lines, so that there is always room for the bars.
_NAME_LETTERS = 52
#: More rows than this cannot be read on one page.
_MOST = 45


def bars(found: Utilised, language: Language) -> Figure:
    """Return a bar for each group: spent within paid within the budget, and the yardstick."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _bars(found, language)


def curve(found: Utilised, language: Language) -> Figure:
    """Return paid and spent so far at the end of each month, with yardstick and plan."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _curve(found, language)


def alert_bars(found: Utilised, language: Language) -> Figure:
    """Return the money at stake of each warning, in the colour of its level."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        return _alerts(found, language)


def _rows(names: list[str], head: str, *, right: float) -> tuple[Figure, Axes]:
    """Return a figure with room for a row of each name (two lines at most), and a title above."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = _ABOVE + _BELOW + _ROW * max(len(names), 2)
    figure = Figure(figsize=(_WIDTH, height))
    FigureCanvasAgg(figure)
    names = [wrapped(name, _NAME_LETTERS) for name in names]
    lines = [line for name in names for line in name.split("\n")]
    left = 0.25 + _LETTER * max(map(text_width, lines))
    axes = figure.add_axes(
        (
            left / _WIDTH,
            _BELOW / height,
            1 - (left + right) / _WIDTH,
            1 - (_ABOVE + _BELOW) / height,
        )
    )
    axes.set_yticks(range(len(names)), names, fontsize=_SIZE)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.text(0.15 / _WIDTH, 1 - 0.12 / height, head, va="top", fontsize=12)
    return figure, axes


def _head(found: Utilised, language: Language, *more: str) -> str:
    words = [drawable(title(found, language), str(found.as_of)), *more]
    return wrapped(" ".join(words), 84)


def _bars(found: Utilised, language: Language) -> Figure:
    table = found.table.sort_values("denominator", ascending=False, kind="stable").head(_MOST)
    names = [drawable(label(found, str(k), found.by, language), str(k)) for k in table.index]
    left_out = len(found.table) - len(table)
    more = [say("papers-chart-left-out", language, count=left_out)] if left_out else []
    figure, axes = _rows(
        [say("report-total", language), *names], _head(found, language, *more), right=2.9
    )
    rows = [found.total.iloc[0], *(row for _, row in table.iterrows())]
    for at, row in enumerate(rows):
        base = int(row["denominator"])
        if base <= 0:
            continue
        axes.barh(at, 100, color=_BUDGET, height=0.72)
        axes.barh(at, 100 * row["disbursed"] / base, color=_PAID, height=0.5)
        axes.barh(at, 100 * row["spent"] / base, color=_SPENT, height=0.26)
        parts = (format_amount(int(row["spent"])), format_amount(base), rate(row["spent_rate"]))
        words = say("papers-chart-rate", language, part=parts[0], whole=parts[1], rate=parts[2])
        axes.annotate(
            words, (100, at), (5, 0), textcoords="offset points", va="center", fontsize=_SIZE
        )
    axes.axvline(float(found.elapsed * 100), color=_TIME, linewidth=1.4)
    axes.set_xlim(0, 100)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    axes.tick_params(axis="x", labelsize=_SIZE)
    _key(figure, found, language)
    return figure


def _key(figure: Figure, found: Utilised, language: Language) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    whole = say(f"utilisation-{found.denominator.replace('_', '-')}", language)
    elapsed = say("papers-chart-elapsed", language, rate=format_ratio(found.elapsed))
    marks = [
        Patch(color=_SPENT, label=say("utilisation-head-spent", language)),
        Patch(color=_PAID, label=say("utilisation-head-disbursed", language)),
        Patch(color=_BUDGET, label=whole),
        Line2D([], [], color=_TIME, label=elapsed),
    ]
    figure.legend(handles=marks, loc="lower center", ncols=4, fontsize=_SIZE, frameon=False)


def month_ends(found: Utilised) -> list[date]:
    """Return the days the curve has points at: each month's end, and at last the day itself."""
    year, last = found.year, min(found.as_of, date(found.year, 12, 31))
    ends = [date(year, month, monthrange(year, month)[1]) for month in range(1, 13)]
    return [end for end in ends if end < last] + ([last] if last.year == year else [])


def _curve(found: Utilised, language: Language) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 5.0))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, 0.2, 0.87, 0.65))
    ends = month_ends(found)
    totals = [found.at(end).total.iloc[0] for end in ends]
    places = [_place(end) for end in ends]
    whole = say(f"utilisation-{found.denominator.replace('_', '-')}", language)
    base = [wan_number(int(row["denominator"])) for row in totals]
    axes.plot(places, base, color="#888888", drawstyle="steps-post", linestyle=":", label=whole)
    last = wan_number(int(found.total.iloc[0]["denominator"]))
    yardstick = say("papers-chart-yardstick", language)
    axes.plot([0, 12], [0, last], color=_TIME, linestyle="--", label=yardstick)
    if found.plan is not None:
        months = [date(found.year, m, monthrange(found.year, m)[1]) for m in range(1, 13)]
        planned = [wan_number(sum(planned_by(found.plan, day).values())) for day in months]
        axes.plot(
            range(13),
            [0, *planned],
            color=_PLAN,
            linestyle="-.",
            label=say("utilisation-planned", language),
        )
    for part, colour, marker in (("disbursed", _PAID, "s"), ("spent", _SPENT, "o")):
        drawn = [wan_number(int(row[part])) for row in totals]
        named = say(f"utilisation-head-{part}", language)
        axes.plot(places, drawn, color=colour, marker=marker, markersize=4, label=named)
    _finish(axes, language)
    figure.text(0.02, 0.97, _head(found, language), va="top", fontsize=12)
    figure.text(0.02, 0.02, _foot(found, language), fontsize=_SIZE)
    figure.legend(
        loc="lower center", bbox_to_anchor=(0.5, 0.05), ncols=5, fontsize=_SIZE, frameon=False
    )
    return figure


def _place(end: date) -> float:
    """Return a day on the axis: 0 is the start of January, 12 the end of December."""
    return end.month - 1 + end.day / monthrange(end.year, end.month)[1]


def _finish(axes: Axes, language: Language) -> None:
    months = [say("papers-chart-month", language, month=month) for month in range(1, 13)]
    axes.set_xticks(range(1, 13), months, fontsize=_SIZE)
    axes.set_xlim(0, 12.2)
    lowest = float(axes.dataLim.y0)
    axes.set_ylim(bottom=min(0, lowest))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.tick_params(axis="y", labelsize=_SIZE)
    axes.set_ylabel(say("report-unit", language), fontsize=_SIZE)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _foot(found: Utilised, language: Language) -> str:
    """Return the rate of spending with both figures."""
    return wrapped(summary(found, language)[1], 120)


def _alerts(found: Utilised, language: Language) -> Figure:
    table = found.alerts.head(_MOST)
    names = []
    for row in table.itertuples(index=False, name="Row"):
        who = name_of(found, str(row.recipient), language)
        why = called(found.settings.threshold[int(row.threshold)], language)
        colour = say(f"utilisation-{row.level}", language)
        names.append(drawable(f"{colour} {who}:{why}", f"{colour} {row.recipient}"))
    left_out = len(found.alerts) - len(table)
    more = [say("papers-chart-left-out", language, count=left_out)] if left_out else []
    figure, axes = _rows(names, _head(found, language, *more), right=1.1)
    amounts = [int(fen) for fen in table["at_stake"]]
    colours = [_LEVELS[str(level)] for level in table["level"]]
    axes.barh(range(len(amounts)), list(map(wan_number, amounts)), color=colours, height=0.6)
    for at, fen in enumerate(amounts):
        axes.annotate(
            format_amount(fen),
            (wan_number(fen), at),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=_SIZE,
        )
    axes.tick_params(axis="x", labelsize=_SIZE)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.set_xlabel(say("papers-chart-stake", language), fontsize=_SIZE)
    return figure

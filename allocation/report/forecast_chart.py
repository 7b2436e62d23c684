"""The fan: what was spent so far, and where spending may go by the end of the year."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_ratio
from allocation.report.chart import COLOURS, settings, wrapped
from allocation.report.chart_bars import drawable
from allocation.report.fonts import drawable_language
from allocation.report.forecast_text import rough
from allocation.report.layout import printable, wan_number
from allocation.wording import Language, say

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from allocation.ledger.forecast import Forecast

_SMALL, _LETTERS, _DPI = 8, 62, 150


def draw_fan(
    found: Forecast,
    path: Path,
    language: Language,
    *,
    recipient: str = "",
    synthetic: bool = False,
) -> None:
    """Write the fan of all, or of one recipient, as a PNG."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        figure = fan(found, language, recipient=recipient, synthetic=synthetic)
        figure.savefig(path, format="png", dpi=_DPI, metadata={"Software": None})


def fan(
    found: Forecast, language: Language, *, recipient: str = "", synthetic: bool = False
) -> Figure:
    """Return the picture as a matplotlib figure on an Agg canvas.

    Raises
    ------
    InputError
        If the recipient is not in the forecast.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    spoken = drawable_language(language)
    with mpl.rc_context(settings()):
        picture = Figure(figsize=(8.0, 4.8), layout="constrained")
        FigureCanvasAgg(picture)
        axes = picture.add_subplot()
        _lines(axes, found, recipient, spoken)
        _dressed(axes, found, recipient, spoken)
        picture.suptitle(wrapped(_title(found, recipient, spoken), _LETTERS), fontsize=12)
        if synthetic:
            axes.set_title(say("book-synthetic", spoken), fontsize=_SMALL + 1, color=COLOURS[5])
        picture.legend(loc="outside lower center", ncols=4, fontsize=_SMALL, frameon=False)
    return picture


def _title(found: Forecast, recipient: str, language: Language) -> str:
    if not recipient:
        name = say("forecast-all", language)
    else:
        name = drawable(printable(found.names[found.position(recipient)]), recipient)
    return say("forecast-title", language, name=name, year=found.as_of.year, day=found.as_of)


def _lines(axes: Axes, found: Forecast, recipient: str, language: Language) -> None:
    months = found.months(recipient)
    known = months["spent"].dropna().to_numpy()
    now = (
        found.as_of.month - 1 + found.as_of.day / monthrange(found.as_of.year, found.as_of.month)[1]
    )
    spent, _ = _sums(found, recipient)
    past_x, past_y = (
        np.append(np.arange(len(known) + 1), now),
        np.append(np.append(0, known), spent),
    )
    coming = months["middle"].notna().to_numpy()
    later_x = np.append(now, months["month"].to_numpy()[coming])
    low, middle, high = (
        np.append(spent, months[key].to_numpy()[coming]) / 1e6 for key in ("low", "middle", "high")
    )
    sure = say("forecast-chart-range", language, sure=format_ratio(found.interval, 0))
    axes.fill_between(later_x, low, high, color=COLOURS[4], alpha=0.35, linewidth=0, label=sure)
    ahead = say("forecast-chart-ahead", language)
    axes.plot(later_x, middle, "--", color=COLOURS[0], linewidth=1.6, label=ahead)
    so_far = say("forecast-chart-spent", language)
    axes.plot(past_x, past_y / 1e6, "-", color=COLOURS[0], linewidth=2, label=so_far)
    axes.plot([now], [wan_number(spent)], "o", color=COLOURS[0], markersize=5)
    if coming.any():
        for end, side in ((low, "top"), (high, "bottom")):
            axes.annotate(
                rough(round(end[-1] * 1e6)),
                (later_x[-1], end[-1]),
                xytext=(4, 0),
                textcoords="offset points",
                va=side,
                fontsize=_SMALL,
                annotation_clip=False,
            )


def _dressed(axes: Axes, found: Forecast, recipient: str, language: Language) -> None:
    """Add the budget, the axes' words and the grid."""
    _, budget = _sums(found, recipient)
    label = say("forecast-chart-budget", language, amount=rough(budget))
    axes.axhline(wan_number(budget), color=COLOURS[5], linewidth=1.2, linestyle=":", label=label)
    axes.set_xlim(0, 12)
    axes.set_ylim(0, max(wan_number(budget), 1e-6) * 1.06)
    axes.set_xticks(range(13), ["", *map(str, range(1, 13))])
    axes.set_xlabel(say("forecast-chart-month", language))
    axes.set_ylabel(say("forecast-chart-amount", language))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _sums(found: Forecast, recipient: str) -> tuple[int, int]:
    """Return spent and budget in fen, of all or of one."""
    at = found.position(recipient) if recipient else slice(None)
    return int(found.spent[at].sum()), int(found.budget[at].sum())

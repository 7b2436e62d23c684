"""The picture of a sweep: which kind it is, its title, and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.report.chart import DPI, settings, wrapped
from allocation.report.chart_bars import boxed
from allocation.report.fonts import drawable_language
from allocation.report.layout import printable
from allocation.report.swept_pictures import draw_fan, draw_heat, draw_spread, draw_tornado
from allocation.sweep.cases import GRID, SINGLE
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

    from allocation.report.swept import Swept


def draw_sweep(found: Swept, path: Path, language: Language, at: int | None = None) -> None:
    """Write the picture as a PNG."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        picture = sweep_figure(found, at, language)
        picture.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def sweep_figure(found: Swept, at: int | None, language: Language) -> Figure:
    """Return the picture as a matplotlib figure on an Agg canvas.

    ``at`` is the recipient a heat map or a tornado is about; None: whose amount moves most.

    Raises
    ------
    ValueError
        If no case has amounts.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not found.done.any():
        raise ValueError(say("sweep-no-chart", language))
    spoken = drawable_language(language)
    draw, one = _kind(found)
    who = most_moved(found) if at is None else at
    with mpl.rc_context(settings()):
        picture = Figure(figsize=(9.5, 6.0), layout="constrained")
        FigureCanvasAgg(picture)
        draw(found, picture.add_subplot(), who, spoken)
        picture.suptitle(wrapped(_title(found, who if one else None, spoken), 70), fontsize=12)
    return picture


def _kind(found: Swept) -> tuple[Callable[..., None], bool]:
    """Return what draws the picture, and whether it is about one recipient."""
    kind, axes = found.design.kind, found.design.axes
    if kind == SINGLE:
        return draw_tornado, True
    if kind == GRID and len(axes) == 1:
        return draw_fan, False
    if kind == GRID and len(axes) == 2:
        return draw_heat, True
    return draw_spread, False


def most_moved(found: Swept) -> int:
    """Return the position of the recipient whose amount moves most over the cases."""
    fen = found.fen[found.done]
    return int(np.argmax(fen.max(axis=0) - fen.min(axis=0)))


def _title(found: Swept, at: int | None, language: Language) -> str:
    scenario, frame = found.loaded.scenario, found.loaded.frame
    title = scenario.title if language == "zh" else scenario.title_en or scenario.title
    mark = say("report-illustrative", language) if scenario.illustrative else ""
    shown = boxed(printable(title), found.loaded.name) + mark
    if at is None:
        return shown
    english = language == "en" and frame.names_en[at]
    name = boxed(printable(english or frame.names[at]), frame.ids[at])
    return say("sweep-chart-title", language, title=shown, name=name)

"""The trade-off in a terminal: corners, the price of each step, and who pays it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount, format_ratio
from allocation.report.chart import wrapped
from allocation.report.frontier import named_points, prices
from allocation.report.layout import names, title
from allocation.report.terminal import WIDTH, console, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.table import Table

    from allocation.explain.frontier import TradeOff

_MOST = 3
_PLACES = 4


def print_frontier(
    found: TradeOff, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print the trade-off to stdout, or to ``on``."""
    from rich.text import Text

    out = on or console()
    heading = say("frontier-title", language, title=title(found.fair.result, language))
    out.print(Text(heading, style="bold"), soft_wrap=True)
    for line in wrapped(say("frontier-legend", language), WIDTH).splitlines():
        out.print(Text(line), soft_wrap=True)
    out.print(_table(found, language))
    out.print()
    for line in _steps(found, language):
        for part in wrapped(line, WIDTH).splitlines():
            out.print(Text(part), soft_wrap=True)


def _table(found: TradeOff, language: Language) -> Table:
    heads = [say(f"frontier-{key}", language) for key in ("point", "ratio", "benefit", "price")]
    rows, most = [], found.points[0].value
    for (key, point), cost in zip(named_points(found), prices(found), strict=True):
        label = key if key.isdigit() else say(f"frontier-{key}", language)
        value, ratio = format_ratio(point.value / most, _PLACES), format_ratio(point.ratio, _PLACES)
        rows.append(
            [label, ratio, value, "" if cost is None else format_ratio(cost / most, _PLACES)]
        )
    return ruled(heads, rows)


def _steps(found: TradeOff, language: Language) -> Iterator[str]:
    """Yield for each step who loses and who gains most."""
    called = names(found.fair.result, language)
    for (one, before), (two, after) in pairwise(named_points(found)[:-1]):
        ends = [key if key.isdigit() else say(f"frontier-{key}", language) for key in (one, two)]
        change = after.result.amounts - before.result.amounts
        order = np.argsort(change, kind="stable").tolist()
        lost = [at for at in order[:_MOST] if change[at] < 0]
        won = [at for at in order[::-1][:_MOST] if change[at] > 0]
        both = [_listed(called, change.tolist(), at, language) for at in (lost, won)]
        moved = format_amount(int(change[change > 0].sum()))
        words = {"before": ends[0], "after": ends[1], "moved": moved}
        yield say("frontier-step", language, **words, lost=both[0], won=both[1])


def _listed(called: tuple[str, ...], change: list[int], who: list[int], language: Language) -> str:
    parts = [f"{called[at]} {format_amount(change[at])}" for at in who]
    return ("、" if language == "zh" else ", ").join(parts) or "—"

"""A sweep in a terminal: how many cases came to what, why some have no amounts, who moves most."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount
from allocation.report.chart import wrapped
from allocation.report.layout import printable
from allocation.report.terminal import WIDTH, console, ruled
from allocation.sweep.outcome import CONFLICT, DONE, REFUSED, UNPROVEN
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.table import Table

    from allocation.report.swept import Swept

_ROWS = 12
_REASON = 300


def print_sweep(found: Swept, language: Language = "zh", *, on: Console | None = None) -> None:
    """Print a sweep to stdout, or to ``on``."""
    from rich.text import Text

    out = on or console()
    scenario = found.loaded.scenario
    title = scenario.title if language == "zh" else scenario.title_en or scenario.title
    mark = say("report-illustrative", language) if scenario.illustrative else ""
    heading = say("sweep-title", language, title=printable(title) + mark)
    out.print(Text(heading, style="bold"), soft_wrap=True)
    for line in (*_summary(found, language), *_reasons(found, language)):
        for part in wrapped(line, WIDTH).splitlines():
            out.print(Text(part), soft_wrap=True)
    if found.done.any():
        out.print()
        out.print(Text(say("sweep-spread", language), style="bold"))
        out.print(_spread(found, language))


def _summary(found: Swept, language: Language) -> Iterator[str]:
    states = Counter(outcome.state for outcome in found.outcomes)
    kind = say(f"sweep-design-{found.design.kind}", language)
    yield say("sweep-cases", language, count=len(found.outcomes), kind=kind)
    if found.kept:
        yield say("sweep-kept", language, count=found.kept)
    named = {"done": DONE, "conflict": CONFLICT, "refused": REFUSED, "unproven": UNPROVEN}
    yield say("sweep-counts", language, **{key: states[state] for key, state in named.items()})


def _reasons(found: Swept, language: Language) -> Iterator[str]:
    """Yield, for each set of codes that stands against cases, how many and the first of them."""
    first: dict[tuple[str, ...], int] = {}
    for case, outcome in enumerate(found.outcomes):
        if outcome.state != DONE:
            first.setdefault(outcome.codes, case)
    counts = Counter(outcome.codes for outcome in found.outcomes)
    if first:
        yield ""
        yield say("sweep-reasons", language)
    for codes, case in first.items():
        why = printable(found.outcomes[case].words[0 if language == "zh" else 1])[:_REASON]
        sets = printable(" ".join(found.design.sets(case)))
        yield say("sweep-reason", language, count=counts[codes], sets=sets, why=why)


def _spread(found: Swept, language: Language) -> Table:
    """Return whose amounts move most: as it is, least and most over the cases, 万元."""
    frame, fen = found.loaded.frame, found.fen[found.done]
    low, high = fen.min(axis=0), fen.max(axis=0)
    order = np.argsort(low - high, kind="stable")[:_ROWS].tolist()
    heads = [say(f"sweep-{key}", language) for key in ("name", "base", "least", "most")]
    rows = []
    for at in order:
        english = language == "en" and frame.names_en[at]
        base = format_amount(int(found.before[at])) if found.base.fen else "—"
        ends = (format_amount(int(end[at])) for end in (low, high))
        rows.append([printable(english or frame.names[at]), base, *ends])
    return ruled(heads, rows)

"""The sensitivity of an allocation as officers read it in a terminal, within 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.money import UNITS, format_amount
from allocation.report.chart import wrapped
from allocation.report.layout import names, printable, title
from allocation.report.sensitivity_words import (
    blocked,
    reasons,
    rows,
    signed,
    who,
)
from allocation.report.terminal import WIDTH, console, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from rich.console import Console

    from allocation.explain.curves import Curve
    from allocation.explain.sensitivity import Sensitivity


def print_sensitivity(
    found: Sensitivity,
    language: Language = "zh",
    *,
    curve: Curve | None = None,
    zones: Sequence[int] = (),
    on: Console | None = None,
) -> None:
    """Print the table, who gains and loses, notes, and the kinks of ``zones`` on ``curve``."""
    from rich.text import Text

    out = on or console()
    heading = say("sensitivity-title", language, title=title(found.result, language))
    out.print(Text(heading, style="bold"), soft_wrap=True)
    benefit = found.solved.task.loaded.scenario.objective.kind == "benefit"
    legend = "sensitivity-legend-benefit" if benefit else "sensitivity-legend"
    _print(out, say(legend, language))
    out.print(Text(say("report-unit", language)))
    lines = rows(found, language)
    head = say("sensitivity-benefit" if benefit else "sensitivity-lowest", language)
    heads = ("sensitivity-parameter", "sensitivity-value", head, "sensitivity-range")
    cells = [(line.name, line.value, line.worth, line.range) for line in lines]
    out.print(ruled([say(h, language) if h != head else head for h in heads], cells))
    out.print()
    out.print(Text(say("sensitivity-who", language), style="bold"))
    for line in lines:
        _print(out, line.name)
        for text in who(found, line.side, language):
            _print(out, text, indent=2)
    notes = [*blocked(found, language), *reasons(found.parameters, language)]
    for note in (*notes, say("sensitivity-exact", language)):
        _print(out, note)
    if curve is not None:
        for at in zones:
            for text in _kinks(found, curve, at, language):
                out.print(Text(text))


def _print(out: Console, text: str, indent: int = 0) -> None:
    """Print a sentence on lines of their own that end between words, or Chinese characters."""
    from rich.text import Text

    for line in wrapped(text, WIDTH - indent).splitlines():
        out.print(Text(" " * indent + line), soft_wrap=True)


def _kinks(found: Sensitivity, curve: Curve, at: int, language: Language) -> Iterator[str]:
    """Yield a recipient's kinks, a line each."""
    name = printable(names(found.result, language)[at])
    yield ""
    yield say("sensitivity-curve-title", language, name=name)
    knots = curve.knots(at)
    for index, (pot, amount) in enumerate(knots):
        words = {"pot": _wan(pot), "amount": _wan(amount)}
        if curve.reason or index == len(knots) - 1:
            yield say("sensitivity-curve-last", language, **words)
            continue
        after = knots[index + 1]
        slope = (after[1] - amount) / (after[0] - pot) * (UNITS["万元"] // UNITS["元"])
        yield say("sensitivity-curve-point", language, slope=signed(slope, 2), **words)
    if curve.reason:
        reason = say(f"sensitivity-reason-{curve.reason}", language)
        yield say("sensitivity-curve-points", language, reason=reason)
    elif curve.conflict:
        yield say("sensitivity-curve-conflict", language)


def _wan(fen: Fraction) -> str:
    """Return exact fen in 万元, rounded half up to 100 yuan."""
    step = UNITS["万元"] // 100
    return format_amount(int((fen / step * 2 + 1) // 2) * step)

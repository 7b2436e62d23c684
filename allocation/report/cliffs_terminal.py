"""The study of cliffs in a terminal: the largest moves, the audit, and examples in full."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.figure_steps import STEPS, THRESHOLD, FigureStep
from allocation.explain.rank_moves import RankMove
from allocation.report.cliffs_frames import largest, worst
from allocation.report.cliffs_words import Words, figure, signed
from allocation.report.layout import printable, title
from allocation.report.terminal import box, console
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from rich.table import Table

    from allocation.explain.audit import Check, Seen
    from allocation.explain.cliffs import Findings
    from allocation.frame import Mask

#: So many moves, and so many examples of each check, are shown.
_ROWS, _EXAMPLES = 12, 3
#: Letters of a reason.
_REASON = 100
#: Places of 万元: enough to see the worth of one unit.
_PLACES = 4
_COMPARED = ("+1%", "-1%")
_COLUMNS = (("+1%", "up-share"), ("-1%", "down-share"), ("+1", "up-unit"), ("-1", "down-unit"))


def print_cliffs(
    found: Findings,
    who: Mask,
    language: Language = "zh",
    *,
    everything: bool = False,
    on: Console | None = None,
) -> None:
    """Print the study to stdout, or to ``on``; ``everything``: no list is cut short."""
    from rich.text import Text

    out, words = on or console(), Words(found.result, language)
    heading = say("cliffs-title", language, title=title(found.result, language))
    out.print(Text(heading, style="bold"), soft_wrap=True)
    for sentence in _preface(found, who, words):
        out.print(Text(sentence), soft_wrap=True)
    for head, table in (_ranks(found, words), _figures(found, words), _audit(found, words)):
        out.print()
        out.print(Text(head, style="bold"), soft_wrap=True)
        if table is not None:
            out.print(table)
    out.print()
    for sentence in _verdict(found, words, everything=everything):
        out.print(Text(sentence), soft_wrap=True)


def _preface(found: Findings, who: Mask, words: Words) -> Iterator[str]:
    language = words.language
    yield say("cliffs-scope", language)
    steps = say("report-and", language).join(words.step(step) for step in (*STEPS, THRESHOLD))
    yield say("cliffs-searched", language, who=_who(who, words), steps=steps)
    assert found.result.solved is not None, "whoever solves says from what"
    if found.result.solved.task.loaded.scenario.upper is not None:
        yield say("cliffs-upper", language)


def _who(who: Mask, words: Words) -> str:
    count, total = int(np.count_nonzero(who)), len(who)
    if count == total:
        return say("cliffs-searched-all", words.language, count=count)
    names = [words.names[index] for index in np.flatnonzero(who).tolist()[:5]]
    joined = say("report-and", words.language).join(names)
    return say("cliffs-searched-some", words.language, count=count, total=total, names=joined)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: int) -> Table:
    """Return a table whose columns from ``right`` on hold figures."""
    from rich.table import Table
    from rich.text import Text

    found = Table(box=box(), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for at, head in enumerate(heads):
        if at < right:
            found.add_column(Text(head), overflow="fold")
        else:
            found.add_column(Text(head), justify="right", no_wrap=True, overflow="fold")
    for row in rows:
        found.add_row(*map(Text, row))
    return found


def _ranks(found: Findings, words: Words) -> tuple[str, Table | None]:
    """Return the largest moves on a ranking."""
    language = words.language
    if not found.ranks:
        return say("cliffs-ranks-none", language), None
    told = [seen for seen in largest(found.ranks) if seen.effect is None or seen.effect.moves]
    shown = told[:_ROWS]
    if not shown:
        return say("cliffs-ranks-still", language, total=len(found.ranks)), None
    keys = ("name", "column", "move", "edge", "other", "exact", "whole")
    heads = [say(f"cliffs-{key}", language) for key in keys]
    table = _table(heads, [_rank_row(seen, words) for seen in shown], 5)
    count = {"count": len(shown), "total": len(found.ranks)}
    return say("cliffs-ranks-head", language, **count), table


def _rank_row(seen: Seen, words: Words) -> list[str]:
    move = seen.change
    assert isinstance(move, RankMove)
    edges = say("report-and", words.language).join(map(words.key, move.edges))
    alone = say("cliffs-alone", words.language)
    other = alone if move.other is None else words.names[move.other]
    refused = say("cliffs-refused", words.language)
    effect = seen.effect
    amounts = [signed(effect.exact), signed(effect.whole)] if effect else [refused, ""]
    place = f"{move.before}→{move.after}"
    return [words.names[move.who], printable(move.column), place, edges, other, *amounts]


def _figures(found: Findings, words: Words) -> tuple[str, Table | None]:
    """Return the figures whose steps weigh most."""
    language = words.language
    by_cell: dict[tuple[int, str], list[Seen]] = {}
    for seen in found.figures:
        step = seen.change
        assert isinstance(step, FigureStep)
        by_cell.setdefault((step.who, step.use.column), []).append(seen)
    shown = sorted(by_cell.values(), key=lambda cell: -_weight(cell))[:_ROWS]
    if not shown:
        return say("cliffs-figures-none", language), None
    keys = ("name", "column", "figure", *(key for _, key in _COLUMNS))
    heads = [say(f"cliffs-{key}", language) for key in keys]
    table = _table(heads, [_figure_row(cell, words) for cell in shown], 2)
    count = {"count": len(shown), "total": len(by_cell)}
    return say("cliffs-figures-head", language, **count), table


def _weight(cell: Sequence[Seen]) -> Fraction:
    """Return the larger effect of 1 % of a figure, by which columns compare."""
    effects = [
        abs(seen.effect.exact)
        for seen in cell
        if seen.effect and isinstance(seen.change, FigureStep) and seen.change.step in _COMPARED
    ]
    return max(effects, default=Fraction(-1))


def _figure_row(cell: Sequence[Seen], words: Words) -> list[str]:
    first = cell[0].change
    assert isinstance(first, FigureStep)
    effects = {seen.change.step: seen for seen in cell if isinstance(seen.change, FigureStep)}
    name, column = words.names[first.who], printable(first.use.column)
    amounts = [_effect(effects.get(step), words) for step, _ in _COLUMNS]
    return [name, column, figure(first.before), *amounts]


def _effect(seen: Seen | None, words: Words) -> str:
    if seen is None:
        return ""
    if seen.effect is None:
        return say("cliffs-refused", words.language)
    return signed(seen.effect.exact, _PLACES)


def _audit(found: Findings, words: Words) -> tuple[str, Table]:
    """Return what each check found, and over how many cases."""
    keys = ("check", "level", "cases", "violations", "conflicts", "not-allowed")
    heads = [say(f"cliffs-{key}", words.language) for key in keys]
    rows = []
    for check in found.checks:
        conflicts = sum(refused.conflict for _, refused in check.refused)
        # Where nothing was tried, nothing held either.
        wrong = len(check.violations) if check.cases else "—"
        counts = check.cases, wrong, conflicts, len(check.refused) - conflicts
        what = [words.check(check.test), words.level(check.test)]
        rows.append([*what, *map(str, counts)])
    return say("cliffs-audit-head", words.language), _table(heads, rows, 2)


def _verdict(found: Findings, words: Words, *, everything: bool) -> Iterator[str]:
    """Yield what the audit comes to: nothing found, or examples in full; and what was refused."""
    count = sum(len(check.violations) for check in found.checks)
    if count:
        yield say("cliffs-some-found", words.language, count=count)
    else:
        cases = sum(check.cases for check in found.checks)
        yield say("cliffs-none-found", words.language, count=cases)
    for check in found.checks:
        yield from _examples(check, words, everything=everything)
    yield from _refusals(found, words, everything=everything)


def _examples(check: Check, words: Words, *, everything: bool) -> Iterator[str]:
    examples = worst(check)
    if not examples:
        return
    yield f"● {words.check(check.test)} ({words.level(check.test)})"
    shown = examples if everything else examples[:_EXAMPLES]
    for violation in shown:
        yield "  " + words.example(violation)
    if len(shown) < len(examples):
        rest = len(examples) - len(shown)
        yield "  " + say("cliffs-more-examples", words.language, count=rest)


def _cut(text: str) -> str:
    """Return a reason that fits in two lines: what may stand in a file is not needed here."""
    return text if len(text) <= _REASON else text[:_REASON] + "……"


def _refusals(found: Findings, words: Words, *, everything: bool) -> Iterator[str]:
    """Yield the what-ifs that have no amounts, each once, with the first reason."""
    said = {
        words.change(change): refused for check in found.checks for change, refused in check.refused
    }
    if not said:
        return
    yield say("cliffs-conflict-head", words.language, count=len(said))
    shown = list(said.items()) if everything else list(said.items())[:_EXAMPLES]
    for change, refused in shown:
        reason = _cut(printable(refused.problems[0].text(words.language)))
        yield "  " + say("cliffs-refusal", words.language, change=change, reason=reason)
    if len(shown) < len(said):
        yield "  " + say("cliffs-more-refused", words.language, count=len(said) - len(shown))

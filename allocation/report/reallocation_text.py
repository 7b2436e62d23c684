"""A reallocation in words and in a terminal: who gives, who gets, why, and what stopped more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount, format_ratio
from allocation.reallocation.why import Reason, most_without_rules, reasons
from allocation.report.layout import places_of_fen, printable, wan
from allocation.report.terminal import Column, console, drawn, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from allocation.reallocation.reallocate import Reallocation, Transfer
    from allocation_models.program import Integers

#: More rows than this are not listed one by one: they stand in the files.
MOST_ROWS = 60


def title(found: Reallocation, language: Language) -> str:
    """Return the plan's title, with the label 示例 where figures are illustrative."""
    plan = found.plan
    words = plan.title if language == "zh" else plan.title_en or plan.title
    marked = plan.illustrative or found.loaded.scenario.illustrative
    return printable(words) + (say("report-illustrative", language) if marked else "")


def places(found: Reallocation) -> int:
    """Return how many places of 万元 show every amount whole."""
    return places_of_fen(np.concatenate([found.before, found.after, found.used(found.moves)]))


def called(found: Reallocation, language: Language) -> tuple[str, ...]:
    """Return the names, shape (n,); the Chinese one where there is no English one."""
    frame = found.loaded.frame
    pairs = zip(frame.names, frame.names_en, strict=True)
    return tuple(printable(en if language == "en" and en else zh) for zh, en in pairs)


def columns(found: Reallocation) -> dict[str, Integers]:
    """Return the figures of each recipient (n,), fen, by the key of their head."""
    holdings, zero = found.ground.holdings, np.zeros_like(found.moves)
    count = len(found.before)
    used = [found.used(moves).reshape(count, -1).sum(axis=1) for moves in (zero, found.moves)]
    return {
        "reallocation-head-before": found.before,
        "reallocation-head-frozen": holdings.frozen.sum(axis=1),
        "reallocation-head-idle": holdings.idle.sum(axis=1),
        "reallocation-head-out": np.maximum(-found.moves, 0).sum(axis=1),
        "reallocation-head-in": np.maximum(found.moves, 0).sum(axis=1),
        "reallocation-head-after": found.after,
        "reallocation-head-use-before": used[0],
        "reallocation-head-use-after": used[1],
    }


def line_names(found: Reallocation, language: Language) -> tuple[str, ...]:
    """Return what the lines of money are called, shape (L,)."""
    mark = say("reallocation-direct", language)
    names = (line.label(mark) for line in found.ground.holdings.lines)
    return tuple(printable(name) or say("reallocation-one-line", language) for name in names)


def print_reallocation(
    found: Reallocation, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print title, the table, the transfers, the reasons, and what it comes to."""
    from rich.text import Text

    out = on or console()
    out.print(Text(title(found, language), style="bold"), soft_wrap=True)
    out.print(Text(subtitle(found, language)), soft_wrap=True)
    out.print(drawn(*_table(found, language), None))
    out.print()
    if found.transfers:
        ends = [say(f"reallocation-{end}", language) for end in ("from", "to")]
        rows = [_transfer(found, one, language) for one in found.transfers[:MOST_ROWS]]
        out.print(ruled([" → ".join(ends), say("reallocation-amount", language)], rows))
        out.print()
    for line in sentences(found, language):
        out.print(Text(printable(line)), soft_wrap=True)


def subtitle(found: Reallocation, language: Language) -> str:
    """Return what is held, what is idle of it, and as of when."""
    holdings = found.ground.holdings
    words = {
        "day": found.plan.as_of,
        "held": format_amount(holdings.total),
        "idle": format_amount(int(holdings.idle.sum())),
        "quantum": format_amount(found.ground.quantum),
    }
    return say("reallocation-subtitle", language, **words)


def _table(found: Reallocation, language: Language) -> tuple[list[str], Column, list[Column]]:
    shown, names = places(found), called(found, language)
    changed = found.moves.any(axis=1) | (len(names) <= MOST_ROWS)
    rows: list[int] = np.flatnonzero(changed).tolist()
    first = Column(
        say("report-name", language),
        (say("report-total", language), *(f"  {names[at]}" for at in rows)),
    )
    figures = [
        Column(
            say(key, language),
            tuple(wan(int(fen), shown) for fen in (cells.sum(), *cells[rows].tolist())),
        )
        for key, cells in columns(found).items()
    ]
    return ["total", *("row" for _ in rows)], first, figures


def _transfer(found: Reallocation, one: Transfer, language: Language) -> tuple[str, str]:
    names = called(found, language)
    return f"{names[one.giver]} → {names[one.getter]}", format_amount(one.fen)


def sentences(found: Reallocation, language: Language) -> Iterator[str]:
    """Yield a sentence for each who gives or gets, then what it comes to, then notes."""
    given = reasons(found)
    if not given:
        yield say("reallocation-none", language)
    for reason in given:
        yield reason_text(found, reason, language)
    yield from _result(found, language)
    yield from _sources(found, language)
    for problem in found.warnings:
        yield say("report-warning", language, text=problem.text(language))


def reason_text(found: Reallocation, reason: Reason, language: Language) -> str:
    """Return why one gives or gets, and what stopped more."""
    side = "gets" if reason.fen > 0 else "gives"
    lines = line_names(found, language)
    line = say("reallocation-of", language, line=lines[reason.line]) if len(lines) > 1 else ""
    words = {
        "name": called(found, language)[reason.at],
        "amount": format_amount(abs(reason.fen)),
        "line": line,
        "figure": format_amount(reason.figure),
        "held": format_amount(int(found.before[reason.at])),
        "frozen": format_amount(int(found.ground.holdings.frozen[reason.at].sum())),
    }
    why = say(f"reallocation-{side}-{reason.cause}", language, **words)
    return why + say(
        f"reallocation-stop-{reason.stop}-{side}", language, **_rule(found, reason, language)
    )


def _rule(found: Reallocation, reason: Reason, language: Language) -> dict[str, str]:
    rules = found.ground.task.loaded.scenario.rules
    if reason.rule not in rules:
        return {"rule": "", "source": ""}
    rule = rules[reason.rule]
    name = rule.name or reason.rule
    source = rule.source or "—"
    called_by = name if language == "zh" else rule.name_en or name
    return {"rule": called_by, "source": source}


def _result(found: Reallocation, language: Language) -> Iterator[str]:
    """Yield what it comes to: moved, use before and after, and what the rules cost."""
    before = int(found.used(np.zeros_like(found.moves)).sum())
    after = int(found.used(found.moves).sum())
    words = {
        "moved": format_amount(found.moved),
        "count": len(found.transfers),
        "touched": int(np.count_nonzero(found.moves)),
        "before": format_amount(before),
        "after": format_amount(after),
        "gain": format_amount(after - before),
    }
    yield say("reallocation-result", language, **words)
    if found.tail is None:
        from allocation_models.solvers.highs import simplex

        lost = most_without_rules(found, simplex)
        if lost > 0:
            yield say("reallocation-rules-cost", language, amount=format_amount(lost))
        return
    tail, plan = found.tail, found.plan.uncertain
    assert plan is not None, "a tail comes from the plan's scenarios"
    count = len(tail.before)
    figures = {
        "count": count,
        "mean_before": format_amount(int(tail.before.sum()) // count),
        "mean_after": format_amount(int(tail.after.sum()) // count),
        "worst_before": format_amount(int(tail.worst_before)),
        "worst_after": format_amount(int(tail.worst_after)),
        "tail": format_ratio(plan.tail, 0),
        "corners": len(tail.expected),
    }
    yield say("reallocation-tail", language, **figures)
    if not tail.complete:
        yield say("reallocation-tail-partly", language, count=len(tail.expected))


def _sources(found: Reallocation, language: Language) -> Iterator[str]:
    plan = found.plan
    table = plan.use if found.tail is None else plan.uncertain
    held = say("reallocation-book", language) if plan.holdings is None else plan.holdings.source
    used = "—" if table is None else table.source
    yield say("reallocation-sources", language, held=held, used=used)
    if found.users.foreseen:
        yield say("reallocation-foreseen", language, count=found.users.foreseen, day=plan.as_of)

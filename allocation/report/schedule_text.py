"""Payments by month in a terminal: within 100 columns, in as many tables as the months need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount, format_ratio
from allocation.report.layout import printable, wan
from allocation.report.terminal import WIDTH, Column, changed, console, drawn, in_parts
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from allocation.disbursement.schedule import Schedule
    from allocation.disbursement.strategies import Strategy

#: More recipients than this are not listed one by one: their rows stand in the files.
MOST_ROWS = 60
_WAN_PLACES = 6


def title(found: Schedule, language: Language) -> str:
    """Return the plan's title, with the label 示例 where figures are illustrative."""
    plan = found.prepared.loaded.plan
    words = plan.title if language == "zh" else plan.title_en or plan.title
    marked = plan.illustrative or found.issue.illustrative
    return printable(words) + (say("report-illustrative", language) if marked else "")


def places(found: Schedule) -> int:
    """Return how many places of 万元 show every payment whole."""
    return next(
        (n for n in range(_WAN_PLACES) if not (found.payments % 10 ** (_WAN_PLACES - n)).any()),
        _WAN_PLACES,
    )


def print_schedule(
    found: Schedule, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print title, tables, what the plan comes to, deadlines, changes and warnings."""
    from rich.text import Text

    out = on or console()
    out.print(Text(title(found, language), style="bold"), soft_wrap=True)
    out.print(Text(_subtitle(found, language)), soft_wrap=True)
    kinds, first, figures = _columns(found, language)
    for part in in_parts(figures, WIDTH - first.width):
        out.print(drawn(kinds, first, part, None))
        out.print()
    for line in notes(found, language):
        out.print(Text(printable(line)), soft_wrap=True)


def _subtitle(found: Schedule, language: Language) -> str:
    words = {
        "amount": format_amount(found.issue.total),
        "count": len(found.issue.ids),
        "quantum": format_amount(found.prepared.quantum),
        "strategy": say(f"schedule-strategy-{found.strategy.replace('_', '-')}", language),
    }
    line = say("schedule-subtitle", language, **words)
    few = len(found.issue.ids) <= MOST_ROWS
    return line if few else line + say("schedule-not-listed", language)


def _columns(found: Schedule, language: Language) -> tuple[list[str], Column, list[Column]]:
    shown, called = places(found), found.issue.called(language)
    rows = range(len(found.issue.ids)) if len(found.issue.ids) <= MOST_ROWS else range(0)
    names = [f"  {printable(called[at])}" for at in rows]
    first = Column(say("report-name", language), (say("report-total", language), *names))

    def column(head: str, fen: Sequence[int]) -> Column:
        return Column(
            head, tuple(wan(value, shown) for value in (sum(fen), *(fen[at] for at in rows)))
        )

    figures = [
        column(month, found.payments[:, at].tolist()) for at, month in enumerate(found.months)
    ]
    figures.append(column(say("report-sum", language), found.payments.sum(axis=1).tolist()))
    if found.unpaid.any():
        figures.append(column(say("schedule-unpaid", language), found.unpaid.tolist()))
    return ["total", *("row" for _ in rows)], first, figures


def notes(found: Schedule, language: Language) -> Iterator[str]:
    """Yield what stands below the table, a line each."""
    measures, prepared = found.measures, found.prepared
    words = {
        "unmet": format_amount(found.unmet),
        "idle": format_amount(found.idle),
        "count": measures.tranches,
        "last": found.months[measures.last] if measures.last >= 0 else "—",
    }
    yield say("schedule-measures", language, **words)
    if prepared.frozen:
        last, done = found.months[prepared.frozen - 1], found.payments[:, : prepared.frozen]
        yield say("schedule-frozen", language, month=last, amount=format_amount(int(done.sum())))
    for due in prepared.dues:
        share = prepared.loaded.plan.deadlines[due.key].share
        names = {"name": due.key, "day": due.day, "share": format_ratio(share, 0)}
        yield say("schedule-due", language, source=due.article, **names)
        if due.key in found.missed:
            amount = format_amount(found.missed[due.key])
            yield say("schedule-missed", language, day=due.day, amount=amount)
    if found.untidy:
        yield say("schedule-untidy", language, count=found.untidy)
    if prepared.loaded.plan.direct:
        yield say("schedule-direct", language)
    if prepared.forfeited.any():
        amount = format_amount(int(prepared.forfeited.sum()))
        yield say("schedule-forfeited", language, amount=amount)
    yield from (changed(change, language) for change in prepared.loaded.changes)
    if prepared.odd.any():
        yield say("schedule-odd", language, quantum=format_amount(prepared.quantum))
    for problem in prepared.warnings:
        yield say("report-warning", language, text=problem.text(language))


def print_strategies(
    found: Mapping[Strategy, Schedule], language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print the plan beside the rules of thumb, and what the difference is."""
    from rich.text import Text

    out = on or console()
    out.print(Text(say("schedule-compare-title", language), style="bold"), soft_wrap=True)
    schedules = list(found.values())
    names = tuple(say(f"schedule-strategy-{name.replace('_', '-')}", language) for name in found)
    cells = {
        "schedule-head-unmet": [format_amount(one.unmet) for one in schedules],
        "schedule-head-idle": [format_amount(one.idle) for one in schedules],
        "schedule-head-count": [str(one.measures.tranches) for one in schedules],
        "schedule-head-last": [_last(one) for one in schedules],
        "schedule-unpaid": [format_amount(int(one.unpaid.sum())) for one in schedules],
        "schedule-head-missed": [format_amount(sum(one.missed.values())) for one in schedules],
        "schedule-head-untidy": [str(one.untidy) for one in schedules],
    }
    first = Column(say("schedule-head-strategy", language), names)
    figures = [Column(say(key, language), tuple(column)) for key, column in cells.items()]
    out.print(drawn(["row"] * len(names), first, figures, None))
    for line in differences(found, language):
        out.print(Text(line), soft_wrap=True)


def _last(found: Schedule) -> str:
    return found.months[found.measures.last] if found.measures.last >= 0 else "—"


def differences(found: Mapping[Strategy, Schedule], language: Language) -> Iterator[str]:
    """Yield in which month each rule of thumb pays more or less than the plan, most first."""
    (_, base), *others = found.items()
    for name, other in others:
        change = (other.payments - base.payments).sum(axis=0)
        called = say(f"schedule-strategy-{name.replace('_', '-')}", language)
        if not change.any():
            yield say("schedule-same", language, strategy=called)
            continue
        most, least = int(np.argmax(change)), int(np.argmin(change))
        words = {
            "more": other.months[most],
            "less": other.months[least],
            "plus": format_amount(int(change[most])),
            "minus": format_amount(-int(change[least])),
            "unmet": format_amount(other.unmet - base.unmet),
            "idle": format_amount(other.idle - base.idle),
        }
        yield say("schedule-differs", language, strategy=called, **words)

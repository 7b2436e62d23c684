"""Payments by month in a terminal: within 100 columns, in as many tables as the months need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.disbursement.schedule import least_unmet
from allocation.money import format_amount, format_ratio
from allocation.report.layout import printable, wan
from allocation.report.schedule_lines import labels, lines_of
from allocation.report.terminal import WIDTH, Column, changed, console, drawn, in_parts
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from allocation.disbursement.schedule import Schedule

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
        (n for n in range(_WAN_PLACES) if not (found.cells % 10 ** (_WAN_PLACES - n)).any()),
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
    optimal_apart = found.strategy == "optimal" and found.prepared.odd.any()
    strategy = "optimal-in-quanta" if optimal_apart else found.strategy.replace("_", "-")
    words = {
        "amount": format_amount(found.issue.total),
        "count": len(found.issue.ids),
        "quantum": format_amount(found.prepared.quantum),
        "strategy": say(f"schedule-strategy-{strategy}", language),
    }
    line = say("schedule-subtitle", language, **words)
    few = len(lines_of(found).recipient) <= MOST_ROWS
    return line if few else line + say("schedule-not-listed", language)


def _columns(found: Schedule, language: Language) -> tuple[list[str], Column, list[Column]]:
    shown, lines = places(found), lines_of(found)
    called = labels(found, lines, language)
    rows = range(len(called)) if len(called) <= MOST_ROWS else range(0)
    names = [f"  {printable(called[at])}" for at in rows]
    first = Column(say("report-name", language), (say("report-total", language), *names))

    def column(head: str, fen: Sequence[int]) -> Column:
        return Column(
            head, tuple(wan(value, shown) for value in (sum(fen), *(fen[at] for at in rows)))
        )

    figures = [
        column(month, lines.payments[:, at].tolist()) for at, month in enumerate(found.months)
    ]
    figures.append(column(say("report-sum", language), lines.payments.sum(axis=1).tolist()))
    if lines.unpaid.any():
        figures.append(column(say("schedule-unpaid", language), lines.unpaid.tolist()))
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
    if found.strategy == "in_turn":
        least = least_unmet(prepared)
        words = {"least": format_amount(least), "gap": format_amount(found.unmet - least)}
        yield say("schedule-not-proven", language, **words)
    if prepared.frozen:
        last, done = found.months[prepared.frozen - 1], found.payments[:, : prepared.frozen]
        yield say("schedule-frozen", language, month=last, amount=format_amount(int(done.sum())))
    yield from _deadlines(found, language)
    if found.untidy:
        yield say("schedule-untidy", language, count=found.untidy)
    if prepared.loaded.plan.direct:
        yield from _direct(found, language)
    if prepared.forfeited.any():
        amount = format_amount(int(prepared.forfeited.sum()))
        yield say("schedule-forfeited", language, amount=amount)
    yield from (changed(change, language) for change in prepared.loaded.changes)
    if prepared.odd.any():
        yield say("schedule-odd", language, quantum=format_amount(prepared.quantum))
    for problem in prepared.warnings:
        yield say("report-warning", language, text=problem.text(language))


def _deadlines(found: Schedule, language: Language) -> Iterator[str]:
    """Yield each deadline with its source, and what of it was not paid in time."""
    for due in found.prepared.dues:
        share = found.prepared.loaded.plan.deadlines[due.key].share
        names = {"name": due.key, "day": due.day, "share": format_ratio(share, 0)}
        yield say("schedule-due", language, source=due.article, **names)
        if due.key in found.missed:
            amount = format_amount(found.missed[due.key])
            yield say("schedule-missed", language, day=due.day, amount=amount)


def _direct(found: Schedule, language: Language) -> Iterator[str]:
    """Yield what a direct fund asks for: its tag, and each duty with its day and article."""
    yield say("schedule-direct", language)
    for duty in found.prepared.duties:
        chinese = language == "zh"
        words = {
            "name": duty.name if chinese else duty.name_en,
            "day": duty.due,
            "article": duty.article if chinese else duty.article_en,
        }
        key = "schedule-duty" if duty.monthly is None else "schedule-monthly"
        yield say(key, language, **words)


def given(found: Schedule, language: Language) -> Iterator[str]:
    """Yield what the plan was given: receipts and cash limits, a line each."""
    plan, total = found.prepared.loaded.plan, found.issue.total
    for name, receipt in plan.received.items():
        fen = int(total * (receipt.share or 0)) if receipt.amount is None else receipt.amount
        words = {"name": name, "day": receipt.day, "amount": format_amount(fen)}
        yield say("schedule-received", language, source=receipt.source or "—", **words)
    limits = dict(plan.cash.by_month)
    if plan.cash.limit is not None:
        limits = {say("schedule-every-month", language): plan.cash.limit} | limits
    for month, limit in limits.items():
        words = {"month": month, "amount": format_amount(limit)}
        yield say("schedule-cash", language, source=plan.cash.source or "—", **words)

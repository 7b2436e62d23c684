"""Utilisation on the terminal: the table, the yardstick, idle money, carry-over, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.ledger.ageing import STATES
from allocation.money import format_amount
from allocation.report.layout import printable, wan
from allocation.report.terminal import Column, console, drawn, ruled
from allocation.report.utilised_words import (
    band_heads,
    band_sums,
    called,
    carried_sums,
    label,
    name_of,
    places,
    points,
    rate,
    reason,
    stage_word,
    summary,
    title,
)
from allocation.wording import Language, say

if TYPE_CHECKING:
    from rich.console import Console

    from allocation.report.utilised import Utilised

#: More rows than this are not listed one by one: they stand in the papers.
MOST_ROWS = 60
_MOST_WARNINGS = 30


def print_utilised(
    found: Utilised, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print all of it within 100 columns."""
    from rich.text import Text

    out = on or console()
    out.print(Text(title(found, language), style="bold"), soft_wrap=True)
    denominator = say(f"utilisation-{found.denominator.replace('_', '-')}", language)
    head = say("utilisation-subtitle", language, denominator=denominator)
    out.print(Text(head), soft_wrap=True)
    out.print(drawn(*_table(found, language), None))
    for line in summary(found, language):
        out.print(Text(line), soft_wrap=True)
    if (found.table["denominator"] <= 0).any():
        out.print(Text(say("utilisation-blank", language)), soft_wrap=True)
    _idle(found, language, out)
    _carried(found, language, out)
    _warnings(found, language, out)


def _table(found: Utilised, language: Language) -> tuple[list[str], Column, list[Column]]:
    shown = found.table.iloc[: MOST_ROWS if len(found.table) <= MOST_ROWS else 0]
    rows = [found.total.iloc[0], *(row for _, row in shown.iterrows())]
    names = [f"  {label(found, str(key), found.by, language)}" for key in shown.index]
    head = say(f"utilisation-by-{found.by.replace('_', '-')}", language)
    first = Column(head, _first(names, found, language))

    def column(key: str, cell: Any) -> Column:
        return Column(say(f"utilisation-head-{key}", language), tuple(map(cell, rows)))

    digits = places(found)

    def money(name: str) -> Any:
        return lambda row: wan(int(row[name]), digits) or "0"

    columns = [
        column("denominator", money("denominator")),
        column("disbursed", money("disbursed")),
        column("disbursed-rate", lambda row: rate(row["disbursed_rate"])),
        column("spent", money("spent")),
        column("spent-rate", lambda row: rate(row["spent_rate"])),
        column("ahead", lambda row: points(row["ahead"])),
    ]
    if "planned" in found.table:
        columns[3:3] = [
            column("planned", money("planned")),
            column("plan-rate", lambda row: rate(row["plan_rate"])),
        ]
    return ["total", *["row"] * len(names)], first, columns


def _first(names: list[str], found: Utilised, language: Language) -> tuple[str, ...]:
    total = say("report-total", language)
    if not names:
        total += say("utilisation-not-listed", language, count=len(found.table))
    return (total, *names)


def _idle(found: Utilised, language: Language, out: Console) -> None:
    from rich.text import Text

    if found.idle.empty:
        return
    out.print()
    out.print(Text(say("utilisation-ageing", language), style="bold"))
    heads = ["", *band_heads(found.settings.bands, language), say("report-total", language)]
    rows = []
    for state in STATES:
        sums = band_sums(found, state)
        said = [format_amount(fen) if fen else "" for fen in (*sums, sum(sums))]
        rows.append([say(f"utilisation-state-{state}", language), *said])
    out.print(ruled(heads, rows))


def _carried(found: Utilised, language: Language, out: Console) -> None:
    from rich.text import Text

    table = carried_sums(found)
    if table.empty:
        return
    out.print()
    out.print(Text(say("utilisation-carried", language), style="bold"))
    for row in table.itertuples(index=False, name="Row"):
        words = {"year": row.year, "unspent": format_amount(int(row.unspent))}
        if row.unspent:
            line = say("utilisation-carried-line", language, **words)
            out.print(Text(line + stage_word(row, language)), soft_wrap=True)
        if row.surplus:
            surplus = format_amount(int(row.surplus))
            line = say("utilisation-surplus-line", language, year=row.year, surplus=surplus)
            out.print(Text(line), soft_wrap=True)


def _warnings(found: Utilised, language: Language, out: Console) -> None:
    from rich.text import Text

    table = found.alerts
    out.print()
    if table.empty:
        out.print(Text(say("utilisation-no-alerts", language)), soft_wrap=True)
        return
    out.print(Text(say("utilisation-alerts", language, count=len(table)), style="bold"))
    for row in table.head(_MOST_WARNINGS).itertuples(index=False, name="Row"):
        colour = say(f"utilisation-{row.level}", language)
        who = name_of(found, str(row.recipient), language)
        out.print(
            Text(printable(f"{colour} {who}: {reason(found, row, language)}")), soft_wrap=True
        )
    if len(table) > _MOST_WARNINGS:
        more = say("utilisation-more-alerts", language, count=len(table) - _MOST_WARNINGS)
        out.print(Text(more), soft_wrap=True)
    for line in sources(found, language):
        out.print(Text(line), soft_wrap=True)


def sources(found: Utilised, language: Language) -> list[str]:
    """Return where the thresholds that were crossed come from, and which are illustrative."""
    by_source: dict[str, list[str]] = {}
    for at in sorted(set(found.alerts["threshold"].tolist())):
        threshold = found.settings.threshold[at]
        by_source.setdefault(threshold.source, []).append(called(threshold, language))
    joint = say("report-and", language)
    return [
        say("utilisation-source", language, names=joint.join(names), source=printable(source))
        for source, names in by_source.items()
    ]

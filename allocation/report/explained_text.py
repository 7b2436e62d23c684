"""Explanations in a terminal: one recipient's page, or the steps of all recipients as tables."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from allocation.money import format_amount
from allocation.report.explained_page import Page, places_of, step_label
from allocation.report.layout import lines, title
from allocation.report.terminal import WIDTH, Column, console, drawn, in_parts, sums_of
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType
    from rich.table import Table

    from allocation.explain.waterfall import Waterfall
    from allocation.report.explained_page import PageLine
    from allocation.result import Allocation, Fen


def page_text(page: Page) -> str:
    """Return a page as plain text, at most 100 columns wide."""
    from rich.console import Console

    out = StringIO()
    sheet = Console(
        file=out,
        width=WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
        color_system=None,
        force_jupyter=False,
    )
    _print(page, sheet)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def print_page(page: Page) -> None:
    """Print a page to stdout."""
    _print(page, console())


def _print(page: Page, out: Console) -> None:
    for part in _parts(page):
        out.print(part)


def _parts(page: Page) -> Iterator[RenderableType]:
    """Yield what is printed, from top to bottom."""
    from rich.padding import Padding
    from rich.text import Text

    yield Text(page.title, style="bold")
    yield Text(say("explain-title", page.language))
    yield Text(page.recipient, style="bold")
    yield Text(page.fund)
    yield Text("")
    yield _steps(page)
    yield Text("")
    yield Text(page.adds_up)
    yield Text(f"\n{say('explain-why', page.language)}", style="bold")
    yield from (Padding(Text(f"- {reason}"), (0, 0, 0, 2), expand=False) for reason in page.reasons)
    yield Text("")
    yield from map(Text, (page.method, *page.changes, page.sealed))


def _steps(page: Page) -> Table:
    keys = ("explain-change", "explain-running")
    heads = [say(key, page.language) for key in keys]
    changes = tuple(line.shown_change for line in page.lines)
    sums = tuple(line.shown_running for line in page.lines)
    figures = [Column(head, cells) for head, cells in zip(heads, (changes, sums), strict=True)]
    labels = Column(say("explain-step", page.language), tuple(map(_label, page.lines)))
    styles = ["row" if line.change is not None else "total" for line in page.lines]
    return drawn(styles, labels, figures, None)


def _label(line: PageLine) -> str:
    return line.label if line.change is None else f"  {line.label}"


def print_all(result: Allocation, found: Waterfall, language: Language) -> None:
    """Print the steps of all recipients to stdout: several tables where they are wide."""
    from rich.text import Text

    out = console()
    out.print(Text(title(result, language), style="bold"), soft_wrap=True)
    out.print(Text(say("explain-adds-up-all", language)), soft_wrap=True)
    tables = all_tables(result, found, language)
    for part, table in enumerate(tables, start=1):
        if len(tables) > 1:
            out.print(Text(say("explain-part", language, part=part, count=len(tables))))
        out.print(table)
        out.print()


def all_tables(result: Allocation, found: Waterfall, language: Language) -> list[Table]:
    """Return the steps of all recipients in 万元, exact, cut into tables of 100 columns."""
    table, places = lines(result, language), places_of(found.parts)

    def shown(fen: Fen) -> tuple[str, ...]:
        sums = sums_of(fen, table)
        return tuple(format_amount(amount, decimals=places) if amount else "" for amount in sums)

    labels = tuple(("  " if line.kind == "row" else "") + line.label for line in table)
    first = Column(say("report-name", language), labels)
    columns = [
        Column(step_label(step, language), shown(found.parts[:, at]))
        for at, step in enumerate(found.steps)
    ]
    amount = Column(say("explain-step-amount", language), shown(result.amounts))
    kinds = [line.kind for line in table]
    parts = in_parts([*columns, amount], WIDTH - first.width)
    return [drawn(kinds, first, part, None) for part in parts]

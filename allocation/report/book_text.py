"""The book on the terminal: entries, balances, what closing a year does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.terminal import WIDTH, Column, console, drawn, in_parts, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import pandas as pd

    from allocation.ledger.book import Book
    from allocation.ledger.records import Holder, Movement

_BALANCES = ("available", "committed", "disbursed", "spent", "carried_over", "surplus", "recovered")


def print_entries(book: Book, table: pd.DataFrame, language: Language) -> None:
    """Print entries with their numbers, days, amounts, documents and journals."""
    heads = ("entry", "day", "kind", "recipient", "amount", "document", "journal")
    rows = [
        [
            str(row.entry),
            f"{row.valid_on:%Y-%m-%d}",
            _kind(str(row.kind), int(row.reverses), language),
            printable(str(row.name)),
            format_amount(int(row.amount)),
            printable(str(row.document)),
            str(row.journal),
        ]
        for row in table.itertuples(index=False, name="Entry")
    ]
    said = [say(f"book-head-{head}", language) for head in heads]
    print_head(book, language)
    console().print(ruled(said, rows) if rows else say("book-empty", language))


def _kind(kind: str, reverses: int, language: Language) -> str:
    said = say(f"book-kind-{kind.replace('_', '-')}", language)
    return say("book-reversal", language, kind=said, entry=reverses) if reverses else said


def print_positions(
    book: Book, language: Language, day: date | None = None, known: datetime | None = None
) -> None:
    """Print the balances of every holder over all lines, the centre left out."""
    table = book.positions(day, known)
    table = table[table["level"] != "central"]
    summed = table.groupby(["recipient", "name"], sort=False)[list(_BALANCES)].sum()
    shown = [key for key in _BALANCES if summed[key].any()] or ["available"]
    names = tuple(printable(str(name)) for _, name in summed.index)
    first = Column(say("book-head-recipient", language), (say("report-total", language), *names))
    figures = [
        Column(
            say(f"book-balance-{key.replace('_', '-')}", language),
            (format_amount(int(summed[key].sum())), *map(_amount, summed[key])),
        )
        for key in shown
    ]
    print_head(book, language)
    out = console()
    if not names:
        out.print(say("book-empty", language))
        return
    kinds = ["total", *["row"] * len(names)]
    for part in in_parts(figures, WIDTH - first.width):
        out.print(drawn(kinds, first, part, None))


def _amount(fen: int) -> str:
    """Return fen in 万元; nothing for none."""
    return format_amount(int(fen)) if fen else ""


def print_head(book: Book, language: Language) -> None:
    """Print the title, and whether the figures are made up."""
    out = console()
    if book.title:
        out.print(printable(book.title), markup=False)
    if book.synthetic:
        out.print(say("book-synthetic", language))


def print_closing(
    movements: Sequence[Movement], year: int, holders: Mapping[str, Holder], language: Language
) -> None:
    """Print what closing a year carries over, and what becomes surplus."""
    sums: dict[tuple[str, str], int] = {}
    for movement in movements:
        if movement.kind != "reopen":
            key = movement.kind, movement.holder
            sums[key] = sums.get(key, 0) + movement.amount
    heads = [say(f"book-head-{head}", language) for head in ("kind", "recipient", "amount")]
    rows = [
        [_kind(kind, 0, language), printable(holders[code].name), format_amount(fen)]
        for (kind, code), fen in sorted(sums.items())
    ]
    out = console()
    out.print(say("book-closing", language, year=year))
    out.print(ruled(heads, rows) if rows else say("book-empty", language))

"""The book on the terminal: entries, balances, what closing a year does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.terminal import console, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import pandas as pd

    from allocation.ledger.book import Book
    from allocation.ledger.records import Holder, Movement

_BALANCES = ("available", "committed", "disbursed", "spent", "carried_over", "surplus", "recovered")


def print_entries(table: pd.DataFrame, language: Language) -> None:
    """Print entries with their numbers, days, amounts and documents."""
    heads = ("entry", "day", "kind", "recipient", "amount", "document")
    rows = [
        [
            str(row.entry),
            f"{row.valid_on:%Y-%m-%d}",
            _kind(str(row.kind), int(row.reverses), language),
            printable(str(row.name)),
            format_amount(int(row.amount)),
            printable(str(row.document)),
        ]
        for row in table.itertuples(index=False, name="Entry")
    ]
    said = [say(f"book-head-{head}", language) for head in heads]
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
    heads = [say("book-head-recipient", language)]
    heads += [say(f"book-balance-{key.replace('_', '-')}", language) for key in shown]
    rows = [
        [printable(str(index[1])), *(format_amount(int(fen)) if fen else "" for fen in row)]
        for index, row in zip(summed.index, summed[shown].to_numpy().tolist(), strict=True)
    ]
    total = [format_amount(int(summed[key].sum())) for key in shown]
    print_head(book, language)
    out = console()
    if rows:
        out.print(ruled(heads, [[say("report-total", language), *total], *rows]))
    else:
        out.print(say("book-empty", language))


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

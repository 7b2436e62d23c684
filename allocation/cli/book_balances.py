"""``bokuan book balances``: who holds how much, as of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, moment, opened
from allocation.cli.options import days, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.wording import Language


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        option(language, "--as-of", term="cli-book-as-of", metavar="DATE"),
        option(language, "--known-on", term="cli-book-known-on", metavar="TIME"),
        book_option(language),
    )


def run(language: Language, *, as_of: str | None, known_on: str | None, book: str | None) -> None:
    """Print the balances."""
    from allocation.report.book_text import print_positions

    day, known = days(as_of=as_of)["as_of"], moment("--known-on", known_on)
    with opened(book) as found:
        print_positions(found, language, day, known)

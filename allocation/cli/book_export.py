"""``bokuan book export``: every entry as a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        option(language, "--out", term="cli-book-out", metavar="DIR", required=True),
        book_option(language),
    )


def run(language: Language, *, out: str, book: str | None) -> None:
    """Write the files and say where."""
    from allocation.report.book_files import save_book

    with opened(book) as found:
        for path in save_book(found, out):
            print(say("cli-written", language, path=path))

"""``bokuan book init``: make a new book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("file"),
        option(language, "--title", term="cli-book-title", metavar="TEXT", default=""),
    )


def run(language: Language, file: str, *, title: str) -> None:
    """Make the file and say where it is."""
    from allocation.ledger.book import Book

    with Book.create(file, title=title) as book:
        print(say("cli-written", language, path=book.path))

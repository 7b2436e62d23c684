"""What the commands of the book share: which book, which recipient."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from allocation.cli.options import option

if TYPE_CHECKING:
    import click

    from allocation.ledger.book import Book
    from allocation.wording import Language

VARIABLE, DEFAULT = "BOKUAN_BOOK", "bokuan-book.db"
#: What the fund is called unless it is said; the name of the fund this program was made for.
FUND = "外经贸发展专项资金"


def book_option(language: Language) -> click.Option:
    """Return ``--book FILE``."""
    return option(language, "--book", term="cli-book-file", metavar="FILE")


def opened(file: str | None) -> Book:
    """Return the book that the option, the environment or the default names."""
    from allocation.ledger.book import Book

    return Book.open(file or os.environ.get(VARIABLE) or DEFAULT)

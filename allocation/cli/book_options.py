"""What the commands of the book share: which book, which recipient."""

from __future__ import annotations

import os
from datetime import datetime, time
from typing import TYPE_CHECKING

from allocation.cli.options import option
from allocation.errors import InputError, Problem

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


def moment(key: str, text: str | None) -> datetime | None:
    """Return the moment that an option says: a time, or the end of a day, where the officer is.

    Raises
    ------
    InputError
        If it is neither.
    """
    from allocation.disbursement.calendar import parse_day

    if text is None:
        return None
    day = parse_day(text)
    if day is not None:
        return datetime.combine(day, time.max).astimezone()
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        words = {"key": key, "found": text[:40]}
        raise InputError([Problem("L12-not-a-time", words=words)]) from None

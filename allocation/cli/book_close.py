"""``bokuan book close``: carry over what is unspent of a year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import argument, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("year"),
        option(language, "--yes", term="cli-book-yes", is_flag=True),
        book_option(language),
    )


def run(language: Language, year: str, *, yes: bool, book: str | None) -> None:
    """Say what closing does; do it if asked."""
    from allocation.report.book_text import print_closing

    if not re.fullmatch(r"[1-9][0-9]{3}", year):
        raise_if_any([Problem("L14-not-a-year", words={"found": year[:40]})])
    with opened(book) as found:
        print_closing(found.closing(int(year)), int(year), found.holders, language)
        if not yes:
            print(say("book-close-ask", language, year=year))
            return
        print(say("book-posted", language, journal=found.close_year(int(year))))

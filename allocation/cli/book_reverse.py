"""``bokuan book reverse``: correct an entry, or all of a journal, by its opposite."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import argument, days, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("entry"),
        option(language, "--journal", "whole", term="cli-book-reverse-journal", is_flag=True),
        option(language, "--reason", term="cli-book-reason", metavar="TEXT", required=True),
        option(language, "--on", term="cli-book-on-today", metavar="DATE"),
        book_option(language),
    )


def run(
    language: Language, entry: str, *, whole: bool, reason: str, on: str | None, book: str | None
) -> None:
    """Reverse it and say under which number."""
    if not re.fullmatch("[0-9]{1,18}", entry):
        code = "L12-no-journal" if whole else "L12-no-entry"
        raise_if_any([Problem(code, words={"found": entry[:20]})])
    day = days(on=on)["on"] or date.today()  # noqa: DTZ011 (the officer's own day)
    with opened(book) as found:
        journal = found.reverse(int(entry), reason, day, whole=whole)
    print(say("book-posted", language, journal=journal))

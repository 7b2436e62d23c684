"""``bokuan book show``: the last entries, with their numbers."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import option
from allocation.errors import Problem, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.wording import Language


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        option(language, "--recipient", term="cli-book-recipient", metavar="NAME"),
        option(language, "--last", term="cli-book-last", metavar="N", default="20"),
        book_option(language),
    )


def run(language: Language, *, recipient: str | None, last: str, book: str | None) -> None:
    """Print the entries, the newest last."""
    from allocation.ledger.by_hand import code_of
    from allocation.report.book_text import print_entries

    if not re.fullmatch("[1-9][0-9]{0,8}", last):
        words = {"option": "--last", "found": last[:20], "allowed": "1, 2, 3 …", "nearest": "20"}
        raise_if_any([Problem("L1-option-value", words=words)])
    with opened(book) as found:
        code = code_of(found, recipient, date.today()) if recipient else ""  # noqa: DTZ011 (as is)
        if isinstance(code, Problem):
            raise_if_any([code])
        print_entries(found.entries(recipient=str(code), last=int(last)), language)

"""``bokuan book post``: post one movement by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import argument, days, one_of, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    from allocation.ledger.records import ACCOUNTS, LEVELS

    return (
        argument("kind"),
        option(language, "--recipient", term="cli-book-recipient", metavar="NAME", required=True),
        option(language, "--amount", term="cli-book-amount", metavar="AMOUNT", required=True),
        option(language, "--on", term="cli-book-on", metavar="DATE", required=True),
        option(language, "--year", term="cli-book-year", metavar="YEAR"),
        option(language, "--batch", term="cli-book-batch", metavar="TEXT"),
        option(language, "--purpose", term="cli-book-purpose", metavar="TEXT"),
        option(language, "--fund", term="cli-book-fund", metavar="TEXT"),
        option(language, "--direct", term="cli-book-direct", is_flag=True),
        one_of(language, "--from", ACCOUNTS, term="cli-book-from"),
        option(language, "--under", term="cli-book-post-under", metavar="NAME"),
        one_of(language, "--level", LEVELS[1:], term="cli-book-level"),
        option(language, "--document", term="cli-book-document", metavar="TEXT", default=""),
        option(language, "--note", term="cli-book-note", metavar="TEXT", default=""),
        book_option(language),
    )


def run(language: Language, kind: str, *, book: str | None, **asked: str | bool | None) -> None:
    """Post it and say under which number."""
    from allocation.ledger.by_hand import movement_of
    from allocation.ledger.records import MOVEMENTS

    if kind not in MOVEMENTS:
        words = {"option": "KIND", "found": kind[:40], "allowed": "、".join(MOVEMENTS)}
        raise_if_any([Problem("L1-option-value", words=words | {"nearest": "—"})])
    day = days(on=str(asked["on"]))["on"]
    assert day is not None, "it is required"
    with opened(book) as found:
        movement, declared = movement_of(found, kind, day, asked)
        journal = found.post([movement], holders=declared)
    print(say("book-posted", language, journal=journal))

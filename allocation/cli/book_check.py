"""``bokuan book check``: everything the book must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (book_option(language),)


def run(language: Language, *, book: str | None) -> int:
    """Print each check and what it found; 1 if anything is wrong."""
    with opened(book) as found:
        findings = found.check()
    for finding in findings:
        sign = "×" if finding.places else "√"
        print(f"{sign} {say(f'book-check-{finding.check}', language)}")
        for place in finding.places:
            print(f"    {place}")
    sound = not any(finding.places for finding in findings)
    print(say("book-sound" if sound else "book-unsound", language))
    return 0 if sound else 1

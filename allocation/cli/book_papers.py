"""``bokuan book papers``: progress, use of funds, self-evaluation, monthly report, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import option
from allocation.cli.utilisation_options import utilisation_options, utilised
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        *utilisation_options(language),
        option(language, "--report", term="cli-book-report", metavar="FILE"),
        option(language, "--out", term="cli-book-papers-out", metavar="DIR", required=True),
        book_option(language),
    )


def run(
    language: Language,
    *,
    report: str | None,
    out: str,
    book: str | None,
    **options: str | None,
) -> None:
    """Write the files and say where."""
    with opened(book) as found:
        papers = utilised(found, options)
    for path in papers.save(out, language, report=report):
        print(say("cli-written", language, path=path))

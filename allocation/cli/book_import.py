"""``bokuan book import``: from a treasury's export into the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.import_options import file_options, given
from allocation.cli.options import argument, one_of, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.ledger.imports.intake import Overlap
    from allocation.wording import Language


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("export"),
        *file_options(language),
        one_of(language, "--overlap", ("ask", "skip", "add"), term="imports-option-overlap"),
        option(language, "--out", term="imports-option-marked", metavar="DIR", default="."),
        book_option(language),
    )


def run(
    language: Language,
    export: str,
    *,
    mapping: str | None,
    sheets: tuple[str, ...],
    overlap: Overlap | None,
    out: str,
    book: str | None,
    **said: str | None,
) -> None:
    """Import, and say what was done and what was passed over."""
    from allocation.report.imported import import_file

    with opened(book) as found:
        done = import_file(
            found,
            export,
            mapping=mapping,
            sheets=sheets,
            overlap=overlap or "ask",
            marked=out,
            language=language,
            **given(said),
        )
    for line in done.lines(language):
        print(line)

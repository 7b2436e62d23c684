"""``bokuan book reconcile``: a treasury's export against the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.import_options import file_options, given
from allocation.cli.options import argument, days, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

#: File and book do not say the same.
DIFFERENT = 1


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("export"),
        *file_options(language),
        option(language, "--since", term="imports-option-since", metavar="DATE"),
        option(language, "--until", term="imports-option-until", metavar="DATE"),
        option(language, "--out", term="imports-option-out", metavar="DIR"),
        book_option(language),
    )


def run(
    language: Language,
    export: str,
    *,
    mapping: str | None,
    sheets: tuple[str, ...],
    since: str | None,
    until: str | None,
    out: str | None,
    book: str | None,
    **said: str | None,
) -> int:
    """Compare; write; print. Return 0 where both say the same, 1 where they do not."""
    from allocation.report.reconciled import print_reconciled, reconcile, save_reconciled

    between = days(since=since, until=until)
    with opened(book) as shelf:
        found = reconcile(
            shelf,
            export,
            mapping=mapping,
            sheets=sheets,
            marked=out,
            language=language,
            since=between["since"],
            until=between["until"],
            **given(said),
        )
    written = save_reconciled(found, out) if out is not None else []
    print_reconciled(found, language)
    for path in written:
        print(say("cli-written", language, path=path))
    return 0 if found.complete else DIFFERENT

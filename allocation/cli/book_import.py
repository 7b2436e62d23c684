"""``bokuan book import``: from a treasury's export into the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, one_of, option

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.wording import Language

#: Kinds of movement a file may bring (:data:`allocation.ledger.imports.mapping.KINDS`).
KINDS = (
    *("receive", "issue", "commit", "release", "disburse", "disburse_committed", "spend"),
    *("refund", "recover", "recover_disbursed", "recover_surplus"),
)


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("file"),
        *file_options(language),
        one_of(language, "--overlap", ("ask", "skip", "add"), term="cli-book-overlap"),
        option(language, "--out", term="cli-book-marked", metavar="DIR", default="."),
    )


def file_options(language: Language) -> tuple[click.Parameter, ...]:
    """Return the options that say how a file is read, and what it does not say itself."""
    return (
        option(language, "--map", "mapping", term="cli-book-map", metavar="FILE"),
        option(language, "--sheet", "sheets", term="cli-book-sheet", metavar="NAME", multiple=True),
        one_of(language, "--kind", KINDS, term="cli-book-kind"),
        option(language, "--fund", term="cli-book-fund", metavar="NAME"),
        option(language, "--year", term="cli-book-year", metavar="YEAR"),
        option(language, "--batch", term="cli-book-batch", metavar="NAME"),
        option(language, "--purpose", term="cli-book-purpose", metavar="NAME"),
        one_of(language, "--direct", ("yes", "no"), term="cli-book-direct"),
    )

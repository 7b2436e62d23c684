"""How a file is read, and what it does not say itself: options of importing and comparing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import one_of, option
from allocation.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

    from allocation.wording import Language


def file_options(language: Language) -> tuple[click.Parameter, ...]:
    """Return the options."""
    from allocation.ledger.imports.mapping import KINDS

    return (
        option(language, "--map", "mapping", term="imports-option-map", metavar="FILE"),
        option(
            language,
            "--sheet",
            "sheets",
            term="imports-option-sheet",
            metavar="NAME",
            multiple=True,
        ),
        one_of(language, "--kind", KINDS, term="imports-option-kind"),
        option(language, "--fund", term="imports-option-fund", metavar="TEXT"),
        option(language, "--year", term="imports-option-year", metavar="YEAR"),
        option(language, "--batch", term="imports-option-batch", metavar="TEXT"),
        option(language, "--purpose", term="imports-option-purpose", metavar="TEXT"),
        one_of(language, "--direct", ("yes", "no"), term="imports-option-direct"),
    )


def given(said: Mapping[str, str | None]) -> dict[str, object]:
    """Return what the options say of all rows.

    Raises
    ------
    InputError
        If the year is none.
    """
    from allocation.ledger.imports.cells import Wrong, read_year

    year = read_year(said["year"]) if said["year"] is not None else None
    if isinstance(year, Wrong):
        raise InputError([Problem(year.code, words={"found": year.found})])
    direct = None if said["direct"] is None else said["direct"] == "yes"
    return {**said, "year": year, "direct": direct}

"""``bokuan book status``: utilisation against time, plan and thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.utilisation_options import utilisation_options, utilised

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.wording import Language


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (*utilisation_options(language), book_option(language))


def run(language: Language, *, book: str | None, **options: str | None) -> None:
    """Print the table, idle money, carry-over and warnings."""
    with opened(book) as found:
        utilised(found, options).print(language)

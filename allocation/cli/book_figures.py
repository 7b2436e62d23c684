"""``bokuan book figures``: a year's utilisation, for the next year's scenario."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import argument, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("year"),
        option(language, "--out", term="cli-book-figures-out", metavar="FILE", required=True),
        option(language, "--grades", term="cli-book-figures-grades", metavar="FILE"),
        option(language, "--level", term="cli-book-figures-level", metavar="LEVEL", default=""),
        book_option(language),
    )


def run(
    language: Language, year: str, *, out: str, grades: str | None, level: str, book: str | None
) -> None:
    """Reckon; write."""
    from allocation.report.figures import figures, save_figures

    if not re.fullmatch(r"[1-9][0-9]{3}", year):
        raise_if_any([Problem("L14-not-a-year", words={"found": year[:40]})])
    with opened(book) as found:
        table = figures(found, int(year), level=level, grades=grades)
    for path in save_figures(table, out):
        print(say("cli-written", language, path=path))

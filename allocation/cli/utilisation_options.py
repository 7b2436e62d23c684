"""What the commands on utilisation share: the day, the year, groups, denominators, files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allocation.cli.options import days, one_of, option
from allocation.errors import Problem, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import click

    from allocation.ledger.book import Book
    from allocation.report.utilised import Utilised
    from allocation.wording import Language

#: As :data:`allocation.ledger.groups.BYS` and its like; ``--help`` imports neither.
_BYS = (
    *("recipient", "purpose", "batch", "unit", "fiscal_region", "assessment_region"),
    *("direct", "fund", "year"),
)
_DENOMINATORS = ("initial", "adjusted", "with_carry_over")


def utilisation_options(language: Language) -> Sequence[click.Parameter]:
    """Return the options."""
    return (
        option(language, "--as-of", term="cli-book-status-as-of", metavar="DATE"),
        option(language, "--year", term="cli-book-status-year", metavar="YEAR"),
        one_of(language, "--by", _BYS, term="cli-book-by"),
        one_of(language, "--denominator", _DENOMINATORS, term="cli-book-denominator"),
        option(language, "--plan", term="cli-book-plan", metavar="FILE"),
        option(language, "--alerts", term="cli-book-alerts", metavar="FILE"),
    )


def utilised(book: Book, options: Mapping[str, Any]) -> Utilised:
    """Return the utilisation that the options ask for.

    Raises
    ------
    InputError
        As :func:`allocation.utilisation`, and for a day or year that is none.
    """
    from allocation.report.utilised import utilisation

    day, year = days(as_of=options["as_of"])["as_of"], options["year"]
    if year is not None and not re.fullmatch(r"[1-9][0-9]{3}", year):
        raise_if_any([Problem("L14-not-a-year", words={"found": year[:40]})])
    return utilisation(
        book,
        day,
        year=None if year is None else int(year),
        by=options["by"] or "recipient",
        denominator=options["denominator"] or "with_carry_over",
        plan=options["plan"],
        alerts=options["alerts"],
    )

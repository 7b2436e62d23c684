"""``bokuan clock``: the deadlines of the law from the days notices were received."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allocation.cli.options import days, one_of, option
from allocation.errors import InputError, Problem, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.disbursement.calendar import Roll
    from allocation.disbursement.clock import Level
    from allocation.wording import Language


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        option(language, "--received", term="cli-clock-received", metavar="DATE"),
        option(language, "--advance", term="cli-clock-advance", metavar="DATE"),
        option(language, "--approved", term="cli-clock-approved", metavar="DATE"),
        option(language, "--issued", term="cli-clock-issued", metavar="DATE"),
        option(language, "--advance-issued", term="cli-clock-advance-issued", metavar="DATE"),
        option(language, "--year", term="cli-clock-year", metavar="YEAR"),
        one_of(language, "--level", ("province", "central"), term="cli-clock-level"),
        option(language, "--direct", term="cli-clock-direct", is_flag=True),
        option(language, "--as-of", term="cli-clock-as-of", metavar="DATE"),
        option(language, "--holidays", term="cli-clock-holidays", metavar="FILE"),
        one_of(language, "--roll", ("none", "next", "previous"), term="cli-clock-roll"),
    )


def run(
    language: Language,
    *,
    year: str | None,
    level: Level | None,
    direct: bool,
    holidays: str | None,
    roll: Roll | None,
    **asked: str | None,
) -> None:
    """Print the deadlines, nearest first."""
    from allocation.report.clock import clock

    found = _year(year)
    try:
        known = days(**asked)
    except InputError as error:
        raise_if_any([*error.problems, *([found] if isinstance(found, Problem) else [])])
        raise
    raise_if_any([found] if isinstance(found, Problem) else [])
    clock(
        known["received"],
        advance=known["advance"],
        approved=known["approved"],
        issued=known["issued"],
        advance_issued=known["advance_issued"],
        year=found if isinstance(found, int) else None,
        level=level or "province",
        direct=direct,
        as_of=known["as_of"],
        holidays=holidays,
        roll=roll or "none",
    ).print(language)


def _year(text: str | None) -> int | Problem | None:
    if text is None:
        return None
    if re.fullmatch(r"[1-9][0-9]{3}", text):
        return int(text)
    return Problem("L14-not-a-year", words={"found": text[:40]})

"""``bokuan clock``: the deadlines of the law from the days notices were received."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from allocation.cli.options import one_of, option
from allocation.errors import Problem, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

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
    **days: str | None,
) -> None:
    """Print the deadlines, nearest first."""
    from allocation.report.clock import clock

    read = {name: _day(name, text) for name, text in days.items()}
    budget_year = _year(year)
    raise_if_any([found for found in (*read.values(), budget_year) if isinstance(found, Problem)])
    known = {name: found for name, found in read.items() if not isinstance(found, Problem)}
    clock(
        known["received"],
        advance=known["advance"],
        approved=known["approved"],
        issued=known["issued"],
        advance_issued=known["advance_issued"],
        year=budget_year if isinstance(budget_year, int) else None,
        level=level or "province",
        direct=direct,
        as_of=known["as_of"],
        holidays=holidays,
        roll=roll or "none",
    ).print(language)


def _day(name: str, text: str | None) -> date | Problem | None:
    from allocation.disbursement.calendar import parse_day

    if text is None:
        return None
    words = {"key": f"--{name.replace('_', '-')}", "found": text[:40]}
    return parse_day(text) or Problem("L14-not-a-day", words=words)


def _year(text: str | None) -> int | Problem | None:
    if text is None:
        return None
    if re.fullmatch(r"[1-9][0-9]{3}", text):
        return int(text)
    return Problem("L14-not-a-year", words={"found": text[:40]})

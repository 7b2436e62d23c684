"""``allocation.clock``: the deadlines of the law as a table, for the terminal and as a frame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from allocation.disbursement.calendar import (
    WEEKEND,
    Calendar,
    Roll,
    read_calendar,
    shipped_calendar,
)
from allocation.disbursement.clock import Deadline, Level, Received, deadlines, notes
from allocation.money import format_ratio
from allocation.report.layout import printable
from allocation.report.terminal import Column, console, drawn
from allocation.wording import Language, say

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.table import Table

    from allocation.errors import Problem

_CHINA = timedelta(hours=8)


def clock(
    received: date | None = None,
    *,
    advance: date | None = None,
    approved: date | None = None,
    issued: date | None = None,
    advance_issued: date | None = None,
    year: int | None = None,
    level: Level = "province",
    direct: bool = False,
    as_of: date | None = None,
    holidays: Path | str | None = None,
    roll: Roll = "none",
) -> Clock:
    """Return every deadline that follows from the days something was received.

    Parameters
    ----------
    received, advance
        Days the main notice and the advance notice were received.
    approved, issued, advance_issued
        Days this level's congress approved its budget, this office issued its notice, and it
        passed the advance notice on.
    year
        Budget year; default: as :class:`~allocation.disbursement.clock.Received` says.
    level
        ``province`` or ``central``.
    direct
        Whether the batch is a direct fund.
    as_of
        The day to count from; default: today in China.
    holidays
        An officer's table of holidays, before the shipped ones.
    roll
        What to do with a rest day: ``none``, ``next`` or ``previous``.

    >>> from datetime import date
    >>> found = clock(date(2023, 5, 10), as_of=date(2023, 6, 1))
    >>> str(found.table.loc["pass_down", "due"]), int(found.table.loc["pass_down", "days_left"])
    ('2023-06-09', 8)

    Raises
    ------
    InputError
        If nothing was received, days contradict each other, or the table is wrong.
    """
    day = as_of or today()
    known = Received(advance, received, approved, issued, advance_issued, year, level, direct)
    calendar = read_calendar(holidays) if holidays is not None else shipped_calendar()
    return Clock(known, day, roll, deadlines(known, calendar, day, roll), calendar)


def today() -> date:
    """Return the day it is in China."""
    return (datetime.now(UTC) + _CHINA).date()


@dataclass(frozen=True)
class Clock:
    """The deadlines of one year's money, the open ones by day first."""

    received: Received
    as_of: date
    roll: Roll
    deadlines: tuple[Deadline, ...]
    calendar: Calendar

    @property
    def warnings(self) -> list[Problem]:
        """What the clock went on with."""
        return notes(self.deadlines, self.calendar)

    @property
    def table(self) -> pd.DataFrame:
        """One row per deadline by key: names, article, source, days, force and state.

        ``basis_date``, ``due``, ``statutory`` and ``met_on`` are days or None; ``days_left`` is
        Int64, missing where there is no day; ``share`` is a Fraction or None.
        """
        import pandas as pd

        fields = [name for name in Deadline.__dataclass_fields__ if name != "key"]
        index = pd.Index([deadline.key for deadline in self.deadlines], name="key")
        columns = {
            name: pd.Series([getattr(d, name) for d in self.deadlines], index, dtype=object)
            for name in fields
        }
        frame = pd.DataFrame(columns, index=index)
        return frame.astype({"days": "Int64", "monthly": "Int64", "days_left": "Int64"})

    def print(self, language: Language = "zh") -> None:
        """Print title, table and notes to stdout, at most 100 columns wide."""
        from rich.text import Text

        out = console()
        words = {"year": self.received.year, "as_of": self.as_of}
        out.print(Text(say("clock-title", language, **words), style="bold"), soft_wrap=True)
        out.print(_table(self, language))
        out.print()
        out.print(Text(say("clock-legend", language)), soft_wrap=True)
        out.print(Text(say(f"clock-roll-{self.roll}", language)), soft_wrap=True)
        for problem in self.warnings:
            text = say("report-warning", language, text=printable(problem.text(language)))
            out.print(Text(text, style="yellow"), soft_wrap=True)


def _table(found: Clock, language: Language) -> Table:
    def column(key: str, cells: list[str]) -> Column:
        return Column(say(key, language), tuple(map(printable, cells)))

    rows = found.deadlines
    names = [row.name if language == "zh" else row.name_en for row in rows]
    due = [str(row.due) if row.due else "-" for row in rows]
    left = [_left(row, language) for row in rows]
    force = [say("clock-hard" if row.hard else "clock-advice", language) for row in rows]
    why = [_why(row, found.received.year, language) for row in rows]
    figures = [
        column("clock-due", due),
        column("clock-left", left),
        column("clock-nature", force),
    ]
    late = {"overdue", "late", "today"}
    kinds = ["total" if row.state in late and row.hard else "row" for row in rows]
    return drawn(kinds, column("clock-item", names), figures, column("clock-why", why))


def _left(row: Deadline, language: Language) -> str:
    days = abs(row.days_left) if row.days_left is not None else 0
    return say(f"clock-state-{row.state}", language, days=days, met_on=row.met_on)


def _why(row: Deadline, year: int, language: Language) -> str:
    """Return the article, and how the day follows from it."""
    article = row.article if language == "zh" else row.article_en
    parts = [article, how(row, year, language)]
    if row.rest:
        rest = say("clock-weekend", language) if row.rest == WEEKEND else row.rest
        parts.append(say("clock-rest", language, rest=rest))
    if row.statutory:
        parts.append(say("clock-moved", language, statutory=row.statutory))
    return (";" if language == "zh" else "; ").join(parts)


def how(row: Deadline, year: int, language: Language) -> str:
    """Return how a deadline's day was computed, in words."""
    if row.share is not None:
        return say("clock-how-share", language, share=format_ratio(row.share, 0))
    if row.days is None and row.monthly is None:
        return say("clock-how-fixed", language, year=year)
    words = {
        "basis": say(f"clock-basis-{row.basis.replace('_', '-')}", language),
        "basis_date": row.basis_date,
    }
    if row.monthly is not None:
        return say("clock-how-monthly", language, monthly=row.monthly, **words)
    return say("clock-how-days", language, days=row.days, **words)

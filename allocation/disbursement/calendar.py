"""Working days: weekends, holidays and the weekends worked in exchange, from officers' own tables.

A table is a CSV file with the columns ``date, kind, name, source``; ``kind`` is ``holiday`` or
``workday``. The shipped ones are copied from the State Council's yearly notices; a year that no
table covers has weekends only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from allocation.errors import InputError, Place, Problem, nearest, raise_if_any
from allocation.scenario.files import TABLE_LIMIT, read_bytes
from allocation.scenario.tables import csv_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: What to do with a day that falls on a rest day: leave it, or take the working day after, before.
Roll = Literal["none", "next", "previous"]
ROLLS: tuple[Roll, ...] = get_args(Roll)
COLUMNS = ("date", "kind", "name", "source")
_KINDS = ("holiday", "workday")
_SATURDAY = 5
#: Name of a rest day that is no holiday.
WEEKEND = "weekend"


@dataclass(frozen=True)
class Calendar:
    """Which days are worked.

    Parameters
    ----------
    holidays
        Names by day.
    workdays
        Weekend days that are worked.
    years
        Years a table covers; in others only weekends are known.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def rest(self, day: date) -> str:
        """Return why nobody works on ``day``: the holiday's name, ``weekend``, or nothing."""
        if day in self.holidays:
            return self.holidays[day]
        return WEEKEND if day.weekday() >= _SATURDAY and day not in self.workdays else ""

    def rolled(self, day: date, roll: Roll) -> date:
        """Return ``day``, or the nearest working day in the direction of ``roll``."""
        step = timedelta({"none": 0, "next": 1, "previous": -1}[roll])
        while step and self.rest(day):
            day += step
        return day

    def over(self, other: Calendar) -> Calendar:
        """Return this calendar with the days of ``other`` where this one names none."""
        named = {*self.holidays, *self.workdays}
        older = {day: name for day, name in other.holidays.items() if day not in named}
        return Calendar(
            older | dict(self.holidays),
            self.workdays | (other.workdays - named),
            self.years | other.years,
        )


@cache
def shipped_calendar() -> Calendar:
    """Return the calendar of the tables in ``holidays/``."""
    found = Calendar()
    for entry in sorted(files(__package__).joinpath("holidays").iterdir(), key=lambda e: e.name):
        calendar, problems = parse_calendar(entry.read_bytes(), entry.name)
        raise_if_any(problems)
        found = calendar.over(found)
    return found


def read_calendar(path: Path | str) -> Calendar:
    """Return the shipped calendar under the days of an officer's own table.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    content = read_bytes(Path(path), str(path), TABLE_LIMIT)
    if isinstance(content, Problem):
        raise InputError([content])
    calendar, problems = parse_calendar(content, str(path))
    raise_if_any(problems)
    return calendar.over(shipped_calendar())


def parse_calendar(content: bytes, file: str) -> tuple[Calendar, list[Problem]]:
    """Return the calendar a CSV file says, with everything wrong in it."""
    rows, problems = csv_rows(content, file)
    if not rows:
        return Calendar(), problems
    (line, header), *body = rows
    missing = [name for name in COLUMNS if name not in header]
    problems += [
        Problem("L1-unknown-column", Place(file, line), {"found": n, "nearest": nearest(n, header)})
        for n in missing
    ]
    if missing:
        return Calendar(), problems
    days, wrong = _days(header, body, file)
    return _calendar(days), problems + wrong


def _days(
    header: Sequence[str], body: Iterable[tuple[int, list[str]]], file: str
) -> tuple[dict[date, tuple[str, str]], list[Problem]]:
    """Return kind and name by day, and the rows that say neither."""
    days: dict[date, tuple[str, str]] = {}
    problems = []
    for line, cells in body:
        row = dict(zip(header, cells, strict=False)) if len(cells) == len(header) else {}
        day = parse_day(row.get("date", ""))
        found = _row_problem(row, day, days, Place(file, line))
        if found:
            problems.append(found)
        elif day is not None:
            days[day] = (row["kind"], row["name"])
    return days, problems


def _row_problem(
    row: Mapping[str, str], day: date | None, before: Mapping[date, object], place: Place
) -> Problem | None:
    if len(row) < len(COLUMNS):
        return Problem("L1-ragged-row", place, {"found": len(row), "allowed": len(COLUMNS)})
    words = {"found": row["date"][:40], "key": "date"}
    if day is None:
        return Problem("L14-not-a-day", place, words)
    if row["kind"] not in _KINDS:
        words = {"found": row["kind"][:40], "allowed": "、".join(_KINDS)}
        return Problem("L14-holiday-kind", place, words)
    if not row["name"] or not row["source"]:
        return Problem("L14-holiday-unsourced", place, words)
    if row["kind"] == "workday" and day.weekday() < _SATURDAY:
        return Problem("L14-workday-in-week", place, words)
    return Problem("L14-holiday-twice", place, words) if day in before else None


def _calendar(days: Mapping[date, tuple[str, str]]) -> Calendar:
    return Calendar(
        {day: name for day, (kind, name) in days.items() if kind == "holiday"},
        frozenset(day for day, (kind, _) in days.items() if kind == "workday"),
        frozenset(day.year for day in days),
    )


def parse_day(text: str) -> date | None:
    """Return a day written as ``2023-05-10``, or None."""
    if len(text) != len("2023-05-10"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

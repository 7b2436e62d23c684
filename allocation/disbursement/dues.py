"""The deadlines of a plan: each with its day and its source, its own or that of a rule of law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.clock import Deadline, Received, deadlines
from allocation.disbursement.needs import position
from allocation.disbursement.rules import rules
from allocation.errors import InputError, Place, Problem, nearest

if TYPE_CHECKING:
    from datetime import date

    from allocation.disbursement.calendar import Calendar
    from allocation.disbursement.issue import Issue
    from allocation.disbursement.periods import Periods
    from allocation.disbursement.plan_file import LoadedPlan
    from allocation_models.program import Integers


@dataclass(frozen=True)
class DueDay:
    """A deadline in effect: for which lines, by which month, how much in all; its article."""

    key: str
    day: date
    month: int
    lines: Integers
    article: str


def dues_of(
    loaded: LoadedPlan,
    issue: Issue,
    periods: Periods,
    calendar: Calendar,
    recipient: Integers,
    problems: list[Problem],
) -> list[DueDay]:
    """Return the deadlines in effect; note what is wrong with the others, and with the limits."""
    found = []
    for key, due in loaded.plan.deadlines.items():
        place = loaded.place("deadlines", key)
        who = [at for at in (position(issue, name) for name in due.where) if at is not None]
        problems += [
            Problem(
                "L1-unknown-recipient",
                place,
                {"found": name[:60], "nearest": nearest(name, issue.names)},
            )
            for name in due.where
            if position(issue, name) is None
        ]
        named = _day(loaded, key, calendar, problems)
        if named is None:
            continue
        wrong = _untimely(loaded, periods, named[0], place)
        if wrong is not None:
            problems.append(wrong)
            continue
        chosen = np.isin(recipient, who) if due.where else np.ones(len(recipient), dtype=bool)
        lines = np.flatnonzero(chosen)
        found.append(DueDay(key, named[0], periods.by(named[0]), lines, named[1]))
    unknown = [month for month in loaded.plan.cash.by_month if periods.of(month) is None]
    allowed = f"{periods.months[0]} … {periods.months[-1]}"
    for month in unknown:
        place = loaded.place("cash", "by_month", month)
        words = {"found": month, "allowed": allowed}
        problems.append(Problem("L14-month-outside", place, words))
    return found


def duties_of(loaded: LoadedPlan, calendar: Calendar, problems: list[Problem]) -> list[Deadline]:
    """Return what the law asks of a direct fund by a day: to file and issue, and to report.

    The days follow from the receipts called ``main`` and ``advance``; without them there are none,
    which is noted.
    """
    if not loaded.plan.direct:
        return []
    asked, place = _received(loaded), loaded.place("direct")
    if not asked.days:
        problems.append(Problem("L14-direct-not-dated", place, warning=True))
        return []
    direct = {rule.key for rule in rules() if rule.direct}
    try:
        known = deadlines(asked, calendar, min(asked.days))
    except InputError as error:
        problems += [Problem(p.code, p.place or place, p.words) for p in error.problems]
        return []
    return [duty for duty in known if duty.key in direct and duty.due is not None]


def _received(loaded: LoadedPlan) -> Received:
    """Return the days of the receipts the clock knows."""
    days = {key: receipt.day for key, receipt in loaded.plan.received.items()}
    return Received(advance=days.get("advance"), main=days.get("main"), direct=loaded.plan.direct)


def _untimely(loaded: LoadedPlan, periods: Periods, day: date, place: Place) -> Problem | None:
    """Return what is wrong with a deadline before any payment, or before any money."""
    first_money = min((r.day for r in loaded.plan.received.values()), default=None)
    month = periods.by(day)
    if month < 0:
        words = {"found": day, "first": periods.days[0]}
        return Problem("L14-deadline-too-early", place, words)
    if first_money is not None and periods.since(first_money) > month:
        words = {"found": day, "day": first_money}
        return Problem("L14-received-after-deadline", place, words)
    return None


def _day(
    loaded: LoadedPlan, key: str, calendar: Calendar, problems: list[Problem]
) -> tuple[date, str] | None:
    """Return the day of a deadline and its source: its own, or that of a rule of the clock."""
    due = loaded.plan.deadlines[key]
    if due.day is not None:
        return due.day, due.source or "—"
    asked = _received(loaded)
    if not asked.days:
        problems.append(Problem("L14-nothing-received", loaded.place("deadlines", key)))
        return None
    try:
        known = {d.key: d for d in deadlines(asked, calendar, min(asked.days))}
    except InputError as error:
        problems += error.problems
        return None
    rule = known.get(due.rule)
    if rule is None or rule.due is None:
        words = {"found": due.rule, "allowed": "、".join(k for k, d in known.items() if d.due)}
        problems.append(Problem("L14-no-such-rule", loaded.place("deadlines", key), words))
        return None
    return rule.due, rule.article

"""The months of a plan and the day of payment in each."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocation.disbursement.calendar import Calendar
    from allocation.disbursement.plan import Plan


@dataclass(frozen=True)
class Periods:
    """Months as ``2023-06`` and the day of payment in each, both shape (T,)."""

    months: tuple[str, ...]
    days: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.months)

    def by(self, day: date) -> int:
        """Return the last month that pays on or before ``day``; -1 if none does."""
        return sum(paid <= day for paid in self.days) - 1

    def since(self, day: date) -> int:
        """Return the first month that pays on or after ``day``; T if none does."""
        return sum(paid < day for paid in self.days)

    def of(self, month: str) -> int | None:
        """Return the position of a month, if the plan has it."""
        return self.months.index(month) if month in self.months else None


def periods_of(plan: Plan, calendar: Calendar) -> Periods:
    """Return the months of a plan; a day of payment never leaves its month."""
    months = _months(plan.first, plan.last)
    return Periods(tuple(months), tuple(_pay_day(plan, calendar, month) for month in months))


def _months(first: str, last: str) -> list[str]:
    start, stop = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(start, stop + 1)]


def _pay_day(plan: Plan, calendar: Calendar, month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    day = date(year, number, min(plan.calendar.pay_day, monthrange(year, number)[1]))
    moved = calendar.rolled(day, plan.calendar.roll)
    if moved.month == number:
        return moved
    # The other way round: what is paid in a month is paid in that month.
    back = calendar.rolled(day, "previous" if plan.calendar.roll == "next" else "next")
    return back if back.month == number else day

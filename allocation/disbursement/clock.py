"""The legal clock: from the days something was received, every deadline with its article (law 14).

The day that starts a count is not counted itself: 30 days after 10 May is 9 June. A last day that
falls on a rest day stays where the law puts it unless the caller asks for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from allocation.disbursement.rules import Event, Kind, Rule, rules
from allocation.errors import Problem, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from allocation.disbursement.calendar import Calendar, Roll

Level = Literal["province", "central"]
#: What has become of a deadline. ``met`` and ``late`` are known only where an event fulfils it.
State = Literal["overdue", "today", "ahead", "met", "late", "passed", "none"]
#: First and last year a day or a budget year may lie in: further off it is a slip of the pen.
_YEARS = (2000, 2100)
#: Events that come one after the other.
_ORDERS: tuple[tuple[Event, ...], ...] = (
    ("advance", "main", "issued"),
    ("advance", "advance_issued"),
)
_ORDER: tuple[State, ...] = ("overdue", "today", "ahead", "late", "met", "passed", "none")


@dataclass(frozen=True)
class Received:
    """The days an office knows of one year's money.

    Parameters
    ----------
    advance, main
        The advance notice and the main notice reached this office.
    approved
        The congress of this level approved its budget.
    issued, advance_issued
        This office issued its own notice of the main batch, and passed the advance notice on.
    budget_year
        Default: the year of ``main``, of ``approved``, or the year after ``advance``.
    level
        ``province``, or ``central``, which receives nothing.
    direct
        Whether the batch is a direct fund (直达资金).
    """

    advance: date | None = None
    main: date | None = None
    approved: date | None = None
    issued: date | None = None
    advance_issued: date | None = None
    budget_year: int | None = None
    level: Level = "province"
    direct: bool = False

    @property
    def days(self) -> tuple[date, ...]:
        """Every day that is known."""
        days = (self.advance, self.main, self.approved, self.issued, self.advance_issued)
        return tuple(day for day in days if day is not None)

    @property
    def year(self) -> int:
        """The budget year; 0 if nothing says it."""
        if self.budget_year is not None:
            return self.budget_year
        if self.main or self.approved:
            return (self.main or self.approved or date.min).year
        return self.advance.year + 1 if self.advance else 0

    def day(self, event: Event) -> date | None:
        """Return the day of an event, if it is known."""
        if event == "budget_year":
            return date(self.year, 1, 1)
        days = {
            "main": self.main,
            "advance": self.advance,
            "approved": self.approved,
            "issued": self.issued,
            "advance_issued": self.advance_issued,
        }
        return days[event]


@dataclass(frozen=True)
class Deadline:
    """One deadline of one year's money.

    Parameters
    ----------
    key, name, name_en, article, article_en, source, kind, hard
        As its rule says.
    basis, basis_date
        What starts the count and when: an event, or ``last_day``, the due day of the rule that
        comes before.
    days, monthly
        How many days are counted, or which day of each month; None for a fixed day.
    due
        The last day (for ``opens`` the first); None where the law states no day.
    days_left
        From the day asked about to ``due``; negative once it is over.
    share
        A share the rule asks for.
    rest
        Why nobody works on the statutory day: a holiday's name, ``weekend``, or nothing.
    statutory
        The day by the law where ``due`` was moved off a rest day; else None.
    met_on
        When the duty was fulfilled, where the clock knows.
    state
        ``overdue``, ``today``, ``ahead``, ``met``, ``late``, ``passed`` or ``none``.
    """

    key: str
    name: str
    name_en: str
    article: str
    article_en: str
    source: str
    kind: Kind
    hard: bool
    basis: str
    basis_date: date
    days: int | None
    monthly: int | None
    due: date | None
    days_left: int | None
    share: Fraction | None
    rest: str
    statutory: date | None
    met_on: date | None
    state: State


def deadlines(
    received: Received, calendar: Calendar, as_of: date, roll: Roll = "none"
) -> tuple[Deadline, ...]:
    """Return every deadline that follows from what was received, the open ones by day first.

    Parameters
    ----------
    received
        The days known.
    calendar
        Tells rest days; it moves a day only with ``roll``.
    as_of
        The day asked about.
    roll
        ``none`` (the day of the law stands), ``next`` or ``previous`` working day.

    Raises
    ------
    InputError
        If the days contradict each other or nothing was received.

    >>> from allocation.disbursement.calendar import shipped_calendar
    >>> found = deadlines(Received(main=date(2023, 5, 10)), shipped_calendar(), date(2023, 5, 20))
    >>> found[0].due, found[0].days_left, found[0].article
    (datetime.date(2023, 6, 9), 20, '预算法第五十二条第三款')
    """
    raise_if_any(problems_of(received))
    found: dict[str, Deadline] = {}
    for rule in rules():
        if received.level in rule.levels and (received.direct or not rule.direct):
            basis = _basis(rule, received, found)
            if basis is not None:
                made = _deadline(rule, received, basis, calendar, as_of, roll)
                found |= {rule.key: made} if made else {}
    return tuple(sorted(found.values(), key=_place))


def problems_of(received: Received) -> list[Problem]:
    """Return how the days contradict each other."""
    if not received.year:
        return [Problem("L14-nothing-received")]
    years = sorted({received.year, *(day.year for day in received.days)})
    if not _YEARS[0] <= years[0] <= years[-1] <= _YEARS[1]:
        words = {"found": "、".join(map(str, years)), "allowed": f"{_YEARS[0]} - {_YEARS[1]}"}
        return [Problem("L14-far-year", words=words)]
    problems = []
    if received.level == "central" and (received.main or received.advance):
        problems.append(Problem("L14-central-receives"))
    return problems + _out_of_order(received) + _other_year(received)


def _out_of_order(received: Received) -> list[Problem]:
    found = []
    for events in _ORDERS:
        days = [day for event in events if (day := received.day(event)) is not None]
        found += [
            Problem("L14-days-out-of-order", words={"before": before, "after": after})
            for before, after in pairwise(days)
            if after < before
        ]
    return found


def _other_year(received: Received) -> list[Problem]:
    """Return the days too far from the budget year to be its own."""
    far = [day for day in received.days if abs(day.year - received.year) > 1]
    if received.approved and received.approved.year != received.year:
        far.append(received.approved)
    return [
        Problem("L14-other-year", words={"found": day, "year": received.year})
        for day in sorted(set(far))
    ]


def unknown_years(found: Sequence[Deadline], calendar: Calendar) -> tuple[int, ...]:
    """Return the years of deadlines that may move, for which only weekends are known."""
    years = {d.due.year for d in found if d.due is not None and d.kind == "deadline"}
    return tuple(sorted(years - calendar.years))


def notes(found: Sequence[Deadline], calendar: Calendar) -> list[Problem]:
    """Return what the clock goes on with: years without a holiday table."""
    years = unknown_years(found, calendar)
    words = {"found": "、".join(map(str, years))}
    return [Problem("L14-no-holiday-table", words=words, warning=True)] if years else []


def _basis(rule: Rule, received: Received, before: dict[str, Deadline]) -> tuple[str, date] | None:
    """Return what starts the count and when: the event, or the last day of another rule."""
    day = received.day(rule.counts_from)
    if day is not None:
        return rule.counts_from, day
    other = before.get(rule.or_due_of)
    return ("last_day", other.due) if other and other.due else None


def _deadline(
    rule: Rule,
    received: Received,
    basis: tuple[str, date],
    calendar: Calendar,
    as_of: date,
    roll: Roll,
) -> Deadline | None:
    """Return the deadline, or None if the rule was not in force."""
    statutory = _due(rule, basis[1], received.year, as_of)
    counted = basis[1] if rule.days is not None or statutory is None else statutory
    if not rule.in_force(counted):
        return None
    due = calendar.rolled(statutory, roll) if statutory and rule.rolls else statutory
    met_on = received.day(rule.met_by) if rule.met_by else None
    return Deadline(
        **{name: getattr(rule, name) for name in _COPIED},
        basis=basis[0],
        basis_date=basis[1],
        due=due,
        days_left=(due - as_of).days if due else None,
        rest=calendar.rest(statutory) if statutory and rule.rolls else "",
        statutory=statutory if statutory != due else None,
        met_on=met_on,
        state=_state(rule, due, met_on, as_of),
    )


_COPIED = (
    *("key", "name", "name_en", "article", "article_en", "source"),
    *("kind", "hard", "days", "monthly", "share"),
)


def _due(rule: Rule, basis: date, year: int, as_of: date) -> date | None:
    """Return the day by the law; None for a rule that states none."""
    if rule.kind == "share":
        return None
    if rule.days is not None:
        return basis + timedelta(rule.days)
    if rule.monthly is not None:
        return _next_monthly(rule.monthly, basis, year, as_of)
    assert rule.day is not None, "a rule counts days, names a day of the month or one of the year"
    return date(year + rule.year, *rule.day)


def _next_monthly(day: int, basis: date, year: int, as_of: date) -> date:
    """Return the next such day of a month from ``as_of`` on.

    The first is that of the month after ``basis``, the last that of January after the budget year,
    which reports December.
    """
    # Months are counted from year 0; month % 12 is 0 in January.
    this_month = as_of.year * 12 + as_of.month - 1
    wanted = max(basis.year * 12 + basis.month, this_month + (as_of.day > day))
    last = max((year + 1) * 12, basis.year * 12 + basis.month)
    years, month = divmod(min(wanted, last), 12)
    return date(years, month + 1, day)


def _state(rule: Rule, due: date | None, met_on: date | None, as_of: date) -> State:
    if due is None:
        return "none"
    if met_on is not None and met_on <= as_of:
        return "met" if met_on <= due else "late"
    if due > as_of:
        return "ahead"
    if rule.kind != "deadline" or (rule.monthly is not None and due < as_of):
        return "passed"
    return "today" if due == as_of else "overdue"


def _place(deadline: Deadline) -> tuple[int, date, str]:
    """Return where a deadline stands: overdue first, then by day, then what is over."""
    early = deadline.state in {"overdue", "today", "ahead"}
    return (
        0 if early else 1 + _ORDER.index(deadline.state),
        deadline.due or date.max,
        deadline.key,
    )

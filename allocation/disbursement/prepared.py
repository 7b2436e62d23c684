"""From an issue and a plan to the arrays of the payment program, with every problem found."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.calendar import read_calendar, shipped_calendar
from allocation.disbursement.clock import Received, deadlines
from allocation.disbursement.needs import condition_months, needs_of, position
from allocation.disbursement.periods import Periods, periods_of
from allocation.disbursement.plan_tables import open_table, payments
from allocation.errors import InputError, Place, Problem, nearest, raise_if_any
from allocation.money import format_amount
from allocation_models.disbursement import Payable
from allocation_models.program import NO_BOUND
from allocation_models.tranches import Tranches

if TYPE_CHECKING:
    from datetime import date

    from allocation.disbursement.calendar import Calendar
    from allocation.disbursement.issue import Issue
    from allocation.disbursement.plan_file import LoadedPlan
    from allocation.result import Fen
    from allocation_models.program import Integers


@dataclass(frozen=True)
class DueDay:
    """A deadline in effect: for which lines, by which month, how much in all; its article."""

    key: str
    day: date
    month: int
    lines: Integers
    article: str


@dataclass(frozen=True)
class Prepared:
    """What is to be planned.

    Parameters
    ----------
    issue, loaded, periods
        What it was made from.
    quantum
        Fen of a quantum.
    recipient, purpose
        Shape (m,): whose each line is, and for what; lines stand in the order of ids.
    payable
        The program's arrays in quanta, m lines.
    frozen
        How many months are settled; what was paid in them stands in ``payable``.
    tranches
        Rules of tranches in quanta, None if there are none.
    dues
        Deadlines in effect.
    forfeited
        Shape (m,), fen: what is not paid because a condition is not met.
    """

    issue: Issue
    loaded: LoadedPlan
    periods: Periods
    quantum: int
    recipient: Integers
    purpose: Integers
    payable: Payable
    frozen: int
    tranches: Tranches | None
    dues: tuple[DueDay, ...]
    forfeited: Fen
    warnings: tuple[Problem, ...]

    @property
    def amounts(self) -> Fen:
        """Shape (m,), int64 fen: the amount of each line."""
        return np.asarray(self.issue.cells[self.recipient, self.purpose])


def prepare(issue: Issue, loaded: LoadedPlan) -> Prepared:
    """Return what is to be planned.

    Raises
    ------
    InputError
        With every problem of the plan and its tables.
    """
    plan = loaded.plan
    calendar, problems = _calendar(loaded)
    periods = periods_of(plan, calendar)
    order = sorted(range(len(issue.ids)), key=issue.ids.__getitem__)
    recipient = np.repeat(np.array(order), issue.cells.shape[1])
    purpose = np.tile(np.arange(issue.cells.shape[1]), len(order))
    amounts = issue.cells[recipient, purpose]
    paid, frozen = _paid(loaded, issue, periods, problems)
    quantum = plan.quantum or _common(np.append(amounts, paid))
    problems += _not_whole(loaded, issue, paid, quantum)
    shares, wrong = needs_of(loaded, issue, periods)
    payable_from, more = condition_months(loaded, issue, periods, shares)
    problems += wrong + more
    received = _received(loaded, issue, periods, quantum, problems)
    dues = _dues(loaded, issue, periods, calendar, recipient, problems)
    raise_if_any(problems)
    whole = amounts // quantum
    need = _in_quanta(whole, [shares[at] for at in recipient.tolist()])
    most, forfeited = _most(loaded, whole, np.array(payable_from)[recipient], len(periods))
    done = paid[recipient, purpose] // quantum
    payable = Payable(
        need=need,
        least=_least(loaded, dues, whole, len(periods), frozen),
        most=_past_holds(most, done, frozen),
        pay_least=done * (np.arange(len(periods)) < frozen),
        pay_most=np.where(np.arange(len(periods)) < frozen, done, whole[:, None]),
        received=received,
        limit=_limits(loaded, periods, quantum, frozen),
    )
    raise_if_any(_past_problems(loaded, issue, payable, recipient, whole))
    return Prepared(
        issue,
        loaded,
        periods,
        quantum,
        recipient,
        purpose,
        payable,
        frozen,
        _tranches(loaded, whole, done, quantum),
        tuple(dues),
        forfeited * quantum,
        tuple(problem for problem in problems if problem.warning),
    )


def _common(amounts: Fen) -> int:
    """Return the largest quantum of 1万元, 100元, 1元, 1分 that every amount is whole in."""
    return next(q for q in (1_000_000, 10_000, 100, 1) if not (amounts % q).any())


def _calendar(loaded: LoadedPlan) -> tuple[Calendar, list[Problem]]:
    file = loaded.plan.calendar.holidays
    if not file:
        return shipped_calendar(), []
    try:
        return read_calendar(loaded.folder / file), []
    except InputError as error:
        return shipped_calendar(), list(error.problems)


def _not_whole(loaded: LoadedPlan, issue: Issue, paid: Fen, quantum: int) -> list[Problem]:
    odd = np.flatnonzero(
        (issue.cells % quantum).any(axis=1) | (paid % quantum).any(axis=(1, 2))
    ).tolist()
    called = "、".join(issue.names[at] for at in odd[:5])
    words = {"found": format_amount(quantum), "recipient": called}
    return [Problem("L2-plan-quantum", loaded.place("quantum"), words)] if odd else []


def _in_quanta(whole: Integers, shares: list) -> Integers:  # type: ignore[type-arg]
    """Return shares of whole amounts in quanta, rounded down; a whole share is the amount."""
    rows = [
        [amount * share.numerator // share.denominator for share in row]
        for amount, row in zip(whole.tolist(), shares, strict=True)
    ]
    return np.array(rows, dtype=np.int64).reshape(len(rows), -1)


def _received(
    loaded: LoadedPlan, issue: Issue, periods: Periods, quantum: int, problems: list[Problem]
) -> Integers:
    """Return receipts by month in quanta; without any, all is there from the start."""
    found = np.zeros(len(periods), dtype=np.int64)
    total = issue.total
    if not loaded.plan.received:
        found[0] = -(-total // quantum)
        return found
    fen = [Fraction(0)] * len(periods)
    for key, receipt in loaded.plan.received.items():
        amount = Fraction(receipt.amount or 0) + total * (receipt.share or 0)
        at = periods.since(receipt.day)
        if at == len(periods):
            late = {"found": receipt.day, "allowed": periods.days[-1]}
            problems.append(Problem("L14-received-late", loaded.place("received", key), late))
        else:
            fen[at] += amount
    if sum(fen) > total:
        words = {"found": format_amount(int(sum(fen))), "allowed": format_amount(total)}
        problems.append(Problem("L2-received-above", loaded.place("received"), words))
    # Rounded down as sums, so that shares which add up to the whole lose nothing.
    so_far = np.array([int(part // quantum) for part in accumulate(fen)], dtype=np.int64)
    return np.diff(so_far, prepend=0)


def _limits(loaded: LoadedPlan, periods: Periods, quantum: int, frozen: int) -> Integers:
    """Return the most that is paid in each month, in quanta; nothing binds what is past."""
    cash = loaded.plan.cash
    fen = [cash.by_month.get(month, cash.limit) for month in periods.months]
    quanta = [NO_BOUND if limit is None else limit // quantum for limit in fen]
    return np.array([NO_BOUND] * frozen + quanta[frozen:], dtype=np.int64)


def _dues(
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
    due, received = loaded.plan.deadlines[key], loaded.plan.received
    if due.day is not None:
        return due.day, due.source or "—"
    advance, main = (received[k].day if k in received else None for k in ("advance", "main"))
    if advance is None and main is None:
        problems.append(Problem("L14-nothing-received", loaded.place("deadlines", key)))
        return None
    asked = Received(advance=advance, main=main, direct=loaded.plan.direct)
    as_of = min(day for day in (advance, main) if day is not None)
    try:
        known = {d.key: d for d in deadlines(asked, calendar, as_of)}
    except InputError as error:
        problems += error.problems
        return None
    rule = known.get(due.rule)
    if rule is None or rule.due is None:
        words = {"found": due.rule, "allowed": "、".join(k for k, d in known.items() if d.due)}
        problems.append(Problem("L14-no-such-rule", loaded.place("deadlines", key), words))
        return None
    return rule.due, rule.article


def _least(
    loaded: LoadedPlan, dues: list[DueDay], whole: Integers, months: int, frozen: int
) -> Integers:
    """Return what must be paid so far, in quanta; nothing binds what is past."""
    least = np.zeros((len(whole), months), dtype=np.int64)
    for due in dues:
        share = loaded.plan.deadlines[due.key].share
        wanted = -(-whole[due.lines] * share.numerator // share.denominator)
        start = max(due.month, frozen)
        if start < months:
            least[due.lines, start:] = np.maximum(least[due.lines, start:], wanted[:, None])
    return least


def _most(
    loaded: LoadedPlan, whole: Integers, payable_from: Integers, months: int
) -> tuple[Integers, Integers]:
    """Return what may be paid so far, and what is forfeited, in quanta."""
    share = loaded.plan.tranches.on_issue
    most = np.repeat(whole[:, None], months, axis=1)
    if share is None:
        return most, np.zeros_like(whole)
    before = np.arange(months) < payable_from[:, None]
    most = np.where(before, whole[:, None] * share.numerator // share.denominator, most)
    forfeits = loaded.plan.tranches.forfeit is not None
    return most, np.where(forfeits, whole - most[:, -1], 0)


def _past_holds(most: Integers, done: Integers, frozen: int) -> Integers:
    """Return the bounds with room for what was paid already, which nothing undoes."""
    if not frozen:
        return most
    so_far = np.cumsum(done[:, :frozen], axis=1)
    later = np.repeat(so_far[:, -1:], most.shape[1] - frozen, axis=1)
    return np.asarray(np.maximum(most, np.concatenate([so_far, later], axis=1)))


def _paid(
    loaded: LoadedPlan, issue: Issue, periods: Periods, problems: list[Problem]
) -> tuple[Fen, int]:
    """Return what was paid by recipient, purpose and month in fen, and how many months are past."""
    said = loaded.plan.paid
    found = np.zeros((*issue.cells.shape, len(periods)), dtype=np.int64)
    until = periods.of(said.until) if said.until else -1
    if until is None:
        words = {"found": said.until, "allowed": f"{periods.months[0]} … {periods.months[-1]}"}
        problems.append(Problem("L14-month-outside", loaded.place("paid", "until"), words))
        until = -1
    if not said.file:
        return found, until + 1
    table, wrong = open_table(said.file, loaded.folder)
    problems += wrong
    if table is None:
        return found, 0
    loaded.hashes[said.file] = table.sha256
    made, wrong = payments(table, issue, said.unit)
    problems += wrong
    last = -1
    for payment in made:
        month = periods.of(payment.month)
        words = {"found": payment.month, "allowed": f"{periods.months[0]} … {periods.months[-1]}"}
        if month is None:
            problems.append(Problem("L14-month-outside", payment.place, words))
        elif said.until and month > until:
            words["allowed"] = f"≤ {said.until}"
            problems.append(Problem("L14-month-outside", payment.place, words))
        else:
            found[payment.recipient, payment.purpose, month] += payment.fen
            last = max(last, month)
    return found, max(last, until) + 1


def _past_problems(
    loaded: LoadedPlan, issue: Issue, payable: Payable, recipient: Integers, whole: Integers
) -> list[Problem]:
    """Return how what was paid contradicts what was there (law 12: no balance below zero)."""
    done, place = payable.pay_least, loaded.place("paid")
    problems = [
        Problem("L12-paid-above", place, {"found": issue.names[recipient[line]]})
        for line in np.flatnonzero(done.sum(axis=1) > whole).tolist()
    ]
    short = np.cumsum(done.sum(axis=0)) > np.cumsum(payable.received)
    early = np.flatnonzero(short)[:1].tolist()
    if early:
        words = {"found": early[0] + 1, "first": loaded.plan.first}
        problems.append(Problem("L12-paid-before-receipt", place, words))
    return problems


def _tranches(loaded: LoadedPlan, whole: Integers, done: Integers, quantum: int) -> Tranches | None:
    """Return the rules of tranches for what is still to be paid, in quanta."""
    rules = loaded.plan.tranches
    if rules.at_most is None and rules.at_least is None:
        return None
    made = np.count_nonzero(done, axis=1)
    most = np.full(len(whole), done.shape[1]) if rules.at_most is None else rules.at_most - made
    least = -(-(rules.at_least or 0) // quantum)
    return Tranches(np.maximum(most, 0), np.minimum(whole - done.sum(axis=1), least))

"""From an issue and a plan to the arrays of the payment program, with every problem found."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.calendar import read_calendar, shipped_calendar
from allocation.disbursement.dues import DueDay, dues_of, duties_of
from allocation.disbursement.needs import (
    condition_months,
    late_conditions,
    needs_of,
)
from allocation.disbursement.past import Past, past_of, past_problems, rounded_up
from allocation.disbursement.periods import Periods, periods_of
from allocation.errors import InputError, Problem, raise_if_any
from allocation.money import format_amount
from allocation_models.disbursement import Payable
from allocation_models.program import NO_BOUND
from allocation_models.tranches import Tranches

if TYPE_CHECKING:
    from allocation.disbursement.calendar import Calendar
    from allocation.disbursement.clock import Deadline
    from allocation.disbursement.issue import Issue
    from allocation.disbursement.plan_file import LoadedPlan
    from allocation.result import Fen
    from allocation_models.program import Integers


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
        The program's arrays in quanta, m lines; what was paid is rounded up.
    exact
        The same in fen, as things are: by it payments are checked and measured.
    odd
        Shape (m,), fen: what rounding up what was paid leaves owed; it goes with the next payment.
    past
        What was paid.
    tranches
        Rules of tranches in quanta, None if there are none.
    dues
        Deadlines in effect.
    forfeited
        Shape (m,), fen: what is not paid because a condition is not met.
    duties
        What the law asks of a direct fund.
    """

    issue: Issue
    loaded: LoadedPlan
    periods: Periods
    quantum: int
    recipient: Integers
    purpose: Integers
    payable: Payable
    exact: Payable
    odd: Fen
    past: Past
    tranches: Tranches | None
    dues: tuple[DueDay, ...]
    forfeited: Fen
    duties: tuple[Deadline, ...]
    warnings: tuple[Problem, ...]

    @property
    def frozen(self) -> int:
        """How many months are settled."""
        return self.past.frozen

    @property
    def open_dues(self) -> tuple[DueDay, ...]:
        """The deadlines that can still be kept: nothing binds what is past."""
        return tuple(due for due in self.dues if due.month >= self.frozen)

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
    past = past_of(loaded, issue, periods, problems)
    quantum = plan.quantum or _common(issue.cells, past.fen, loaded)
    problems += _not_whole(loaded, issue, quantum)
    shares, wrong = needs_of(loaded, issue, periods)
    payable_from, more = condition_months(loaded, issue, periods, shares)
    problems += wrong + more + _unknown_rest_days(calendar, periods) + _uncapped(loaded, issue)
    _received(loaded, issue, periods, 1, problems)
    dues = dues_of(loaded, issue, periods, calendar, recipient, problems)
    duties = duties_of(loaded, calendar, problems)
    raise_if_any(problems)
    raise_if_any(past_problems(loaded, issue, past, periods))
    done = past.fen[recipient, purpose]
    lines = _Lines(
        amounts,
        [shares[at] for at in recipient.tolist()],
        np.array(payable_from)[recipient],
        _advanced(loaded, issue, periods, recipient),
    )
    upward, odd = rounded_up(done, quantum)
    payable = _payable(loaded, issue, periods, dues, lines, upward, odd, quantum, past.frozen)
    exact = _payable(loaded, issue, periods, dues, lines, done, 0 * odd, 1, past.frozen)
    problems += late_conditions(loaded, issue, recipient, lines.payable_from, len(periods))
    tranches, small = _tranches(loaded, issue, recipient, amounts, done, quantum)
    return Prepared(
        issue,
        loaded,
        periods,
        quantum,
        recipient,
        purpose,
        payable,
        exact,
        odd,
        past,
        tranches,
        tuple(dues),
        _forfeited(loaded, lines, len(periods)),
        tuple(duties),
        tuple(problem for problem in [*problems, *small] if problem.warning),
    )


@dataclass(frozen=True)
class _Lines:
    """What is asked of m lines: amounts in fen, need in shares, from when all may be paid.

    ``advanced`` is fen issued in advance and the month until which no more may be paid, if the
    allocation settles an advance.
    """

    amounts: Fen
    shares: list[tuple[Fraction, ...]]
    payable_from: Integers
    advanced: tuple[Fen, int] | None


def _payable(
    loaded: LoadedPlan,
    issue: Issue,
    periods: Periods,
    dues: list[DueDay],
    lines: _Lines,
    done: Integers,
    odd: Fen,
    quantum: int,
    frozen: int,
) -> Payable:
    """Return the arrays in quanta; what is past stands, and nothing else binds it."""
    whole, past = lines.amounts // quantum, np.arange(len(periods)) < frozen
    least = _least(loaded, dues, whole, len(periods), frozen)
    # What is odd may come after the deadline: one quantum more is asked for.
    least = np.where((odd > 0)[:, None] & (least > 0), np.minimum(least + 1, whole[:, None]), least)
    received = np.cumsum(_received(loaded, issue, periods, quantum, []))
    received[:frozen] = np.maximum(received, np.cumsum(done.sum(axis=0)))[:frozen]
    limit = _limits(loaded, periods, quantum, frozen)
    room = -(-int(odd.sum()) // quantum)
    limit = np.where(limit < NO_BOUND, np.maximum(limit - np.where(past, 0, room), 0), limit)
    return Payable(
        need=_in_quanta(whole, lines.shares),
        least=least,
        most=_past_holds(_most(loaded, lines, quantum, len(periods)), done, frozen),
        pay_least=done * past,
        pay_most=np.where(past, done, whole[:, None]),
        received=np.diff(np.maximum.accumulate(received), prepend=0),
        limit=limit,
    )


def _unknown_rest_days(calendar: Calendar, periods: Periods) -> list[Problem]:
    """Return a warning of the years of which only weekends are known."""
    years = sorted({day.year for day in periods.days} - calendar.years)
    words = {"found": "、".join(map(str, years))}
    return [Problem("L14-no-holiday-table", words=words, warning=True)] if years else []


def _uncapped(loaded: LoadedPlan, issue: Issue) -> list[Problem]:
    """Return a warning where what was issued in advance to each is known and cannot bound it."""
    if issue.advanced is None or ("main" in loaded.plan.received and issue.cells.shape[1] == 1):
        return []
    return [Problem("L14-advance-not-bound", loaded.place("received"), warning=True)]


def _advanced(
    loaded: LoadedPlan, issue: Issue, periods: Periods, recipient: Integers
) -> tuple[Fen, int] | None:
    """Return what each line may be paid before the main batch is there, where that is known."""
    main = loaded.plan.received.get("main")
    if main is None or issue.advanced is None or issue.cells.shape[1] > 1:
        return None
    return issue.advanced[recipient], periods.since(main.day)


def _common(amounts: Fen, paid: Fen, loaded: LoadedPlan) -> int:
    """Return the largest quantum of 1万元, 100元, 1元, 1分 that every amount is whole in.

    Without rules of tranches that also of what was paid: there every quantum is exact. With them a
    program in fen is beyond what can be proven, and what is odd goes with the next payment.
    """
    rules = loaded.plan.tranches
    whole = rules.at_most is not None or rules.at_least is not None
    fen = amounts.ravel() if whole else np.concatenate([amounts.ravel(), paid.ravel()])
    return next(q for q in (1_000_000, 10_000, 100, 1) if not (fen % q).any())


def _calendar(loaded: LoadedPlan) -> tuple[Calendar, list[Problem]]:
    file = loaded.plan.calendar.holidays
    if not file:
        return shipped_calendar(), []
    try:
        return read_calendar(loaded.folder / file), []
    except InputError as error:
        return shipped_calendar(), list(error.problems)


def _not_whole(loaded: LoadedPlan, issue: Issue, quantum: int) -> list[Problem]:
    odd = np.flatnonzero((issue.cells % quantum).any(axis=1)).tolist()
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


def _least(
    loaded: LoadedPlan, dues: list[DueDay], whole: Integers, months: int, frozen: int
) -> Integers:
    """Return what must be paid so far, in quanta; nothing binds what is past."""
    least = np.zeros((len(whole), months), dtype=np.int64)
    for due in dues:
        share = loaded.plan.deadlines[due.key].share
        wanted = -(-whole[due.lines] * share.numerator // share.denominator)
        if due.month >= frozen:
            later = slice(due.month, months)
            least[due.lines, later] = np.maximum(least[due.lines, later], wanted[:, None])
    return least


def _most(loaded: LoadedPlan, lines: _Lines, quantum: int, months: int) -> Integers:
    """Return what may be paid so far, in quanta."""
    share, whole = loaded.plan.tranches.on_issue, lines.amounts // quantum
    most = np.repeat(whole[:, None], months, axis=1)
    if share is not None:
        before = np.arange(months) < lines.payable_from[:, None]
        most = np.where(before, whole[:, None] * share.numerator // share.denominator, most)
    if lines.advanced is not None:
        fen, until = lines.advanced
        most[:, :until] = np.minimum(most[:, :until], (fen // quantum)[:, None])
    return most


def _forfeited(loaded: LoadedPlan, lines: _Lines, months: int) -> Fen:
    """Return what is not paid because a condition is not met, shape (m,), fen."""
    if loaded.plan.tranches.forfeit is None:
        return np.zeros_like(lines.amounts)
    left: Fen = lines.amounts - _most(loaded, lines, 1, months)[:, -1]
    return left


def _past_holds(most: Integers, done: Integers, frozen: int) -> Integers:
    """Return the bounds with room for what was paid already, which nothing undoes."""
    if not frozen:
        return most
    so_far = np.cumsum(done[:, :frozen], axis=1)
    later = np.repeat(so_far[:, -1:], most.shape[1] - frozen, axis=1)
    return np.asarray(np.maximum(most, np.concatenate([so_far, later], axis=1)))


def _tranches(
    loaded: LoadedPlan, issue: Issue, recipient: Integers, amounts: Fen, done: Fen, quantum: int
) -> tuple[Tranches | None, list[Problem]]:
    """Return the rules of tranches for what is still to be paid, in quanta; who has less left."""
    rules = loaded.plan.tranches
    if rules.at_most is None and rules.at_least is None:
        return None, []
    made = np.count_nonzero(done, axis=1)
    most = np.full(len(amounts), done.shape[1]) if rules.at_most is None else rules.at_most - made
    left = amounts - done.sum(axis=1)
    least = -(-(rules.at_least or 0) // quantum)
    found = Tranches(np.maximum(most, 0), np.minimum(left // quantum, least))
    small = np.flatnonzero((left > 0) & (left < (rules.at_least or 0))).tolist()
    if not small:
        return found, []
    words = {
        "least": format_amount(rules.at_least or 0),
        "count": len(small),
        "found": "、".join(dict.fromkeys(issue.names[recipient[line]] for line in small[:3])),
    }
    place = loaded.place("tranches", "at_least")
    return found, [Problem("L14-least-tranche-above", place, words, warning=True)]

"""What was paid already: it stands, exact to the fen and to the day, and nothing plans it again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.plan_tables import is_planned, open_table, payments, planned
from allocation.errors import Problem
from allocation.money import format_amount

if TYPE_CHECKING:
    from datetime import date

    from allocation.disbursement.issue import Issue
    from allocation.disbursement.periods import Periods
    from allocation.disbursement.plan_file import LoadedPlan
    from allocation.disbursement.plan_tables import Payment
    from allocation.result import Fen
    from allocation_models.program import Integers


@dataclass(frozen=True)
class Past:
    """Payments made.

    Parameters
    ----------
    fen
        Shape (n, p, T), int64.
    frozen
        How many months are settled.
    made
        The payments, one by one.
    """

    fen: Fen
    frozen: int
    made: tuple[Payment, ...] = ()

    def days(self, periods: Periods) -> dict[tuple[int, int, int], list[date]]:
        """Return the days of payment by recipient, purpose and month, where they are known."""
        found: dict[tuple[int, int, int], list[date]] = {}
        for payment in self.made:
            month = periods.of(payment.month)
            if payment.day is not None and month is not None:
                found.setdefault((payment.recipient, payment.purpose, month), []).append(
                    payment.day
                )
        return found


def past_of(loaded: LoadedPlan, issue: Issue, periods: Periods, problems: list[Problem]) -> Past:
    """Return what was paid; note every problem of the table."""
    said = loaded.plan.paid
    none = np.zeros((*issue.cells.shape, len(periods)), dtype=np.int64)
    until = periods.of(said.until) if said.until else -1
    allowed = f"{periods.months[0]} … {periods.months[-1]}"
    if until is None:
        words = {"found": said.until, "allowed": allowed}
        problems.append(Problem("L14-month-outside", loaded.place("paid", "until"), words))
        until = -1
    if not said.file:
        return Past(none, until + 1)
    table, wrong = open_table(said.file, loaded.folder)
    problems += wrong
    if table is None:
        return Past(none, 0)
    loaded.hashes[said.file] = table.sha256
    if not is_planned(table):
        made, wrong = payments(table, issue, said.unit)
    elif said.until is None:
        made, wrong = [], [Problem("L14-until-needed", table.place(table.line))]
    else:
        made, wrong = planned(table, issue, periods.months, said.until)
    problems += wrong
    last, kept = -1, []
    for payment in made:
        month = periods.of(payment.month)
        if month is None or (said.until and month > until):
            limit = allowed if month is None else f"≤ {said.until}"
            words = {"found": payment.month, "allowed": limit}
            problems.append(Problem("L14-month-outside", payment.place, words))
            continue
        none[payment.recipient, payment.purpose, month] += payment.fen
        last = max(last, month)
        kept.append(payment)
    return Past(none, max(last, until) + 1, tuple(kept))


def past_problems(loaded: LoadedPlan, issue: Issue, past: Past, periods: Periods) -> list[Problem]:
    """Return how what was paid contradicts what was there, on any day (law 12)."""
    return [*_above(issue, past), *_before_receipt(loaded, issue, past, periods)]


def _above(issue: Issue, past: Past) -> list[Problem]:
    """Return who was paid more than is allocated, each with the last payment's place."""
    paid = past.fen.sum(axis=2)
    problems = []
    for who, purpose in np.argwhere(paid > issue.cells).tolist():
        last = [p for p in past.made if (p.recipient, p.purpose) == (who, purpose)][-1]
        words = {
            "found": issue.names[who],
            "paid": format_amount(int(paid[who, purpose])),
            "amount": format_amount(int(issue.cells[who, purpose])),
        }
        problems.append(Problem("L12-paid-above", last.place, words))
    return problems


def _before_receipt(
    loaded: LoadedPlan, issue: Issue, past: Past, periods: Periods
) -> list[Problem]:
    """Return the first payment that was made out of money not there yet, day by day."""
    if not loaded.plan.received:
        return []
    receipts = [
        (receipt.day, Fraction(receipt.amount or 0) + issue.total * (receipt.share or 0))
        for receipt in loaded.plan.received.values()
    ]
    paid = 0
    for payment, day in sorted(
        ((payment, _day(payment, periods)) for payment in past.made), key=lambda pair: pair[1]
    ):
        paid += payment.fen
        there = sum((amount for on, amount in receipts if on <= day), Fraction(0))
        if paid > there:
            words = {
                "found": day,
                "paid": format_amount(paid),
                "received": format_amount(int(there)),
            }
            return [Problem("L12-paid-before-receipt", payment.place, words)]
    return []


def _day(payment: Payment, periods: Periods) -> date:
    """Return the day of a payment: its own, or the day of payment of its month."""
    if payment.day is not None:
        return payment.day
    month = periods.of(payment.month)
    assert month is not None, "payments outside the plan were refused"
    return periods.days[month]


def rounded_up(done: Integers, quantum: int) -> tuple[Integers, Integers]:
    """Return payments in quanta, sums so far rounded up, and the fen still owed of the last one.

    Whatever is odd goes with the next payment: shape (m, T), and (m,).
    """
    so_far = -(-np.cumsum(done, axis=1) // quantum)
    odd = so_far[:, -1] * quantum - done.sum(axis=1)
    return np.diff(so_far, axis=1, prepend=0), odd

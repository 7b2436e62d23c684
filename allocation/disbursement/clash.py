"""A plan that cannot hold: the smallest set of its parts in conflict, and what would help (law 11).

A deletion filter: whatever can be left out with the rest still in conflict is left out, months
first, so that what remains is irreducible. Every repair was tried: with its change the plan holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.mend import repairs_of
from allocation.errors import ConflictError, Place, Problem
from allocation.money import format_amount, format_ratio
from allocation_models.blame import find_conflict
from allocation_models.disbursement import network_of
from allocation_models.program import NO_BOUND
from allocation_models.tranches import can_pay

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from allocation.disbursement.prepared import Prepared
    from allocation_models.disbursement import Payable


@dataclass(frozen=True, order=True)
class Member:
    """A part of the plan that may conflict.

    ``kind`` is ``cash`` (of a month), ``received``, ``deadline`` (of a key), ``on_issue`` or
    ``tranches``.
    """

    kind: str
    key: str = ""


def conflict_of(prepared: Prepared) -> ConflictError:
    """Return the error that names what conflicts, with its places and figures, and the repairs."""
    members = smallest(prepared)
    found = [_said(prepared, member) for member in members]
    head = Problem("L11-schedule", words={"count": len(found), "amount": _asked(prepared, members)})
    return ConflictError([head, *found, *repairs_of(prepared, members)])


def smallest(prepared: Prepared) -> list[Member]:
    """Return an irreducible set of parts of the plan that conflict, in the plan's order."""
    kept = [*_members(prepared)]
    for member in [*kept]:
        fewer = [other for other in kept if other != member]
        if not possible(prepared, fewer):
            kept = fewer
    order = {"received": 0, "cash": 1, "on_issue": 2, "tranches": 3, "deadline": 4}
    return sorted(kept, key=lambda member: (order[member.kind], member.key))


def _members(prepared: Prepared) -> list[Member]:
    """Return every part there is: those tried without first are those grasped last."""
    payable, rules = prepared.payable, prepared.loaded.plan.tranches
    limited = np.flatnonzero(payable.limit < NO_BOUND).tolist()
    months = [Member("cash", prepared.periods.months[at]) for at in reversed(limited)]
    extra = [Member("tranches")] if prepared.tranches is not None else []
    extra += [Member("on_issue")] if rules.on_issue is not None else []
    dues = [Member("deadline", due.key) for due in reversed(prepared.open_dues)]
    return [*extra, *months, Member("received"), *dues]


def possible(prepared: Prepared, members: list[Member]) -> bool:
    """Whether payments exist that keep these parts of the plan, the others left out."""
    from allocation_models.solvers.highs import patient

    left = frozenset(members)
    payable = eased(prepared, left)
    if prepared.tranches is not None and Member("tranches") in left:
        return can_pay(payable, prepared.tranches, patient(60.0))
    return find_conflict(network_of(payable).program()) is None


def eased(prepared: Prepared, kept: AbstractSet[Member]) -> Payable:
    """Return the arrays without the parts that are not kept."""
    payable, periods = prepared.payable, prepared.periods
    held = np.array([Member("cash", month) in kept for month in periods.months])
    limit = np.where(held, payable.limit, NO_BOUND)
    received = payable.received
    whole = prepared.amounts // prepared.quantum
    if Member("received") not in kept:
        received = np.zeros_like(received)
        received[0] = whole.sum() + payable.pay_least.sum()
    most = payable.most
    if Member("on_issue") not in kept:
        most = np.maximum(most, whole[:, None])
    least = np.zeros_like(payable.least)
    for due in prepared.open_dues:
        if Member("deadline", due.key) in kept:
            share = prepared.loaded.plan.deadlines[due.key].share
            wanted = -(-whole[due.lines] * share.numerator // share.denominator)
            later = slice(due.month, least.shape[1])
            least[due.lines, later] = np.maximum(least[due.lines, later], wanted[:, None])
    return replace(payable, limit=limit, received=received, most=most, least=least)


def _asked(prepared: Prepared, members: list[Member]) -> str:
    """Return in 万元 what the deadlines among the members ask for."""
    only = eased(prepared, frozenset(m for m in members if m.kind == "deadline"))
    return format_amount(int(only.least[:, -1].sum()) * prepared.quantum)


def _said(prepared: Prepared, member: Member) -> Problem:
    """Return a member with its place and figures."""
    loaded, periods = prepared.loaded, prepared.periods
    if member.kind == "cash":
        at = periods.months.index(member.key)
        words: dict[str, object] = {
            "month": member.key,
            "amount": format_amount(int(prepared.payable.limit[at]) * prepared.quantum),
            "source": loaded.plan.cash.source or "—",
        }
        return Problem("L11-pay-cash", _cash_place(prepared, member.key), words)
    if member.kind == "received":
        said = "、".join(
            f"{receipt.day} {format_amount(_received(prepared, key))}"
            for key, receipt in loaded.plan.received.items()
        )
        return Problem("L11-pay-received", loaded.place("received"), {"found": said or "—"})
    if member.kind == "deadline":
        due = next(due for due in prepared.dues if due.key == member.key)
        only = eased(prepared, frozenset([member]))
        words = {
            "name": due.key,
            "day": due.day,
            "count": len(due.lines),
            "amount": format_amount(int(only.least[:, -1].sum()) * prepared.quantum),
            "source": due.article,
        }
        return Problem("L11-pay-deadline", loaded.place("deadlines", due.key), words)
    rules = loaded.plan.tranches
    if member.kind == "on_issue":
        words = {
            "found": format_ratio(rules.on_issue or Fraction(0)),
            "allowed": format_ratio(rules.after or Fraction(0)),
        }
        return Problem("L11-pay-on-issue", loaded.place("tranches", "on_issue"), words)
    least = "—" if rules.at_least is None else format_amount(rules.at_least)
    words = {"count": rules.at_most or "—", "amount": least}
    return Problem("L11-pay-tranches", loaded.place("tranches"), words)


def _cash_place(prepared: Prepared, month: str) -> Place:
    loaded = prepared.loaded
    own = month in loaded.plan.cash.by_month
    return loaded.place("cash", "by_month", month) if own else loaded.place("cash", "limit")


def _received(prepared: Prepared, key: str) -> int:
    receipt, total = prepared.loaded.plan.received[key], prepared.issue.total
    if receipt.amount is not None:
        return receipt.amount
    share = receipt.share or 0
    return int(total * share)

"""Changes of a plan with which it holds: the least of each kind, each tried (law 11)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.prepared import Prepared, prepare
from allocation.errors import InputError, Problem
from allocation.money import format_amount, format_ratio
from allocation_models.blame import InfeasibleError, find_conflict
from allocation_models.disbursement import arcs_of, network_of
from allocation_models.flow import Network, Objective, least_cost
from allocation_models.program import NO_BOUND
from allocation_models.tranches import can_pay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.disbursement.clash import Member
    from allocation_models.program import Integers

_FEN_PER_YUAN = 100


def repairs_of(prepared: Prepared, members: Sequence[Member]) -> list[Problem]:
    """Return the changes that help, each a ``--set`` of the plan; none if none was found."""
    kinds = {member.kind for member in members}
    found: list[Problem] = []
    if "cash" in kinds:
        found += _more_cash(prepared)
    for member in members:
        if member.kind == "deadline":
            found += _later(prepared, member.key)
            found += _smaller_share(prepared, member.key)
    if "received" in kinds:
        found += _sooner(prepared)
        found += _more_received(prepared)
    if "on_issue" in kinds:
        found += _larger_first_share(prepared)
    if "tranches" in kinds:
        found += _easier_tranches(prepared)
    return found or [Problem("L11-mend-none")]


def holds(prepared: Prepared, sets: Sequence[str]) -> bool:
    """Whether the plan holds with these changes, read again from the file."""
    from allocation_models.solvers.highs import patient

    try:
        again = prepare(prepared.issue, prepared.loaded.again(*sets))
    except InputError:
        return False
    if again.tranches is not None:
        return can_pay(again.payable, again.tranches, patient(30.0))
    return find_conflict(network_of(again.payable).program()) is None


def _change(sets: Sequence[str]) -> str:
    return " ".join(f"--set {text}" for text in sets)


def _yuan(fen: int) -> str:
    """Return an amount as a plan writes it, exact to the fen."""
    if fen % 1_000_000 == 0:
        return f"{fen // 1_000_000}万元"
    whole, part = divmod(fen, _FEN_PER_YUAN)
    return f"{whole}.{part:02d}元" if part else f"{whole}元"


def _more_cash(prepared: Prepared) -> Iterator[Problem]:
    """Yield the least cash in all that the months need beyond their limits, month by month."""
    extra = _overflow(prepared)
    if extra is None or not extra.any():
        return
    months = np.flatnonzero(extra).tolist()
    limits = [int(prepared.payable.limit[at] + extra[at]) * prepared.quantum for at in months]
    named = [prepared.periods.months[at] for at in months]
    sets = [
        f"cash.by_month.{month}={_yuan(limit)}" for month, limit in zip(named, limits, strict=True)
    ]
    if holds(prepared, sets):
        words = {
            "month": "、".join(named),
            "amount": format_amount(int(extra.sum()) * prepared.quantum),
            "change": _change(sets),
        }
        yield Problem("L11-mend-cash", words=words)


def _overflow(prepared: Prepared) -> Integers | None:
    """Return the least that months must pay beyond their limits, shape (T,); None if no help."""
    from allocation_models.solvers.highs import simplex

    network, arcs = network_of(prepared.payable), arcs_of(prepared.payable.size)
    months = prepared.payable.size[1]
    more = network.arcs + np.arange(months)
    free = np.where(prepared.payable.limit < NO_BOUND, NO_BOUND, 0)
    wide = Network(
        np.append(network.tail, network.tail[arcs.total]),
        np.append(network.head, network.head[arcs.total]),
        np.append(network.lower, np.zeros(months, dtype=np.int64)),
        np.append(network.upper, free),
        network.supply,
    )
    cost, late = np.zeros(wide.arcs, dtype=np.int64), np.zeros(wide.arcs, dtype=np.int64)
    cost[more], late[more] = 1, months - np.arange(months)
    try:
        flow = least_cost(wide, [Objective(cost), Objective(late)], simplex)
    except InfeasibleError:
        return None
    return np.asarray(flow[more])


def _later(prepared: Prepared, key: str) -> Iterator[Problem]:
    """Yield the first later day of payment with which a deadline can be kept."""
    due = prepared.loaded.plan.deadlines[key]
    if due.day is None:
        # A day of the law is not moved.
        return
    start = next(found.month for found in prepared.dues if found.key == key)
    for at in range(start + 1, len(prepared.periods)):
        day = prepared.periods.days[at]
        sets = [f"deadlines.{key}.day={day}"]
        if holds(prepared, sets):
            words = {"name": key, "day": day, "change": _change(sets)}
            yield Problem("L11-mend-deadline", words=words)
            return


def _sooner(prepared: Prepared) -> Iterator[Problem]:
    """Yield the last earlier day on which a receipt would still be in time."""
    for key, receipt in prepared.loaded.plan.received.items():
        for at in range(prepared.periods.since(receipt.day) - 1, -1, -1):
            day = prepared.periods.days[at]
            sets = [f"received.{key}.day={day}"]
            if holds(prepared, sets):
                words = {"name": key, "day": day, "change": _change(sets)}
                yield Problem("L11-mend-received", words=words)
                break


def _more_received(prepared: Prepared) -> Iterator[Problem]:
    """Yield the least amount of a receipt that would be enough, found by halving."""
    receipts = prepared.loaded.plan.received
    said = sum(receipt.amount or 0 for receipt in receipts.values())
    missing = (prepared.issue.total - said) // prepared.quantum
    for key, receipt in receipts.items():
        if receipt.amount is None or any(other.share for other in receipts.values()):
            continue
        low, high = 0, missing
        if high <= 0 or not holds(prepared, _receiving(prepared, key, high)):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            works = holds(prepared, _receiving(prepared, key, middle))
            low, high = (low, middle) if works else (middle, high)
        sets = _receiving(prepared, key, high)
        amount = format_amount(receipt.amount + high * prepared.quantum)
        yield Problem(
            "L11-mend-amount", words={"name": key, "amount": amount, "change": _change(sets)}
        )


def _receiving(prepared: Prepared, key: str, more: int) -> list[str]:
    amount = prepared.loaded.plan.received[key].amount or 0
    return [f"received.{key}.amount={_yuan(amount + more * prepared.quantum)}"]


def _smaller_share(prepared: Prepared, key: str) -> Iterator[Problem]:
    """Yield the largest share in whole per cent that can be kept by a deadline."""
    due = prepared.loaded.plan.deadlines[key]
    if due.day is None:
        # A share of the law is not lowered.
        return
    low, high = 0, int(due.share * 100) + 1
    while high - low > 1:
        middle = (low + high) // 2
        works = holds(prepared, [f"deadlines.{key}.share={middle}%"])
        low, high = (middle, high) if works else (low, middle)
    if low:
        sets = [f"deadlines.{key}.share={low}%"]
        yield Problem(
            "L11-mend-share", words={"name": key, "share": f"{low}%", "change": _change(sets)}
        )


def _larger_first_share(prepared: Prepared) -> Iterator[Problem]:
    """Yield the least share on issue that the deadlines need."""
    shares = {prepared.loaded.plan.deadlines[due.key].share for due in prepared.dues}
    for share in sorted(Fraction(found) for found in shares):
        sets = [f"tranches.on_issue={share}"]
        if holds(prepared, sets):
            words = {"found": format_ratio(share), "change": _change(sets)}
            yield Problem("L11-mend-on-issue", words=words)
            return


def _easier_tranches(prepared: Prepared) -> Iterator[Problem]:
    """Yield a least tranche, found by halving, and the fewest tranches that are enough."""
    rules = prepared.loaded.plan.tranches
    if rules.at_least:
        low, high = 0, rules.at_least // prepared.quantum
        while high - low > 1:
            middle = (low + high) // 2
            works = holds(prepared, [f"tranches.at_least={_yuan(middle * prepared.quantum)}"])
            low, high = (middle, high) if works else (low, middle)
        sets = [f"tranches.at_least={_yuan(low * prepared.quantum)}"]
        if holds(prepared, sets):
            words = {"amount": format_amount(low * prepared.quantum), "change": _change(sets)}
            yield Problem("L11-mend-least", words=words)
    if rules.at_most:
        for count in range(rules.at_most + 1, len(prepared.periods) + 1):
            sets = [f"tranches.at_most={count}"]
            if holds(prepared, sets):
                change = _change(sets)
                yield Problem("L11-mend-most", words={"count": count, "change": change})
                return

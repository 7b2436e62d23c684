"""The main road of payments: issue and plan → arrays → payments, exact, checked, explained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.clash import conflict_of
from allocation.disbursement.prepared import prepare
from allocation.disbursement.strategies import payments_by
from allocation.engine import DEFAULT_SOLVER, solver_named
from allocation.errors import FaultError, InputError, Problem
from allocation.money import format_amount
from allocation_models.disbursement import Measures, keeps, measured, so_far

if TYPE_CHECKING:
    from allocation.disbursement.issue import Issue
    from allocation.disbursement.plan import Aim
    from allocation.disbursement.plan_file import LoadedPlan
    from allocation.disbursement.prepared import Prepared
    from allocation.disbursement.strategies import Strategy
    from allocation.result import Fen
    from allocation_models.program import Integers

#: Seconds a whole-number program may take before it is given up, unproven.
PATIENCE = 120.0


@dataclass(frozen=True)
class Schedule:
    """Payments proven, exact and checked again.

    Parameters
    ----------
    prepared
        What they were made from.
    cells
        Shape (n, p, T), int64 fen: recipients as in the issue, purposes, months.
    need
        Shape (n, p, T), int64 fen: need so far, rounded down to whole quanta.
    strategy
        ``optimal``, or the rule of thumb.
    measures
        Unmet need and idle money in fen × months, payments, last month.
    missed
        Fen that each deadline asks for and that is not paid by then, by key; where the plan is
        optimal only of deadlines that were past already.
    untidy
        How many recipients have payments that break the rules of tranches; none where it is
        optimal.
    """

    prepared: Prepared
    cells: Fen
    need: Fen
    strategy: Strategy
    measures: Measures
    missed: dict[str, int]
    untidy: int

    def __repr__(self) -> str:
        """Say what it is, not all that is in it."""
        n, months, total = len(self.issue.ids), self.months, int(self.cells.sum())
        span = f"{months[0]} … {months[-1]}"
        return f"<Schedule {self.strategy}: {n} recipients, {span}, {format_amount(total)}万元>"

    @property
    def issue(self) -> Issue:
        """To whom, and how much."""
        return self.prepared.issue

    @property
    def months(self) -> tuple[str, ...]:
        """Shape (T,), as ``2023-06``."""
        return self.prepared.periods.months

    @property
    def payments(self) -> Fen:
        """Shape (n, T), int64 fen, over all purposes."""
        total: Fen = self.cells.sum(axis=1)
        return total

    @property
    def unpaid(self) -> Fen:
        """Shape (n,), int64 fen: what is not paid by the last month."""
        left: Fen = self.issue.amounts - self.payments.sum(axis=1)
        return left

    @property
    def unmet(self) -> int:
        """Unmet need, fen × months."""
        return self.measures.unmet

    @property
    def idle(self) -> int:
        """Money ahead of need, fen × months."""
        return self.measures.idle


def schedule_of(
    issue: Issue,
    loaded: LoadedPlan,
    *,
    solver: str = DEFAULT_SOLVER,
    strategy: Strategy = "optimal",
) -> Schedule:
    """Return the payments of an issue under a plan.

    Raises
    ------
    InputError
        With every problem of the plan and its tables.
    ConflictError
        If the plan cannot hold: what conflicts, and changes of the plan that help.
    FaultError
        If nothing was proven, or a check of ours failed.
    """
    prepared = prepare(issue, loaded)
    if strategy not in ("optimal", "in_turn"):
        return described(prepared, payments_by(prepared, strategy), strategy)
    if strategy == "in_turn" and prepared.tranches is None:
        raise InputError([Problem("L1-nothing-in-turn", loaded.place())])
    quanta = _solved(prepared, solver, strategy)
    if not keeps(prepared.payable, quanta) or not keeps(prepared.exact, in_fen(prepared, quanta)):
        raise FaultError([Problem("L8-unproven", words={"found": "payments"})])
    return described(prepared, quanta, strategy)


def in_fen(prepared: Prepared, quanta: Integers) -> Integers:
    """Return payments in fen, shape (m, T): what was paid as it was, what is odd with the next."""
    fen, frozen = quanta * prepared.quantum, prepared.frozen
    fen[:, :frozen] = prepared.exact.pay_least[:, :frozen]
    for line in np.flatnonzero(prepared.odd).tolist():
        months = np.flatnonzero(quanta[line, frozen:])
        at = frozen + int(months[0]) if len(months) else _first_room(prepared, fen, line)
        if at < fen.shape[1]:
            fen[line, at] += prepared.odd[line]
    return fen


def _first_room(prepared: Prepared, fen: Integers, line: int) -> int:
    """Return the first open month that can pay what is odd of a line by itself; T if none can."""
    exact, odd = prepared.exact, int(prepared.odd[line])
    left = np.cumsum(exact.received) - np.cumsum(fen.sum(axis=0))
    for at in range(prepared.frozen, fen.shape[1]):
        within = int(fen[:, at].sum()) + odd <= int(exact.limit[at])
        if within and bool((left[at:] >= odd).all()):
            return at
    return int(fen.shape[1])


def aims_of(prepared: Prepared) -> list[Aim]:
    """Return the objectives in order; tranches are counted only where they have rules."""
    order = prepared.loaded.plan.order
    return [aim for aim in order if aim != "tranches" or prepared.tranches is not None]


def least_unmet(prepared: Prepared) -> int:
    """Return what no payments have less unmet need than, with or without tranches: fen × months.

    Proven, since without tranches the program is a flow: what ``in_turn`` is measured against.
    """
    from allocation_models.disbursement import pay
    from allocation_models.solvers.highs import simplex

    need = prepared.payable.need * prepared.quantum
    exact = replace(prepared.exact, need=need)
    return measured(exact, pay(exact, ["unmet"], simplex)).unmet


def _solved(prepared: Prepared, solver: str, strategy: Strategy) -> Integers:
    """Return the proven optimum, or payments in turn, in quanta."""
    from allocation_models.blame import InfeasibleError
    from allocation_models.disbursement import pay
    from allocation_models.in_turn import pay_in_turn
    from allocation_models.solvers import Status, UnprovenError
    from allocation_models.solvers.highs import patient
    from allocation_models.tranches import NoTranchesError, pay_in_tranches

    if prepared.frozen == len(prepared.periods):
        return prepared.payable.pay_least
    method = patient(PATIENCE) if solver == DEFAULT_SOLVER else solver_named(solver)
    aims = aims_of(prepared)
    try:
        if prepared.tranches is None:
            return pay(prepared.payable, aims, method)
        found = pay_in_turn if strategy == "in_turn" else pay_in_tranches
        return found(prepared.payable, prepared.tranches, aims, method)
    except (InfeasibleError, NoTranchesError):
        if strategy == "in_turn":
            place = prepared.loaded.place("tranches")
            raise FaultError([Problem("L8-none-in-turn", place)]) from None
        raise conflict_of(prepared) from None
    except (UnprovenError, ArithmeticError) as error:
        if prepared.tranches is not None:
            late = error.args[:1] == (Status.UNPROVEN,)
            code = "L8-tranches-unproven" if late else "L8-tranches-differ"
            words, place = {"allowed": int(PATIENCE)}, prepared.loaded.place("tranches")
            raise FaultError([Problem(code, place, words)]) from error
        raise FaultError([Problem("L8-unproven", words={"found": str(error)})]) from error


def described(prepared: Prepared, quanta: Integers, strategy: Strategy) -> Schedule:
    """Return payments in quanta as a schedule in fen, in the order of the issue."""
    fen = in_fen(prepared, quanta)
    shape = (*prepared.issue.cells.shape, quanta.shape[1])
    at = prepared.recipient, prepared.purpose
    cells, need = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    cells[at] = fen
    need[at] = prepared.payable.need * prepared.quantum
    measures = measured(replace(prepared.exact, need=need[at]), fen)
    missed, untidy = _missed(prepared, fen), _untidy(prepared, fen)
    return Schedule(prepared, cells, need, strategy, measures, missed, untidy)


def _missed(prepared: Prepared, fen: Integers) -> dict[str, int]:
    """Return what is missing at each deadline that is not kept, fen by key."""
    paid, found = so_far(fen), {}
    for due in prepared.dues:
        share = prepared.loaded.plan.deadlines[due.key].share
        wanted = -(-prepared.amounts[due.lines] * share.numerator // share.denominator)
        behind = int(np.maximum(wanted - paid[due.lines, due.month], 0).sum())
        if behind:
            found[due.key] = behind
    return found


def _untidy(prepared: Prepared, fen: Integers) -> int:
    """Return how many lines are paid in more or smaller tranches than the rules allow."""
    rules, open_months = prepared.loaded.plan.tranches, fen[:, prepared.frozen :]
    left = prepared.amounts - fen[:, : prepared.frozen].sum(axis=1)
    least = np.minimum(left, rules.at_least or 0)
    small = ((open_months > 0) & (open_months < least[:, None])).any(axis=1)
    made = np.count_nonzero(fen, axis=1)
    many = made > (fen.shape[1] if rules.at_most is None else rules.at_most)
    # What was paid before cannot be undone.
    many &= np.count_nonzero(open_months, axis=1) > 0
    return int(np.count_nonzero(small | many))

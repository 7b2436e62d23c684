"""The main road of payments: issue and plan → arrays → payments, exact, checked, explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.clash import conflict_of
from allocation.disbursement.prepared import prepare
from allocation.disbursement.strategies import payments_by
from allocation.engine import DEFAULT_SOLVER, solver_named
from allocation.errors import FaultError, Problem
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
        Shape (n, p, T), int64 fen: need so far.
    strategy
        ``optimal``, or the rule of thumb.
    measures
        Unmet need and idle money in quanta × months, payments, last month.
    missed
        Fen that a deadline asks for and that is not paid by then; zero where it is optimal.
    """

    prepared: Prepared
    cells: Fen
    need: Fen
    strategy: Strategy
    measures: Measures
    missed: int

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
        return self.measures.unmet * self.prepared.quantum

    @property
    def idle(self) -> int:
        """Money ahead of need, fen × months."""
        return self.measures.idle * self.prepared.quantum


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
    if strategy != "optimal":
        return described(prepared, payments_by(prepared, strategy), strategy)
    quanta = _optimal(prepared, solver)
    if not keeps(prepared.payable, quanta):
        raise FaultError([Problem("L8-unproven", words={"found": "payments"})])
    return described(prepared, quanta, "optimal")


def aims_of(prepared: Prepared) -> list[Aim]:
    """Return the objectives in order; tranches are counted only where they have rules."""
    order = prepared.loaded.plan.order
    return [aim for aim in order if aim != "tranches" or prepared.tranches is not None]


def _optimal(prepared: Prepared, solver: str) -> Integers:
    from allocation_models.blame import InfeasibleError
    from allocation_models.disbursement import pay
    from allocation_models.solvers import UnprovenError
    from allocation_models.solvers.highs import patient
    from allocation_models.tranches import NoTranchesError, pay_in_tranches

    method = patient(PATIENCE) if solver == DEFAULT_SOLVER else solver_named(solver)
    aims = aims_of(prepared)
    try:
        if prepared.tranches is None:
            return pay(prepared.payable, aims, method)
        return pay_in_tranches(prepared.payable, prepared.tranches, aims, method)
    except (InfeasibleError, NoTranchesError):
        raise conflict_of(prepared) from None
    except (UnprovenError, ArithmeticError) as error:
        if prepared.tranches is not None:
            words = {"found": str(error), "allowed": int(PATIENCE)}
            place = prepared.loaded.place("tranches")
            raise FaultError([Problem("L8-tranches-unproven", place, words)]) from error
        raise FaultError([Problem("L8-unproven", words={"found": str(error)})]) from error


def described(prepared: Prepared, quanta: Integers, strategy: Strategy) -> Schedule:
    """Return payments in quanta as a schedule in fen, in the order of the issue."""
    shape = (*prepared.issue.cells.shape, quanta.shape[1])
    at = prepared.recipient, prepared.purpose
    cells, need = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    cells[at] = quanta * prepared.quantum
    need[at] = prepared.payable.need * prepared.quantum
    behind = np.maximum(prepared.payable.least - so_far(quanta), 0).max(axis=1, initial=0)
    missed = int(behind.sum()) * prepared.quantum
    measures = measured(prepared.payable, quanta)
    return Schedule(prepared, cells, need, strategy, measures, missed)

"""From the task to exact amounts: the objective's program, soft rules, zero or at least."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.benefit import Benefit, benefit_share
from allocation_models.blame import InfeasibleError
from allocation_models.fair_share import FairShare, close_bounds, fair_share
from allocation_models.soft import soften
from allocation_models.zero_or_least import fix_funded

if TYPE_CHECKING:
    from allocation.task import Task
    from allocation_models.laminar import Tree
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Shares:
    """Exact amounts of the program's columns, and how they were found.

    Parameters
    ----------
    program
        The rules that hold: soft rows that had to give way loosened, bounds as the rules say.
    numerator, denominator
        Shape (columns,), Python integers, fen.
    method
        ``direct``, ``sequence`` or ``benefit``.
    reason
        Why, one word.
    pools
        Shape (columns,): who shares one scale factor (direct method only).
    tree
        The nested rows (direct method only).
    tight
        Shape (rows,): the rows that hold the amounts where they are.
    """

    program: LinearProgram
    numerator: BigIntegers
    denominator: BigIntegers
    method: str
    reason: str
    pools: Integers | None
    tree: Tree | None
    tight: Mask

    def exact(self, count: int) -> tuple[Fraction, ...]:
        """Return the first ``count`` columns as exact fen."""
        pairs = zip(self.numerator[:count].tolist(), self.denominator[:count].tolist(), strict=True)
        return tuple(Fraction(top, bottom) for top, bottom in pairs)


def share_out(task: Task, solver: Solver) -> Shares:
    """Return the exact amounts of a task.

    Raises
    ------
    InfeasibleError
        If the hard rules cannot hold together.
    UnprovenError, ArithmeticError
        If nothing was proven.
    """
    rows = task.rows
    program = with_zero_or_least(task, solver)
    try:
        found = objective_share(task, program, rows.helpers, solver)
    except InfeasibleError:
        if not rows.priority.any():
            raise
        softened = soften(program, rows.priority, task.targets, rows.helpers, solver)
        found = objective_share(task, softened.program, softened.helpers, solver)
    columns = program.columns
    found = replace(
        found, numerator=found.numerator[:columns], denominator=found.denominator[:columns]
    )
    benefit = task.loaded.scenario.objective.kind == "benefit"
    return Shares(
        _loosened(program, rows.priority, found),
        found.numerator,
        found.denominator,
        "benefit" if benefit else "direct" if found.direct else "sequence",
        "benefit" if benefit else found.reason.value,
        found.governor,
        found.tree,
        found.tight,
    )


def with_zero_or_least(task: Task, solver: Solver) -> LinearProgram:
    """Return the program with the choice of who is funded made, if a rule asks for one."""
    program, rows = task.rows.program, task.rows
    if not rows.least.any():
        return program
    least = np.concatenate([rows.least, np.zeros(int(rows.helpers.sum()), dtype=np.int64)])
    # Fewest left out first; then the larger entitlement, then the order among equals.
    claims = task.entitlement.numerator
    by_size = np.lexsort((task.order, -_dense_rank(claims)))
    order = np.full(program.columns, len(by_size))
    order[by_size] = np.arange(len(by_size))
    closed = close_bounds(program, task.targets, rows.helpers)
    # A floor makes up for a missing claim: its holder may be raised to the least amount.
    reach = np.minimum(least, program.column_upper)
    upper = np.where(
        closed.column_lower > 0, np.maximum(closed.column_upper, reach), closed.column_upper
    )
    closed = replace(closed, column_upper=upper)
    fixed = fix_funded(closed, least, order, solver)
    # Only the choice is kept: bounds closed in for exact amounts are too close for whole quanta.
    raised = fixed.column_lower > closed.column_lower
    lowered = fixed.column_upper < closed.column_upper
    return replace(
        program,
        column_lower=np.where(raised, fixed.column_lower, program.column_lower),
        column_upper=np.where(lowered, fixed.column_upper, program.column_upper),
    )


def _dense_rank(values: BigIntegers) -> Integers:
    """Return the rank of each value among the distinct values, smallest 0."""
    _, ranks = np.unique(values, return_inverse=True)
    return np.asarray(ranks, dtype=np.int64)


def objective_share(task: Task, program: LinearProgram, helpers: Mask, solver: Solver) -> FairShare:
    """Return the exact amounts under the scenario's objective."""
    extra = program.columns - len(task.targets)
    targets = np.concatenate([task.targets, np.zeros(extra, dtype=object)])
    if task.loaded.scenario.objective.kind == "fair":
        return fair_share(program, targets, helpers, solver, direct=task.direct)
    claims, benefit = benefit_of(task, program.columns)
    return benefit_share(program, claims, targets, benefit, helpers, solver)


def benefit_of(task: Task, columns: int) -> tuple[Integers, Benefit]:
    """Return what segments are measured against (columns,), fen, and what counts as benefit."""
    claims = np.zeros(columns, dtype=np.int64)
    cells = task.cells.count
    scale = task.entitlement.denominator * task.pot
    claims[:cells] = (task.targets[:cells] // scale).astype(np.int64)
    return claims, _benefit(task, columns)


def _benefit(task: Task, columns: int) -> Benefit:
    """Return what counts as benefit: a weight per recipient, segments falling."""
    objective, frame = task.loaded.scenario.objective, task.loaded.frame
    weights = np.full(columns, Fraction(1), dtype=object)
    if objective.weight:
        column, _ = frame.numbers(objective.weight)
        weights[: task.cells.count] = np.repeat(column.fractions(), len(task.cells.totals))
    segments = objective.segments
    return Benefit(
        weights,
        tuple(segment.to for segment in segments if segment.to is not None),
        tuple(segment.weight for segment in segments) or (Fraction(1),),
        objective.min_ratio or Fraction(0),
    )


def _loosened(program: LinearProgram, priority: Integers, found: FairShare) -> LinearProgram:
    """Return the program without the bounds of soft rows that the exact amounts do not meet."""
    from allocation_models.fair_share import fractions_of
    from allocation_models.program import NO_BOUND

    if not priority.any():
        return program
    broken, _ = program.broken(fractions_of(found.numerator, found.denominator))
    gone = np.zeros(program.rows, dtype=bool)
    gone[broken] = True
    gone &= priority > 0
    return replace(
        program,
        row_lower=np.where(gone, -NO_BOUND, program.row_lower),
        row_upper=np.where(gone, NO_BOUND, program.row_upper),
    )

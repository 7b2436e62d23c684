r"""Soft rows: broken as little as possible, priority by priority.

For each priority in turn, 1 first, the rows are kept if they can be; else

.. math::

    \min \sum_r v_r \quad\text{s.t.}\quad \ell_r \le a_r x + v_r^+ - v_r^- \le u_r,\; v \ge 0

and everything that follows stays on the optimal face of that program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import find_conflict
from allocation_models.face import optimal_face
from allocation_models.fair_share import close_bounds
from allocation_models.program import NO_BOUND, BigIntegers, Integers, LinearProgram, Mask

if TYPE_CHECKING:
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Softened:
    """A program whose soft rows give way; the columns after the first n measure by how much."""

    program: LinearProgram
    helpers: Mask


def soften(
    program: LinearProgram,
    priority: Integers,
    targets: BigIntegers,
    helpers: Mask,
    solver: Solver,
) -> Softened:
    """Return the program of the points that break soft rows least.

    Parameters
    ----------
    program
        All rows, as if hard.
    priority
        Shape (m,): 0 for hard rows, 1 for those kept first, and so on.
    targets, helpers
        Shape (n,): as in :func:`allocation_models.fair_share.fair_share`.
    solver
        Opens a session on a float program.

    Raises
    ------
    InfeasibleError
        If the hard rows alone cannot hold.
    """
    waiting = priority > 0
    current = close_bounds(_loosened(program, waiting), targets, helpers)
    for step in np.unique(priority[waiting]):
        rows = np.flatnonzero(priority == step)
        waiting[rows] = False
        trial = _restored(current, program, rows)
        if find_conflict(trial) is None:
            current = trial
            continue
        wide, cost = with_shortfalls(trial, rows)
        current = optimal_face(wide, cost, solver)
    extra = current.columns - len(helpers)
    return Softened(current, np.concatenate([helpers, np.ones(extra, dtype=bool)]))


def _loosened(program: LinearProgram, rows: Mask) -> LinearProgram:
    """Return the program with the bounds of ``rows`` taken away."""
    return replace(
        program,
        row_lower=np.where(rows, -NO_BOUND, program.row_lower),
        row_upper=np.where(rows, NO_BOUND, program.row_upper),
    )


def _restored(current: LinearProgram, program: LinearProgram, rows: Integers) -> LinearProgram:
    """Return ``current`` with the bounds of ``rows`` put back."""
    lower, upper = current.row_lower.copy(), current.row_upper.copy()
    lower[rows], upper[rows] = program.row_lower[rows], program.row_upper[rows]
    return replace(current, row_lower=lower, row_upper=upper)


def with_shortfalls(
    program: LinearProgram, rows: Integers
) -> tuple[LinearProgram, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the program with a shortfall column per bounded side of ``rows``, and their cost.

    The new columns stand in the order: lower sides, upper sides.
    """
    below = rows[program.row_lower[rows] > -NO_BOUND]
    above = rows[program.row_upper[rows] < NO_BOUND]
    new_rows = np.concatenate([below, above])
    sign = np.concatenate([np.ones(len(below)), -np.ones(len(above))]).astype(np.int64)
    coefficient = sign * program.row_scale[new_rows].astype(np.int64)
    row = np.concatenate([program.row_of_entry, new_rows])
    column = np.concatenate([program.indices, program.columns + np.arange(len(new_rows))])
    data = np.concatenate([program.data, coefficient])
    order = np.lexsort((column, row))
    counts = np.bincount(row, minlength=program.rows)
    wide = replace(
        program,
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        indices=column[order],
        data=data[order],
        column_lower=np.append(program.column_lower, np.zeros(len(new_rows), dtype=np.int64)),
        column_upper=np.append(program.column_upper, np.full(len(new_rows), NO_BOUND)),
    )
    cost = np.zeros(wide.columns)
    cost[program.columns :] = 1.0
    return wide, cost

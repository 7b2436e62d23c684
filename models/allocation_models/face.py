r"""The optimal face of a linear objective, as rows and bounds that have become equalities.

With any optimal multipliers, a point is optimal exactly if it is feasible and every row and bound
with a multiplier is tight (complementary slackness). So the optima of a first objective can be
handed to a second one without a tolerance on the objective's value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import InfeasibleError, find_conflict, float_program, natural_unit
from allocation_models.solvers import Solver, Status

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, LinearProgram

#: Multipliers under this share of the largest cost count as zero.
_ZERO = 1e-7


def optimal_face(program: LinearProgram, cost: Floats, solver: Solver) -> LinearProgram:
    """Return the program whose feasible points are the minimisers of ``cost · x``.

    Parameters
    ----------
    program
        The rules, feasible and bounded in the direction of the cost.
    cost
        Shape (n,).

    Raises
    ------
    InfeasibleError
        If the rows cannot hold together.
    UnprovenError
        If the solver proved nothing.
    """
    size = float(np.abs(cost).max(initial=0.0)) or 1.0
    solution = solver(float_program(program, natural_unit(program), cost / size)).solve()
    if solution.status is Status.INFEASIBLE:
        conflict = find_conflict(program)
        raise InfeasibleError(conflict) if conflict else ArithmeticError("infeasible, no proof")
    row_lower, row_upper = _pin(program.row_lower, program.row_upper, solution.row_dual)
    lower, upper = _pin(program.column_lower, program.column_upper, solution.column_dual)
    return replace(
        program, row_lower=row_lower, row_upper=row_upper, column_lower=lower, column_upper=upper
    )


def _pin(lower: Integers, upper: Integers, dual: Floats) -> tuple[Integers, Integers]:
    """Return bounds made equal on the side whose multiplier is not zero."""
    return np.where(dual < -_ZERO, upper, lower), np.where(dual > _ZERO, lower, upper)

"""SciPy's linprog and milp: there wherever SciPy is, with documented multipliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.solvers import Rebuilt, Solution, Status, proven

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from allocation_models.program import Mask
    from allocation_models.solvers import FloatProgram, Session

#: How SciPy's status numbers are called here; anything else proves nothing.
_STATUS = {0: Status.OPTIMAL, 2: Status.INFEASIBLE, 3: Status.UNBOUNDED}


def scipy_solver(program: FloatProgram) -> Session:
    """Open a session on SciPy."""
    return ScipySession(program)


class ScipySession(Rebuilt):
    """A program solved from the start each time."""

    precision = 1e-9

    def solve(self) -> Solution:
        """Solve the program as it now stands."""
        program = self._program
        answer = _linear(program) if program.integer is None else _whole(program, program.integer)
        return proven(program, answer)


def _matrix(program: FloatProgram) -> csr_array:
    """Return the rows as a sparse array."""
    from scipy.sparse import csr_array

    shape = (len(program.row_lower), len(program.cost))
    return csr_array((program.data, program.indices, program.indptr), shape)


def _linear(program: FloatProgram) -> Solution:
    """Return linprog's answer; its marginals are d(objective)/d(bound), as ours are."""
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    matrix = _matrix(program)
    equal = np.flatnonzero(program.row_lower == program.row_upper)
    above = np.flatnonzero(np.isfinite(program.row_lower) & (program.row_lower < program.row_upper))
    below = np.flatnonzero(np.isfinite(program.row_upper) & (program.row_lower < program.row_upper))
    found: Any = linprog(
        program.cost,
        A_ub=vstack([-matrix[above], matrix[below]]),
        b_ub=np.concatenate([-program.row_lower[above], program.row_upper[below]]),
        A_eq=matrix[equal],
        b_eq=program.row_lower[equal],
        bounds=np.stack([program.column_lower, program.column_upper], axis=1),
        method="highs",
    )
    status = _STATUS.get(found.status, Status.UNPROVEN)
    if status is not Status.OPTIMAL:
        return Solution(status, np.zeros(0))
    dual = np.zeros(len(program.row_lower))
    dual[equal] = found.eqlin.marginals
    dual[above] -= found.ineqlin.marginals[: len(above)]
    dual[below] += found.ineqlin.marginals[len(above) :]
    return Solution(status, found.x, dual, found.lower.marginals + found.upper.marginals)


def _whole(program: FloatProgram, integer: Mask) -> Solution:
    """Return milp's answer."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    found: Any = milp(
        program.cost,
        integrality=integer.astype(np.int64),
        bounds=Bounds(program.column_lower, program.column_upper),
        constraints=LinearConstraint(_matrix(program), program.row_lower, program.row_upper),
    )
    status = _STATUS.get(found.status, Status.UNPROVEN)
    return Solution(status, np.zeros(0) if found.x is None else found.x)

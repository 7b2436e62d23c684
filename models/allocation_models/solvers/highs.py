"""HiGHS in this process: the default solver."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.solvers import (
    FloatProgram,
    Session,
    Solution,
    Solver,
    Status,
    UnprovenError,
    copied,
    proven,
)

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers


def simplex(program: FloatProgram) -> Session:
    """Open a session on HiGHS' simplex method."""
    return HighsSession(program, "simplex")


def interior_point(program: FloatProgram) -> Session:
    """Open a session on HiGHS' interior point method, crossed over to a vertex."""
    return HighsSession(program, "ipm")


def patient(seconds: float) -> Solver:
    """Return the simplex method that leaves a whole-number program unproven after ``seconds``."""
    return lambda program: HighsSession(program, "simplex", seconds)


class HighsSession:
    """One program kept inside HiGHS, so that later solves start from the last basis."""

    precision = 1e-9

    def __init__(self, program: FloatProgram, method: str, patience: float = np.inf) -> None:
        import highspy

        self._program = copied(program)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        mixed = program.integer is not None
        self._method = "choose" if mixed else method
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "solver": self._method,
            # Presolve costs more than it saves on programs of this size, and hides dual rays.
            "presolve": "choose" if mixed else "off",
            "small_matrix_value": 1e-12,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 1e-9,
            "time_limit": patience if mixed else np.inf,
        }
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        self._pass_model()

    def _pass_model(self) -> None:
        """Hand the program over in whole arrays."""
        program, rowwise, minimise = self._program, 2, 1
        integer = np.zeros(len(program.cost)) if program.integer is None else program.integer
        self._highs.passModel(
            len(program.cost),
            len(program.row_lower),
            len(program.data),
            rowwise,
            minimise,
            0.0,
            program.cost,
            program.column_lower,
            program.column_upper,
            program.row_lower,
            program.row_upper,
            program.indptr.astype(np.int32),
            program.indices.astype(np.int32),
            program.data,
            integer.astype(np.int32),
        )

    def row_bounds(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""
        self._program.row_lower[rows], self._program.row_upper[rows] = lower, upper
        self._highs.changeRowsBounds(len(rows), rows.astype(np.int32), lower, upper)

    def column_bounds(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        self._program.column_lower[columns], self._program.column_upper[columns] = lower, upper
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def solve(self) -> Solution:
        """Solve the program as it now stands."""
        if self._program.integer is None:
            with suppress(UnprovenError):
                first = proven(self._program, self._answer())
                if first.status is Status.OPTIMAL:
                    return first
            # The last basis may mislead, and crossover may stop short of a vertex: once more, from
            # nothing, by the simplex method.
            self._highs.clearSolver()
            self._highs.setOptionValue("solver", "simplex")
        solution = proven(self._program, self._answer())
        self._highs.setOptionValue("solver", self._method)
        return solution

    def _answer(self) -> Solution:
        """Run HiGHS and return what it says."""
        self._highs.run()
        status = _STATUS.get(self._highs.getModelStatus().name, Status.UNPROVEN)
        if status is Status.INFEASIBLE:
            ray = None
            if self._program.integer is None:
                _, _, ray = self._highs.getDualRay()
            rows = len(self._program.row_lower)
            return Solution(
                status, np.zeros(0), ray=np.zeros(rows) if ray is None else np.asarray(ray)
            )
        answer = self._highs.getSolution()
        return Solution(
            status,
            np.asarray(answer.col_value, dtype=np.float64),
            np.asarray(answer.row_dual, dtype=np.float64),
            np.asarray(answer.col_dual, dtype=np.float64),
        )

    def ranges(self) -> BasisRanges:
        """Return the ranges of the basis of the last solve.

        Raises
        ------
        UnprovenError
            If HiGHS gives none.
        """
        status, found = self._highs.getRanging()
        if status.name != "kOk" or not found.valid:
            raise UnprovenError("no ranges")
        names = ("row_bound_dn", "row_bound_up", "col_bound_dn", "col_bound_up")
        bounds = [getattr(found, name).value_ for name in names]
        costs = [found.col_cost_dn.value_, found.col_cost_up.value_]
        return BasisRanges(*(np.asarray(values, dtype=np.float64) for values in bounds + costs))

    def _ray(self) -> Floats:
        """Return the proof of infeasibility, zero where there is none."""
        found = None
        if self._program.integer is None:
            _, _, found = self._highs.getDualRay()
        return np.zeros(len(self._program.row_lower)) if found is None else np.asarray(found)


@dataclass(frozen=True)
class BasisRanges:
    """Ranges of the one basis HiGHS ended in, which others may end in differently.

    Parameters
    ----------
    row_low, row_high
        Shape (m,): a row's active bound may go from and to here with the basis still optimal.
    column_low, column_high
        Shape (n,), likewise for columns.
    cost_low, cost_high
        Shape (n,): each cost may go from and to here.
    """

    row_low: Floats
    row_high: Floats
    column_low: Floats
    column_high: Floats
    cost_low: Floats
    cost_high: Floats


def basis_ranges(program: FloatProgram) -> tuple[Solution, BasisRanges]:
    """Return the proven optimum and the ranges of its basis.

    How far the optimal *value* keeps its slope is another, often larger, range:
    :mod:`allocation_models.value_sensitivity`.

    Raises
    ------
    UnprovenError
        If nothing was proven, or HiGHS gives no ranges.
    """
    session = HighsSession(program, "simplex")
    solution = session.solve()
    return solution, session.ranges()


_STATUS = {
    "kOptimal": Status.OPTIMAL,
    "kInfeasible": Status.INFEASIBLE,
    "kUnbounded": Status.UNBOUNDED,
}

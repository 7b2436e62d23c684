"""HiGHS in this process: the default solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.solvers import FloatProgram, Session, Solution, Status, copied, proven

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers


def simplex(program: FloatProgram) -> Session:
    """Open a session on HiGHS' simplex method."""
    return HighsSession(program, "simplex")


def interior_point(program: FloatProgram) -> Session:
    """Open a session on HiGHS' interior point method, crossed over to a vertex."""
    return HighsSession(program, "ipm")


class HighsSession:
    """One program kept inside HiGHS, so that later solves start from the last basis."""

    precision = 1e-9

    def __init__(self, program: FloatProgram, method: str) -> None:
        import highspy

        self._program = copied(program)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._method = method
        mixed = program.integer is not None
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "solver": "choose" if mixed else method,
            # Presolve costs more than it saves on programs of this size, and hides dual rays.
            "presolve": "choose" if mixed else "off",
            "small_matrix_value": 1e-12,
            "primal_feasibility_tolerance": 1e-9,
            "dual_feasibility_tolerance": 1e-9,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 1e-9,
        }
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        self._pass_model()

    def _run(self) -> Status:
        self._highs.run()
        return _STATUS.get(self._highs.getModelStatus().name, Status.UNPROVEN)

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
        status = self._run()
        if status is Status.UNPROVEN and self._method == "ipm":
            # Crossover may stop short of a vertex; the simplex method goes on from there.
            self._highs.setOptionValue("solver", "simplex")
            status = self._run()
            self._highs.setOptionValue("solver", self._method)
        answer = self._highs.getSolution()
        if status is Status.INFEASIBLE:
            ray = np.zeros(len(self._program.row_lower))
            if self._program.integer is None:
                _, _, found = self._highs.getDualRay()
                ray = np.asarray(found) if found is not None else ray
            return Solution(status, np.zeros(0), ray=ray)
        solution = Solution(
            status,
            np.asarray(answer.col_value, dtype=np.float64),
            np.asarray(answer.row_dual, dtype=np.float64),
            np.asarray(answer.col_dual, dtype=np.float64),
        )
        return proven(self._program, solution)


_STATUS = {
    "kOptimal": Status.OPTIMAL,
    "kInfeasible": Status.INFEASIBLE,
    "kUnbounded": Status.UNBOUNDED,
}

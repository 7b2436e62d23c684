"""Every solver PuLP can find, and LP and MPS files, through one narrow gate.

PuLP builds a program term by term and starts the solver as a program of its own: slow, and the
right second opinion. That it is optimal is read from its solution status alone (a time limit has
the status optimal too), and then from our own check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.solvers import FloatProgram, Rebuilt, Solution, Solver, Status, proven

if TYPE_CHECKING:
    from pathlib import Path


class NoSuchSolverError(LookupError):
    """PuLP does not know the solver, or cannot start it."""


def available() -> tuple[str, ...]:
    """Return the solvers PuLP can start on this machine."""
    import pulp

    return tuple(pulp.listSolvers(onlyAvailable=True))


def pulp_solver(name: str) -> Solver:
    """Return the solver PuLP calls ``name``, e.g. ``PULP_CBC_CMD``.

    Raises
    ------
    NoSuchSolverError
        If PuLP cannot start it here.
    """
    import pulp

    if name not in pulp.listSolvers() or not pulp.getSolver(name, msg=False).available():
        raise NoSuchSolverError(name)
    return lambda program: PulpSession(program, name)


class PulpSession(Rebuilt):
    """A program rebuilt and solved from the start each time."""

    #: PuLP's solution files carry eight digits.
    precision = 1e-7

    def __init__(self, program: FloatProgram, name: str) -> None:
        super().__init__(program)
        self._name = name

    def solve(self) -> Solution:
        """Solve the program as it now stands."""
        import pulp

        program = self._program
        problem, variables, sides = _build(program)
        problem.solve(pulp.getSolver(self._name, msg=False))
        if problem.status == pulp.LpStatusInfeasible:
            return Solution(Status.INFEASIBLE, np.zeros(0))
        if problem.status == pulp.LpStatusUnbounded:
            return proven(program, Solution(Status.UNBOUNDED, np.zeros(0)))
        if problem.sol_status != pulp.LpSolutionOptimal:
            return proven(program, Solution(Status.UNPROVEN, np.zeros(0)))
        # A column in no row and without cost is not written; it may stand anywhere in its bounds.
        idle = np.clip(0.0, program.column_lower, program.column_upper).tolist()
        values = [variable.varValue for variable in variables]
        x = np.array([at if v is None else v for v, at in zip(values, idle, strict=True)])
        if program.integer is not None:
            return proven(program, Solution(Status.OPTIMAL, x), self.precision)
        row_dual = np.zeros(len(program.row_lower))
        for row, constraint in sides:
            row_dual[row] += constraint.pi or 0.0
        column_dual = np.array([variable.dj or 0.0 for variable in variables])
        return proven(program, Solution(Status.OPTIMAL, x, row_dual, column_dual), self.precision)


def write_model(
    program: FloatProgram, columns: list[str], rows: list[str], path: Path, title: str
) -> None:
    """Write the program as ``path``: ``.lp`` or ``.mps`` by its ending, names as given."""
    problem, _, _ = _build(program, columns, rows, title)
    if path.suffix == ".mps":
        problem.writeMPS(str(path))
    else:
        problem.writeLP(str(path), max_length=240)


def _build(
    program: FloatProgram,
    columns: list[str] | None = None,
    rows: list[str] | None = None,
    title: str = "program",
) -> tuple[Any, list[Any], list[tuple[int, Any]]]:
    """Return PuLP's problem, its variables, and its constraints with the row each stands for."""
    import pulp

    names = columns or [f"x{index}" for index in range(len(program.cost))]
    row_names = rows or [f"r{index}" for index in range(len(program.row_lower))]
    whole = program.integer if program.integer is not None else np.zeros(len(names), dtype=bool)
    variables = [
        pulp.LpVariable(
            name, _finite(low), _finite(high), pulp.LpInteger if w else pulp.LpContinuous
        )
        for name, low, high, w in zip(
            names, program.column_lower, program.column_upper, whole, strict=True
        )
    ]
    problem = pulp.LpProblem(title, pulp.LpMinimize)
    problem += pulp.LpAffineExpression(
        [(variables[index], program.cost[index]) for index in np.flatnonzero(program.cost)]
    )
    sides: list[tuple[int, Any]] = []
    for row, name in enumerate(row_names):
        span = slice(program.indptr[row], program.indptr[row + 1])
        terms = [
            (variables[column], float(value))
            for column, value in zip(program.indices[span], program.data[span], strict=True)
        ]
        for sense, bound, mark in _senses(program.row_lower[row], program.row_upper[row]):
            constraint = pulp.LpConstraint(
                pulp.LpAffineExpression(terms), sense, f"{name}{mark}", float(bound)
            )
            problem += constraint
            sides.append((row, constraint))
    return problem, variables, sides


def _senses(lower: float, upper: float) -> list[tuple[int, float, str]]:
    """Return the one or two constraints a row becomes: sense, right-hand side, name's ending."""
    if lower == upper:
        return [(0, lower, "")]
    both = np.isfinite(lower) and np.isfinite(upper)
    sides = []
    if np.isfinite(lower):
        sides.append((1, lower, "_min" if both else ""))
    if np.isfinite(upper):
        sides.append((-1, upper, "_max" if both else ""))
    return sides


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None

"""Solvers of one float program, and the one vocabulary in which they answer.

A solver's word is never taken: every answer passes :func:`proven`, which re-checks feasibility,
the signs of the multipliers and the gap between both objectives before anyone reads a number.

Sign of multipliers, the same for every solver: the program is minimised and the multiplier of a
row or column is the change of the optimum per unit of its bound (a lower bound that binds has a
multiplier ≥ 0, an upper bound that binds has one ≤ 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from allocation_models.program import sums_by

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, Mask


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNPROVEN = "unproven"


class UnprovenError(ArithmeticError):
    """A solver stopped without a proof, or its answer failed our own check."""


@dataclass(frozen=True)
class FloatProgram:
    """Minimise ``cost · x`` under row and column bounds (infinite where there are none).

    ``indptr, indices, data`` hold the matrix by rows; ``integer`` marks whole-number columns.
    """

    cost: Floats
    indptr: Integers
    indices: Integers
    data: Floats
    row_lower: Floats
    row_upper: Floats
    column_lower: Floats
    column_upper: Floats
    integer: Mask | None = None

    @property
    def row_of_entry(self) -> Integers:
        """Shape (nnz,): the row of each entry."""
        return np.repeat(np.arange(len(self.row_lower)), np.diff(self.indptr))


@dataclass(frozen=True)
class Solution:
    """What a solver said; multipliers are empty for programs with whole-number columns."""

    status: Status
    x: Floats
    row_dual: Floats = field(default_factory=lambda: np.zeros(0))
    column_dual: Floats = field(default_factory=lambda: np.zeros(0))
    ray: Floats = field(default_factory=lambda: np.zeros(0))


class Session(Protocol):
    """One program, solved again and again with changed bounds.

    ``precision`` is how close its numbers come to the truth, relative to numbers near one.
    """

    precision: float

    def row_bounds(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""

    def column_bounds(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""

    def solve(self) -> Solution:
        """Solve the program as it now stands."""


def copied(program: FloatProgram) -> FloatProgram:
    """Return the program with bounds of its own, for a session to change."""
    return replace(
        program,
        row_lower=program.row_lower.copy(),
        row_upper=program.row_upper.copy(),
        column_lower=program.column_lower.copy(),
        column_upper=program.column_upper.copy(),
    )


class Rebuilt:
    """What a session has in common that solves its program from the start each time."""

    def __init__(self, program: FloatProgram) -> None:
        self._program = copied(program)

    def row_bounds(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some rows."""
        self._program.row_lower[rows], self._program.row_upper[rows] = lower, upper

    def column_bounds(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        self._program.column_lower[columns], self._program.column_upper[columns] = lower, upper


#: Opens a session on a program.
Solver = Callable[[FloatProgram], Session]

_PRECISION = 1e-9


def proven(program: FloatProgram, solution: Solution, precision: float = _PRECISION) -> Solution:
    """Return ``solution`` if it is infeasible by proof or passes our own check of optimality.

    ``precision`` is the session's; the check allows a thousand times as much.

    Raises
    ------
    UnprovenError
        If the solver proved nothing, or its answer is not feasible, or its multipliers do not
        close the gap.
    """
    if solution.status is Status.INFEASIBLE:
        return solution
    if solution.status is not Status.OPTIMAL:
        raise UnprovenError(solution.status)
    rows = sums_by(
        program.row_of_entry, program.data * solution.x[program.indices], len(program.row_lower)
    )
    scale = 1.0 + np.abs(solution.x).max(initial=0.0)
    excess = max(
        np.max(program.row_lower - rows, initial=0.0),
        np.max(rows - program.row_upper, initial=0.0),
        np.max(program.column_lower - solution.x, initial=0.0),
        np.max(solution.x - program.column_upper, initial=0.0),
    )
    tolerance = 1000.0 * precision * scale
    if not excess <= tolerance:
        raise UnprovenError(f"bounds broken by {excess}")
    if program.integer is None and not _gap(program, solution) <= tolerance:
        raise UnprovenError("multipliers leave a gap")
    return solution


def _gap(program: FloatProgram, solution: Solution) -> float:
    """Return how far the multipliers are from proving the solution optimal."""
    columns = len(program.cost)
    stationary = program.cost - solution.column_dual
    stationary -= sums_by(
        program.indices, program.data * solution.row_dual[program.row_of_entry], columns
    )
    bound = _support(solution.row_dual, program.row_lower, program.row_upper)
    bound += _support(solution.column_dual, program.column_lower, program.column_upper)
    objective = float(program.cost @ solution.x)
    size = 1.0 + np.abs(solution.x).max(initial=0.0)
    return float(max(abs(objective - bound) / size, np.abs(stationary).max(initial=0.0)))


def _support(dual: Floats, lower: Floats, upper: Floats) -> float:
    """Return the least of ``dual · bound``, passing over noise on absent bounds."""
    bound = np.where(dual > 0, lower, upper)
    return float(
        np.sum(np.where(np.isfinite(bound), dual * np.where(np.isfinite(bound), bound, 0), 0))
    )

"""Which rows cannot hold together, read off the proof of infeasibility.

The dual ray of the feasibility program names the rows and column bounds of a conflict; with a
simplex method it is already small. Whoever needs a minimal set tests it by leaving members out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocation_models.program import NO_BOUND, Floats, Integers, LinearProgram, sums_by
from allocation_models.solvers import FloatProgram, Status

_ZERO = 1e-9


@dataclass(frozen=True)
class Conflict:
    """Rows, columns held by their lower bound, and columns held by their upper, that conflict.

    ``idle`` is True if they conflict only because a column without a target gets no more than its
    lower bound.
    """

    rows: Integers
    floors: Integers
    caps: Integers
    idle: bool = False


class InfeasibleError(Exception):
    """The rows and bounds cannot hold together."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__("infeasible")
        self.conflict = conflict


def float_bound(bound: Integers, unit: float | Floats = 1.0) -> Floats:
    """Return whole-number bounds in floats of ``unit``, infinite where there is none."""
    floats = np.asarray(bound / unit, dtype=np.float64)
    floats[bound >= NO_BOUND], floats[bound <= -NO_BOUND] = np.inf, -np.inf
    return floats


def natural_unit(program: LinearProgram) -> float:
    """Return the size of a typical amount: the largest bound of a row per column."""
    finite = program.row_upper[np.abs(program.row_upper) < NO_BOUND]
    return float(np.abs(finite).max(initial=1) or 1) / max(program.columns, 1)


def float_program(program: LinearProgram, unit: float, cost: Floats) -> FloatProgram:
    """Return the program in floats of ``unit``, each row divided by its largest coefficient."""
    row_unit = unit * program.row_scale
    return FloatProgram(
        cost=cost,
        indptr=program.indptr,
        indices=program.indices,
        data=program.float_data,
        row_lower=float_bound(program.row_lower, row_unit),
        row_upper=float_bound(program.row_upper, row_unit),
        column_lower=float_bound(program.column_lower, unit),
        column_upper=float_bound(program.column_upper, unit),
    )


def find_conflict(program: LinearProgram) -> Conflict | None:
    """Return rows and bounds that cannot hold together, or None if the program is feasible."""
    from allocation_models.solvers.highs import simplex

    crossed = np.flatnonzero(program.column_lower > program.column_upper)
    none = np.zeros(0, dtype=np.int64)
    if len(crossed):
        return Conflict(none, crossed, crossed)
    unit = natural_unit(program)
    floats = float_program(program, unit, np.zeros(program.columns))
    solution = simplex(floats).solve()
    if solution.status is not Status.INFEASIBLE:
        return None
    ray = solution.ray / max(np.abs(solution.ray).max(initial=0.0), _ZERO)
    if _proof(floats, -ray) > _proof(floats, ray):
        ray = -ray
    pull = _pull(floats, ray)
    return Conflict(
        np.flatnonzero(np.abs(ray) > _ZERO),
        np.flatnonzero(pull < -_ZERO),
        np.flatnonzero(pull > _ZERO),
    )


def _pull(floats: FloatProgram, ray: Floats) -> Floats:
    """Return each column's coefficient in the rows summed with ``ray``, shape (n,)."""
    return sums_by(floats.indices, floats.data * ray[floats.row_of_entry], len(floats.cost))


def _proof(floats: FloatProgram, ray: Floats) -> float:
    """Return by how much the rows summed with ``ray`` ask for more than the columns can give."""
    pull = _pull(floats, ray)
    asked = _dot(ray, np.where(ray > 0, floats.row_lower, floats.row_upper))
    given = _dot(pull, np.where(pull > 0, floats.column_upper, floats.column_lower))
    return asked - given


def _dot(weight: Floats, bound: Floats) -> float:
    """Return weight · bound over the weights above noise."""
    on = np.abs(weight) > _ZERO
    return float(np.sum(weight[on] * bound[on]))

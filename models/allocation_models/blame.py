r"""Which rows cannot hold together, read off the proof of infeasibility.

By Farkas' lemma :math:`\ell \le A x \le u,\ \ell_i \le x_i \le u_i` has no solution if and only if
there are multipliers w with, for :math:`p = A^\top w`,

.. math::

    \sum_{w_r > 0} w_r \ell_r + \sum_{p_i < 0} |p_i|\, \ell_i \;>\;
    \sum_{w_r < 0} |w_r| u_r + \sum_{p_i > 0} p_i u_i

more is asked than is given. The dual ray of the feasibility program is such a w, in floats; with a
simplex method it is already small. It is brought to whole numbers, and where both sums in whole
numbers still contradict each other, they are the proof. Whoever needs a minimal set tests it by
leaving members out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocation_models.program import (
    NO_BOUND,
    BigIntegers,
    Floats,
    Integers,
    LinearProgram,
    sums_by,
)
from allocation_models.solvers import FloatProgram, Status

_ZERO = 1e-9
#: What may still be noise in a ray, if the ray is no proof with it.
_LOUD = 1e-6
#: Multipliers of a ray are taken for fractions with no larger denominator, this near to them.
_LARGEST_DENOMINATOR = 60
_NEAR = 1e-7
_LARGEST_MULTIPLIER = 1e9


@dataclass(frozen=True)
class Conflict:
    """Rows, columns held by their lower bound, and columns held by their upper, that conflict.

    Parameters
    ----------
    rows, floors, caps
        Indices.
    multipliers
        One for each of ``rows``, Python integers: above zero the lower side takes part, below zero
        the upper. None where the proof stands in floats only.
    """

    rows: Integers
    floors: Integers
    caps: Integers
    multipliers: BigIntegers | None = None


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
        return Conflict(none, crossed[:1], crossed[:1], multipliers=none.astype(object))
    crossed = np.flatnonzero(program.row_lower > program.row_upper)
    if len(crossed):
        both = np.array([1, -1], dtype=object)
        return Conflict(crossed[:1].repeat(2), none, none, multipliers=both)
    unit = natural_unit(program)
    floats = float_program(program, unit, np.zeros(program.columns))
    solution = simplex(floats).solve()
    if solution.status is not Status.INFEASIBLE:
        return None
    ray = _turned(floats, solution.ray)
    if not _proof(floats, ray) > 0:
        ray = _turned(floats, _least_broken(floats))
    for noise in (_ZERO, _LOUD):
        exact = _in_whole_numbers(program, ray, noise)
        if exact is not None:
            return exact
    pull = _pull(floats, ray)
    return Conflict(
        np.flatnonzero(np.abs(ray) > _ZERO),
        np.flatnonzero(pull < -_ZERO),
        np.flatnonzero(pull > _ZERO),
    )


def _turned(floats: FloatProgram, ray: Floats) -> Floats:
    """Return the ray with its largest entry one, turned so that it proves what it can."""
    ray = ray / max(np.abs(ray).max(initial=0.0), _ZERO)
    return -ray if _proof(floats, -ray) > _proof(floats, ray) else ray


def _least_broken(floats: FloatProgram) -> Floats:
    r"""Return the multipliers of :math:`\min \sum |s|` with :math:`\ell \le A x + s \le u`, (m,).

    They are a proof where the solver gives no ray of its own.
    """
    from allocation_models.solvers.highs import simplex

    rows, columns = len(floats.row_lower), len(floats.cost)
    slack = np.stack([columns + 2 * np.arange(rows), columns + 2 * np.arange(rows) + 1], axis=1)
    ends = floats.indptr[1:]
    signs = np.tile([1.0, -1.0], rows)
    wide = FloatProgram(
        cost=np.append(np.zeros(columns), np.ones(2 * rows)),
        indptr=floats.indptr + 2 * np.arange(rows + 1),
        indices=np.insert(floats.indices, np.repeat(ends, 2), slack.ravel()),
        data=np.insert(floats.data, np.repeat(ends, 2), signs),
        row_lower=floats.row_lower,
        row_upper=floats.row_upper,
        column_lower=np.append(floats.column_lower, np.zeros(2 * rows)),
        column_upper=np.append(floats.column_upper, np.full(2 * rows, np.inf)),
    )
    return simplex(wide).solve().row_dual


def _in_whole_numbers(program: LinearProgram, ray: Floats, noise: float) -> Conflict | None:
    """Return the conflict with whole multipliers, if those nearest to the ray prove it exactly."""
    rows = np.flatnonzero(np.abs(ray) > noise)
    weight = ray[rows] / program.row_scale[rows]
    weight = weight / np.abs(weight).min(initial=np.inf)
    for factor in range(1, _LARGEST_DENOMINATOR + 1):
        if np.abs(weight).max(initial=0.0) * factor > _LARGEST_MULTIPLIER:
            break
        whole = np.rint(weight * factor)
        if np.all(np.abs(weight * factor - whole) < _NEAR * factor):
            found = _conflict_of(program, rows, whole.astype(np.int64).astype(object))
            return found if contradicts(program, found) else None
    return None


def _conflict_of(program: LinearProgram, rows: Integers, multipliers: BigIntegers) -> Conflict:
    """Return the conflict that ``multipliers`` of ``rows`` make, with the columns they pull."""
    pull = pulls(program, rows, multipliers)
    floors, caps = np.flatnonzero((pull < 0).astype(bool)), np.flatnonzero((pull > 0).astype(bool))
    return Conflict(rows, floors, caps, multipliers=multipliers)


def pulls(program: LinearProgram, rows: Integers, multipliers: BigIntegers) -> BigIntegers:
    """Return each column's coefficient in the rows summed with ``multipliers``, exactly, (n,)."""
    weight = np.zeros(program.rows, dtype=object)
    np.add.at(weight, rows, multipliers)
    entries = np.flatnonzero((weight != 0)[program.row_of_entry])
    total = np.zeros(program.columns, dtype=object)
    factors = program.data[entries].astype(object) * weight[program.row_of_entry[entries]]
    np.add.at(total, program.indices[entries], factors)
    return total


def contradicts(program: LinearProgram, conflict: Conflict) -> bool:
    """Tell, exactly, whether a conflict's multipliers prove that more is asked than is given."""
    if conflict.multipliers is None:
        return False
    rows, weight = conflict.rows, conflict.multipliers
    pull = pulls(program, rows, weight)
    row_bound = np.where(weight > 0, program.row_lower[rows], program.row_upper[rows])
    column_bound = np.where(pull > 0, program.column_upper, program.column_lower)
    used = [np.abs(row_bound), np.abs(column_bound[(pull != 0).astype(bool)])]
    if any(np.any(bound >= NO_BOUND) for bound in used):
        return False
    asked = int((weight * row_bound.astype(object)).sum())
    return asked > int((pull * column_bound.astype(object)).sum())


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

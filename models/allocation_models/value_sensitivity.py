r"""How the optimal value of a linear program moves with its bounds, both ways, and for how long.

.. math::

    V(\theta) = \min_x\; c x \quad\text{s.t.}\quad
    \ell + \theta\,\dot\ell \le A x \le u + \theta\,\dot u,\quad
    \ell_j + \theta\,\dot\ell_j \le x_j \le u_j + \theta\,\dot u_j

is convex and piecewise linear in :math:`\theta`. Its one-sided derivatives at 0 are the ends of the
interval of the optimal multipliers in that direction; by duality the right one is a program over
the tight rows and bounds of any optimal :math:`x^*`,

.. math::

    V'(0^+) = \min_d\; c d \quad\text{s.t.}\quad
    a_r d \ge \dot\ell_r \text{ where } a_r x^* = \ell_r,\quad
    a_r d \le \dot u_r \text{ where } a_r x^* = u_r,\quad \text{bounds likewise,}

and its multipliers y attain that end. V keeps the slope as far as some feasible x is complementary
to y: the largest such :math:`\theta` is one more program. (Gal, *Postoptimal Analyses, Parametric
Programming and Related Topics*, 1995; Jansen, de Jong, Roos and Terlaky, "Sensitivity analysis in
linear programming: just be careful!", *EJOR* 101, 1997, on why the ranges of one basis are another
thing: those are :func:`allocation_models.solvers.highs.basis_ranges`.)

Sign, the same for every solver and everywhere here: the program is minimised, and a multiplier is
the change of the optimum per unit of the bound. Whoever maximises turns the sign once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import sums_by
from allocation_models.solvers import FloatProgram, Solution, Solver, Status, UnprovenError
from allocation_models.solvers.highs import simplex

if TYPE_CHECKING:
    from allocation_models.program import Floats, Mask

#: Bounds missed by less than this, relative to the numbers summed up, count as met.
_TIGHT = 1e-7


@dataclass(frozen=True)
class Change:
    """How fast bounds move per unit of the parameter.

    ``row_lower, row_upper`` (m,) and ``column_lower, column_upper`` (n,); what stands still is 0.
    """

    row_lower: Floats
    row_upper: Floats
    column_lower: Floats
    column_upper: Floats

    def turned(self) -> Change:
        """Return the change the other way."""
        return Change(-self.row_lower, -self.row_upper, -self.column_lower, -self.column_upper)


@dataclass(frozen=True)
class ValueSensitivity:
    """How the optimal value moves with a change.

    Parameters
    ----------
    value
        The optimal value where the bounds stand.
    left, right
        Its derivative just below and just above: every optimal multiplier in this direction lies
        between them. They are equal where the multiplier is unique; ∓inf where the program is
        infeasible on that side.
    down, up
        How far the value keeps those derivatives, ≥ 0; inf without end.
    """

    value: float
    left: float
    right: float
    down: float
    up: float

    @property
    def unique(self) -> bool:
        """Whether both sides have the same derivative, up to the solvers' precision."""
        return bool(np.isclose(self.left, self.right, rtol=1e-7, atol=1e-9))


def value_sensitivity(
    program: FloatProgram, change: Change, solver: Solver = simplex
) -> ValueSensitivity:
    """Return value, one-sided derivatives and ranges of the optimum in one direction.

    Parameters
    ----------
    program
        Feasible and bounded, numbers near one.
    change
        The direction, per unit of the parameter.

    Raises
    ------
    UnprovenError
        If the program has no proven optimum.

    Examples
    --------
    Of x + y ≥ 2 and x ≥ 1, both at least 0, minimise 2x + y: one more to x + y costs 1.

    >>> from allocation_models.solvers import FloatProgram
    >>> free = np.array([np.inf, np.inf])
    >>> rows = np.array([0, 2, 3]), np.array([0, 1, 0]), np.ones(3)
    >>> least = np.array([2.0, 1.0])
    >>> plan = FloatProgram(np.array([2.0, 1.0]), *rows, least, free, np.zeros(2), free)
    >>> more = Change(np.array([1.0, 0.0]), np.zeros(2), np.zeros(2), np.zeros(2))
    >>> found = value_sensitivity(plan, more)
    >>> found.value, found.left, found.right, found.down, found.up
    (3.0, 1.0, 1.0, 1.0, inf)
    """
    optimum = solver(program).solve()
    if optimum.status is not Status.OPTIMAL:
        raise UnprovenError(optimum.status)
    right, up = _side(program, change, optimum.x, solver)
    left, down = _side(program, change.turned(), optimum.x, solver)
    return ValueSensitivity(float(program.cost @ optimum.x), -left, right, down, up)


def _side(program: FloatProgram, change: Change, x: Floats, solver: Solver) -> tuple[float, float]:
    """Return the derivative of the optimum along ``change``, and how far it lasts."""
    tangent = _tangent(program, change, x)
    if np.any(tangent.row_lower > tangent.row_upper + _TIGHT):
        return inf, 0.0
    if np.any(tangent.column_lower > tangent.column_upper + _TIGHT):
        return inf, 0.0
    step = solver(tangent).solve()
    if step.status is not Status.OPTIMAL:
        return inf, 0.0
    return float(program.cost @ step.x), _reach(program, change, step, solver)


def _tangent(program: FloatProgram, change: Change, x: Floats) -> FloatProgram:
    """Return the program of steps: only what is tight at ``x`` bounds them."""
    terms = program.data * x[program.indices]
    sums = sums_by(program.row_of_entry, terms, len(program.row_lower))
    # What a row can be wrong by goes with its terms, which may cancel.
    size = sums_by(program.row_of_entry, np.abs(terms), len(program.row_lower))
    return replace(
        program,
        row_lower=np.where(_met(sums, program.row_lower, size), change.row_lower, -inf),
        row_upper=np.where(_met(sums, program.row_upper, size), change.row_upper, inf),
        column_lower=np.where(_met(x, program.column_lower, x), change.column_lower, -inf),
        column_upper=np.where(_met(x, program.column_upper, x), change.column_upper, inf),
    )


def _met(values: Floats, bound: Floats, size: Floats) -> Mask:
    return np.isfinite(bound) & (np.abs(values - bound) <= _TIGHT * (1.0 + np.abs(size)))


def _reach(program: FloatProgram, change: Change, step: Solution, solver: Solver) -> float:
    """Return the largest θ at which some x is feasible and complementary to the multipliers."""
    furthest = _furthest(program, change, step)
    try:
        answer = solver(furthest).solve()
    except UnprovenError as error:
        if str(error) == Status.UNBOUNDED:
            return inf
        raise
    return max(0.0, float(answer.x[-1])) if answer.status is Status.OPTIMAL else 0.0


def _furthest(program: FloatProgram, change: Change, step: Solution) -> FloatProgram:
    """Return the program of the largest θ ≥ 0, its last column; every bound is a row of its own."""
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    width = len(program.cost)
    shape = (len(program.row_lower), width)
    matrix = csr_array((program.data, program.indices, program.indptr), shape)
    rows = _sides(program.row_lower, program.row_upper, change.row_lower, change.row_upper)
    columns = _sides(
        program.column_lower, program.column_upper, change.column_lower, change.column_upper
    )
    # A bound with a multiplier is met with equality: it bounds from the other side as well.
    rows += _turned(rows, step.row_dual)
    columns += _turned(columns, step.column_dual)
    parts = [(matrix, *side) for side in rows]
    parts += [(csr_array(eye_array(width)), *side) for side in columns]
    picked = [(part, bound, rate, sign, np.isfinite(bound)) for part, bound, rate, sign in parts]
    wide = csr_array(
        vstack(
            [hstack([part[on], csr_array(-rate[on][:, None])]) for part, _, rate, _, on in picked]
        )
    )
    lower = [np.where(sign > 0, bound[on], -inf) for _, bound, _, sign, on in picked]
    upper = [np.where(sign > 0, inf, bound[on]) for _, bound, _, sign, on in picked]
    return FloatProgram(
        cost=np.append(np.zeros(width), -1.0),
        indptr=wide.indptr,
        indices=wide.indices,
        data=wide.data,
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
        column_lower=np.append(np.full(width, -inf), 0.0),
        column_upper=np.full(width + 1, inf),
    )


#: Bounds, their rates, and 1 for lower or -1 for upper ones; infinite where there is none.
_Side = tuple["Floats", "Floats", int]


def _sides(lower: Floats, upper: Floats, low_rate: Floats, high_rate: Floats) -> list[_Side]:
    return [(lower, low_rate, 1), (upper, high_rate, -1)]


def _turned(sides: list[_Side], dual: Floats) -> list[_Side]:
    """Return the bounds that have a multiplier as bounds from the other side."""
    noise = _TIGHT * max(1.0, float(np.abs(dual).max(initial=0.0)))
    return [(np.where(sign * dual > noise, bound, inf), rate, -sign) for bound, rate, sign in sides]

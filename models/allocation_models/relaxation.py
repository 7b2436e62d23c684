r"""How little must change for rules to hold that do not: elastic linear programs.

One parameter moves the bounds of some rows. The mildest value at which all rows hold is

.. math::

    \min t \quad\text{s.t.}\quad \ell + t\,\ell' \le A x \le u + t\,u',\quad
    \ell_i \le x_i \le u_i,\quad 0 \le t \le T

And if recipients may be let off a bound one by one, the fewest are about

.. math::

    \min \sum_i c_i z_i \quad\text{s.t.}\quad x_i + \ell_i z_i \ge \ell_i,\quad
    x_i - (T - u_i) z_i \le u_i,\quad 0 \le z \le 1

with the other rows as they are: the linear relaxation of choosing :math:`z_i \in \{0, 1\}`, whose
vertices leave few z strictly between. Elastic programs: J. W. Chinneck, *Feasibility and
Infeasibility in Optimization*, 2008, ch. 6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import float_program, natural_unit
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack
from allocation_models.solvers import FloatProgram, Status

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, Mask

_ZERO = 1e-7


@dataclass(frozen=True)
class Moving:
    """A program whose rows' bounds move evenly with one parameter t ≥ 0.

    Parameters
    ----------
    program
        At t = 0.
    lower_slope, upper_slope
        Shape (m,), floats: how fast each bound moves; 0 where there is none.
    """

    program: LinearProgram
    lower_slope: Floats
    upper_slope: Floats


def between(start: LinearProgram, end: LinearProgram) -> Moving | None:
    """Return the movement from ``start`` (t = 0) to ``end`` (t = 1).

    None if more than bounds differ.
    """
    same = (
        start.data.shape == end.data.shape
        and bool(np.all(start.data == end.data))
        and bool(np.all(start.indices == end.indices))
        and bool(np.all(start.indptr == end.indptr))
    )
    slopes = []
    for one, other in ((start.row_lower, end.row_lower), (start.row_upper, end.row_upper)):
        if not same or np.any((np.abs(one) >= NO_BOUND) != (np.abs(other) >= NO_BOUND)):
            return None
        bounded = np.abs(one) < NO_BOUND
        slopes.append(np.where(bounded, (other - np.where(bounded, one, other)), 0).astype(float))
    return Moving(start, slopes[0], slopes[1])


def least_move(moving: Moving, most: float, margin: int = 0) -> float | None:
    """Return the least t up to ``most`` at which all rows hold, or None if there is none.

    Parameters
    ----------
    moving
        The rules.
    most
        The end of t; infinite for none.
    margin
        By how much the rows that move are to be met more than exactly, so that rounding has room.
    """
    from allocation_models.solvers.highs import simplex

    program, unit = moving.program, natural_unit(moving.program)
    wide = _with_parameter(moving, margin)
    cost = np.append(np.zeros(program.columns), 1.0)
    floats = float_program(wide, unit, cost)
    scale = unit * wide.row_scale
    data, column = floats.data.copy(), floats.indices == program.columns
    slopes = np.concatenate([moving.lower_slope, moving.upper_slope])
    data[column] = (-slopes / scale)[floats.row_of_entry[column]]
    upper = floats.column_upper.copy()
    upper[-1] = most
    solution = simplex(replace(floats, data=data, column_upper=upper)).solve()
    return float(solution.x[-1]) if solution.status is Status.OPTIMAL else None


def _with_parameter(moving: Moving, margin: int) -> LinearProgram:
    """Return the lower sides, then the upper sides, each row with one more column for t."""
    program, rows = moving.program, np.arange(moving.program.rows)
    none = np.full(program.rows, NO_BOUND)
    apart = program.row_lower != program.row_upper
    lower = program.row_lower + margin * ((moving.lower_slope != 0) & apart)
    upper = program.row_upper - margin * ((moving.upper_slope != 0) & apart)

    def side(name: str, low: Integers, high: Integers) -> Block:
        return Block(
            name,
            np.concatenate([program.row_of_entry, rows]),
            np.concatenate([program.indices, np.full(program.rows, program.columns)]),
            np.concatenate([program.data, np.zeros(program.rows, dtype=np.int64)]),
            low,
            high,
        )

    return stack(
        [side("lower", lower, none), side("upper", -none, upper)],
        np.append(program.column_lower, 0),
        np.append(program.column_upper, NO_BOUND),
    )


def fewest_let_off(program: LinearProgram, rows: Mask, cost: Floats, most: int) -> Integers | None:
    """Return which of ``rows`` to let off so that the others can hold; None if that is no help.

    Parameters
    ----------
    program
        All rules.
    rows
        Shape (m,): the rows that may be let off, each bounded on one side, of coefficients one.
    cost
        Shape (m,): what letting a row off counts.
    most
        What no row's sum exceeds.
    """
    from allocation_models.solvers.highs import simplex

    off = np.flatnonzero(rows)
    floor = program.row_lower[off] > 0
    size = np.where(floor, program.row_lower[off], most - program.row_upper[off])
    slack = np.where(floor, 1, -1) * np.maximum(size, 0)
    block = Block(
        "all",
        np.concatenate([program.row_of_entry, off]),
        np.concatenate([program.indices, program.columns + np.arange(len(off))]),
        np.concatenate([program.data, np.ones(len(off), dtype=np.int64)]),
        program.row_lower,
        program.row_upper,
    )
    ones = np.ones(len(off), dtype=np.int64)
    wide = stack(
        [block],
        np.append(program.column_lower, 0 * ones),
        np.append(program.column_upper, NO_BOUND * ones),
    )
    unit = natural_unit(program)
    floats = float_program(wide, unit, np.append(np.zeros(program.columns), cost[off]))
    solution = simplex(_switched(floats, slack / (unit * wide.row_scale[off]))).solve()
    if solution.status is not Status.OPTIMAL:
        return None
    return off[solution.x[program.columns :] > _ZERO]


def _switched(floats: FloatProgram, slack: Floats) -> FloatProgram:
    """Return the program with the last columns counting ``slack`` each, between 0 and 1."""
    first = len(floats.cost) - len(slack)
    data, upper = floats.data.copy(), floats.column_upper.copy()
    mine = floats.indices >= first
    data[mine] = slack[floats.indices[mine] - first]
    upper[first:] = 1.0
    return replace(floats, data=data, column_upper=upper)

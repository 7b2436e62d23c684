r"""How little must change for rules to hold that do not: elastic linear programs.

Parameters move the bounds of rows, each evenly. The cheapest values at which all rows hold are

.. math::

    \min \sum_k c_k t_k \quad\text{s.t.}\quad
    \ell + \sum_k t_k \ell'_k \le A x \le u + \sum_k t_k u'_k,\quad
    \ell_i \le x_i \le u_i,\quad 0 \le t_k \le T_k

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
from allocation_models.solvers import FloatProgram, Solution, Status, UnprovenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.program import Floats, Integers, Mask

_ZERO = 1e-7


@dataclass(frozen=True)
class Slopes:
    """How fast each row's bounds move with one parameter: (m,) floats, 0 where there is none."""

    lower: Floats
    upper: Floats

    @property
    def money(self) -> float:
        """By how much all bounds together move."""
        return float(np.abs(self.lower).sum() + np.abs(self.upper).sum())


def slopes_between(start: LinearProgram, end: LinearProgram) -> Slopes | None:
    """Return how bounds move from ``start`` (t = 0) to ``end`` (t = 1).

    None if more than bounds differ.
    """
    same = (
        start.columns == end.columns
        and np.array_equal(start.indptr, end.indptr)
        and np.array_equal(start.indices, end.indices)
        and np.array_equal(start.data, end.data)
    )
    if not same:
        return None
    slopes = []
    for one, other in ((start.row_lower, end.row_lower), (start.row_upper, end.row_upper)):
        bounded = np.abs(one) < NO_BOUND
        if np.any(bounded != (np.abs(other) < NO_BOUND)):
            return None
        slopes.append((other - one).astype(np.float64))
    return Slopes(slopes[0], slopes[1])


def cheapest_moves(
    program: LinearProgram,
    slopes: Sequence[Slopes],
    cost: Floats,
    most: Floats,
    margin: int = 0,
) -> Floats | None:
    """Return the cheapest parameters at which all rows hold, shape (k,), or None if there are none.

    Parameters
    ----------
    program
        The rules as they are, at t = 0.
    slopes
        How the bounds move with each parameter.
    cost, most
        Shape (k,): the price of one of each parameter, and its end (infinite for none).
    margin
        By how much rows that move are to be met more than exactly, so that rounding has room.
    """
    unit, count = natural_unit(program), len(slopes)
    moves = np.stack([np.concatenate([slope.lower, slope.upper]) for slope in slopes], axis=1)
    wide = _with_parameters(program, moves != 0, margin)
    price = cost / max(float(np.abs(cost).max(initial=0.0)), 1e-300)
    floats = float_program(wide, unit, np.append(np.zeros(program.columns), price))
    data, mine = floats.data.copy(), floats.indices >= program.columns
    row, column = floats.row_of_entry[mine], floats.indices[mine] - program.columns
    data[mine] = -moves[row, column] / (unit * wide.row_scale[row])
    upper = floats.column_upper.copy()
    upper[program.columns :] = most
    solution = _solved(replace(floats, data=data, column_upper=upper))
    return None if solution is None else np.asarray(solution.x[-count:])


def _with_parameters(program: LinearProgram, moves: Mask, margin: int) -> LinearProgram:
    """Return the lower sides, then the upper sides, with a column more for each parameter.

    ``moves`` (2m, k) tells whose bound moves with which.
    """
    moving = moves.any(axis=1) & np.tile(program.row_lower != program.row_upper, 2)
    none = np.full(program.rows, NO_BOUND)
    bounds = [
        (program.row_lower + margin * moving[: program.rows], none),
        (-none, program.row_upper - margin * moving[program.rows :]),
    ]
    blocks = []
    for (low, high), moved in zip(bounds, np.split(moves, 2), strict=True):
        row, parameter = np.nonzero(moved)
        blocks.append(
            Block(
                "side",
                np.concatenate([program.row_of_entry, row]),
                np.concatenate([program.indices, program.columns + parameter]),
                np.concatenate([program.data, np.zeros(len(row), dtype=np.int64)]),
                low,
                high,
            )
        )
    zeros = np.zeros(moves.shape[1], dtype=np.int64)
    return stack(
        blocks,
        np.append(program.column_lower, zeros),
        np.append(program.column_upper, zeros + NO_BOUND),
    )


def _solved(program: FloatProgram) -> Solution | None:
    """Return the optimum, or None where there is none or nothing was proven."""
    from allocation_models.solvers.highs import simplex

    try:
        solution = simplex(program).solve()
    except UnprovenError:
        return None
    return solution if solution.status is Status.OPTIMAL else None


def fewest_let_off(program: LinearProgram, rows: Mask, cost: Floats, most: int) -> Integers | None:
    """Return which of ``rows`` to let off so that the others can hold, the most needed first.

    None if that is no help.

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
    solution = _solved(_switched(floats, slack / (unit * wide.row_scale[off])))
    if solution is None:
        return None
    part = solution.x[program.columns :]
    order = np.argsort(-part, kind="stable")
    return off[order[part[order] > _ZERO]]


def _switched(floats: FloatProgram, slack: Floats) -> FloatProgram:
    """Return the program with the last columns counting ``slack`` each, between 0 and 1."""
    first = len(floats.cost) - len(slack)
    data, upper = floats.data.copy(), floats.column_upper.copy()
    mine = floats.indices >= first
    data[mine] = slack[floats.indices[mine] - first]
    upper[first:] = 1.0
    return replace(floats, data=data, column_upper=upper)

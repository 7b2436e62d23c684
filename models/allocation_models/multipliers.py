r"""Exact multipliers of rows that hold a point where it is.

Given a point :math:`x` and, for each column, what the rows summed with multipliers may come to,

.. math::

    \min \sum_r |y_r| \quad\text{s.t.}\quad w_j \le (A^\top y)_j \le \bar w_j,\qquad
    y_r \ge 0 \text{ only where } a_r x = \ell_r,\quad y_r \le 0 \text{ only where } a_r x = u_r

The program is solved in floats, which name the rows with a multiplier and the columns whose limit
is met; those equations are then solved in fractions. So the multipliers are exact, and whoever
checks them needs no tolerance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.solvers import FloatProgram, Status, UnprovenError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation_models.program import BigIntegers, Floats, Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver

#: A multiplier of row r, exact.
Multipliers = dict[int, Fraction]

_ZERO = 1e-7
#: Numbers that the equations leave open are rounded to fractions no finer than this.
_FINEST = 10**6


@dataclass(frozen=True)
class Sides:
    """Which rows may have a multiplier: ``low`` (m,) of a lower bound met, ``high`` of an upper."""

    low: Mask
    high: Mask


def exact_multipliers(
    program: LinearProgram, sides: Sides, lower: BigIntegers, upper: BigIntegers, solver: Solver
) -> Multipliers | None:
    r"""Return exact multipliers, or None if there are none.

    Parameters
    ----------
    program
        The rows.
    sides
        Which rows may have a multiplier of which sign.
    lower, upper
        Shape (n,): the limits of :math:`A^\top y`; Fractions, whole numbers, or an infinite float.
    solver
        Opens a session on a float program.
    """
    low, high = np.flatnonzero(sides.low), np.flatnonzero(sides.high)
    rows = np.concatenate([low, high])
    sign = np.concatenate([np.ones(len(low)), -np.ones(len(high))])
    floats = _program(program, rows, sign, lower.astype(np.float64), upper.astype(np.float64))
    try:
        solution = solver(floats).solve()
    except UnprovenError:
        return None
    if solution.status is not Status.OPTIMAL:
        return None
    value = solution.x * sign
    used = np.unique(rows[solution.x > _ZERO])
    found = np.zeros(program.rows)
    np.add.at(found, rows, value)
    return _exactly(program, used, found[used] / program.row_scale[used], lower, upper)


def _program(
    program: LinearProgram, rows: Integers, sign: Floats, lower: Floats, upper: Floats
) -> FloatProgram:
    """Return the float program: a row per column of ``program``, a column per side of a row."""
    entries, row = _entries(program, rows)
    column = program.indices[entries]
    order = np.lexsort((row, column))
    data = program.float_data[entries] * sign[row]
    counts = np.bincount(column, minlength=program.columns)
    size = len(rows)
    return FloatProgram(
        cost=np.ones(size),
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        indices=row[order],
        data=data[order],
        row_lower=lower,
        row_upper=upper,
        column_lower=np.zeros(size),
        column_upper=np.full(size, np.inf),
    )


def _entries(program: LinearProgram, rows: Integers) -> tuple[Integers, Integers]:
    """Return the entries of ``rows`` in turn, and for each the position of its row in them."""
    size = np.diff(program.indptr)[rows]
    start = np.cumsum(size) - size
    position = np.repeat(np.arange(len(rows)), size)
    return np.arange(int(size.sum())) + (program.indptr[rows] - start)[position], position


def _exactly(
    program: LinearProgram, used: Integers, floats: Floats, lower: BigIntegers, upper: BigIntegers
) -> Multipliers:
    """Return the multipliers of the rows ``used`` from the limits that their floats meet."""
    entries, row = _entries(program, used)
    column, data = program.indices[entries], program.data[entries]
    scaled = floats * program.row_scale[used]
    sums = np.bincount(
        column, weights=program.float_data[entries] * scaled[row], minlength=program.columns
    )
    equations: dict[int, dict[int, int]] = defaultdict(dict)
    for at, position, value in zip(column.tolist(), row.tolist(), data.tolist(), strict=True):
        equations[at][position] = value
    near = _ZERO * (1.0 + np.abs(sums))
    goals = {}
    for at in equations:
        for limit in (lower[at], upper[at]):
            if abs(sums[at] - float(limit)) <= near[at]:
                goals[at] = Fraction(limit)
    system = [(equations[at], goal) for at, goal in goals.items()]
    solved = solve_sparse(system, [Fraction(value) for value in floats.tolist()])
    return {int(r): value for r, value in zip(used, solved, strict=True) if value}


def solve_sparse(
    system: Iterable[tuple[dict[int, int], Fraction]], guess: list[Fraction]
) -> list[Fraction]:
    """Return a solution of sparse linear equations, in fractions.

    Parameters
    ----------
    system
        Equations ``Σ coefficient · unknown = goal``, coefficients by unknown.
    guess
        About what the unknowns are; what the equations leave open is the guess rounded.

    Equations that contradict those before them are passed over: whoever uses the solution checks.
    """
    known: dict[int, tuple[dict[int, Fraction], Fraction]] = {}
    for terms, goal in sorted(system, key=lambda equation: len(equation[0])):
        line, rest = _reduced({k: Fraction(v) for k, v in terms.items()}, goal, known)
        if not line:
            continue
        pivot = min(line)
        factor = line.pop(pivot)
        line, rest = {k: v / factor for k, v in line.items()}, rest / factor
        known[pivot] = (line, rest)
    values = [value.limit_denominator(_FINEST) for value in guess]
    # The last line has only open unknowns in it; each one before, those and later pivots.
    for pivot, (line, rest) in reversed(known.items()):
        values[pivot] = rest - sum((v * values[k] for k, v in line.items()), Fraction(0))
    return values


def _reduced(
    line: dict[int, Fraction],
    rest: Fraction,
    known: dict[int, tuple[dict[int, Fraction], Fraction]],
) -> tuple[dict[int, Fraction], Fraction]:
    """Return an equation with the unknowns that earlier ones give put in."""
    pending = [k for k in line if k in known]
    while pending:
        hit = pending.pop()
        factor = line.pop(hit, None)
        if not factor:
            continue
        terms, goal = known[hit]
        rest -= factor * goal
        for k, v in terms.items():
            value = line.get(k, Fraction(0)) - factor * v
            if value:
                line[k] = value
                if k in known:
                    pending.append(k)
            else:
                line.pop(k, None)
    return line, rest

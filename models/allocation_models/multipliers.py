r"""Exact multipliers of rows that hold a point where it is, found step by step.

Given a point :math:`x` and, for each column, what the rows summed with multipliers may come to, the
least change :math:`\Delta` of the multipliers so far:

.. math::

    \min \sum_r |\Delta_r| \quad\text{s.t.}\quad
    w_j \le (A^\top (y + \Delta))_j \le \bar w_j,\qquad
    y_r + \Delta_r \ge 0 \text{ unless } a_r x = u_r,\quad
    y_r + \Delta_r \le 0 \text{ unless } a_r x = \ell_r

The program is solved in floats, which name the rows that change and the columns whose limit is
met; those equations are then solved in fractions. So the multipliers are exact, and whoever checks
them needs no tolerance. The next step starts from the last basis, with a few limits changed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.solvers import FloatProgram, Status, UnprovenError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation_models.program import BigIntegers, Floats, Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver

#: A multiplier of row r, exact.
Multipliers = dict[int, Fraction]
_Line = dict[int, Fraction]

_ZERO = 1e-7
#: A row of no more columns than this is tried alone.
_FEW = 4
#: Numbers that the equations leave open are rounded to fractions no finer than this.
_FINEST = 10**6


@dataclass(frozen=True)
class Sides:
    """Which rows may have a multiplier: ``low`` (m,) of a lower bound met, ``high`` of an upper."""

    low: Mask
    high: Mask


class Search:
    r"""Multipliers as they grow from step to step.

    Parameters
    ----------
    program
        The rows.
    sides
        Which rows may have a multiplier of which sign.
    lower, upper
        Shape (n,): the limits of :math:`A^\top y`; Fractions, whole numbers, or an infinite float.
        They are changed by :meth:`limit`.
    solver
        Opens a session on a float program.

    Attributes
    ----------
    total
        Shape (n,), Fractions: :math:`A^\top y` as it stands.
    """

    def __init__(
        self,
        program: LinearProgram,
        sides: Sides,
        lower: BigIntegers,
        upper: BigIntegers,
        solver: Solver,
    ) -> None:
        self.program, self.sides = program, sides
        self.lower, self.upper = lower, upper
        self.total = np.zeros(program.columns, dtype=object)
        self._y: Multipliers = defaultdict(Fraction)
        self._rows = np.flatnonzero(sides.low | sides.high)
        self._place = np.full(program.rows, -1)
        self._place[self._rows] = np.arange(len(self._rows))
        self._session = solver(self._float_program())

    def _float_program(self) -> FloatProgram:
        """Return the program: a row per column of ours; a rise, then a fall, per row of ours."""
        program, count = self.program, len(self._rows)
        kept = self._place[program.row_of_entry] >= 0
        column = program.indices[kept]
        place, data = self._place[program.row_of_entry[kept]], program.float_data[kept]
        entries = np.concatenate([place, place + count]), np.concatenate([data, -data])
        order = np.lexsort((entries[0], np.tile(column, 2)))
        counts = 2 * np.bincount(column, minlength=program.columns)
        return FloatProgram(
            cost=np.ones(2 * count),
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            indices=entries[0][order],
            data=entries[1][order],
            row_lower=self.lower.astype(np.float64),
            row_upper=self.upper.astype(np.float64),
            column_lower=np.zeros(2 * count),
            column_upper=np.concatenate(self._room(self._rows)),
        )

    def _room(self, rows: Integers) -> tuple[Floats, Floats]:
        """Return how far the multipliers of ``rows`` may rise and fall, in the rows' own units."""
        y = np.array([float(self._y.get(row, 0)) for row in rows.tolist()])
        y *= self.program.row_scale[rows]
        rise = np.where(self.sides.low[rows], np.inf, -y)
        fall = np.where(self.sides.high[rows], np.inf, y)
        return np.maximum(rise, 0.0), np.maximum(fall, 0.0)

    def limit(self, columns: Integers, lower: Any, upper: Any) -> None:
        """Set the limits of some columns."""
        self.lower[columns], self.upper[columns] = lower, upper
        self._tell(columns)

    def _tell(self, columns: Integers) -> None:
        """Tell the session what is left to the limits of ``columns``."""
        low, high = self.lower[columns], self.upper[columns]
        here = self.total[columns]
        self._session.row_bounds(
            columns, (low - here).astype(np.float64), (high - here).astype(np.float64)
        )

    def step(self) -> Multipliers | None:
        """Return the change that meets the limits, and make it; None if there is none."""
        try:
            solution = self._session.solve()
        except UnprovenError:
            return None
        if solution.status is not Status.OPTIMAL:
            return None
        count = len(self._rows)
        change = solution.x[:count] - solution.x[count:]
        used = self._rows[np.abs(change) > _ZERO]
        found = self._exactly(used, change[self._place[used]])
        self._add(found)
        return found

    def nudge(self, column: int) -> Multipliers | None:
        """Bring one column's sum down to its upper limit by one row of few columns, if it may.

        Columns tied together by such a row mostly want no more than this, and there can be many.
        """
        program, left = self.program, self.upper[column] - self.total[column]
        for row in self._rows_of(column).tolist():
            at = slice(program.indptr[row], program.indptr[row + 1])
            columns, data = program.indices[at], program.data[at].astype(object)
            if len(columns) > _FEW:
                continue
            change = Fraction(left) / data[columns == column][0]
            y = self._y.get(row, Fraction(0)) + change
            allowed = self.sides.low[row] if y > 0 else self.sides.high[row]
            sums, others = self.total[columns] + data * change, columns != column
            held = (self.lower[columns] <= sums) & (sums <= self.upper[columns])
            if change and (allowed or not y) and held[others].all():
                self._add({row: change})
                return {row: change}
        return None

    def _rows_of(self, column: int) -> Integers:
        """Return the rows with an entry in a column that may have a multiplier."""
        start, stop = self._by_column[0][column : column + 2]
        return np.asarray(self._by_column[1][start:stop])

    @cached_property
    def _by_column(self) -> tuple[Integers, Integers]:
        """The rows that may have a multiplier, column by column, and where each column starts."""
        program = self.program
        kept = np.flatnonzero(self._place[program.row_of_entry] >= 0)
        order = kept[np.argsort(program.indices[kept], kind="stable")]
        counts = np.bincount(program.indices[kept], minlength=program.columns)
        return np.concatenate([[0], np.cumsum(counts)]), program.row_of_entry[order]

    def _add(self, change: Multipliers) -> None:
        """Add to the multipliers, and tell the session."""
        touched = set()
        for row, value in change.items():
            self._y[row] += value
            at = slice(self.program.indptr[row], self.program.indptr[row + 1])
            columns = self.program.indices[at]
            self.total[columns] += self.program.data[at].astype(object) * value
            touched.update(columns.tolist())
        if not change:
            return
        self._tell(np.array(sorted(touched)))
        rows = np.array(sorted(change))
        place, none = self._place[rows], np.zeros(2 * len(rows))
        self._session.column_bounds(
            np.concatenate([place, place + len(self._rows)]),
            none,
            np.concatenate(self._room(rows)),
        )

    def _exactly(self, used: Integers, change: Floats) -> Multipliers:
        """Return the change of the rows ``used`` from the limits that their floats meet."""
        program = self.program
        equations: dict[int, _Line] = defaultdict(dict)
        sums: dict[int, float] = defaultdict(float)
        for position, row in enumerate(used.tolist()):
            at = slice(program.indptr[row], program.indptr[row + 1])
            columns = program.indices[at].tolist()
            scaled = (program.float_data[at] * change[position]).tolist()
            for j, a, part in zip(columns, program.data[at].tolist(), scaled, strict=True):
                equations[j][position] = Fraction(a)
                sums[j] += part
        system = []
        for j, line in equations.items():
            for limit in (self.lower[j], self.upper[j]):
                left = limit - self.total[j]
                if abs(sums[j] - float(left)) <= _ZERO * (1.0 + abs(sums[j])):
                    system.append((line, Fraction(left)))
                    break
        guess = [Fraction(value) for value in (change / program.row_scale[used]).tolist()]
        solved = solve_sparse(system, guess)
        return {int(row): value for row, value in zip(used, solved, strict=True) if value}


def solve_sparse(system: Iterable[tuple[_Line, Fraction]], guess: list[Fraction]) -> list[Fraction]:
    """Return a solution of sparse linear equations, in fractions.

    Parameters
    ----------
    system
        Equations ``Σ coefficient · unknown = goal``, coefficients by unknown.
    guess
        About what the unknowns are; what the equations leave open is the guess rounded.

    Equations that contradict those before them are passed over: whoever uses the solution checks.
    """
    known: dict[int, tuple[_Line, Fraction]] = {}
    for terms, goal in sorted(system, key=lambda equation: len(equation[0])):
        line, rest = _reduced(dict(terms), goal, known)
        if not line:
            continue
        pivot = min(line)
        factor = line.pop(pivot)
        known[pivot] = {k: v / factor for k, v in line.items()}, rest / factor
    values = [value.limit_denominator(_FINEST) for value in guess]
    # The last line has only open unknowns in it; each one before, those and later pivots.
    for pivot, (line, rest) in reversed(known.items()):
        values[pivot] = rest - sum((v * values[k] for k, v in line.items()), Fraction(0))
    return values


def _reduced(
    line: _Line, rest: Fraction, known: dict[int, tuple[_Line, Fraction]]
) -> tuple[_Line, Fraction]:
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

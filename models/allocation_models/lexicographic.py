r"""Whole-number programs asked objective after objective, until one answer is left.

.. math::

    \operatorname{lex\,min}\; (c^1 x, c^2 x, \dots) \quad\text{s.t.}\quad
    \ell \le A x \le u, \qquad x_j \in \mathbb{Z}_+ \text{ for gets, gives and touched}

Floats only carry the whole numbers of the moves; the value of an objective is computed from these
by whoever asks and handed back, and :math:`c^i x \le v^i` is a row from then on. What ties leave is
fixed cell by cell in a stated order: touched or not first, in runs with powers of two as weights,
then how much. The lexicographically first answer is one only, so it depends on no solver.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import InfeasibleError, find_conflict, float_bound, float_program
from allocation_models.program import Block, stack
from allocation_models.solvers import FloatProgram, Solver, Status, UnprovenError

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, LinearProgram

#: Cells decided by one program; their weights are powers of two.
_RUN = 16
#: Below 1, so that no worse value fits in; far above what solvers tolerate; more is slower.
_ROOM = 0.01
#: What is nearer to a whole number than this is one.
_NEAR = 1e-4
#: Room of every row where numbers need not be whole: enough there.
_LITTLE = 1e-7


@dataclass
class Wide:
    """Columns and rows of the moves of ``cells``: gets, gives, touched, others from ``first``."""

    cells: int
    first: int
    lower: Integers
    upper: Integers
    rows: list[Block] = field(default_factory=list)


def unproven_unless(sound: object, what: str) -> None:
    """Raise UnprovenError unless a check of ours holds."""
    if not sound:
        raise UnprovenError(f"{what}: a check in whole numbers failed")


class Search:
    """One program, its rows of values reached, and bounds that close in as ties are decided.

    Attributes
    ----------
    values
        What has been reached, in order.
    """

    def __init__(self, wide: Wide, solver: Solver) -> None:
        self._wide, self._solver = wide, solver
        self._exact = stack(wide.rows, wide.lower, wide.upper)
        self._lower, self._upper = wide.lower.copy(), wide.upper.copy()
        self._reached: list[tuple[Integers, int]] = []
        self._integer = np.arange(len(wide.lower)) < 3 * wide.cells
        self._built: FloatProgram | None = None
        self._room = np.zeros(0)
        self.values: list[int] = []

    def best(self, cost: Integers | Floats) -> Integers:
        """Return the moves of least cost, shape (K,), whole.

        Raises
        ------
        InfeasibleError
            If there are none; with the rows and columns that conflict.
        UnprovenError
            If nothing was proven.
        """
        solution = self._solver(self._asked(cost)).solve()
        if solution.status is Status.INFEASIBLE:
            conflict = None if self._reached else find_conflict(self._exact)
            if conflict is None:
                raise UnprovenError("infeasible, no proof")
            raise InfeasibleError(conflict)
        return self._whole(solution.x)

    def reach(self, cost: Integers, value: int) -> None:
        """Hold ``cost`` at most at ``value`` from now on."""
        self._reached.append((cost, value))
        self._built = None
        self.values.append(value)

    def only(self, order: Integers) -> Integers:
        """Return the one answer that the order among cells leaves, shape (K,), whole."""
        count = self._wide.cells
        ranked = np.argsort(order, kind="stable")
        moves = self._touched(ranked)
        for cell in ranked[moves[ranked] != 0].tolist():
            cost = np.zeros(len(self._lower))
            cost[cell], cost[count + cell] = -1.0, 1.0
            moves = self._most(cell, cost, moves)
            self._fix(np.array([cell]), moves)
        return moves

    def _most(self, cell: int, cost: Floats, moves: Integers) -> Integers:
        """Return whole moves with the most for ``cell``; ``moves`` are some.

        The program without whole numbers is quicker, and bounds it: mostly that is enough.
        """
        asked = self._asked(cost)
        relaxed = replace(asked, integer=None, row_upper=asked.row_upper - self._room + _LITTLE)
        solution = self._solver(relaxed).solve()
        if solution.status is not Status.OPTIMAL:
            return self.best(cost)
        x, count = solution.x, self._wide.cells
        net = x[:count] - x[count : 2 * count]
        if moves[cell] == int(np.floor(net[cell] + _NEAR)):
            return moves
        whole = np.rint(net).astype(np.int64)
        return whole if np.abs(net - whole).max() < _NEAR else self.best(cost)

    def _asked(self, cost: Integers | Floats) -> FloatProgram:
        """Return the program with a cost, bounds as they now stand."""
        size = max(float(np.abs(cost).max(initial=0.0)), 1.0)
        return replace(
            self._floats(),
            cost=np.asarray(cost, dtype=np.float64) / size,
            column_lower=float_bound(self._lower),
            column_upper=float_bound(self._upper),
        )

    def _touched(self, ranked: Integers) -> Integers:
        """Fix who is touched: the first in the order as little as can be."""
        count = self._wide.cells
        moves = self.best(np.zeros(len(self._lower)))
        for start in range(0, count, _RUN):
            run = ranked[start : start + _RUN]
            cost = np.zeros(len(self._lower))
            cost[2 * count + run] = 2.0 ** np.arange(len(run) - 1, -1, -1)
            moves = self.best(cost)
            still = run[moves[run] == 0]
            self._upper[np.concatenate([still, count + still, 2 * count + still])] = 0
            up, down = run[moves[run] > 0], run[moves[run] < 0]
            self._lower[2 * count + np.concatenate([up, down])] = 1
        return moves

    def _fix(self, cells: Integers, moves: Integers) -> None:
        gets = np.concatenate([np.maximum(moves[cells], 0), np.maximum(-moves[cells], 0)])
        columns = np.concatenate([cells, self._wide.cells + cells])
        self._lower[columns] = self._upper[columns] = gets

    def _floats(self) -> FloatProgram:
        """Return the program in floats with a row for each value reached, built once."""
        if self._built is None:
            floats = float_program(self._with_reached(), 1.0, np.zeros(len(self._lower)))
            self._room = self._room_of_rows(len(floats.row_upper))
            upper = floats.row_upper + self._room
            self._built = replace(floats, integer=self._integer, row_upper=upper)
        return self._built

    def _with_reached(self) -> LinearProgram:
        """Return the program with a row for each value reached."""
        rows = [
            Block(
                "value",
                np.zeros(np.count_nonzero(cost), dtype=np.int64),
                np.flatnonzero(cost),
                cost[cost != 0],
                np.array([-(2**62)]),
                np.array([value]),
            )
            for cost, value in self._reached
        ]
        return stack([*self._wide.rows, *rows], self._lower, self._upper)

    def _room_of_rows(self, count: int) -> Floats:
        """Return what rows of values leave to a solver's tolerance, or right answers are lost.

        Values of whole moves are whole, so no worse one fits in: not even if every other column
        takes the room of one row, at the largest cost there is, into another.
        """
        room = np.zeros(count)
        if not self._reached:
            return room
        largest = np.array([int(np.abs(cost).max(initial=1)) for cost, _ in self._reached])
        # Rows of floats are divided by their largest coefficient.
        room[-len(largest) :] = _ROOM / ((1 + largest.max()) * np.maximum(largest, 1))
        return room

    def _whole(self, x: Floats) -> Integers:
        """Return the moves of an answer in whole numbers; they must be near to it."""
        count = self._wide.cells
        net = x[:count] - x[count : 2 * count]
        moves = np.rint(net).astype(np.int64)
        unproven_unless(np.abs(net - moves).max(initial=0.0) < _NEAR, "whole moves")
        return moves

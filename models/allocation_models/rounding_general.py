"""Controlled rounding on any rows, by whole-number programs over runs of the order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.helpers import helper_values
from allocation_models.program import NO_BOUND
from allocation_models.quanta import in_quanta
from allocation_models.solvers import FloatProgram, Status

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, LinearProgram, Mask
    from allocation_models.quanta import Bounds, Fractions
    from allocation_models.solvers import Solver

#: Choices decided by one whole-number program; their weights are powers of two.
_RUN = 20


class NoRoundingError(Exception):
    """No whole quanta meet the rows: a smaller quantum is needed."""


def round_general(
    program: LinearProgram, quantum: int, parts: Fractions, sharing: Mask, solver: Solver
) -> Integers:
    """Return whole quanta (n,) on any rows by whole-number programs over runs of the order.

    Columns that are not ``sharing`` only serve the rows and take whatever whole number fits.

    Raises
    ------
    NoRoundingError
        If no whole quanta meet the rows.
    """
    bounds = in_quanta(program, quantum)
    # Helpers start near where they will end, so that their moves are small too.
    near = helper_values(program, parts.whole * quantum, ~sharing)
    parts = replace(parts, whole=np.where(sharing, parts.whole, near // quantum).astype(np.int64))
    room = (_minus(bounds.lower, parts.whole), _minus(bounds.upper, parts.whole))
    up = (parts.part > 0).astype(np.int64)
    moves = _moves(program, bounds, parts.whole, solver)
    moves.low = np.where(sharing, np.maximum(room[0], 0), room[0])
    moves.high = np.where(sharing, np.minimum(room[1], up), room[1])
    if moves.least(np.zeros(program.columns)) is None:
        excess = _least_excess(moves, room, up, sharing, parts.place)
        moves.low = np.where(sharing, np.maximum(room[0], -excess), room[0])
        moves.high = np.where(sharing, np.minimum(room[1], up + excess), room[1])
    order = np.flatnonzero(sharing)
    moves.decide(order[np.argsort(parts.place[order])], sign=-1.0)
    final = moves.least(np.zeros(program.columns))
    if final is None:
        raise NoRoundingError
    return parts.whole + final


@dataclass
class _Moves:
    """A whole-number program in moves away from each amount's whole quanta.

    Moves are small where the quanta themselves may be too large for a float. ``low`` and ``high``
    close in as choices are made.
    """

    solver: Solver
    indptr: Integers
    indices: Integers
    data: Floats
    row_lower: Integers
    row_upper: Integers
    low: Integers
    high: Integers

    def least(self, cost: Floats) -> Integers | None:
        """Return the moves of least cost, or None if there are none."""
        if np.any(self.low > self.high):
            return None
        program = FloatProgram(
            cost=cost,
            indptr=self.indptr,
            indices=self.indices,
            data=self.data,
            row_lower=_floats(self.row_lower),
            row_upper=_floats(self.row_upper),
            column_lower=_floats(self.low),
            column_upper=_floats(self.high),
            integer=np.ones(len(cost), dtype=bool),
        )
        solution = self.solver(program).solve()
        if solution.status is Status.INFEASIBLE:
            return None
        return np.rint(solution.x).astype(np.int64)

    def decide(self, order: Integers, sign: float) -> None:
        """Fix the columns one after the other as low (sign 1) or high (-1) as they can be.

        Runs of columns are decided by one program each, with powers as weights.
        """
        order = order[self.low[order] < self.high[order]]
        base = 1 + int((self.high - self.low)[order].max(initial=1))
        length = max(1, int(_RUN / np.log2(base)))
        for start in range(0, len(order), length):
            run = order[start : start + length]
            cost = np.zeros(len(self.low))
            cost[run] = sign * float(base) ** np.arange(len(run) - 1, -1, -1)
            moves = self.least(cost)
            if moves is None:
                raise NoRoundingError
            self.low[run] = self.high[run] = moves[run]


def _moves(program: LinearProgram, bounds: Bounds, whole: Integers, solver: Solver) -> _Moves:
    """Return the moves allowed by the rows that hold for whole quanta; columns still free."""
    rows = np.flatnonzero(program.whole_rows)
    keep = program.whole_rows[program.row_of_entry]
    sums = program.activity(whole)[rows].astype(np.int64)
    return _Moves(
        solver,
        np.concatenate([[0], np.cumsum(np.diff(program.indptr)[rows])]),
        program.indices[keep],
        program.data[keep].astype(np.float64),
        _minus(bounds.row_lower[rows], sums),
        _minus(bounds.row_upper[rows], sums),
        bounds.lower,
        bounds.upper,
    )


def _least_excess(
    moves: _Moves, room: tuple[Integers, Integers], up: Integers, sharing: Mask, place: Integers
) -> Integers:
    """Return how far beyond one quantum each amount must move: least in all, last places first."""
    columns = len(up)
    beyond = columns + np.arange(columns)
    pairs = np.stack([np.arange(columns), beyond], axis=1).ravel()
    free = np.full(columns, NO_BOUND)
    ends = moves.indptr[-1] + 2 * np.arange(1, 2 * columns + 1)
    wide = _Moves(
        moves.solver,
        np.concatenate([moves.indptr, ends, [ends[-1] + columns]]),
        np.concatenate([moves.indices, pairs, pairs, beyond]),
        np.concatenate([moves.data, np.tile([1.0, -1.0], columns), np.ones(3 * columns)]),
        np.concatenate([moves.row_lower, -free, np.where(sharing, 0, -free), [0]]),
        np.concatenate([moves.row_upper, np.where(sharing, up, free), free, [NO_BOUND]]),
        np.concatenate([room[0], np.zeros(columns, dtype=np.int64)]),
        np.concatenate([room[1], np.where(sharing, free, 0)]),
    )
    cost = np.repeat([0.0, 1.0], columns)
    found = wide.least(cost)
    if found is None:
        raise NoRoundingError
    total = int(found[beyond].sum())
    wide.row_upper[-1] = total
    wide.high[beyond] = np.minimum(wide.high[beyond], total)
    wide.decide(beyond[np.argsort(place)], sign=1.0)
    return wide.low[beyond]


def _minus(bound: Integers, shift: Integers) -> Integers:
    """Return bounds shifted down, absent ones kept absent."""
    return np.where(np.abs(bound) >= NO_BOUND, bound, bound - shift)


def _floats(bound: Integers) -> Floats:
    """Return bounds as floats, infinite where there is none."""
    floats = bound.astype(np.float64)
    floats[bound >= NO_BOUND], floats[bound <= -NO_BOUND] = np.inf, -np.inf
    return floats

r"""Controlled rounding: from exact amounts to whole quanta, every row still exact.

.. math::

    n_i \in \{\lfloor x_i/q \rfloor, \lceil x_i/q \rceil\}, \qquad
    \ell \le A (q\,n) \le u, \quad \ell_i \le q\,n_i \le u_i

Who is rounded up is the lexicographically first choice in a stated order: largest fraction, then
the caller's order. On nested rows that choice is a greedy one (a laminar matroid), found by
sorting. Any other rows are first tried with the greedy choice of the nested ones, then decided by
whole-number programs over runs of the order; only if no such rounding exists may an amount move
by more than one quantum, by as little as possible in all (Cox, *JASA* 82, 1987, shows that two-way
tables never need it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocation_models.laminar import Tree, nest
from allocation_models.program import NO_BOUND, BigIntegers, Floats, Integers, LinearProgram, Mask
from allocation_models.solvers import FloatProgram, Solver, Status

#: Fractions are compared to this many parts of a quantum.
_PARTS = 2**62
#: Choices decided by one whole-number program; their weights are powers of two.
_RUN = 20


class NoRoundingError(Exception):
    """No whole quanta meet the rows: a smaller quantum is needed."""


@dataclass(frozen=True)
class Fractions:
    """Exact amounts in quanta, split into whole part and fraction.

    Parameters
    ----------
    whole
        Shape (n,), int64: the whole quanta below each amount.
    part
        Shape (n,), int64: the fraction, in parts of 2**62 (0: the amount is whole).
    place
        Shape (n,), int64: position in the order of who is rounded up first.
    """

    whole: Integers
    part: Integers
    place: Integers


def split(
    numerator: BigIntegers, denominator: BigIntegers, quantum: int, order: Integers
) -> Fractions:
    """Return exact amounts numerator / denominator as quanta and fractions.

    ``order`` (n,) breaks ties of equal fractions: the smaller goes first.
    """
    unit = denominator * quantum
    whole = numerator // unit
    rest = numerator - whole * unit
    # Rounded up, so that a fraction above zero never becomes none.
    part = (-((-rest * (_PARTS - 1)) // unit)).astype(np.int64)
    place = np.empty(len(part), dtype=np.int64)
    place[np.lexsort((order, -part))] = np.arange(len(part))
    return Fractions(whole.astype(np.int64), part, place)


@dataclass(frozen=True)
class Bounds:
    """The program's bounds in whole quanta, drawn inwards."""

    row_lower: Integers
    row_upper: Integers
    lower: Integers
    upper: Integers


def in_quanta(program: LinearProgram, quantum: int) -> Bounds:
    """Return the bounds in whole quanta: lower ones rounded up, upper ones down."""

    def up(bound: Integers) -> Integers:
        return np.where(np.abs(bound) >= NO_BOUND, bound, -(-bound // quantum))

    def down(bound: Integers) -> Integers:
        return np.where(np.abs(bound) >= NO_BOUND, bound, bound // quantum)

    return Bounds(
        up(program.row_lower),
        down(program.row_upper),
        up(program.column_lower),
        down(program.column_upper),
    )


def controlled_rounding(
    program: LinearProgram,
    numerator: BigIntegers,
    denominator: BigIntegers,
    quantum: int,
    order: Integers,
    sharing: Mask,
    solver: Solver,
) -> Integers:
    """Return exact amounts in whole quanta, shape (n,), every whole row of the program held.

    Parameters
    ----------
    program
        The rules to hold, bounds closed in.
    numerator, denominator
        Shape (n,), Python integers: the exact amounts.
    quantum
        Size of a quantum, in the program's unit.
    order
        Shape (n,): ties of equal fractions go to the smaller.
    sharing
        Shape (n,): the columns that are amounts; the others only serve the rows.
    solver
        Opens a session on a float program (only where rows do not nest).

    Raises
    ------
    NoRoundingError
        If no whole quanta meet the rows.
    """
    parts = split(numerator, denominator, quantum, order)
    tree = nest(program).tree if sharing.all() else None
    if tree is not None:
        # The best choice under some of the rows is the best under all if it meets them all.
        greedy = round_nested(tree, in_quanta(program, quantum), parts)
        if greedy is not None:
            rows, columns = program.broken(greedy * quantum)
            if not program.whole_rows[rows].any() and not len(columns):
                return greedy
    return round_general(program, quantum, parts, sharing, solver)


def round_nested(tree: Tree, bounds: Bounds, parts: Fractions) -> Integers | None:
    """Return whole quanta (n,) on nested rows by the greedy choice, or None if there are none.

    ``bounds`` are those of the tree's program; node bounds are drawn inwards from it.
    """
    lower = np.full(tree.nodes, -NO_BOUND)
    upper = np.full(tree.nodes, NO_BOUND)
    np.maximum.at(lower, tree.node_of_row, bounds.row_lower[tree.rows])
    np.minimum.at(upper, tree.node_of_row, bounds.row_upper[tree.rows])
    base = np.maximum(parts.whole, bounds.lower)
    can = (parts.part > 0) & (base == parts.whole) & (base < bounds.upper)
    if np.any(base > bounds.upper):
        return None
    total = tree.sums(base)
    least, most = np.maximum(lower - total, 0), upper - total
    # Class of each leaf: 0 must go up, 1 may, 2 may not.
    grade = np.where(can, 1, 2)
    node_of_leaf = tree.owner.copy()
    for level in tree.levels[::-1]:
        here = np.isin(node_of_leaf, level)
        if not _grade_level(grade, parts.place, node_of_leaf, here, least, most):
            return None
        node_of_leaf = np.where(here, tree.parent[node_of_leaf], node_of_leaf)
    return np.asarray(base + (grade == 0))


def _grade_level(
    grade: Integers, place: Integers, node: Integers, here: Mask, least: Integers, most: Integers
) -> bool:
    """Grade the leaves of one level's nodes in place; False if a node cannot be met."""
    must = np.bincount(node[here & (grade == 0)], minlength=len(least))
    may = np.bincount(node[here & (grade <= 1)], minlength=len(least))
    used = np.zeros(len(least), dtype=bool)
    used[node[here]] = True
    if np.any(used & ((must > most) | (may < least))):
        return False
    active = used & ((least > must) | (most < may))
    leaves = np.flatnonzero(here & active[node] & (grade <= 1))
    order = leaves[np.lexsort((place[leaves], grade[leaves], node[leaves]))]
    start = np.searchsorted(node[order], node[order], side="left")
    rank = np.arange(len(order)) - start
    grade[order] = np.where(
        rank < least[node[order]], 0, np.where(rank >= most[node[order]], 2, grade[order])
    )
    return True


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

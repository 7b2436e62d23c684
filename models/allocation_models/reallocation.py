r"""Moving idle money to where it can still be used: whole, unique, objective after objective.

Cells k hold money; :math:`n_k = a_k - o_k` is what a cell gets more or less, in whole quanta. Cells
are used by groups g, each of which can still use :math:`r_g` more, or holds :math:`s_g` beyond its
use (one of them is zero). With :math:`f_{gp}` what is used more in the p-th part of a use and
:math:`l_g` what is used less:

.. math::

    \operatorname{lex\,min}\quad & \textstyle\sum_g l_g - \sum_{gp} f_{gp}, \quad
        \sum_k a_k, \quad \sum_{gp} p f_{gp}, \quad \sum_k z_k \\
    \text{s.t.}\quad & \textstyle\sum_p f_{gp} - l_g \le s_g + \sum_{k \in g} n_k, \qquad
        \textstyle\sum_{k \in \text{pool}} n_k = 0, \qquad \text{rules on } n \\
    & 0 \le o_k \le \text{idle}_k, \qquad a_k \le A_k z_k, \quad o_k \le \text{idle}_k z_k, \quad
        z \in \{0, 1\}, \quad a, o \text{ whole}

The four: most used this year; least moved; those with the lowest part of their use covered first;
fewest cells touched. What is paid or committed is in no column, so it cannot move. Ties end in a
stated order: who stands first is left alone, then loses least and gets most. Every value reached is
computed from whole moves and stands as a row when the next one is asked, so the answer is the only
one, whichever solver finds it. A pool with g givers and r receivers needs at most g + r - 1
transfers: :func:`transfers` pairs them in order (the north-west corner rule; Dantzig, *Linear
Programming and Extensions*, 1963, chapter 15).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from allocation_models.lexicographic import Search, Wide, unproven_unless
from allocation_models.program import NO_BOUND, Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.program import Integers, LinearProgram
    from allocation_models.solvers import Solver

Aim = Literal["use", "moved", "fair", "few"]
#: Into how many parts fairness cuts each use.
PARTS = 20


@dataclass(frozen=True)
class Exchange:
    """What may move, in whole quanta.

    Parameters
    ----------
    rules
        Rows on the moves n (K columns), then helper columns that only serve rows; the bounds of a
        cell are what it may lose (below zero) and get (above).
    cells
        K.
    pool
        Shape (K,): money stays in its pool.
    user
        Shape (K,): who uses a cell.
    ends
        Shape (G, P): how much more each user can use up to the end of each part, not falling.
    spare
        Shape (G,): what each holds beyond its use; zero where ``ends`` is not.
    order
        Shape (K,): place in the order that ends ties.
    """

    rules: LinearProgram
    cells: int
    pool: Integers
    user: Integers
    ends: Integers
    spare: Integers
    order: Integers

    @property
    def lower(self) -> Integers:
        """Shape (K,): the least move of each cell."""
        return self.rules.column_lower[: self.cells]

    @cached_property
    def upper(self) -> Integers:
        """Shape (K,): the largest move of each cell: no more than others of its pool can give."""
        idle = np.bincount(self.pool, weights=-self.lower).astype(np.int64)
        most: Integers = np.minimum(self.rules.column_upper[: self.cells], idle[self.pool])
        return most

    def used(self, moves: Integers) -> Integers:
        """Return by how much each user uses more (below zero: less), shape (G,), exactly."""
        net = np.zeros(len(self.spare), dtype=np.int64)
        np.add.at(net, self.user, moves)
        used: Integers = np.minimum(net + self.spare, self.ends[:, -1])
        return used

    def value(self, aim: Aim, moves: Integers) -> int:
        """Return the value of an aim, exactly; less is better."""
        if aim == "use":
            return -int(self.used(moves).sum())
        if aim == "moved":
            return int(np.maximum(moves, 0).sum())
        if aim == "few":
            return int(np.count_nonzero(moves))
        starts = np.concatenate([np.zeros((len(self.ends), 1), dtype=np.int64), self.ends], axis=1)
        filled = np.minimum(np.maximum(self.used(moves), 0)[:, None], starts)
        return int((np.diff(filled, axis=1) * np.arange(1, self.ends.shape[1] + 1)).sum())

    def holds(self, moves: Integers) -> bool:
        """Whether whole moves keep pools and bounds, checked without a solver; rules apart."""
        totals = np.zeros(int(self.pool.max(initial=0)) + 1, dtype=np.int64)
        np.add.at(totals, self.pool, moves)
        inside = (moves >= self.lower) & (moves <= self.upper)
        return bool(inside.all() and not totals.any())


def parts_of(use: Integers, held: Integers, quantum: int, parts: int = PARTS) -> Integers:
    """Return the ends of the parts of each use beyond what is held, whole quanta, shape (G, P).

    >>> parts_of(np.array([80, 10]), np.array([40, 30]), 10, 4).tolist()
    [[0, 0, 2, 4], [0, 0, 0, 0]]
    """
    step = np.arange(1, parts + 1)
    beyond = use[:, None] * step - held[:, None] * parts
    ends: Integers = np.maximum(beyond // (parts * quantum), 0)
    return ends


def reallocate(exchange: Exchange, aims: Sequence[Aim], solver: Solver) -> Integers:
    """Return the one best move of each cell, shape (K,), whole quanta.

    Raises
    ------
    InfeasibleError
        If no moves meet the rules.
    UnprovenError
        If nothing was proven.
    """
    wide = _wide(exchange)
    search = Search(wide, solver)
    for aim in aims:
        moves = search.best(_cost(exchange, wide, aim))
        search.reach(_cost(exchange, wide, aim), exchange.value(aim, moves))
    moves = search.only(exchange.order)
    reached = [exchange.value(aim, moves) for aim in aims]
    unproven_unless(exchange.holds(moves) and reached == search.values, "moves")
    return moves


def columns_of(exchange: Exchange, extra: int) -> Wide:
    """Return the columns: gets, gives, touched, helpers of the rules, then ``extra`` ones."""
    count, helpers = exchange.cells, exchange.rules.columns - exchange.cells
    bound = np.concatenate([exchange.upper, -exchange.lower, np.ones(count, dtype=np.int64)])
    zero, free = np.zeros(extra, dtype=np.int64), np.full(extra, NO_BOUND)
    low, high = exchange.rules.column_lower[count:], exchange.rules.column_upper[count:]
    return Wide(
        cells=count,
        first=3 * count + helpers,
        lower=np.concatenate([np.zeros(3 * count, dtype=np.int64), low, zero]),
        upper=np.concatenate([np.maximum(bound, 0), high, free]),
        rows=[_rules(exchange), _pools(exchange), *_links(exchange)],
    )


def _wide(exchange: Exchange) -> Wide:
    """Return the program: after the common columns, what is used more by part, and used less."""
    users, parts = exchange.ends.shape
    wide = columns_of(exchange, users * parts + users)
    size = np.diff(exchange.ends, axis=1, prepend=0)
    wide.upper[wide.first : wide.first + size.size] = size.ravel()
    user = np.arange(users)
    fill = wide.first + np.arange(users * parts)
    row = np.concatenate([np.repeat(user, parts), user, exchange.user, exchange.user])
    cell = np.arange(exchange.cells)
    column = np.concatenate([fill, wide.first + size.size + user, cell, exchange.cells + cell])
    sign = np.repeat([1, -1, -1, 1], [size.size, users, exchange.cells, exchange.cells])
    free = np.full(users, -NO_BOUND)
    wide.rows.append(Block("use", row, column, sign, free, exchange.spare))
    return wide


def _cost(exchange: Exchange, wide: Wide, aim: Aim) -> Integers:
    cost = np.zeros(len(wide.lower), dtype=np.int64)
    count, parts = exchange.cells, exchange.ends.size
    fill = slice(wide.first, wide.first + parts)
    match aim:
        case "use":
            cost[fill], cost[fill.stop :] = -1, 1
        case "moved":
            cost[:count] = 1
        case "fair":
            cost[fill] = np.tile(np.arange(1, exchange.ends.shape[1] + 1), len(exchange.ends))
        case "few":
            cost[2 * count : 3 * count] = 1
    return cost


def _rules(exchange: Exchange) -> Block:
    """Return the rows of the rules: a move is what a cell gets less what it gives."""
    rules, count = exchange.rules, exchange.cells
    moved = rules.indices < count
    gives = np.flatnonzero(moved)
    column = np.where(moved, rules.indices, rules.indices + 2 * count)
    return Block(
        "rules",
        np.concatenate([rules.row_of_entry, rules.row_of_entry[gives]]),
        np.concatenate([column, rules.indices[gives] + count]),
        np.concatenate([rules.data, -rules.data[gives]]),
        rules.row_lower,
        rules.row_upper,
    )


def _pools(exchange: Exchange) -> Block:
    """Return a row per pool: what is given is got."""
    cell, pools = np.arange(exchange.cells), int(exchange.pool.max(initial=0)) + 1
    zero = np.zeros(pools, dtype=np.int64)
    return Block(
        "pools",
        np.concatenate([exchange.pool, exchange.pool]),
        np.concatenate([cell, exchange.cells + cell]),
        np.repeat([1, -1], exchange.cells),
        zero,
        zero,
    )


def _links(exchange: Exchange) -> list[Block]:
    """Return the rows that let a cell move only where it is touched."""
    cell, count = np.arange(exchange.cells), exchange.cells
    most = [np.maximum(exchange.upper, 0), np.maximum(-exchange.lower, 0)]
    zero, free = np.zeros(count, dtype=np.int64), np.full(count, -NO_BOUND)
    return [
        Block(
            "touched",
            np.concatenate([cell, cell]),
            np.concatenate([side * count + cell, 2 * count + cell]),
            np.concatenate([np.ones(count, dtype=np.int64), -bound]),
            free,
            zero,
        )
        for side, bound in enumerate(most)
    ]


def transfers(moves: Integers, pool: Integers, order: Integers) -> list[tuple[int, int, int]]:
    """Return (from, to, quanta) that make the moves, givers and receivers paired in order.

    At most one fewer than the cells touched, in each pool.

    >>> transfers(np.array([-3, 2, 1, 0]), np.zeros(4, dtype=int), np.arange(4))
    [(0, 1, 2), (0, 2, 1)]
    """
    found = []
    ranked = np.argsort(order, kind="stable")
    for number in np.unique(pool[moves != 0]).tolist():
        inside = ranked[(pool[ranked] == number) & (moves[ranked] != 0)]
        givers, getters = inside[moves[inside] < 0], inside[moves[inside] > 0]
        given, got = np.cumsum(-moves[givers]), np.cumsum(moves[getters])
        ends = np.union1d(given, got)
        size = np.diff(ends, prepend=0)
        pairs = zip(
            givers[np.searchsorted(given, ends)].tolist(),
            getters[np.searchsorted(got, ends)].tolist(),
            size.tolist(),
            strict=True,
        )
        found += list(pairs)
    return found

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

from typing import TYPE_CHECKING

import numpy as np

from allocation_models.helpers import helper_values
from allocation_models.laminar import Tree, nest
from allocation_models.program import NO_BOUND
from allocation_models.quanta import in_quanta, split
from allocation_models.rounding_general import NoRoundingError, round_general

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask
    from allocation_models.quanta import Bounds, Fractions
    from allocation_models.solvers import Solver

__all__ = ["NoRoundingError", "controlled_rounding", "round_nested"]


def controlled_rounding(
    program: LinearProgram,
    numerator: BigIntegers,
    denominator: BigIntegers,
    quantum: int,
    order: Integers,
    sharing: Mask,
    solver: Solver,
    tree: Tree | None = None,
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
    tree
        The nested rows, if they are known already.

    Raises
    ------
    NoRoundingError
        If no whole quanta meet the rows.
    """
    parts = split(numerator, denominator, quantum, order)
    if tree is None and sharing.all():
        tree = nest(program).tree
    if tree is not None:
        # The best choice under some of the rows is the best under all if it meets them all.
        greedy = round_nested(tree, in_quanta(program, quantum), parts)
        if greedy is not None:
            rows, columns = program.broken(greedy * quantum)
            if not program.whole_rows[rows].any() and not len(columns):
                return greedy
    quanta = round_general(program, quantum, parts, sharing, solver)
    amounts = helper_values(program, quanta * quantum, ~sharing)
    # Amounts are whole quanta, so what leaves them room leaves it up to the next whole one.
    return np.where(sharing, quanta, -(-amounts // quantum)).astype(np.int64)


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
    for depth in range(len(tree.levels) - 1, -1, -1):
        here = tree.depth[node_of_leaf] == depth
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

r"""Nested rules that cannot hold together, named without a solver.

On a tree of rows with bounds :math:`\ell_v \le \sum_{i \in v} x_i \le u_v` and leaves
:math:`\ell_i \le x_i \le u_i`, the least and the most a node can have are

.. math::

    L_v = \max\Bigl(\ell_v, \sum_{c \in v} L_c\Bigr), \qquad
    U_v = \min\Bigl(u_v, \sum_{c \in v} U_c\Bigr)

and the rows can all hold if and only if :math:`L_v \le U_v` everywhere. At the deepest node where
they cannot, either what the parts must have is over the node's upper bound, or what they can have
falls short of its lower one; whatever makes up that least or most is the rest of the conflict. All
in exact whole numbers. The condition is Hoffman's circulation theorem on a tree (A. J. Hoffman,
*Proc. Symp. Appl. Math.* 10, 1960).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import Conflict
from allocation_models.laminar import hang
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.laminar import Tree
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask


def nested_conflict(program: LinearProgram) -> tuple[Conflict | None, bool]:
    """Return rows and bounds that conflict among those that nest, and whether all of them nest.

    Without a conflict, a program whose rows all nest is feasible; of another nothing is said.
    """
    none = np.zeros(0, dtype=np.int64)
    crossed = np.flatnonzero(program.column_lower > program.column_upper)
    if len(crossed):
        return Conflict(none, crossed[:1], crossed[:1], multipliers=none.astype(object)), True
    tree, left = hang(program)
    return _first(program, tree), not len(left)


def _first(program: LinearProgram, tree: Tree) -> Conflict | None:
    """Return the conflict of the deepest node whose bounds cannot be met, if any."""
    least, most = _own(tree, program.column_lower), _own(tree, program.column_upper)
    lower, upper = tree.lower.astype(object), tree.upper.astype(object)
    below, above = least.copy(), most.copy()
    for level in tree.levels[::-1]:
        below[level], above[level] = least[level], most[level]
        wrong = (below[level] > upper[level]) | (above[level] < lower[level])
        wrong |= lower[level] > upper[level]
        for node in level[wrong.astype(bool)][:1].tolist():
            return _named(program, tree, node, (below, above))
        if level[0] == 0:
            break
        np.add.at(least, tree.parent[level], np.maximum(below[level], lower[level]))
        np.add.at(most, tree.parent[level], np.minimum(above[level], upper[level]))
    return None


def _own(tree: Tree, values: Integers) -> BigIntegers:
    """Return the sum of the leaves each node owns itself, shape (k,), Python integers."""
    total = np.zeros(tree.nodes, dtype=object)
    np.add.at(total, tree.owner, values.astype(object))
    return total


def _named(
    program: LinearProgram, tree: Tree, node: int, sums: tuple[BigIntegers, BigIntegers]
) -> Conflict:
    """Return what contradicts at ``node``, given what each node's parts must and can have."""
    below, above = sums
    none = np.zeros(0, dtype=np.int64)
    top, bottom = (_row_at(program, tree, node, lower=side) for side in (False, True))
    if tree.lower[node] > tree.upper[node]:
        return _conflict(np.array([bottom]), np.array([top]), none, none)
    if below[node] > tree.upper[node]:
        held, leaves = _made_of(tree, node, (tree.lower >= below) & (tree.lower > 0))
        rows = [_row_at(program, tree, each, lower=True) for each in held.tolist()]
        floors = leaves[program.column_lower[leaves] != 0]
        return _conflict(np.array(rows, dtype=np.int64), np.array([top]), floors, none)
    held, leaves = _made_of(tree, node, (tree.upper <= above) & (tree.upper < NO_BOUND))
    rows = [_row_at(program, tree, each, lower=False) for each in held.tolist()]
    return _conflict(np.array([bottom]), np.array(rows, dtype=np.int64), none, leaves)


def _row_at(program: LinearProgram, tree: Tree, node: int, *, lower: bool) -> int:
    """Return the first row of a node that gives it its lower or its upper bound; -1 if none."""
    rows = tree.rows[tree.node_of_row == node]
    bound = program.row_lower[rows] == tree.lower[node]
    if not lower:
        bound = program.row_upper[rows] == tree.upper[node]
    return int(rows[bound].min()) if bound.any() else -1


def _made_of(tree: Tree, node: int, held: Mask) -> tuple[Integers, Integers]:
    """Return the topmost ``held`` nodes below ``node``, and the leaves that no such node holds."""
    opened = np.zeros(tree.nodes, dtype=bool)
    opened[node] = True
    stops = np.zeros(tree.nodes, dtype=bool)
    for level in tree.levels[int(tree.depth[node]) + 1 :]:
        reached = opened[tree.parent[level]]
        stops[level] = reached & held[level].astype(bool)
        opened[level] = reached & ~held[level].astype(bool)
    return np.flatnonzero(stops), np.flatnonzero(opened[tree.owner])


def _conflict(lower: Integers, upper: Integers, floors: Integers, caps: Integers) -> Conflict:
    """Return the conflict of rows' lower and upper sides and leaves' bounds, each counted once."""
    rows = np.concatenate([lower, upper])
    sides = np.concatenate([np.ones(len(lower)), -np.ones(len(upper))]).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    return Conflict(rows[order], floors, caps, multipliers=sides[order].astype(object))

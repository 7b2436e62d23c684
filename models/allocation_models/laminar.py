r"""Nested rules as a tree: every two rows are disjoint or one holds the other.

The root is the row over all columns that fixes the total. Rows that are such sums (coefficients
one) have a direct solution (:mod:`allocation_models.nested_share`); what does not nest is left
over, with the reason as a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from allocation_models.program import NO_BOUND, Integers, LinearProgram, Mask


class NotNested(StrEnum):
    """Why rules do not nest."""

    COEFFICIENTS = "coefficients"
    CROSSING = "crossing"
    NO_TOTAL = "no_total"


@dataclass(frozen=True)
class Tree:
    """Nested rows, parents before children; node 0 is the root.

    Parameters
    ----------
    parent
        Shape (k,): parent node; the root's is 0.
    lower, upper
        Shape (k,), int64: bounds of each node's sum.
    owner
        Shape (n,): the smallest node that holds each column.
    levels
        Nodes by depth, the root's level first.
    rows, node_of_row
        The program's rows in the tree, and the node each became (equal sets share one).
    """

    parent: Integers
    lower: Integers
    upper: Integers
    owner: Integers
    levels: tuple[Integers, ...]
    rows: Integers
    node_of_row: Integers

    @property
    def nodes(self) -> int:
        """Number of nodes k."""
        return len(self.parent)

    def sums(self, values: Integers) -> Integers:
        """Return each node's sum of whole-number leaf ``values`` (n,), exactly, shape (k,)."""
        total = np.zeros(self.nodes, dtype=values.dtype)
        np.add.at(total, self.owner, values)
        for level in self.levels[:0:-1]:
            np.add.at(total, self.parent[level], total[level])
        return total


@dataclass(frozen=True)
class Nesting:
    """The tree of the rows that nest (None without a total), the rows left over, and why."""

    tree: Tree | None
    left: Integers
    reason: NotNested | None


def nest(program: LinearProgram) -> Nesting:
    """Return the nested rows of a program as a tree; larger rows are taken first.

    Rows of a single column are passed over: they are bounds, and belong there.
    """
    sizes = np.diff(program.indptr)
    plain = _all_ones(program, sizes)
    order = np.flatnonzero(plain & (sizes > 1) | (sizes == program.columns))
    order = order[np.argsort(-sizes[order], kind="stable")]
    left = np.flatnonzero(~plain & (sizes > 0))
    if not len(order) or not plain[order[0]] or sizes[order[0]] != program.columns:
        return Nesting(None, np.flatnonzero(sizes > 0), NotNested.NO_TOTAL)
    owner = np.zeros(program.columns, dtype=np.int64)
    parents, node_sizes, rows, nodes, crossing = [0], [program.columns], [], [], []
    for row in order.tolist():
        columns = program.indices[program.indptr[row] : program.indptr[row + 1]]
        owners, size = owner[columns], len(columns)
        node = int(owners[0])
        if size > node_sizes[node] or (owners != node).any():
            crossing.append(row)
            continue
        if size < node_sizes[node]:
            parents.append(node)
            node_sizes.append(size)
            node = len(parents) - 1
            owner[columns] = node
        rows.append(row)
        nodes.append(node)
    reason = NotNested.COEFFICIENTS if len(left) else NotNested.CROSSING if crossing else None
    left = np.sort(np.concatenate([left, np.array(crossing, dtype=np.int64)]))
    tree = _tree(program, np.array(parents), owner, np.array(rows), np.array(nodes))
    if tree.lower[0] != tree.upper[0]:
        return Nesting(None, np.flatnonzero(sizes > 0), NotNested.NO_TOTAL)
    return Nesting(tree, left, reason)


def _all_ones(program: LinearProgram, sizes: Integers) -> Mask:
    """Return which rows are plain sums."""
    plain = np.ones(program.rows, dtype=bool)
    plain[program.row_of_entry[np.flatnonzero(program.data != 1)]] = False
    return plain & (sizes > 0)


def _tree(
    program: LinearProgram, parent: Integers, owner: Integers, rows: Integers, nodes: Integers
) -> Tree:
    """Return the tree with the bounds of the rows that share a node drawn together."""
    lower, upper = np.full(len(parent), -NO_BOUND), np.full(len(parent), NO_BOUND)
    np.maximum.at(lower, nodes, program.row_lower[rows])
    np.minimum.at(upper, nodes, program.row_upper[rows])
    depth = [0] * len(parent)
    for node, above in enumerate(parent.tolist()[1:], start=1):
        depth[node] = depth[above] + 1
    depths = np.array(depth)
    levels = tuple(np.flatnonzero(depths == level) for level in range(max(depth) + 1))
    return Tree(parent, lower, upper, owner, levels, rows, nodes)

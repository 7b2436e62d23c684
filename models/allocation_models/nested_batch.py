r"""Many nested programs over one tree: the same rows and columns, other numbers in each.

.. math::

    \ell_{cv} \le \sum_{i \in v} x_{ci} \le u_{cv} \ (v \in \text{tree}), \qquad
    \ell_{ci} \le x_{ci} \le u_{ci} \qquad \text{for every case } c

Columns are laid out so that all columns of a node stand side by side. Then sums over nodes are sums
over runs of an array, for all cases at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.laminar import Tree
    from allocation_models.program import Floats, Integers, Mask

#: Half the distance from 1 to the next float: the relative error of one operation.
UNIT_ERROR = 2.0**-53


@dataclass(frozen=True)
class Level:
    """Nodes of one depth by parent: those of ``parents[j]`` stand from ``starts[j]`` on."""

    nodes: Integers
    starts: Integers
    parents: Integers


@dataclass(frozen=True)
class Layout:
    """A tree with its columns in an order in which every node's columns are a run.

    Parameters
    ----------
    tree
        The tree; its own bounds are not read.
    order
        Shape (n,): the columns in that order.
    owner
        Shape (n,): the smallest node that holds each column, in that order.
    first, last
        Shape (k,): the run ``first:last`` of each node's columns.
    starts
        Shape (j,): where each run of columns of one owner starts.
    levels
        The levels below the root, deepest first.
    """

    tree: Tree
    order: Integers
    owner: Integers
    first: Integers
    last: Integers
    starts: Integers
    levels: tuple[Level, ...]

    @classmethod
    def of(cls, tree: Tree) -> Layout:
        """Return the layout of a tree."""
        own = np.bincount(tree.owner, minlength=tree.nodes)
        size = tree.sums(np.ones(len(tree.owner), dtype=np.int64))
        first = np.zeros(tree.nodes, dtype=np.int64)
        following = own.copy()
        # Parents stand before their children.
        for node, parent in enumerate(tree.parent.tolist()[1:], start=1):
            first[node] = following[parent]
            following[parent] += size[node]
            following[node] = first[node] + own[node]
        order = np.argsort(first[tree.owner], kind="stable")
        owner = tree.owner[order]
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        levels = tuple(_level(nodes, tree.parent) for nodes in tree.levels[:0:-1])
        return cls(tree, order, owner, first, first + size, starts, levels)

    def sums_of_own(self, values: Any) -> Any:
        """Return the sum over the columns each node owns itself: (c, n) to (c, k)."""
        total = np.zeros((len(values), self.tree.nodes), dtype=values.dtype)
        total[:, self.owner[self.starts]] = np.add.reduceat(values, self.starts, axis=1)
        return total

    def sums(self, values: Integers) -> Integers:
        """Return the sum over all columns in each node: (c, n) to (c, k)."""
        total: Integers = self.sums_of_own(values)
        for level in self.levels:
            add_to_parents(total, level, total[:, level.nodes])
        return total

    def down(self, values: Any) -> Any:
        """Return each column's value of the node that owns it: (c, k) to (c, n)."""
        return values.take(self.owner, axis=1)

    def restored(self, values: Integers) -> Integers:
        """Return values (c, n) in the order the columns had before."""
        found = np.empty_like(values)
        found[:, self.order] = values
        return found

    def governors(self, pinned: Integers) -> Integers:
        """Return the nearest pinned node at or above each node, shape (c, k)."""
        governor = np.zeros(pinned.shape, dtype=np.int64)
        for nodes in self.tree.levels[1:]:
            above = governor[:, self.tree.parent[nodes]]
            governor[:, nodes] = np.where(pinned[:, nodes] != 0, nodes, above)
        return governor


def _level(nodes: Integers, parent: Integers) -> Level:
    nodes = nodes[np.argsort(parent[nodes], kind="stable")]
    starts = np.flatnonzero(np.diff(parent[nodes], prepend=-1))
    return Level(nodes, starts, parent[nodes][starts])


def add_to_parents(total: Any, level: Level, values: Any) -> None:
    """Add the ``values`` (c, j) of a level's nodes to their parents' in ``total`` (c, k)."""
    total[:, level.parents] += np.add.reduceat(values, level.starts, axis=1)


@dataclass(frozen=True)
class NestedBatch:
    """Cases over one tree; columns in the order of the layout.

    Parameters
    ----------
    layout
        The tree.
    target
        Shape (c, n), floats ≥ 0: claims, up to one factor per case. 0 is exactly no claim.
    error
        Largest relative error of a target against the exact one.
    lower, upper
        Shape (c, n), int64 ≥ 0: bounds of the columns, no larger than the total.
    node_lower, node_upper
        Shape (c, k), int64: bounds of the nodes' sums; equal at the root.
    alike
        Shape (n,): columns with equal numbers have exactly equal targets in every case.
    place
        Shape (n,): of columns that are equal, the smaller is rounded up first.
    """

    layout: Layout
    target: Floats
    error: float
    lower: Integers
    upper: Integers
    node_lower: Integers
    node_upper: Integers
    alike: Integers
    place: Integers

    @property
    def slack(self) -> float:
        """Relative error, with room, of a scale factor times a target.

        A sum of m numbers of one sign is off by at most m units (Higham, *Accuracy and Stability
        of Numerical Algorithms*, 2002, §4.2); the targets' own errors come twice, in the sum and in
        the product. All of it is doubled.
        """
        terms = self.target.shape[1] + self.node_lower.shape[1]
        return float(2.0 * (2.0 * self.error + (terms + 16) * UNIT_ERROR))

    @cached_property
    def ceiling(self) -> Integers:
        """Upper bounds before rounding: no claim, no more than the lower bound."""
        return np.where(self.target == 0, np.minimum(self.lower, self.upper), self.upper)

    @property
    def in_reach(self) -> Mask:
        """Shape (c,): the cases whose sums fit in 64 bits with room."""
        nodes = (self.node_lower, self.node_upper)
        bounds = [np.where(np.abs(side) >= NO_BOUND, 0, side) for side in nodes]
        sides = [side.max(axis=1) for side in (self.lower, self.upper, *bounds)]
        terms = self.lower.shape[1] + self.node_lower.shape[1] + 1
        return np.asarray(np.max(sides, axis=0) < NO_BOUND // 2 // terms)

    def take(self, cases: Integers) -> NestedBatch:
        """Return some of the cases."""
        return replace(
            self,
            target=self.target[cases],
            lower=self.lower[cases],
            upper=self.upper[cases],
            node_lower=self.node_lower[cases],
            node_upper=self.node_upper[cases],
        )

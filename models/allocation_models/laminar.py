r"""Nested rules as a tree: every two rows are disjoint or one holds the other.

The root is the row over all columns that fixes the total. Rows that are such sums (coefficients
one) have a direct solution (:mod:`allocation_models.nested_share`); what does not nest is left
over, with the reason as a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

import numpy as np

from allocation_models.program import NO_BOUND, Integers, LinearProgram, Mask

#: The nesting of programs with at most so many entries is remembered.
_REMEMBERED = 2**16


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
    depth, levels
        Shape (k,): each node's depth; and the nodes by depth, the root's level first.
    rows, node_of_row
        The program's rows in the tree, and the node each became (equal sets share one).
    """

    parent: Integers
    lower: Integers
    upper: Integers
    owner: Integers
    depth: Integers
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
    odd = np.flatnonzero(~plain & (sizes > 0))
    none = Nesting(None, np.flatnonzero(sizes > 0), NotNested.NO_TOTAL)
    if not np.any(plain & (sizes == program.columns)):
        return none
    forest = _forest_of(program, plain)
    tree = forest.tree(program)
    if tree.lower[0] != tree.upper[0]:
        return none
    reason = NotNested.COEFFICIENTS if len(odd) else NotNested.CROSSING if forest.crossing else None
    crossing = np.array(forest.crossing, dtype=np.int64)
    return Nesting(tree, np.sort(np.append(odd, crossing)), reason)


def _forest_of(program: LinearProgram, plain: Mask) -> _Forest:
    """Return how the plain rows of a program nest: known already, if the rows are."""
    pattern = _Pattern(program, plain)
    if len(program.indices) > _REMEMBERED:
        return _grown(pattern)
    return _grown_once(pattern)


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Where the entries of a program's rows stand; equal whatever the bounds are."""

    program: LinearProgram
    plain: Mask

    @cached_property
    def key(self) -> tuple[object, ...]:
        """All that the nesting depends on."""
        program = self.program
        arrays = (program.indptr, program.indices, self.plain)
        starts = tuple(group.start for group in program.groups)
        return (program.columns, starts, *(array.tobytes() for array in arrays))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pattern) and self.key == other.key


def _grown(pattern: _Pattern) -> _Forest:
    program = pattern.program
    sizes = np.diff(program.indptr)
    order = np.flatnonzero(pattern.plain & ((sizes > 1) | (sizes == program.columns)))
    order = order[np.argsort(-sizes[order], kind="stable")]
    growing = _Growing(program.columns)
    batches = _batches(program, order)
    crossing = [row for batch in batches for row in growing.take(program, batch)]
    return growing.forest(tuple(crossing))


# What-ifs ask for the same rows again and again, with other bounds.
_grown_once = lru_cache(maxsize=4)(_grown)


def hang(program: LinearProgram) -> tuple[Tree, Integers]:
    """Return the bounded rows that nest as a tree, whatever its total, and those left over.

    Rows of a single column are leaves' parents here, and the root is there even if no row is about
    all columns: then it has no bounds.
    """
    sizes = np.diff(program.indptr)
    bounded = (program.row_lower > -NO_BOUND) | (program.row_upper < NO_BOUND)
    plain = _all_ones(program, sizes)
    order = np.flatnonzero(plain & bounded)
    order = order[np.argsort(-sizes[order], kind="stable")]
    growing = _Growing(program.columns)
    batches = _batches(program, order) if len(order) else []
    crossing = [row for batch in batches for row in growing.take(program, batch)]
    odd = np.flatnonzero(~plain & bounded & (sizes > 0))
    left = np.sort(np.append(odd, np.array(crossing, dtype=np.int64)))
    return growing.forest(()).tree(program), left


def _batches(program: LinearProgram, order: Integers) -> list[Integers]:
    """Return the rows, largest first, in runs of one rule that are disjoint.

    A run is taken at once; a rule whose rows overlap, or stand among those of others, row by row.
    """
    group = np.zeros(program.rows, dtype=np.int64)
    for number, part in enumerate(program.groups):
        group[part.start : part.stop] = number
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    batches: list[Integers] = []
    for run in np.split(order, cuts):
        columns = program.columns_of(run)
        held = np.zeros(program.columns, dtype=bool)
        held[columns] = True
        if np.count_nonzero(held) == len(columns):
            batches.append(run)
        else:
            batches += [run[index : index + 1] for index in range(len(run))]
    return batches


class _Growing:
    """A tree as rows are added to it."""

    def __init__(self, columns: int) -> None:
        self.owner = np.zeros(columns, dtype=np.int64)
        self.parents, self.sizes = np.zeros(1, dtype=np.int64), np.array([columns])
        self.rows: list[Integers] = []
        self.nodes: list[Integers] = []

    def take(self, program: LinearProgram, batch: Integers) -> list[int]:
        """Add disjoint rows; return those that cross the tree so far."""
        size = np.diff(program.indptr)[batch]
        columns = program.columns_of(batch)
        start = np.concatenate([[0], np.cumsum(size)[:-1]])
        owners = self.owner[columns]
        node = owners[start]
        one_owner = np.minimum.reduceat(owners, start) == np.maximum.reduceat(owners, start)
        fits = one_owner & (size <= self.sizes[node])
        new = fits & (size < self.sizes[node])
        number = np.where(new, len(self.sizes) + np.cumsum(new) - 1, node)
        self.parents = np.append(self.parents, node[new])
        self.sizes = np.append(self.sizes, size[new])
        self.owner[columns] = np.where(np.repeat(new, size), np.repeat(number, size), owners)
        self.rows.append(batch[fits])
        self.nodes.append(number[fits])
        crossing: list[int] = batch[~fits].tolist()
        return crossing

    def forest(self, crossing: tuple[int, ...]) -> _Forest:
        """Return how the rows taken nest, and those that cross."""
        none = np.zeros(0, dtype=np.int64)
        rows, nodes = np.concatenate([none, *self.rows]), np.concatenate([none, *self.nodes])
        depth = [0] * len(self.parents)
        for node, above in enumerate(self.parents.tolist()[1:], start=1):
            depth[node] = depth[above] + 1
        depths = np.array(depth)
        levels = tuple(np.flatnonzero(depths == level) for level in range(max(depth) + 1))
        return _Forest(self.parents, self.owner, depths, levels, rows, nodes, crossing)


@dataclass(frozen=True)
class _Forest:
    """A tree without bounds (see :class:`Tree`), and the rows that cross it."""

    parent: Integers
    owner: Integers
    depth: Integers
    levels: tuple[Integers, ...]
    rows: Integers
    node_of_row: Integers
    crossing: tuple[int, ...]

    def tree(self, program: LinearProgram) -> Tree:
        """Return the tree with the bounds of the rows that share a node drawn together."""
        lower, upper = np.full(len(self.parent), -NO_BOUND), np.full(len(self.parent), NO_BOUND)
        np.maximum.at(lower, self.node_of_row, program.row_lower[self.rows])
        np.minimum.at(upper, self.node_of_row, program.row_upper[self.rows])
        parts = self.owner, self.depth, self.levels, self.rows, self.node_of_row
        return Tree(self.parent, lower, upper, *parts)


def _all_ones(program: LinearProgram, sizes: Integers) -> Mask:
    """Return which rows are plain sums."""
    plain = np.ones(program.rows, dtype=bool)
    plain[program.row_of_entry[np.flatnonzero(program.data != 1)]] = False
    return plain & (sizes > 0)

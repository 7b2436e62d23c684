r"""Lexicographic max-min of x / t where the rules nest: the direct method.

.. math::

    \text{lexmax}\ \operatorname{sort}(x_i / t_i), \qquad
    \ell_v \le \sum_{i \in v} x_i \le u_v \ (v \in \text{tree}), \quad
    \ell_i \le x_i \le u_i, \quad \sum_i x_i = B

With nested rules the optimum is found from the top: one scale factor :math:`\lambda` for the whole
pot gives every recipient :math:`\operatorname{clip}(\lambda t_i, \ell_i, u_i)`; a group whose sum
leaves its bounds is pinned there and gets a scale factor of its own, and so on down. This is
what finance offices do by hand, and the optimum of every separable convex measure of unfairness at
once (Fujishige, *Submodular Functions and Optimization*, 2005, §9.2).

The factors are first found in floats by Newton's method, which only decides **what is pinned
where**. The amounts are then one exact fraction per pinned group, and the decision is checked
exactly and mended if the floats were wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import sums_by

if TYPE_CHECKING:
    from allocation_models.laminar import Tree
    from allocation_models.program import BigIntegers, Floats, Integers, LinearProgram, Mask

_NEWTON_STEPS = 200
_MENDING_ROUNDS = 50
_NEAR = 1e-9


@dataclass(frozen=True)
class Pins:
    """What is pinned where.

    Parameters
    ----------
    leaf
        Shape (n,), int8: -1 at its lower bound, 1 at its upper, 0 free.
    node
        Shape (k,), int8: likewise for the nodes; the root is always pinned (1).
    """

    leaf: Integers
    node: Integers


@dataclass(frozen=True)
class NestedShare:
    """Exact amounts ``numerator / denominator`` (n,), Python integers, and what pins them.

    ``governor`` (n,) is the pinned node whose scale factor a leaf follows; ``scale`` (k, 2) holds
    each pinned node's factor as numerator and denominator.
    """

    numerator: BigIntegers
    denominator: BigIntegers
    pins: Pins
    governor: Integers
    scale: BigIntegers


def holds_together(program: LinearProgram, tree: Tree) -> bool:
    """Tell whether the bounds of the tree's nodes and leaves can all be met."""
    if np.any(program.column_lower > program.column_upper):
        return False
    ceiling = int(tree.upper[0]) + 1
    least = _own_sums(tree, program.column_lower, ceiling)
    most = _own_sums(tree, np.minimum(program.column_upper, ceiling), ceiling)
    for level in tree.levels[::-1]:
        if np.any(least[level] > tree.upper[level]) or np.any(most[level] < tree.lower[level]):
            return False
        if level[0] == 0:
            break
        least[level] = np.maximum(least[level], tree.lower[level])
        most[level] = np.minimum(most[level], tree.upper[level])
        if np.any(least[level] > most[level]):
            return False
        for total in (least, most):
            np.add.at(total, tree.parent[level], total[level])
            np.minimum(total, ceiling, out=total)
    return True


def _own_sums(tree: Tree, values: Integers, ceiling: int) -> Integers:
    """Return the sum of the leaves each node owns itself, exact up to ``ceiling`` and cut there."""
    total = np.zeros(tree.nodes, dtype=np.int64)
    np.add.at(total, tree.owner, values)
    size = np.bincount(tree.owner, weights=values, minlength=tree.nodes)
    return np.where(size >= ceiling, ceiling, total)


def nested_share(program: LinearProgram, tree: Tree, targets: BigIntegers) -> NestedShare:
    """Return the exact lexicographic max-min amounts of a feasible nested program.

    Parameters
    ----------
    program, tree
        The rules, and the tree of their rows. Lower bounds are not negative.
    targets
        Shape (n,), Python integers ≥ 0, in any common unit; only their ratios matter. A column
        with target 0 gets its lower bound.

    Raises
    ------
    ArithmeticError
        If the exact check finds no consistent decision (a fault of ours, never seen).
    """
    pins = _find_pins(program, tree, targets)
    for _ in range(_MENDING_ROUNDS):
        share = _exact(program, tree, targets, pins)
        mended = _mend(program, tree, targets, share)
        if mended is None:
            return share
        pins = mended
    raise ArithmeticError("no consistent pins")


# ---- floats: what is pinned where -------------------------------------------------------------


@dataclass(frozen=True)
class _FloatView:
    """The program in floats, in units of the pot, with targets summing to one."""

    tree: Tree
    target: Floats
    lower: Floats
    upper: Floats
    node_lower: Floats
    node_upper: Floats

    def respond(self, leaf_scale: Floats, cut: Mask) -> tuple[Floats, Floats]:
        """Return each node's sum and slope with its children clipped.

        ``cut`` marks nodes whose sum is not passed on to their parent.
        """
        tree = self.tree
        natural = leaf_scale * self.target
        amount = np.minimum(np.maximum(natural, self.lower), self.upper)
        moving = np.where(amount == natural, self.target, 0.0)
        total = sums_by(tree.owner, amount, tree.nodes)
        slope = sums_by(tree.owner, moving, tree.nodes)
        for level in tree.levels[:0:-1]:
            inner = np.minimum(
                np.maximum(total[level], self.node_lower[level]), self.node_upper[level]
            )
            passed = np.where((inner == total[level]) & ~cut[level], slope[level], 0.0)
            parent = tree.parent[level]
            total += sums_by(parent, inner, tree.nodes)
            slope += sums_by(parent, passed, tree.nodes)
        return total, slope


def _float_view(program: LinearProgram, tree: Tree, targets: BigIntegers) -> _FloatView:
    pot = float(tree.upper[0]) or 1.0
    weight = targets.astype(np.float64)
    scaled = [
        values.astype(np.float64) / pot
        for values in (program.column_lower, program.column_upper, tree.lower, tree.upper)
    ]
    return _FloatView(tree, weight / (weight.sum() or 1.0), *scaled)


def _find_pins(program: LinearProgram, tree: Tree, targets: BigIntegers) -> Pins:
    """Return the pins found in floats, level by level of the tree."""
    view = _float_view(program, tree, targets)
    pinned = np.zeros(tree.nodes, dtype=np.int8)
    pinned[0] = 1
    goal = np.where(np.arange(tree.nodes) == 0, view.node_upper, 0.0)
    scale = np.ones(tree.nodes)
    governor = np.zeros(tree.nodes, dtype=np.int64)
    fresh = np.array([0])
    while len(fresh):
        total = _newton(view, pinned != 0, governor, goal, scale, fresh)
        low, high = total < view.node_lower, total > view.node_upper
        outside = (low | high) & (pinned == 0)
        fresh = _topmost(tree, outside)
        pinned[fresh] = np.where(low[fresh], -1, 1)
        goal[fresh] = np.where(low[fresh], view.node_lower[fresh], view.node_upper[fresh])
        scale[fresh] = scale[governor[fresh]]
        governor = governors(tree, pinned)
    leaf = np.zeros(program.columns, dtype=np.int8)
    natural = scale[governor[tree.owner]] * view.target
    leaf[natural >= view.upper] = 1
    leaf[natural <= view.lower] = -1
    return Pins(leaf, pinned)


def _topmost(tree: Tree, marked: Mask) -> Integers:
    """Return the marked nodes that have no marked node above them."""
    below = np.zeros(tree.nodes, dtype=bool)
    for level in tree.levels[1:]:
        parent = tree.parent[level]
        below[level] = below[parent] | marked[parent]
    return np.flatnonzero(marked & ~below)


def governors(tree: Tree, pinned: Integers) -> Integers:
    """Return the nearest pinned node at or above each node, shape (k,)."""
    governor = np.zeros(tree.nodes, dtype=np.int64)
    for level in tree.levels[1:]:
        governor[level] = np.where(pinned[level] != 0, level, governor[tree.parent[level]])
    return governor


def _newton(
    view: _FloatView, cut: Mask, governor: Integers, goal: Floats, scale: Floats, fresh: Integers
) -> Floats:
    """Solve sum(scale) = goal for the ``fresh`` nodes at once; ``scale`` is changed in place.

    Returns each node's sum.

    Newton's steps on a rising piecewise linear function are exact once the right piece is met;
    a bracket with bisection guards them.
    """
    low, high = np.zeros(len(fresh)), np.full(len(fresh), np.inf)
    follows, aim = governor[view.tree.owner], goal[fresh]
    for _ in range(_NEWTON_STEPS):
        total, slope = view.respond(scale[follows], cut)
        gap = aim - total[fresh]
        if (np.abs(gap) <= 1e-15 * (1.0 + aim)).all():
            break
        here = scale[fresh]
        low, high = np.where(gap >= 0, here, low), np.where(gap <= 0, here, high)
        rate = slope[fresh]
        step = here + np.divide(gap, rate, out=np.copysign(np.inf, gap), where=rate > 0)
        middle = np.where(np.isinf(high), 2.0 * here + 1.0, 0.5 * (low + high))
        inside = (step > low) & (step < high)
        following = np.where(gap == 0, here, np.where(inside, step, middle))
        if np.array_equal(following, here):
            break
        scale[fresh] = following
    return total


# ---- exact: one fraction per pinned node --------------------------------------------------------


def _exact(program: LinearProgram, tree: Tree, targets: BigIntegers, pins: Pins) -> NestedShare:
    """Return the exact amounts that follow from ``pins``."""
    governor = governors(tree, pins.node)
    leaf_governor = governor[tree.owner]
    fixed = np.where(pins.leaf < 0, program.column_lower, program.column_upper)
    fixed = np.where(pins.leaf == 0, 0, fixed)
    goal = np.where(pins.node < 0, tree.lower, tree.upper)
    rest = np.where(pins.node != 0, goal, 0).astype(object)
    np.subtract.at(rest, leaf_governor, fixed.astype(object))
    inner = np.flatnonzero(pins.node[1:]) + 1
    np.subtract.at(rest, governor[tree.parent[inner]], goal[inner].astype(object))
    free = np.flatnonzero(pins.leaf == 0)
    moving = np.zeros(tree.nodes, dtype=object)
    np.add.at(moving, leaf_governor[free], targets[free])
    numerator, denominator = fixed.astype(object), np.ones(program.columns, dtype=object)
    numerator[free] = rest[leaf_governor[free]] * targets[free]
    denominator[free] = moving[leaf_governor[free]]
    return NestedShare(
        numerator, denominator, pins, leaf_governor, np.stack([rest, moving], axis=1)
    )


def _mend(
    program: LinearProgram, tree: Tree, targets: BigIntegers, share: NestedShare
) -> Pins | None:
    """Return corrected pins where the exact check fails, or None if the share is optimal."""
    leaf = _mend_leaves(program, targets, share)
    node = _mend_nodes(tree, targets, share)
    if np.array_equal(leaf, share.pins.leaf) and np.array_equal(node, share.pins.node):
        return None
    return Pins(leaf, node)


def _mend_leaves(program: LinearProgram, targets: BigIntegers, share: NestedShare) -> Integers:
    """Return the leaf pins after checking, exactly, every leaf whose choice is close."""
    free_scale = _float_scale(share)
    rest, moving = share.scale[share.governor].T
    undecided = (share.scale[:, 1] == 0).astype(bool)[share.governor]
    natural = free_scale[share.governor] * targets.astype(float)
    margin = _NEAR * (1.0 + np.abs(natural))
    leaf = share.pins.leaf.copy()
    near = np.zeros(len(leaf), dtype=bool)
    for bound in (program.column_lower, program.column_upper):
        near |= np.abs(natural - bound) <= margin
    free = leaf == 0
    near |= free & ((natural < program.column_lower) | (natural > program.column_upper))
    check = np.flatnonzero(near & ~undecided)
    amount, unit = rest[check] * targets[check], moving[check]
    below = (amount < program.column_lower[check] * unit).astype(bool)
    above = (amount > program.column_upper[check] * unit).astype(bool)
    inside = ~below & ~above
    same = (program.column_lower == program.column_upper)[check]
    leaf[check] = np.where(below, -1, np.where(above, 1, np.where(inside & ~same, 0, leaf[check])))
    stuck = undecided & (rest != 0) & (leaf != 0) & (program.column_lower < program.column_upper)
    leaf[stuck & (targets > 0)] = 0
    return leaf


def _float_scale(share: NestedShare) -> Floats:
    """Return each node's factor as a float (k,); 0 where nobody follows it."""
    rest, moving = share.scale.T
    none = moving == 0
    top, bottom = np.where(none, 0, rest), np.where(none, 1, moving)
    return np.asarray(top.astype(np.float64) / bottom.astype(np.float64))


def _mend_nodes(tree: Tree, targets: BigIntegers, share: NestedShare) -> Integers:
    """Return the node pins after checking every node's sum and the order of scale factors."""
    pins = share.pins
    free = pins.leaf == 0
    still, moving = np.zeros(tree.nodes, dtype=object), np.zeros(tree.nodes, dtype=object)
    fixed = np.where(free, 0, share.numerator)
    np.add.at(still, tree.owner, fixed)
    np.add.at(moving, tree.owner[free], targets[free])
    goal = np.where(pins.node < 0, tree.lower, tree.upper).astype(object)
    governor = governors(tree, pins.node)
    node = pins.node.copy()
    for level in tree.levels[:0:-1]:
        pinned = pins.node[level] != 0
        parent = tree.parent[level]
        np.add.at(still, parent, np.where(pinned, goal[level], still[level]))
        np.add.at(moving, parent, np.where(pinned, 0, moving[level]))
        rest, unit = share.scale[governor[parent]].T
        unit = np.where(unit == 0, 1, unit)
        total = still[level] * unit + rest * moving[level]
        node[level] = np.where(
            pinned,
            pins.node[level],
            np.where(
                (total < tree.lower[level] * unit).astype(bool),
                -1,
                np.where((total > tree.upper[level] * unit).astype(bool), 1, 0),
            ),
        )
        own_rest, own_unit = share.scale[level].T
        lead = own_rest * unit - rest * own_unit
        wrong = pinned & (own_unit != 0) & (share.scale[governor[parent]][:, 1] != 0)
        wrong &= ((lead * pins.node[level]) > 0).astype(bool) & (
            tree.lower[level] < tree.upper[level]
        )
        node[level[wrong.astype(bool)]] = 0
    return node

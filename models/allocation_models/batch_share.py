r"""Fair amounts of many nested programs at once, each proven or left alone.

.. math::

    \text{lexmax}\ \operatorname{sort}_i(x_{ci} / t_{ci}) \quad\text{s.t.}\quad
    \ell_{cv} \le \sum_{i \in v} x_{ci} \le u_{cv}, \quad \ell_{ci} \le x_{ci} \le u_{ci}, \quad
    \sum_i x_{ci} = B_c

Given what is pinned where, every amount is either a bound or :math:`\lambda_v t_i` with
:math:`\lambda_v = (\text{what is left of } v) / \sum t`. The pins are the right ones if each free
amount lies within its bounds, each pinned one would lie beyond its bound, each free node's sum lies
within its bounds, and the factor of a node pinned from above (below) is no larger (smaller) than
the one above it; amounts that meet this are the only optimum, and the rules hold.

These are signs of numbers that floats know up to a bound on their error. A sign is taken only if
the number is farther from zero than that bound (a floating-point filter: Shewchuk, *Discrete &
Computational Geometry* 18, 1997); a case with a sign that is not certain is not answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.nested_batch import add_to_parents

if TYPE_CHECKING:
    from allocation_models.batch_pins import BatchPins
    from allocation_models.nested_batch import NestedBatch
    from allocation_models.program import Floats, Integers, Mask


@dataclass(frozen=True)
class BatchShares:
    """Amounts of a batch.

    Parameters
    ----------
    free
        Shape (c, n): whose amount is a scale factor times a target.
    amount
        Shape (c, n), floats, of those alone: relative error at most the batch's ``slack``.
    fixed
        Shape (c, n), int64: the amounts of the others, exact; 0 where free.
    governor
        Shape (c, n): the node whose factor each column follows.
    rest
        Shape (c, k), int64: what those who follow a pinned node's factor have together, exact.
    certain
        Shape (c,): the cases for which all of this is proven.
    """

    free: Mask
    amount: Floats
    fixed: Integers
    governor: Integers
    rest: Integers
    certain: Mask


@dataclass(frozen=True)
class _Nodes:
    """What is in the nodes, (c, k) each.

    Parameters
    ----------
    still
        int64: the sum of what does not move with the factor the node follows.
    moving
        Targets of what moves with it.
    rest
        int64: of pinned nodes, the bound less ``still``.
    scale
        Of pinned nodes, the own factor; not a number where nothing moves.
    above
        The factor the parent follows.
    followed
        The factor the node follows.
    governor
        The pinned node it is the factor of.
    """

    still: Integers
    moving: Floats
    rest: Integers
    scale: Floats
    above: Floats
    followed: Floats
    governor: Integers


def batch_shares(batch: NestedBatch, pins: BatchPins) -> BatchShares:
    """Return the amounts that follow from the pins, and for which cases they are proven."""
    free, ceiling = pins.leaf == 0, batch.ceiling
    fixed = np.where(pins.leaf < 0, batch.lower, ceiling)
    fixed[free] = 0
    nodes = _nodes(batch, pins, fixed)
    natural = batch.layout.down(nodes.followed) * batch.target
    certain = (
        batch.in_reach
        & _leaves_hold(batch, pins, natural, ceiling).all(axis=1)
        & _nodes_hold(batch, pins, nodes).all(axis=1)
    )
    governor = batch.layout.down(nodes.governor)
    return BatchShares(free, natural, fixed, governor, nodes.rest, certain)


def _nodes(batch: NestedBatch, pins: BatchPins, fixed: Integers) -> _Nodes:
    layout, pinned = batch.layout, pins.node != 0
    goal = np.where(pins.node < 0, batch.node_lower, batch.node_upper)
    still: Integers = layout.sums_of_own(fixed)
    moving: Floats = layout.sums_of_own(batch.target * (pins.leaf == 0))
    for level in layout.levels:
        held = pinned[:, level.nodes]
        kept = np.where(held, goal[:, level.nodes], still[:, level.nodes])
        add_to_parents(still, level, kept)
        add_to_parents(moving, level, moving[:, level.nodes] * ~held)
    rest = np.where(pinned, goal - still, 0)
    nothing = np.full(moving.shape, np.nan)
    scale = np.divide(rest, moving, out=nothing, where=pinned & (moving > 0))
    governor = layout.governors(pins.node)
    followed = np.take_along_axis(scale, governor, axis=1)
    above = followed[:, layout.tree.parent]
    return _Nodes(still, moving, rest, scale, above, followed, governor)


def _leaves_hold(batch: NestedBatch, pins: BatchPins, natural: Floats, ceiling: Integers) -> Mask:
    """Tell which leaves are certainly pinned rightly, (c, n)."""
    below, above = natural * (1.0 - batch.slack), natural * (1.0 + batch.slack)
    inside = (below >= batch.lower) & (above <= ceiling)
    held = np.where(pins.leaf < 0, above <= batch.lower, below >= ceiling)
    right = np.where(pins.leaf == 0, inside, held) & (batch.lower < ceiling)
    return np.asarray(right | ((batch.lower == ceiling) & (pins.leaf != 0)))


def _nodes_hold(batch: NestedBatch, pins: BatchPins, nodes: _Nodes) -> Mask:
    """Tell which nodes are certainly pinned rightly, (c, k)."""
    empty = nodes.moving == 0
    moved = np.where(empty, 0.0, nodes.followed * nodes.moving)
    total = nodes.still + moved
    error = batch.slack * total
    within = (total - error >= batch.node_lower) & (total + error <= batch.node_upper)
    exactly = (nodes.still >= batch.node_lower) & (nodes.still <= batch.node_upper)
    free = np.where(empty, exactly, within)
    low, high = 1.0 - batch.slack, 1.0 + batch.slack
    ordered = np.where(
        pins.node < 0,
        nodes.scale * low >= nodes.above * high,
        nodes.scale * high <= nodes.above * low,
    )
    tied = batch.node_lower == batch.node_upper
    spent = np.where(empty, nodes.rest == 0, nodes.rest >= 0)
    return np.where(pins.node == 0, free, spent & (tied | ordered))

r"""Who is pinned where in many nested programs at once: a guess in floats.

.. math::

    S_{cv}(\lambda) = \sum_{i \in v} \operatorname{clip}(\lambda t_{ci}, \ell_{ci}, u_{ci}), \qquad
    S_{cv}(\lambda_{cv}) = \text{the bound at which } v \text{ is pinned}

The search of :mod:`allocation_models.nested_share`, for a batch of cases: from the top, Newton's
method for the scale factor of every node that was pinned last. What is found is not relied on:
:mod:`allocation_models.batch_share` proves it, case by case, or leaves the case alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.nested_batch import Layout, NestedBatch, add_to_parents

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, Mask

#: A case that needs more is left to the method for one.
_NEWTON_STEPS = 40
_CLOSE = 1e-13


@dataclass(frozen=True)
class BatchPins:
    """What is pinned where: -1 at the lower bound, 1 at the upper, 0 free.

    ``leaf`` is (c, n), ``node`` (c, k), int8; the root is always pinned.
    """

    leaf: Integers
    node: Integers


@dataclass(frozen=True)
class _Floats:
    """A batch in floats, in units of each case's total, with targets summing to one."""

    layout: Layout
    target: Floats
    lower: Floats
    upper: Floats
    node_lower: Floats
    node_upper: Floats

    @classmethod
    def of(cls, batch: NestedBatch) -> _Floats:
        total = np.maximum(batch.node_upper[:, :1], 1).astype(np.float64)
        weight = batch.target.sum(axis=1, keepdims=True)
        bounds = (batch.lower, batch.ceiling, batch.node_lower, batch.node_upper)
        return cls(
            batch.layout,
            batch.target / np.where(weight > 0, weight, 1.0),
            *(bound / total for bound in bounds),
        )

    def take(self, cases: Integers) -> _Floats:
        """Return some of the cases."""
        return _Floats(
            self.layout,
            self.target[cases],
            self.lower[cases],
            self.upper[cases],
            self.node_lower[cases],
            self.node_upper[cases],
        )

    def respond(self, scale: Floats, cut: Mask, room: _Room) -> tuple[Floats, Floats]:
        """Return each node's sum and slope with its children clipped, (c, k) both.

        ``scale`` (c, k) is the factor every node follows; ``cut`` marks nodes whose slope is not
        passed on; ``room`` is written over.
        """
        layout = self.layout
        natural = np.take(scale, layout.owner, axis=1, out=room.natural, mode="clip")
        natural *= self.target
        amount = np.clip(natural, self.lower, self.upper, out=room.amount)
        total: Floats = layout.sums_of_own(amount)
        np.equal(amount, natural, out=room.moves)
        slope: Floats = layout.sums_of_own(np.multiply(self.target, room.moves, out=amount))
        for level in layout.levels:
            nodes = level.nodes
            here = total[:, nodes]
            inner = np.clip(here, self.node_lower[:, nodes], self.node_upper[:, nodes])
            add_to_parents(total, level, inner)
            passed = slope[:, nodes] * ((inner == here) & ~cut[:, nodes])
            add_to_parents(slope, level, passed)
        return total, slope


@dataclass(frozen=True)
class _Room:
    """Arrays (c, n) that are written again and again: new ones cost more than what is in them."""

    natural: Floats
    amount: Floats
    moves: Mask

    @classmethod
    def of(cls, view: _Floats) -> _Room:
        """Return room for a view."""
        shape = view.target.shape
        return cls(np.empty(shape), np.empty(shape), np.empty(shape, dtype=bool))


@dataclass
class _State:
    """The search so far: pins, bounds they stand for, factors and who follows them, (c, k) each."""

    pinned: Integers
    goal: Floats
    scale: Floats
    governor: Integers

    @classmethod
    def start(cls, cases: int, nodes: int) -> _State:
        """Return the state in which the root alone is pinned."""
        pinned, goal = np.zeros((cases, nodes), dtype=np.int8), np.zeros((cases, nodes))
        pinned[:, 0], goal[:, 0] = 1, 1.0
        return cls(pinned, goal, np.ones((cases, nodes)), np.zeros((cases, nodes), dtype=np.int64))

    def take(self, cases: Integers) -> _State:
        """Return the state of some of the cases."""
        pinned, governor = self.pinned[cases], self.governor[cases]
        return _State(pinned, self.goal[cases], self.scale[cases], governor)

    def put(self, cases: Integers, part: _State) -> None:
        """Take over what became of some of the cases."""
        self.pinned[cases], self.goal[cases] = part.pinned, part.goal
        self.scale[cases], self.governor[cases] = part.scale, part.governor

    @property
    def followed(self) -> Floats:
        """The factor that every node follows."""
        return np.take_along_axis(self.scale, self.governor, axis=1)


def find_pins(batch: NestedBatch) -> BatchPins:
    """Return the pins found in floats, level by level of the tree."""
    view = _Floats.of(batch)
    whole = _State.start(*batch.node_lower.shape)
    fresh = np.zeros(batch.node_lower.shape, dtype=bool)
    fresh[:, 0] = True
    cases = np.arange(len(fresh))
    while len(cases):
        here = view if len(cases) == len(view.target) else view.take(cases)
        part = whole.take(cases)
        fresh = _pin(here, part, fresh)
        whole.put(cases, part)
        left = fresh.any(axis=1)
        cases, fresh = cases[left], fresh[left]
    natural = batch.layout.down(whole.followed) * view.target
    leaf = (natural >= view.upper).astype(np.int8)
    leaf[natural <= view.lower] = -1
    return BatchPins(leaf, whole.pinned)


def _pin(view: _Floats, state: _State, fresh: Mask) -> Mask:
    """Solve for the ``fresh`` nodes and pin those that leave their bounds then; return these."""
    total = _newton(view, state, fresh)
    low, high = total < view.node_lower, total > view.node_upper
    found = _topmost(view.layout, (low | high) & (state.pinned == 0))
    state.pinned = np.where(found, np.where(low, -1, 1), state.pinned).astype(np.int8)
    state.goal = np.where(found, np.where(low, view.node_lower, view.node_upper), state.goal)
    state.scale = np.where(found, state.followed, state.scale)
    state.governor = view.layout.governors(state.pinned)
    return found


def _topmost(layout: Layout, marked: Mask) -> Mask:
    """Return the marked nodes that have no marked node above them, (c, k)."""
    below = np.zeros_like(marked)
    for nodes in layout.tree.levels[1:]:
        parent = layout.tree.parent[nodes]
        below[:, nodes] = below[:, parent] | marked[:, parent]
    return marked & ~below


def _newton(view: _Floats, state: _State, fresh: Mask) -> Floats:
    """Solve sum(scale) = goal for the ``fresh`` nodes of all cases; return each node's sum.

    A bracket with bisection guards the steps.
    """
    cut, room = state.pinned != 0, _Room.of(view)
    low, high = np.zeros(fresh.shape), np.full(fresh.shape, np.inf)
    for _ in range(_NEWTON_STEPS):
        total, slope = view.respond(state.followed, cut, room)
        gap = state.goal - total
        moving = fresh & (np.abs(gap) > _CLOSE * (1.0 + state.goal))
        if not moving.any():
            break
        here = state.scale
        low, high = np.where(gap >= 0, here, low), np.where(gap <= 0, here, high)
        step = here + np.divide(gap, slope, out=np.copysign(np.inf, gap), where=slope > 0)
        middle = np.where(np.isinf(high), 2.0 * here + 1.0, 0.5 * (low + high))
        inside = (step > low) & (step < high)
        state.scale = np.where(moving, np.where(inside, step, middle), here)
    return total

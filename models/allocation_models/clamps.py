r"""Nested rules as clamps: what every recipient gets as a function of one scale factor.

.. math::

    x_i(\lambda) = t_i \operatorname{clip}(\lambda, \alpha_i, \beta_i), \qquad
    S_v(\lambda) = \sum_{i \in v} x_i(\lambda), \qquad
    S_v(\alpha_v) = \ell_v,\quad S_v(\beta_v) = u_v

A recipient alone responds to the scale factor by a clamp with :math:`\alpha_i = \ell_i / t_i` and
:math:`\beta_i = u_i / t_i`. A group that meets its bounds at the scale factors :math:`\alpha_v` and
:math:`\beta_v` holds the scale factor between them for everyone in it; and a clamp of a clamp is a
clamp. So, from the smallest groups up, sorting a group's bends and adding them up gives its own
:math:`\alpha_v, \beta_v`, and at the root one scale factor fits the pot: the lexicographic max-min
amounts (:mod:`allocation_models.nested_share` says why), in exact arithmetic and without a search.

The bounds may move (:class:`allocation_models.affine.Affine`); then everything here moves too, and
the amounts come with their exact one-sided derivatives.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, cast

import numpy as np

from allocation_models.affine import Affine, chosen, clamped, gaps, joined
from allocation_models.level_sequence import OutOfReachError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation_models.laminar import Tree
    from allocation_models.program import BigIntegers, Integers, Mask

#: A number that moves: its value and its rate, compared in this order.
Number = tuple[Fraction | int | float, Fraction | int]
_NO_FLOOR, _NO_CAP = (-inf, 0), (inf, 0)


@dataclass(frozen=True)
class NestedBounds:
    """A tree of rules with bounds that may move.

    Parameters
    ----------
    tree
        Who is in which group; its own bounds are not read.
    target
        Shape (n,), Python integers ≥ 0.
    lower, upper
        Shape (n,): bounds of the leaves.
    node_lower, node_upper
        Shape (k,): bounds of the nodes' sums; equal at the root.
    """

    tree: Tree
    target: BigIntegers
    lower: Affine
    upper: Affine
    node_lower: Affine
    node_upper: Affine

    @property
    def sharing(self) -> Mask:
        """Shape (n,): the leaves with a claim; the others stay at their lower bound."""
        return np.asarray(self.target > 0, dtype=bool)


@dataclass(frozen=True)
class Response:
    """A sum as a function of the scale factor: ``still + slope · λ`` between bends.

    ``bends`` (m,) ascend; ``still`` (m,) and ``slope`` (m,) hold after each of them; before the
    first the sum is ``least``.
    """

    bends: Affine
    still: Affine
    slope: BigIntegers
    least: Number

    def sum_at(self, bend: int) -> Number:
        """Return the sum at a bend."""
        slope, bends, still = self.slope[bend], self.bends, self.still
        return (
            still.at[bend] + slope * bends.at[bend],
            still.rate[bend] + slope * bends.rate[bend],
        )

    @property
    def most(self) -> Number:
        """The sum at the largest scale factors."""
        if not len(self.bends):
            return self.least
        return _NO_CAP if self.slope[-1] else (self.still.at[-1], self.still.rate[-1])

    def scale_where(self, goal: Number) -> Number:
        """Return the least scale factor at which the sum is ``goal``, within reach."""
        after = bisect_left(range(len(self.bends)), goal, key=self.sum_at)
        if after == 0:
            return self.bends.at[0], self.bends.rate[0]
        still, slope = self.still[after - 1 : after], self.slope[after - 1]
        gap, drift = goal[0] - still.at[0], goal[1] - still.rate[0]
        return Fraction(gap, slope), Fraction(drift, slope) if drift else 0


def response(target: BigIntegers, low: Affine, high: Affine, idle: Affine) -> Response:
    """Return the sum of clamps ``target · clip(λ, low, high)`` (n,) and of the ``idle`` amounts."""
    capped = high.finite()
    start, stop = low.times(target), high[capped].times(target[capped])
    bends = joined(low, high[capped])
    order = bends.ascending()
    least = _sum(joined(start, idle))
    change = joined(start.times(np.full(len(start), -1, dtype=object)), stop)[order]
    still = Affine(_running(change.at, least[0]), _running(change.rate, least[1]))
    slope = np.cumsum(np.concatenate([target, -target[capped]])[order], dtype=object)
    return Response(bends[order], still, slope, least)


def _running(values: BigIntegers, start: Fraction | float) -> BigIntegers:
    """Return the running sums of ``values``, from ``start``."""
    return np.asarray(np.cumsum(values, dtype=object) + start, dtype=object)


def _sum(values: Affine) -> Number:
    """Return the sum of all ``values``; 0 of none."""
    return sum(values.at.tolist(), 0), sum(values.rate.tolist(), 0)


@dataclass(frozen=True)
class Clamps:
    """Every leaf's clamp, every node's own clamp, and the root's response.

    Parameters
    ----------
    low, high
        Shape (n,): scale factors between which a leaf follows the root's; sharing leaves only.
    node_low, node_high
        Shape (k,): scale factors at which a node meets its bounds (±inf: never).
    root
        The sum of all as a function of the root's scale factor.
    """

    low: Affine
    high: Affine
    node_low: Affine
    node_high: Affine
    root: Response


def clamps(bounds: NestedBounds) -> Clamps:
    """Return the clamps of a tree, from the smallest groups up.

    Raises
    ------
    OutOfReachError
        If some node's bounds cannot be met.
    """
    tree, sharing = bounds.tree, bounds.sharing
    if bounds.upper.below(bounds.lower).any():
        raise OutOfReachError
    divisor = np.where(sharing, bounds.target, 1)
    low, high = bounds.lower.over(divisor), bounds.upper.over(divisor)
    node_low = Affine.fixed(np.full(tree.nodes, -inf))
    node_high = Affine.fixed(np.full(tree.nodes, inf))
    for node, leaves in _bottom_up(tree):
        on, off = leaves[sharing[leaves]], leaves[~sharing[leaves]]
        total = response(bounds.target[on], low[on], high[on], bounds.lower[off])
        if node == 0:
            return Clamps(low, high, node_low, node_high, total)
        start = _reached(total, bounds.node_lower, node, floor=True)
        stop = _reached(total, bounds.node_upper, node, floor=False)
        if start > stop:
            raise OutOfReachError
        first, last = _repeated(start, len(on)), _repeated(stop, len(on))
        inner = low[on], high[on]
        low, high = low.put(on, clamped(first, *inner)), high.put(on, clamped(last, *inner))
        node_low.at[node], node_low.rate[node] = start
        node_high.at[node], node_high.rate[node] = stop
    raise AssertionError("a tree has a root")


def _bottom_up(tree: Tree) -> Iterator[tuple[int, Integers]]:
    """Yield every node and all leaves in it, deepest nodes first."""
    group = tree.owner.copy()
    for level in tree.levels[::-1]:
        inside = np.flatnonzero(tree.depth[group] == tree.depth[level[0]])
        by_node = inside[np.argsort(group[inside], kind="stable")]
        cuts = np.searchsorted(group[by_node], level)
        yield from zip(level.tolist(), np.split(by_node, cuts[1:]), strict=True)
        group[inside] = tree.parent[group[inside]]


def _repeated(number: Number, count: int) -> Affine:
    return Affine(np.full(count, number[0], dtype=object), np.full(count, number[1], dtype=object))


def _reached(total: Response, bound: Affine, node: int, *, floor: bool) -> Number:
    """Return the scale factor at which a node meets its bound; ±inf if it never leaves it."""
    goal: Number = bound.at[node], bound.rate[node]
    if floor and goal <= total.least:
        return _NO_FLOOR
    if not floor and goal >= total.most:
        return _NO_CAP
    if goal > total.most or goal < total.least:
        raise OutOfReachError
    return total.scale_where(goal)


def root_scale(found: Clamps, goal: Number) -> Number:
    """Return the root's scale factor at which all add up to ``goal``.

    Raises
    ------
    OutOfReachError
        If they cannot.
    """
    if goal > found.root.most or goal < found.root.least:
        raise OutOfReachError
    return found.root.scale_where(goal) if len(found.root.bends) else (Fraction(0), Fraction(0))


def amounts_of(bounds: NestedBounds, found: Clamps, scale: Number) -> Affine:
    """Return the amounts (n,) at the root's scale factor, with their rates."""
    value = clamped(_repeated(scale, len(bounds.target)), found.low, found.high)
    return chosen(bounds.sharing, value.times(bounds.target), bounds.lower)


def margins_of(bounds: NestedBounds, found: Clamps, scale: Number, amounts: Affine) -> Affine:
    """Return what is not below zero as long as who is held where does not change.

    While it is not, the amounts are ``at + rate · θ``: every held group keeps its sum, everybody
    else follows the scale factor of the nearest held group, and the scale factors of held groups
    stay on their side of their parent's.
    """
    tree = bounds.tree
    own = Affine.fixed(np.zeros(tree.nodes)).put(np.array([0]), _repeated(scale, 1))
    held = np.zeros(tree.nodes, dtype=np.int8)
    parts = []
    for level in tree.levels[1:]:
        above, low, high = own[tree.parent[level]], found.node_low[level], found.node_high[level]
        under, over = above.below(low), high.below(above)
        held[level] = np.where(under, -1, np.where(over, 1, 0))
        own = own.put(level, chosen(under, low, chosen(over, high, above)))
        parts += [(low - above)[under], (above - high)[over]]
    free = np.flatnonzero(held[1:] == 0) + 1
    sums = Affine(_sums(tree, amounts.at), _sums(tree, amounts.rate))[free]
    parts += [gaps(sums, bounds.node_lower[free]), gaps(bounds.node_upper[free], sums)]
    parts += [gaps(bounds.node_upper, bounds.node_lower), gaps(bounds.upper, bounds.lower)]
    return joined(*parts, *_leaf_margins(bounds, own[tree.owner]))


def _sums(tree: Tree, values: BigIntegers) -> BigIntegers:
    # Sums of Python numbers, which the tree adds as it does whole numbers.
    return np.asarray(tree.sums(cast("Integers", values)), dtype=object)


def _leaf_margins(bounds: NestedBounds, scale: Affine) -> list[Affine]:
    """Return the margins of the sharing leaves, each at the scale factor it follows."""
    on = bounds.sharing
    target, scale = bounds.target[on], scale[on]
    low, high = bounds.lower[on].over(target), bounds.upper[on].over(target)
    under, over = scale.below(low), high.below(scale)
    inside = ~under & ~over
    return [
        low[under] - scale[under],
        scale[over] - high[over],
        gaps(scale[inside], low[inside]),
        gaps(high[inside], scale[inside]),
    ]

r"""Fair amounts under nested rules whose bounds move: exact amounts, rates, and for how long.

.. math::

    x(\theta) = x(0) + \theta\,\dot x \qquad (0 \le \theta \le \bar\theta)

with :math:`x(\theta)` the lexicographic max-min amounts. They are piecewise linear in
:math:`\theta`; on one piece the same groups and recipients are held at their bounds, and all that
this asks for are linear inequalities in :math:`\theta`, so that :math:`\bar\theta` is the least of
some quotients (a ratio test, in fractions).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.affine import Affine, joined, larger, smaller, stays
from allocation_models.clamps import (
    NestedBounds,
    amounts_of,
    clamps,
    margins_of,
    root_scale,
)

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation_models.laminar import Nesting, Tree
    from allocation_models.moving import MovingProgram
    from allocation_models.program import BigIntegers


@dataclass(frozen=True)
class Piece:
    """Amounts on a stretch on which they are linear, starting here.

    Parameters
    ----------
    amounts, rates
        Shape (n,), Python integers and Fractions: here, and per unit of the parameter onwards.
    reach
        How far the stretch goes at least; None if it has no end.
    """

    amounts: BigIntegers
    rates: BigIntegers
    reach: Fraction | None


def nested_bounds(moving: MovingProgram, tree: Tree, targets: BigIntegers) -> NestedBounds:
    """Return the moving bounds of a tree's leaves and nodes; ``moving`` is closed."""
    lower = Affine.fixed(np.full(tree.nodes, -inf))
    upper = Affine.fixed(np.full(tree.nodes, inf))
    for row, node in zip(tree.rows.tolist(), tree.node_of_row.tolist(), strict=True):
        at, own = np.array([node]), slice(row, row + 1)
        lower = lower.put(at, larger(lower[at], moving.row_lower[own]))
        upper = upper.put(at, smaller(upper[at], moving.row_upper[own]))
    return NestedBounds(tree, targets, moving.column_lower, moving.column_upper, lower, upper)


def nested_piece(moving: MovingProgram, nesting: Nesting, targets: BigIntegers) -> Piece | None:
    """Return the piece that starts here, or None if rules that do not nest have a say in it.

    Parameters
    ----------
    moving
        The rules, closed; the total has equal bounds, which move alike.
    nesting
        Their tree; rows that are not in it must hold anyway.
    targets
        Shape (n,), Python integers ≥ 0.

    Raises
    ------
    OutOfReachError
        If the rules cannot hold together just after the start.
    """
    assert nesting.tree is not None, "without a tree there are no nested rules"
    bounds = nested_bounds(moving, nesting.tree, targets)
    found = clamps(bounds)
    pot = bounds.node_upper.at[0], bounds.node_upper.rate[0]
    scale = root_scale(found, pot)
    amounts = amounts_of(bounds, found, scale)
    # All rows: of several with the same members, only the tightest is the node's bound.
    slack = joined(*moving.row_margins(amounts))
    if slack.below(Affine.fixed(np.zeros(len(slack)))).any():
        return None
    _, reach = stays(joined(margins_of(bounds, found, scale, amounts), slack))
    return Piece(amounts.at, amounts.rate, reach)

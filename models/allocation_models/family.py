r"""Fair amounts along a line of programs: piece after piece, exact.

.. math::

    x(\theta) = \operatorname{lexmax}\,\operatorname{sort}_i (x_i / t_i)
    \quad\text{s.t.}\quad \ell + \theta\dot\ell \le A x \le u + \theta\dot u

is piecewise linear in :math:`\theta` (each piece is one set of facts about what is tight, of which
there are finitely many). Where rules nest, or the others hold anyway, a piece is read off the
clamps; else off the sequence of programs at a point a little further on, and it counts only if it
reaches back to where it was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.affine import Affine, joined, stays
from allocation_models.general_piece import general_piece
from allocation_models.laminar import nest
from allocation_models.level_sequence import OutOfReachError
from allocation_models.nested_piece import Piece, nested_piece
from allocation_models.solvers.highs import simplex

if TYPE_CHECKING:
    from allocation_models.general_piece import Around
    from allocation_models.laminar import Nesting
    from allocation_models.moving import MovingProgram
    from allocation_models.program import BigIntegers, Mask
    from allocation_models.solvers import Solver

#: How far on a piece of rules that do not nest is looked for: binary shares of the largest bound.
_STEPS = (8, 12, 16, 20, 24)
#: So many pieces with the same rates are put together at most.
_MOST_ALIKE = 200


class NoPieceError(ArithmeticError):
    """No stretch was found on which the amounts are linear."""


@dataclass(frozen=True)
class Family:
    """Programs whose bounds move with one parameter, in whole numbers at parameter 0.

    ``nesting`` is the tree of rules that nest; None if the sequence of programs must be asked.
    """

    moving: MovingProgram
    targets: BigIntegers
    helper: Mask
    nesting: Nesting | None
    solver: Solver

    def turned(self) -> Family:
        """Return the family with the parameter's sign changed."""
        return replace(self, moving=self.moving.turned())


def family(
    moving: MovingProgram, targets: BigIntegers, helper: Mask, solver: Solver = simplex
) -> Family:
    """Return the programs ``moving`` goes through, ready to be asked for pieces."""
    nesting = None if helper.any() else nest(moving.here())
    if nesting is not None and nesting.tree is None:
        nesting = None
    return Family(moving, targets, helper, nesting, solver)


def onward(asked: Family, start: Fraction | int = 0) -> Piece:
    """Return the stretch that begins at ``start``, with its rates and how far it goes.

    Stretches with the same rates are one.

    Raises
    ------
    OutOfReachError
        If the rules cannot hold together just after ``start``.
    NoPieceError
        If no stretch could be proven.
    """
    first = _piece(asked, Fraction(start))
    reach = first.reach
    for _ in range(_MOST_ALIKE):
        if reach is None or not reach:
            break
        following = _next(asked, start + reach)
        if following is None or np.any(following.rates != first.rates):
            break
        reach = None if following.reach is None else reach + following.reach
    return replace(first, reach=reach)


def _next(asked: Family, start: Fraction) -> Piece | None:
    """Return the piece that begins at ``start``, or None if there is none."""
    try:
        return _piece(asked, start)
    except (OutOfReachError, NoPieceError):
        return None


def _piece(asked: Family, start: Fraction) -> Piece:
    moving = asked.moving.moved(start) if start else asked.moving
    if _below_zero(moving.valid):
        raise NoPieceError
    found = None
    if asked.nesting is not None:
        closed = moving.closed(asked.targets, asked.helper)
        found = nested_piece(closed, asked.nesting, asked.targets)
    if found is None:
        found = _from_further_on(asked, start)
    amounts = Affine(found.amounts, found.rates)
    _, on = stays(joined(moving.own_margins(amounts, ~asked.helper), moving.valid))
    ends = [end for end in (found.reach, on) if end is not None]
    return replace(found, reach=min(ends, default=None))


def _below_zero(margins: Affine) -> bool:
    return bool(margins.below(Affine.fixed(np.zeros(len(margins), dtype=np.int64))).any())


def _from_further_on(asked: Family, start: Fraction) -> Piece:
    """Return the piece found at a whole point after ``start`` that reaches back to it."""
    grain = asked.moving.grain()
    first = (start // grain + 1) * grain
    blocked = True
    for shift in _STEPS:
        point = Fraction(first) + (_size(asked.moving) >> shift) // grain * grain
        try:
            found = _around(asked, point)
        except OutOfReachError:
            continue
        blocked = False
        step = point - start
        if found is not None and _reaches(asked, found, point, step):
            reach = None if found.on is None else found.on + step
            return Piece(found.amounts - found.rates * step, found.rates, reach)
    raise OutOfReachError if blocked else NoPieceError


def _size(moving: MovingProgram) -> int:
    """Return the largest bound of a row."""
    bounds = moving.row_upper.at[moving.row_upper.finite()]
    return max(map(int, np.abs(bounds).tolist()), default=1)


def _around(asked: Family, point: Fraction) -> Around | None:
    moving = asked.moving.moved(point).closed(asked.targets, asked.helper)
    return general_piece(moving, asked.targets, asked.helper, asked.solver)


def _reaches(asked: Family, found: Around, point: Fraction, step: Fraction) -> bool:
    """Tell whether a piece found ``step`` further on begins no later than where we stand."""
    amounts = Affine(found.amounts, found.rates)
    margins = asked.moving.moved(point).own_margins(amounts, ~asked.helper)
    back, _ = stays(margins)
    return all(end is None or end >= step for end in (found.back, back))

r"""The exact curve of everyone's fair amount over the pot, where the rules nest and stay still.

.. math::

    B(\lambda) = \sum_i t_i \operatorname{clip}(\lambda, \alpha_i, \beta_i), \qquad
    x_i(B) = t_i \operatorname{clip}(B^{-1}(B), \alpha_i, \beta_i)

If no bound but the total's moves with the pot, every recipient's response to the root's scale
factor is one clamp (:mod:`allocation_models.clamps`). So the pot is a rising, piecewise linear
function of that factor, and its bends, sorted, are all there is to know: all pots at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.clamps import amounts_of, clamps, root_scale
from allocation_models.trace import Trace

if TYPE_CHECKING:
    from allocation_models.clamps import Clamps, NestedBounds
    from allocation_models.program import BigIntegers


@dataclass(frozen=True)
class PotCurve:
    """Amounts as functions of the pot.

    Parameters
    ----------
    bounds, clamps
        The rules, and every recipient's clamp.
    scales, pots
        Shape (m,), ascending: the scale factors at the bends, and the pots that belong to them.
    endless
        Whether pots above the last bend can be shared out too.
    """

    bounds: NestedBounds
    clamps: Clamps
    scales: BigIntegers
    pots: BigIntegers
    endless: bool

    def amounts(self, pot: Fraction | int) -> BigIntegers:
        """Return everyone's exact amount (n,) at ``pot``.

        Raises
        ------
        OutOfReachError
            If the rules cannot hold with that pot.
        """
        scale = root_scale(self.clamps, (pot, 0))
        return amounts_of(self.bounds, self.clamps, scale).at

    def range(self, start: int, stop: int) -> tuple[Fraction, Fraction]:
        """Return the part of the pots from ``start`` to ``stop`` that can be shared out."""
        low, high = Fraction(start), Fraction(stop)
        if len(self.pots):
            low = max(low, Fraction(self.pots[0]))
            high = high if self.endless else min(high, Fraction(self.pots[-1]))
        return low, high

    def traced(self, start: Fraction, stop: Fraction) -> Trace:
        """Return the amounts at both ends and at every bend between.

        Raises
        ------
        OutOfReachError
            If the rules cannot hold at an end.
        """
        inside = self.pots[((self.pots > start) & (self.pots < stop)).astype(bool)]
        at = (Fraction(start), *map(Fraction, inside.tolist()), Fraction(stop))
        return Trace(at, np.array([self.amounts(pot) for pot in at], dtype=object))


def pot_curve(bounds: NestedBounds) -> PotCurve:
    """Return the curve over all pots at which the rules can hold.

    Parameters
    ----------
    bounds
        Rules that do not move; the root's own bounds are not read.

    Raises
    ------
    OutOfReachError
        If the rules cannot hold with any pot.
    """
    found = clamps(bounds)
    root = found.root
    pots = root.still.at + root.slope * root.bends.at
    last = np.append(pots[1:] != pots[:-1], True) if len(pots) else np.zeros(0, dtype=bool)
    keep = last.astype(bool)
    return PotCurve(
        bounds, found, root.bends.at[keep], pots[keep], bool(len(pots)) and bool(root.slope[-1])
    )

r"""Fair amounts over a stretch of the parameter: all kinks in order, piece after piece.

.. math::

    x(\theta) = x(\theta_k) + (\theta - \theta_k)\,\dot x_k
    \qquad (\theta_k \le \theta \le \theta_{k+1})

Each piece (:mod:`allocation_models.family`) says where it ends, and the next begins there.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.family import NoPieceError, onward
from allocation_models.level_sequence import OutOfReachError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.family import Family
    from allocation_models.program import BigIntegers

#: A trace of more pieces than this stops, and says where.
MOST_PIECES = 400


@dataclass(frozen=True)
class Trace:
    """Amounts at the kinks, linear between them.

    Parameters
    ----------
    at
        Shape (m,), ascending: the parameter at both ends and at every kink between.
    amounts
        Shape (m, n), exact.
    conflict
        Whether the rules cannot hold together beyond an end that is short of what was asked for.
    """

    at: tuple[Fraction, ...]
    amounts: BigIntegers
    conflict: bool = False

    def value(self, at: Fraction | int) -> BigIntegers:
        """Return the exact amounts (n,) at a parameter within the trace.

        Raises
        ------
        ValueError
            If it lies outside.
        """
        if not self.at[0] <= at <= self.at[-1]:
            raise ValueError(at)
        after = max(1, bisect_left(self.at, at))
        if len(self.at) == 1:
            return np.asarray(self.amounts[0])
        low, high = self.at[after - 1], self.at[after]
        share = (at - low) / (high - low)
        first, second = self.amounts[after - 1], self.amounts[after]
        return np.asarray(first + (second - first) * share)


def trace(asked: Family, start: Fraction, stop: Fraction) -> Trace:
    """Return the amounts from ``start`` ≤ 0 to ``stop`` ≥ 0, or as far as they are proven.

    Raises
    ------
    NoPieceError
        If nothing could be proven on either side.
    """
    above, blocked_above = _walk(asked, stop)
    below, blocked_below = _walk(asked.turned(), -start)
    points = [(-at, amounts) for at, amounts in reversed(below[1:])] + above
    if not points:
        points = [(-at, amounts) for at, amounts in below]
    if not points:
        raise NoPieceError
    return Trace(
        tuple(at for at, _ in points),
        np.array([amounts for _, amounts in points], dtype=object),
        blocked_above or blocked_below,
    )


def _walk(asked: Family, length: Fraction) -> tuple[list[tuple[Fraction, BigIntegers]], bool]:
    """Return the kinks from 0 to ``length`` with the amounts; whether a conflict stopped us."""
    at, points = Fraction(0), list[tuple[Fraction, "BigIntegers"]]()
    for _ in range(MOST_PIECES):
        if at >= length and points:
            break
        try:
            piece = onward(asked, at)
        except OutOfReachError:
            return points, True
        except NoPieceError:
            return points, False
        points = points or [(at, piece.amounts)]
        step = length - at if piece.reach is None else min(length - at, piece.reach)
        at += step
        points.append((at, piece.amounts + piece.rates * step))
    return points, False


def bends(points: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Return the points of a line without those at which it goes straight on."""
    kept = list(points[:1])
    for here, following in pairwise(points[1:]):
        before = kept[-1]
        rise, run = here[1] - before[1], here[0] - before[0]
        if rise * (following[0] - here[0]) != (following[1] - here[1]) * run:
            kept.append(here)
    return [*kept, *points[1:][-1:]]

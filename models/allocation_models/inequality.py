r"""How unequal amounts are, measured against weights: Lorenz curve and Gini coefficient, exactly.

With amounts :math:`a_i`, weights :math:`w_i > 0` and i in rising order of :math:`a_i / w_i`,

.. math::

    W_k = \sum_{i \le k} w_i, \quad A_k = \sum_{i \le k} a_i, \qquad
    G = 1 - \frac{\sum_k w_k (A_{k-1} + A_k)}{W_n A_n}

G is 0 where every amount is the same multiple of its weight. Gastwirth, "The Estimation of the
Lorenz Curve and Gini Index", *Review of Economics and Statistics* 54 (1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocation_models.program import Integers


@dataclass(frozen=True)
class Inequality:
    """A Lorenz curve and what it comes to.

    Parameters
    ----------
    weight, amount
        Sums so far of weights and of amounts, the poorest first; shape (k + 1,), from 0.
    gini
        Between 0 and 1.
    lowest, highest
        The least and the greatest amount per weight.
    """

    weight: tuple[int, ...]
    amount: tuple[int, ...]
    gini: Fraction
    lowest: Fraction
    highest: Fraction


def inequality(amounts: Integers, weights: Integers) -> Inequality | None:
    """Return how unequal amounts are; None where nobody has a weight, or nobody an amount.

    Whose weight is nothing is left out.

    >>> found = inequality(np.array([1, 1, 2]), np.array([1, 1, 1]))
    >>> found.gini, found.highest / found.lowest
    (Fraction(1, 6), Fraction(2, 1))
    """
    kept = np.flatnonzero(weights > 0)
    pairs = list(zip(amounts[kept].tolist(), weights[kept].tolist(), strict=True))
    if not pairs or not any(amount for amount, _ in pairs):
        return None
    pairs.sort(key=cmp_to_key(_difference))
    weight, amount, area = [0], [0], 0
    for a, w in pairs:
        area += w * (2 * amount[-1] + a)
        weight.append(weight[-1] + w)
        amount.append(amount[-1] + a)
    gini = 1 - Fraction(area, weight[-1] * amount[-1])
    ends = (Fraction(*pairs[0]), Fraction(*pairs[-1]))
    return Inequality(tuple(weight), tuple(amount), gini, *ends)


def _difference(one: tuple[int, int], two: tuple[int, int]) -> int:
    """Return whether one amount per weight is less than another, without dividing."""
    return one[0] * two[1] - two[0] * one[1]

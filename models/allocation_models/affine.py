r"""Exact numbers that move: :math:`a + b\,\theta` just right of :math:`\theta = 0`.

Ordered as they are for a small positive :math:`\theta`: by a, then by b. Arithmetic with such pairs
is arithmetic of one-sided derivatives, exact and without a step size (dual numbers, ordered
lexicographically).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, Mask


def _quotient(top: Fraction | int, bottom: Fraction | int) -> Fraction | int:
    """Return top / bottom; whole ones as integers, because arithmetic on them is far cheaper."""
    if top == 0:
        return 0
    value = Fraction(top, bottom)
    return value.numerator if value.denominator == 1 else value


def _product(value: Fraction | float, factor: Fraction | int) -> Fraction | float:
    """Return value · factor; whole ones as integers."""
    found = value * factor
    return found.numerator if isinstance(found, Fraction) and found.denominator == 1 else found


_quotients = np.frompyfunc(_quotient, 2, 1)
_products = np.frompyfunc(_product, 2, 1)
_floats = np.frompyfunc(lambda value: isinstance(value, float), 1, 1)


def _divide(top: BigIntegers, bottom: BigIntegers) -> BigIntegers:
    return np.asarray(_quotients(top, bottom), dtype=object)


def _multiply(values: BigIntegers, factor: BigIntegers) -> BigIntegers:
    return np.asarray(_products(values, factor), dtype=object)


@dataclass(frozen=True)
class Affine:
    """Numbers ``at + rate · θ``.

    Parameters
    ----------
    at, rate
        Shape (n,), Python integers and Fractions; ``at`` is ±inf where there is no bound.
    """

    at: BigIntegers
    rate: BigIntegers

    @classmethod
    def fixed(cls, values: Any) -> Affine:
        """Return numbers that do not move."""
        at = np.asarray(values, dtype=object)
        return cls(at, np.zeros(len(at), dtype=object))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.at)

    def __getitem__(self, index: Any) -> Affine:
        """Return the numbers at ``index`` (an array, a mask or a slice)."""
        return Affine(self.at[index], self.rate[index])

    def __sub__(self, other: Affine) -> Affine:
        return Affine(self.at - other.at, self.rate - other.rate)

    def __add__(self, other: Affine) -> Affine:
        return Affine(self.at + other.at, self.rate + other.rate)

    def times(self, factor: BigIntegers) -> Affine:
        """Return the numbers times fixed factors (n,)."""
        return Affine(_multiply(self.at, factor), _multiply(self.rate, factor))

    def over(self, divisor: BigIntegers) -> Affine:
        """Return the finite numbers over fixed divisors (n,), exactly."""
        finite = self.finite()
        at = self.at.copy()
        at[finite] = _divide(self.at[finite], divisor[finite])
        return Affine(at, _divide(self.rate, divisor))

    def moved(self, step: Fraction | int) -> Affine:
        """Return the numbers seen from ``step`` further along."""
        return Affine(self.at + self.rate * step, self.rate)

    def turned(self) -> Affine:
        """Return the numbers as they are the other way."""
        return Affine(self.at, -self.rate)

    def finite(self) -> Mask:
        """Return where there is a number, shape (n,)."""
        # Infinity is the only float there is among integers and Fractions.
        return ~np.asarray(_floats(self.at), dtype=bool)

    def below(self, other: Affine) -> Mask:
        """Return where these are less than ``other``, shape (n,)."""
        less = (self.at < other.at) | ((self.at == other.at) & (self.rate < other.rate))
        return np.asarray(less, dtype=bool)

    def ascending(self) -> Integers:
        """Return the order of the numbers: by floats first, then mended exactly."""
        rough = np.argsort(self.at.astype(np.float64), kind="stable")
        keys = list(zip(self.at[rough].tolist(), self.rate[rough].tolist(), strict=True))
        return rough[sorted(range(len(keys)), key=keys.__getitem__)]

    def put(self, index: Integers, values: Affine) -> Affine:
        """Return the numbers with those at ``index`` replaced."""
        at, rate = self.at.copy(), self.rate.copy()
        at[index], rate[index] = values.at, values.rate
        return Affine(at, rate)


def chosen(mask: Mask, first: Affine, second: Affine) -> Affine:
    """Return ``first`` where ``mask``, else ``second``."""
    return Affine(
        np.where(mask, first.at, second.at).astype(object, copy=False),
        np.where(mask, first.rate, second.rate).astype(object, copy=False),
    )


def gaps(high: Affine, low: Affine) -> Affine:
    """Return how far ``high`` is above ``low``, where both are finite."""
    both = high.finite() & low.finite()
    return high[both] - low[both]


def larger(first: Affine, second: Affine) -> Affine:
    """Return the larger of each two."""
    return chosen(first.below(second), second, first)


def smaller(first: Affine, second: Affine) -> Affine:
    """Return the smaller of each two."""
    return chosen(second.below(first), second, first)


def clamped(value: Affine, low: Affine, high: Affine) -> Affine:
    """Return ``value`` held between ``low`` and ``high``."""
    return smaller(larger(value, low), high)


def joined(*parts: Affine) -> Affine:
    """Return all numbers one after the other."""
    empty = np.zeros(0, dtype=object)
    return Affine(
        np.concatenate([empty, *(part.at for part in parts)]),
        np.concatenate([empty, *(part.rate for part in parts)]),
    )


def stays(margins: Affine) -> tuple[Fraction | None, Fraction | None]:
    """Return how far back and how far on no margin is below zero; None if there is no end.

    The margins are not below zero here; both answers are then at least zero.
    """
    margins = margins[margins.finite()]
    back, on = (margins.rate > 0).astype(bool), (margins.rate < 0).astype(bool)
    return _least(margins[back]), _least(margins[on])


def _least(margins: Affine) -> Fraction | None:
    quotients = _divide(margins.at, np.abs(margins.rate)).tolist()
    return Fraction(min(quotients)) if quotients else None

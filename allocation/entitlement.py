r"""Entitlement: the factor method, before any rule.

.. math::

    s_i = \sum_f w_f \frac{a_{if}}{\sum_j a_{jf}}, \qquad
    e_i = A_i + \Bigl(B - \sum_j A_j\Bigr) \frac{s_i \prod_c k_{ic}}{\sum_j s_j \prod_c k_{jc}}

with factors a, weights w, coefficients k (fiscal region, rank, performance, …), lump-sum awards A
and the pot B. All exact; every step is kept as a column. The method is 因素法, as used for central
special transfers; 商资函〔2021〕523号 五 asks for the tilt and the rank weighting, without numbers.
The scenario has been checked: every column exists, parses and is filled where it must be.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation.coefficients import coefficient_values, in_whole_numbers
from allocation.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.frame import Frame
    from allocation.policy.formula import Coefficient, Factor
    from allocation_models.program import BigIntegers, Integers, Mask


#: How many years an aggregate needs at least.
_LEAST_YEARS = {"trimmed_mean": 3, "growth": 2}


@dataclass(frozen=True)
class Step:
    """One step of the entitlement, kept as a column.

    ``values`` are exact, shape (n,); ``kind`` is ``factor``, ``score`` or ``coefficient``.
    """

    key: str
    kind: str
    name: str
    name_en: str
    values: tuple[Fraction, ...]


@dataclass(frozen=True)
class Part:
    """A step as whole numbers over one denominator, ``numerator`` (n,): what is reckoned with."""

    key: str
    kind: str
    name: str
    name_en: str
    numerator: BigIntegers
    denominator: int

    def step(self) -> Step:
        """Return the step in lowest terms."""
        values = _over(self.numerator, self.denominator)
        return Step(self.key, self.kind, self.name, self.name_en, values)


def _over(numerator: BigIntegers, denominator: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(value, denominator) for value in numerator.tolist())


@dataclass(frozen=True)
class Entitlement:
    """Exact entitlements ``numerator / denominator`` in fen, and how they came about.

    Parameters
    ----------
    numerator
        Shape (n,), Python integers.
    denominator
        One for all.
    parts
        Factor shares, the score, and each coefficient, in order.
    """

    numerator: BigIntegers
    denominator: int
    parts: tuple[Part, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The parts as columns of exact values."""
        return tuple(part.step() for part in self.parts)

    def fen(self) -> tuple[Fraction, ...]:
        """Return the entitlements as exact fen."""
        return _over(self.numerator, self.denominator)


@dataclass(frozen=True)
class Formula:
    """What the formula is made of.

    Parameters
    ----------
    factors, coefficients
        By key, in order.
    excluded
        Shape (n,): who has no part in it.
    awards
        Shape (n,), fen: lump sums given before the rest of the pot is shared.
    """

    factors: Mapping[str, Factor]
    coefficients: Mapping[str, Coefficient]
    excluded: Mask
    awards: Integers


def entitlement(
    formula: Formula, frame: Frame, pot: int
) -> tuple[Entitlement | None, list[Problem]]:
    """Return everyone's entitlement of ``pot`` fen, or the problems that prevent it."""
    problems: list[Problem] = []
    parts: list[Part] = []
    score, unit = np.zeros(len(frame), dtype=object), 1
    for key, factor in formula.factors.items():
        counted, total, found = _factor_shares(key, factor, frame, formula.excluded)
        problems += found
        parts.append(_part(key, "factor", factor, counted, total))
        top, bottom = factor.weight.numerator, total * factor.weight.denominator
        common = lcm(unit, bottom)
        score, unit = score * (common // unit) + counted * (top * (common // bottom)), common
    parts.append(Part("score", "score", "因素得分", "factor score", score, unit))
    for key, coefficient in formula.coefficients.items():
        whole, common, found = coefficient_values(key, coefficient, frame)
        problems += found
        parts.append(_part(key, "coefficient", coefficient, whole, common))
        score = score * whole
    whole, rest = _lowest(score), pot - int(formula.awards.sum())
    total = int(whole.sum())
    if total == 0 and rest > 0 and not problems:
        problems.append(Problem("L1-no-claims", Place(column="factors")))
    if problems:
        return None, problems
    total = total or 1
    numerator = formula.awards.astype(object) * total + rest * whole
    return Entitlement(numerator, total, tuple(parts)), []


def _part(
    key: str, kind: str, source: Factor | Coefficient, numerator: BigIntegers, denominator: int
) -> Part:
    name = source.name or key
    return Part(key, kind, name, source.name_en or key, numerator, denominator)


def _lowest(values: BigIntegers) -> BigIntegers:
    """Return whole numbers in the same proportions, without a common divisor."""
    return np.asarray(values // (gcd(*values.tolist()) or 1), dtype=object)


def _factor_shares(
    key: str, factor: Factor, frame: Frame, excluded: Mask
) -> tuple[BigIntegers, int, list[Problem]]:
    """Return what each recipient counts for in one factor, the total, what stands against it."""
    names = factor.columns or (factor.column,)
    place = Place(column=f"factors.{key}")
    columns = [frame.numbers(name)[0] for name in names]
    absent = np.any([column.missing for column in columns], axis=0) | excluded
    scale = lcm(*(column.scale for column in columns))
    years = np.array([column.values * (scale // column.scale) for column in columns], dtype=object)
    values, problems = _aggregate(factor, years[:, ~absent], place)
    negative = (values < 0).astype(bool)
    if negative.any() and factor.below_zero == "error" and not problems:
        who = [name for name, gone in zip(frame.names, absent, strict=True) if not gone]
        found = "、".join(who[index] for index in np.flatnonzero(negative)[:5])
        problems.append(Problem("L1-negative-factor", place, {"found": found}))
    counted = np.zeros(len(frame), dtype=object)
    counted[~absent] = np.where(negative, 0, values)
    total = int(counted.sum())
    if total == 0 and not problems:
        problems.append(Problem("L1-all-zero-factor", place, {"found": "、".join(names)}))
    return counted, total or 1, problems


def _aggregate(
    factor: Factor, years: BigIntegers, place: Place
) -> tuple[BigIntegers, list[Problem]]:
    """Return one value per recipient from the years' columns (y, n), oldest first.

    Whole numbers in some common unit: only their proportions count.
    """
    count, least = len(years), _LEAST_YEARS.get(factor.aggregate or "", 1)
    if count < least:
        words = {"found": count, "least": least}
        return years[-1], [Problem("L1-too-few-years", place, words)]
    match factor.aggregate:
        case "mean":
            return years.sum(axis=0), []
        case "trimmed_mean":
            return years.sum(axis=0) - years.max(axis=0) - years.min(axis=0), []
        case "growth":
            if np.any(years[0] <= 0):
                problem = Problem("L1-growth-base", place, {"found": factor.columns[0]})
                return years[-1], [problem]
            pairs = zip(years[-1].tolist(), years[0].tolist(), strict=True)
            growth = [Fraction(last - first, first) for last, first in pairs]
            return in_whole_numbers(growth)[0], []
        case _:
            return years[-1], []

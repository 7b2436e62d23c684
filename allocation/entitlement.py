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
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation.coefficients import coefficient_values
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
class Entitlement:
    """Exact entitlements ``numerator / denominator`` in fen, and how they came about.

    Parameters
    ----------
    numerator
        Shape (n,), Python integers.
    denominator
        One for all.
    steps
        Factor shares, the score, and each coefficient, in order.
    """

    numerator: BigIntegers
    denominator: int
    steps: tuple[Step, ...]

    def fen(self) -> tuple[Fraction, ...]:
        """Return the entitlements as exact fen."""
        return tuple(Fraction(value, self.denominator) for value in self.numerator.tolist())


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
    steps: list[Step] = []
    score = np.full(len(frame), Fraction(0), dtype=object)
    for key, factor in formula.factors.items():
        shares, found = _factor_shares(key, factor, frame, formula.excluded)
        problems += found
        steps.append(_step(key, "factor", factor, shares))
        score = score + factor.weight * shares
    steps.append(Step("score", "score", "因素得分", "factor score", tuple(score.tolist())))
    for key, coefficient in formula.coefficients.items():
        values, found = coefficient_values(key, coefficient, frame)
        problems += found
        steps.append(_step(key, "coefficient", coefficient, values))
        score = score * values
    whole, rest = _integers(score), pot - int(formula.awards.sum())
    total = int(whole.sum())
    if total == 0 and rest > 0 and not problems:
        problems.append(Problem("L1-no-claims", Place(column="factors")))
    if problems:
        return None, problems
    total = total or 1
    numerator = formula.awards.astype(object) * total + rest * whole
    return Entitlement(numerator, total, tuple(steps)), []


def _step(key: str, kind: str, source: Factor | Coefficient, values: BigIntegers) -> Step:
    return Step(key, kind, source.name or key, source.name_en or key, tuple(values.tolist()))


def _integers(values: BigIntegers) -> BigIntegers:
    """Return Fractions scaled to integers by their common denominator."""
    fractions: list[Fraction] = values.tolist()
    common = lcm(1, *{value.denominator for value in fractions})
    whole = [value.numerator * (common // value.denominator) for value in fractions]
    return np.array(whole, dtype=object)


def _factor_shares(
    key: str, factor: Factor, frame: Frame, excluded: Mask
) -> tuple[BigIntegers, list[Problem]]:
    """Return each recipient's share of one factor, exact, and what stands against it."""
    names = factor.columns or (factor.column,)
    place = Place(column=f"factors.{key}")
    columns = [frame.numbers(name)[0] for name in names]
    absent = np.any([column.missing for column in columns], axis=0) | excluded
    years = np.array([column.fractions() for column in columns], dtype=object)
    values, problems = _aggregate(factor, years[:, ~absent], place)
    whole = _integers(values)
    negative = (whole < 0).astype(bool)
    if negative.any() and factor.below_zero == "error" and not problems:
        who = [name for name, gone in zip(frame.names, absent, strict=True) if not gone]
        found = "、".join(who[index] for index in np.flatnonzero(negative)[:5])
        problems.append(Problem("L1-negative-factor", place, {"found": found}))
    counted = np.where(negative, 0, whole).tolist()
    total = sum(counted)
    if total == 0 and not problems:
        problems.append(Problem("L1-all-zero-factor", place, {"found": "、".join(names)}))
    shares = np.full(len(frame), Fraction(0), dtype=object)
    shares[~absent] = [Fraction(value, total or 1) for value in counted]
    return shares, problems


def _aggregate(
    factor: Factor, years: BigIntegers, place: Place
) -> tuple[BigIntegers, list[Problem]]:
    """Return one value per recipient from the years' columns (y, n), oldest first."""
    count, least = len(years), _LEAST_YEARS.get(factor.aggregate or "", 1)
    if count < least:
        words = {"found": count, "least": least}
        return years[-1], [Problem("L1-too-few-years", place, words)]
    match factor.aggregate:
        case "mean":
            return years.sum(axis=0) / Fraction(count), []
        case "trimmed_mean":
            middle = years.sum(axis=0) - years.max(axis=0) - years.min(axis=0)
            return middle / Fraction(count - 2), []
        case "growth":
            if np.any(years[0] <= 0):
                problem = Problem("L1-growth-base", place, {"found": factor.columns[0]})
                return years[-1], [problem]
            return years[-1] / years[0] - 1, []
        case _:
            return years[-1], []

r"""Entitlement: the factor method, before any rule.

.. math::

    s_i = \sum_f w_f \frac{a_{if}}{\sum_j a_{jf}}, \qquad
    e_i = A_i + \Bigl(B - \sum_j A_j\Bigr) \frac{s_i \prod_c k_{ic}}{\sum_j s_j \prod_c k_{jc}}

with factors a, weights w, coefficients k (fiscal region, rank, performance, …), lump-sum awards A
and the pot B. All exact; every step is kept as a column. Source of the method: 因素法 as used for
central special transfers (商资函〔2021〕523号 五 asks for the tilt and the rank weighting).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from allocation.errors import Place, Problem, nearest
from allocation.policy.groups import partition
from allocation.result import Step
from allocation.scenario.frame import Column, Frame
from allocation.scenario.schema import Coefficient, Factor, RankScale

Integers = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


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

    numerator: Integers
    denominator: int
    steps: tuple[Step, ...]

    def fen(self) -> tuple[Fraction, ...]:
        """Return the entitlements as exact fen."""
        return tuple(Fraction(value, self.denominator) for value in self.numerator.tolist())


def entitlement(
    factors: Mapping[str, Factor],
    coefficients: Mapping[str, Coefficient],
    frame: Frame,
    pot: int,
    excluded: Mask,
    awards: npt.NDArray[np.int64],
) -> tuple[Entitlement | None, list[Problem]]:
    """Return everyone's entitlement, or the problems that prevent it.

    Parameters
    ----------
    pot
        Fen to share.
    excluded
        Shape (n,): who has no part in the formula.
    awards
        Shape (n,), fen: lump sums given before the rest is shared.
    """
    problems: list[Problem] = []
    steps: list[Step] = []
    score = np.full(len(frame), Fraction(0), dtype=object)
    for key, factor in factors.items():
        shares, found = _factor_shares(key, factor, frame, excluded)
        problems += found
        steps.append(_step(key, "factor", factor, shares))
        score = score + factor.weight * shares
    steps.append(Step("score", "score", "因素得分", "factor score", tuple(score.tolist())))
    for key, coefficient in coefficients.items():
        values, found = _coefficient(key, coefficient, frame)
        problems += found
        steps.append(_step(key, "coefficient", coefficient, values))
        score = score * values
    rest = pot - int(awards.sum())
    if rest < 0:
        words = {"found": int(awards.sum()), "allowed": pot}
        problems.append(Problem("L2-awards-over-pot", Place(column="rules"), words))
    whole = _integers(score)
    total = int(whole.sum())
    if total == 0 and rest > 0 and not problems:
        problems.append(Problem("L1-no-claims", Place(column="factors")))
    if problems:
        return None, problems
    total = total or 1
    return Entitlement(awards.astype(object) * total + rest * whole, total, tuple(steps)), []


def _step(key: str, kind: str, source: Factor | Coefficient, values: Integers) -> Step:
    return Step(key, kind, source.name or key, source.name_en or key, tuple(values.tolist()))


def _integers(values: Integers) -> Integers:
    """Return Fractions scaled to integers by their common denominator."""
    common = lcm(1, *{Fraction(value).denominator for value in values.tolist()})
    scaled = [int(Fraction(value) * common) for value in values.tolist()]
    return np.array(scaled, dtype=object)


def _fractions(column: Column) -> Integers:
    return np.array([Fraction(value, column.scale) for value in column.values], dtype=object)


# ---- factors ------------------------------------------------------------------------------------


def _factor_shares(
    key: str, factor: Factor, frame: Frame, excluded: Mask
) -> tuple[Integers, list[Problem]]:
    """Return each recipient's share of one factor, exact, and the problems of its cells."""
    names = factor.columns or (factor.column,)
    place = Place(column=f"factors.{key}")
    columns, problems = [], []
    for name in names:
        column, found = frame.numbers(name)
        problems += found
        columns.append(column)
    if problems:
        return np.full(len(frame), Fraction(0), dtype=object), problems
    missing = np.any([column.missing for column in columns], axis=0) & ~excluded
    if missing.any() and factor.missing == "error":
        problems += [
            Problem("L1-missing-value", _cell(frame, names, index), {"found": frame.names[index]})
            for index in np.flatnonzero(missing)
        ]
    values, found = _aggregate(factor, [_fractions(column) for column in columns], place)
    problems += found
    values = np.where(excluded | missing, Fraction(0), values)
    negative = (values < 0).astype(bool)
    if negative.any() and factor.below_zero == "error":
        problems += [
            Problem("L1-negative-factor", _cell(frame, names, index), {"found": frame.names[index]})
            for index in np.flatnonzero(negative)
        ]
    values = np.where(negative, Fraction(0), values)
    total = sum(values.tolist(), Fraction(0))
    if total == 0:
        if not problems:
            problems.append(Problem("L1-all-zero-factor", place, {"found": "、".join(names)}))
        return values, problems
    return values / total, problems


def _cell(frame: Frame, names: tuple[str, ...], index: int) -> Place:
    """Return where the first of ``names`` stands for recipient ``index``."""
    name = names[0]
    return frame.text[name].place(int(index), name) if name in frame.text else Place(column=name)


def _aggregate(
    factor: Factor, years: list[Integers], place: Place
) -> tuple[Integers, list[Problem]]:
    """Return one value per recipient from several years' columns, oldest first."""
    if factor.aggregate is None or factor.aggregate == "latest":
        return years[-1], []
    table = np.array(years, dtype=object)
    if factor.aggregate == "mean":
        return table.sum(axis=0) / len(years), []
    if factor.aggregate == "trimmed_mean":
        if len(years) < 3:
            return years[-1], [Problem("L1-too-few-years", place, {"found": len(years), "least": 3})]
        trimmed = table.sum(axis=0) - table.max(axis=0) - table.min(axis=0)
        return trimmed / (len(years) - 2), []
    if len(years) < 2 or np.any(years[0] <= 0):
        return years[-1], [Problem("L1-growth-base", place, {"found": factor.columns[0]})]
    return years[-1] / years[0] - 1, []


# ---- coefficients -------------------------------------------------------------------------------


def _coefficient(
    key: str, coefficient: Coefficient, frame: Frame
) -> tuple[Integers, list[Problem]]:
    """Return one coefficient per recipient, exact."""
    if coefficient.rank is not None:
        return _rank_coefficient(key, coefficient.rank, frame)
    if coefficient.column:
        column, problems = frame.numbers(coefficient.column)
        for index in np.flatnonzero(column.missing):
            place = _cell(frame, (coefficient.column,), index)
            problems.append(Problem("L1-missing-value", place, {"found": frame.names[index]}))
        return _fractions(column), problems
    place = Place(column=f"coefficients.{key}")
    if coefficient.by not in frame.text:
        words = {"found": coefficient.by, "nearest": nearest(coefficient.by, sorted(frame.text))}
        return _ones(frame), [Problem("L1-unknown-attribute", place, words)]
    cells = frame.attribute(coefficient.by)
    problems = [
        Problem("L1-no-coefficient", place, {"found": value or "—", "attribute": coefficient.by})
        for value in dict.fromkeys(cells)
        if value not in coefficient.values
    ]
    values = [coefficient.values.get(cell, Fraction(1)) for cell in cells]
    return np.array(values, dtype=object), problems


def _ones(frame: Frame) -> Integers:
    return np.full(len(frame), Fraction(1), dtype=object)


def _rank_coefficient(
    key: str, scale: RankScale, frame: Frame
) -> tuple[Integers, list[Problem]]:
    """Return the coefficient of each rank; the stated values for unknown and unranked."""
    ranks, unranked, problems = frame.ranks(scale.column)
    if problems:
        return _ones(frame), problems
    known = ~ranks.missing
    place = np.where(known, ranks.values // ranks.scale, 0).astype(np.int64)
    if scale.among:
        if scale.among not in frame.text:
            words = {"found": scale.among, "nearest": nearest(scale.among, sorted(frame.text))}
            return _ones(frame), [
                Problem("L1-unknown-attribute", Place(column=f"coefficients.{key}"), words)
            ]
        place = _rank_again(frame, scale.among, place, known)
    problems = _repeated(frame, scale, place, known)
    lookup, found = _scale_values(key, scale, place, known)
    values = np.where(known, lookup, scale.unknown)
    return np.where(unranked, scale.unranked, values), problems + found


def _rank_again(
    frame: Frame, attribute: str, place: npt.NDArray[np.int64], known: Mask
) -> npt.NDArray[np.int64]:
    """Return ranks counted anew within each value of ``attribute``."""
    again = place.copy()
    for _, group in partition(frame, attribute):
        inside = np.flatnonzero(group & known)
        again[inside[np.argsort(place[inside], kind="stable")]] = np.arange(1, len(inside) + 1)
    return again


def _repeated(
    frame: Frame, scale: RankScale, place: npt.NDArray[np.int64], known: Mask
) -> list[Problem]:
    """Return a problem for every published rank that stands twice."""
    if scale.among:
        return []
    seen: dict[int, int] = {}
    problems = []
    for index in np.flatnonzero(known).tolist():
        rank = int(place[index])
        if rank in seen:
            words = {"found": rank, "first": frame.names[seen[rank]], "second": frame.names[index]}
            problems.append(Problem("L1-repeated-rank", _cell(frame, (scale.column,), index), words))
        seen[rank] = index
    return problems


def _scale_values(
    key: str, scale: RankScale, place: npt.NDArray[np.int64], known: Mask
) -> tuple[Integers, list[Problem]]:
    """Return the coefficient at each place (n,), by tiers, by a line, or by a table."""
    where = Place(column=f"coefficients.{key}.rank")
    if scale.tiers:
        ends = np.array([tier.to if tier.to is not None else 2**62 for tier in scale.tiers])
        tier = np.searchsorted(ends, place, side="left")
        over = known & (tier >= len(ends))
        problems = [Problem("L1-rank-beyond-tiers", where, {"found": int(r)}) for r in place[over]]
        values = np.array([tier.value for tier in scale.tiers], dtype=object)
        return values[np.minimum(tier, len(ends) - 1)], problems
    if scale.values:
        table = {int(rank): value for rank, value in scale.values.items()}
        absent = sorted(set(place[known].tolist()) - set(table))
        problems = [Problem("L1-rank-not-in-table", where, {"found": rank}) for rank in absent]
        found = [table.get(int(rank), Fraction(1)) for rank in place]
        return np.array(found, dtype=object), problems
    last = scale.of or int(place.max(initial=0))
    if scale.best is None or scale.worst is None or last < 2 or place.max(initial=0) > last:
        return np.array([Fraction(1)] * len(place), dtype=object), [
            Problem("L1-rank-line", where, {"found": last})
        ]
    step = (scale.worst - scale.best) / (last - 1)
    return np.array([scale.best + (int(rank) - 1) * step for rank in place], dtype=object), []

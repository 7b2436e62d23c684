"""Coefficients: one exact multiplier per recipient, by attribute, by rank, or from a column.

商资函〔2021〕523号 五: more for the central, western and northeastern regions (fiscal regions), and
a larger share for higher-ranked zones within a province. The notice gives no numbers.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Place, Problem
from allocation.policy.groups import partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.frame import Frame
    from allocation.policy.formula import Coefficient, RankScale
    from allocation_models.program import BigIntegers, Integers, Mask


def coefficient_values(
    key: str, coefficient: Coefficient, frame: Frame
) -> tuple[BigIntegers, int, list[Problem]]:
    """Return one coefficient per recipient (n,), whole numbers over the denominator that follows.

    Then what stands against it.
    """
    if coefficient.rank is not None:
        values, problems = _by_rank(key, coefficient.rank, frame)
        return *in_whole_numbers(values.tolist()), problems
    if coefficient.column:
        column = frame.numbers(coefficient.column)[0]
        return column.values, column.scale, []
    named, codes = frame.groups(coefficient.by)
    # The last stands for blank cells, whose code is -1.
    each = [coefficient.values[value] for value in named]
    each.append(coefficient.values.get("", Fraction(0)))
    whole, common = in_whole_numbers(each)
    return whole[codes], common, []


def in_whole_numbers(values: Sequence[Fraction]) -> tuple[BigIntegers, int]:
    """Return Fractions as whole numbers over their common denominator."""
    common = lcm(1, *{value.denominator for value in values})
    whole = [value.numerator * (common // value.denominator) for value in values]
    return np.array(whole, dtype=object), common


def _by_rank(key: str, scale: RankScale, frame: Frame) -> tuple[BigIntegers, list[Problem]]:
    """Return the coefficient of each rank; the stated values for unknown and unranked."""
    ranks, unranked, _ = frame.ranks(scale.column)
    known = ~ranks.missing
    place = ranks.values.astype(np.int64)
    problems: list[Problem] = []
    if scale.among:
        place = counted_again(frame, scale.among, place, known)
    else:
        problems += _repeated(frame, scale.column, place, known)
    where = Place(column=f"coefficients.{key}.rank")
    if scale.tiers:
        values, found = _by_tier(scale, place, known, where)
    elif scale.values:
        values, found = _by_table(scale, place, known, where)
    else:
        values, found = _by_line(scale, place, known, where)
    values[~known] = scale.unknown
    values[unranked] = scale.unranked
    return values, problems + found


def counted_again(frame: Frame, attribute: str, place: Integers, known: Mask) -> Integers:
    """Return ranks counted anew within each value of ``attribute``; equal ranks stay equal."""
    again = place.copy()
    for _, group in partition(frame, attribute):
        inside = np.flatnonzero(group & known)
        ordered = np.sort(place[inside])
        again[inside] = 1 + np.searchsorted(ordered, place[inside], side="left")
    return again


def _repeated(frame: Frame, column: str, place: Integers, known: Mask) -> list[Problem]:
    """Return a problem for every published rank that stands twice."""
    first: dict[int, int] = {}
    problems = []
    for index in np.flatnonzero(known).tolist():
        rank = int(place[index])
        if rank in first:
            words = {
                "found": rank,
                "first": frame.names[first[rank]],
                "second": frame.names[index],
            }
            problems.append(Problem("L1-repeated-rank", frame.place(index, column), words))
        first.setdefault(rank, index)
    return problems


def _by_tier(
    scale: RankScale, place: Integers, known: Mask, where: Place
) -> tuple[BigIntegers, list[Problem]]:
    """Return the value of each rank's tier; a rank beyond a closed last tier is a problem."""
    endless = np.iinfo(np.int64).max
    ends = np.array([endless if tier.to is None else tier.to for tier in scale.tiers])
    tier = np.searchsorted(ends, place, side="left")
    beyond = known & (tier >= len(ends))
    problems = [
        Problem("L1-rank-beyond-tiers", where, {"found": rank}) for rank in place[beyond].tolist()
    ]
    values = np.array([tier.value for tier in scale.tiers], dtype=object)
    return values[np.minimum(tier, len(ends) - 1)], problems


def _by_table(
    scale: RankScale, place: Integers, known: Mask, where: Place
) -> tuple[BigIntegers, list[Problem]]:
    """Return the value the table gives each rank; a rank it leaves out is a problem."""
    table = {int(rank): value for rank, value in scale.values.items()}
    absent = sorted(set(place[known].tolist()) - set(table))
    problems = [Problem("L1-rank-not-in-table", where, {"found": rank}) for rank in absent]
    values = [table.get(rank, Fraction(1)) for rank in place.tolist()]
    return np.array(values, dtype=object), problems


def _by_line(
    scale: RankScale, place: Integers, known: Mask, where: Place
) -> tuple[BigIntegers, list[Problem]]:
    """Return the value on the line from the best rank to the worst."""
    assert scale.best is not None, "the schema asks for exactly one scale"
    assert scale.worst is not None, "likewise"
    last = scale.of or int(place[known].max(initial=1))
    step = (scale.worst - scale.best) / max(last - 1, 1)
    over = sorted(rank for rank in place[known].tolist() if rank > last)
    problems = [
        Problem("L1-rank-over-line", where, {"found": rank, "allowed": last}) for rank in over
    ]
    values = [scale.best + (rank - 1) * step for rank in place.tolist()]
    return np.array(values, dtype=object), problems

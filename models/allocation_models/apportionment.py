r"""Apportionment: the divisor methods and the quota method as ways of rounding.

A divisor method gives the next quantum to the recipient with the largest
:math:`t_i / d(n_i)`, :math:`n_i` being what it already has. The methods differ in the signpost
:math:`d`: Adams :math:`n`, Dean :math:`2n(n+1)/(2n+1)`, Huntington–Hill :math:`\sqrt{n(n+1)}`,
Webster (Sainte-Laguë) :math:`n+\tfrac12`, modified Webster the same with 0.7 for :math:`n=0`,
Jefferson (D'Hondt) :math:`n+1`. The quota method is Jefferson's among those who stay within their
upper quota (Balinski and Young, *Amer. Math. Monthly* 82, 1975). Comparisons are exact:
:math:`t_i^2` against :math:`d^2`, as integers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation_models.program import BigIntegers, Floats, Integers

Method = Literal[
    "adams", "dean", "huntington_hill", "webster", "modified_webster", "jefferson", "quota"
]

#: Squared signpost of the next quantum after n, as numerator and denominator.
_SIGNPOSTS: dict[str, Callable[[int], tuple[int, int]]] = {
    "adams": lambda n: (n * n, 1),
    "dean": lambda n: ((2 * n * (n + 1)) ** 2, (2 * n + 1) ** 2),
    "huntington_hill": lambda n: (n * (n + 1), 1),
    "webster": lambda n: ((2 * n + 1) ** 2, 4),
    "modified_webster": lambda n: ((2 * n + 1) ** 2, 4) if n else (49, 100),
    "jefferson": lambda n: ((n + 1) ** 2, 1),
}


class NoApportionmentError(Exception):
    """The total cannot be met within the least and the most of each recipient."""


def apportion(
    total: int,
    targets: BigIntegers,
    lower: Integers,
    upper: Integers,
    order: Integers,
    method: Method,
) -> Integers:
    """Return ``total`` whole quanta shared by ``method``.

    Parameters
    ----------
    total
        Quanta to share.
    targets
        Shape (n,), Python integers ≥ 0; only ratios matter.
    lower, upper
        Shape (n,): least and most quanta of each.
    order
        Shape (n,): ties go to the smaller.

    Raises
    ------
    NoApportionmentError
        If the least exceed the total or the most fall short of it; with the quota method, also if
        the most keep everyone below the quota from going on.
    """
    open_ = targets > 0
    quanta = lower.astype(np.int64).copy()
    room = np.where(open_, upper, quanta)
    if quanta.sum() > total or np.minimum(room, total).sum() < total:
        raise NoApportionmentError
    if method == "quota":
        return _quota_method(total, targets, quanta, room, order)
    signpost = _SIGNPOSTS[method]
    quanta = np.maximum(quanta, np.minimum(_safe_start(total, targets, quanta, room), room))
    while quanta.sum() < total:
        winner = _first(targets, quanta, quanta < room, order, signpost)
        quanta[winner] += 1
    return quanta


def _safe_start(total: int, targets: BigIntegers, quanta: Integers, room: Integers) -> Integers:
    """Return quanta everyone is sure to reach: one scale for all, rounded well down.

    Every signpost lies between n and n + 1, so with a scale at which the shares rounded *up* still
    fit the total, everyone gets at least his share less one quantum.
    """
    weight = targets.astype(np.float64)
    low, high = 0.0, 2.0 * total / float(weight[weight > 0].min())
    for _ in range(200):
        middle = 0.5 * (low + high)
        needed = np.clip(np.ceil(middle * weight) + 1, quanta, room)
        low, high = (middle, high) if needed.sum() <= total else (low, middle)
    start: Integers = np.maximum(np.floor(low * weight) - 1, 0).astype(np.int64)
    return start


def _first(
    targets: BigIntegers,
    quanta: Integers,
    eligible: np.ndarray,
    order: Integers,
    signpost: Callable[[int], tuple[int, int]],
) -> int:
    """Return the eligible recipient with the largest target per signpost, compared exactly."""
    who = np.flatnonzero(eligible)
    priority = _float_priority(targets[who], quanta[who], signpost)
    close = who[priority >= priority.max() * (1 - 1e-9)]

    def key(i: int) -> tuple[Fraction | float, int]:
        top, bottom = signpost(int(quanta[i]))
        exact = Fraction(int(targets[i]) ** 2 * bottom, top) if top else float("inf")
        return exact, -int(order[i])

    return int(max(close, key=key))


def _float_priority(
    targets: BigIntegers, quanta: Integers, signpost: Callable[[int], tuple[int, int]]
) -> Floats:
    """Return target² / signpost² in floats; infinite at a signpost of zero."""
    levels, at = np.unique(quanta, return_inverse=True)
    squares = np.array([_ratio(*signpost(int(n))) for n in levels])
    with np.errstate(divide="ignore"):
        return np.asarray(targets.astype(np.float64) ** 2 / squares[at])


def _ratio(top: int, bottom: int) -> float:
    return top / bottom


def _quota_method(
    total: int, targets: BigIntegers, quanta: Integers, room: Integers, order: Integers
) -> Integers:
    """Return the quota method's quanta: Jefferson's priority among those below upper quota.

    At house size h a recipient may hold fewer than ⌈h · share⌉.
    """
    share_of = int(targets.sum())
    for size in range(int(quanta.sum()) + 1, total + 1):
        below_quota = (quanta.astype(object) * share_of < size * targets).astype(bool)
        eligible = below_quota & (quanta < room)
        if not eligible.any():
            raise NoApportionmentError
        quanta[_first(targets, quanta, eligible, order, _SIGNPOSTS["jefferson"])] += 1
    return quanta

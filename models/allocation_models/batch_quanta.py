r"""Amounts of many cases as whole quanta and fractions, with a bound on the fractions' error.

.. math::

    x_{ci} / q_c = w_{ci} + f_{ci}, \qquad w_{ci} \in \mathbb{Z},\quad 0 \le f_{ci} < 1

An amount so close to a whole number that floats cannot tell on which side it lies is found exactly
where equals alone follow one factor: each has the same part of what they have together. Otherwise
its case is not certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocation_models.batch_share import BatchShares
    from allocation_models.nested_batch import NestedBatch
    from allocation_models.program import Floats, Integers, Mask

#: Beyond this a float has no fraction.
_NO_FRACTION = 2.0**50
#: A larger error of fractions is not looked at.
_TOO_ROUGH = 2.0**-6


@dataclass(frozen=True)
class BatchParts:
    """Amounts in quanta, split.

    Parameters
    ----------
    whole
        Shape (c, n), int64: the whole quanta below each amount.
    part
        Shape (c, n): the fraction where the amount is free and not whole, else 0.
    error
        Shape (c,): largest error of a case's fractions.
    kin
        Shape (c, n): free columns of a case with equal numbers have exactly equal amounts.
    certain
        Shape (c,): the cases in which all of this is certain.
    """

    whole: Integers
    part: Floats
    error: Floats
    kin: Integers
    certain: Mask


def batch_parts(batch: NestedBatch, shares: BatchShares, size: Integers) -> BatchParts:
    """Return the amounts in quanta of ``size`` (c, 1), whole parts and fractions."""
    kin = shares.governor * batch.target.shape[1] + batch.alike
    free = shares.free & shares.certain[:, None]
    amount = np.where(free, shares.amount / size, 0.0)
    below = np.floor(amount)
    part = np.subtract(amount, below, out=amount)
    error = batch.slack * below.max(axis=1) + batch.slack
    certain = shares.certain & (error < _TOO_ROUGH) & (below < _NO_FRACTION).all(axis=1)
    whole = np.where(free, below.astype(np.int64), shares.fixed // size)
    found = BatchParts(whole, part, error, kin, certain)
    near = free & ((part <= error[:, None]) | (part >= 1.0 - error[:, None]))
    for case in np.flatnonzero(certain & near.any(axis=1)).tolist():
        found.certain[case] = _settled(found, shares, case, int(size[case, 0]), near[case])
    return found


def _settled(found: BatchParts, shares: BatchShares, case: int, size: int, near: Mask) -> bool:
    """Find the amounts of a case that are ``near`` whole ones exactly; False if one cannot be."""
    free, governor = shares.free[case], shares.governor[case]
    for node in np.unique(governor[near]).tolist():
        who = np.flatnonzero(free & (governor == node))
        if len(np.unique(found.kin[case, who])) > 1:
            return False
        unit = len(who) * size
        whole, rest = divmod(int(shares.rest[case, node]), unit)
        found.whole[case, who], found.part[case, who] = whole, rest / unit
    return True

r"""Controlled rounding of many nested programs at once, each certain or left alone.

.. math::

    n_{ci} \in \{\lfloor x_{ci}/q_c \rfloor, \lceil x_{ci}/q_c \rceil\}, \qquad
    \ell_{cv} \le q_c \sum_{i \in v} n_{ci} \le u_{cv}, \quad
    \ell_{ci} \le q_c n_{ci} \le u_{ci}

The greedy choice of :mod:`allocation_models.rounding`: from the smallest groups up, the largest
fractions of a group that must round some up go up, and of a group that may not round all up the
smallest do not. Amounts are floats with a bound on their error, so a fraction counts only if it is
certainly not whole, and a choice between two only if their fractions certainly differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.batch_share import BatchShares
    from allocation_models.nested_batch import NestedBatch
    from allocation_models.program import Floats, Integers, Mask

#: Beyond this a float has no fraction.
_NO_FRACTION = 2.0**50


@dataclass
class _Choice:
    """The choice so far.

    Parameters
    ----------
    part
        Shape (c, n): fractions of a quantum.
    error
        Shape (c,): largest error of a case's fractions.
    up, may
        Shape (c, n): who goes up; who still may.
    certain
        Shape (c,): for which cases every step was certain.
    """

    part: Floats
    error: Floats
    up: Mask
    may: Mask
    certain: Mask


def batch_rounding(
    batch: NestedBatch, shares: BatchShares, quantum: Integers
) -> tuple[Integers, Mask]:
    """Return amounts in whole quanta, in the batch's unit (c, n), and which cases are certain (c,).

    ``quantum`` (c,) is the size of a quantum.
    """
    size = quantum[:, None]
    lower = -(-batch.lower // size)
    upper = np.where(batch.target == 0, np.minimum(batch.upper // size, lower), batch.upper // size)
    amount = shares.amount / size
    whole = np.where(shares.free, np.floor(np.where(shares.free, amount, 0.0)), 0.0)
    part = np.where(shares.free, amount - whole, 0.0)
    error = batch.slack * whole.max(axis=1, initial=1.0) + batch.slack
    wide = error[:, None]
    plain = ~shares.free | ((part > wide) & (part < 1.0 - wide))
    certain = shares.certain & plain.all(axis=1) & (whole < _NO_FRACTION).all(axis=1)
    below = np.where(shares.free, whole.astype(np.int64), shares.fixed // size)
    base = np.maximum(below, lower)
    certain &= (base <= upper).all(axis=1)
    can = shares.free & (base == below) & (base < upper)
    choice = _Choice(part, error, np.zeros_like(can), can, certain)
    _choose(batch, choice, base, size)
    found = (base + choice.up) * size
    return found, choice.certain & _holds(batch, found, upper * size)


def _choose(batch: NestedBatch, choice: _Choice, base: Integers, size: Integers) -> None:
    """Choose who goes up, from the smallest groups up."""
    total = batch.layout.sums(base)
    open_low, open_high = batch.node_lower <= -NO_BOUND, batch.node_upper >= NO_BOUND
    least = np.where(open_low, 0, np.maximum(-(-batch.node_lower // size) - total, 0))
    most = np.where(open_high, NO_BOUND, batch.node_upper // size - total)
    for nodes in batch.layout.tree.levels[::-1]:
        for node in nodes.tolist():
            run = slice(int(batch.layout.first[node]), int(batch.layout.last[node]))
            _choose_in(choice, run, least[:, node], most[:, node])


def _choose_in(choice: _Choice, run: slice, least: Integers, most: Integers) -> None:
    """Choose within one node's run of columns; ``least`` and ``most`` (c,) go up there."""
    must, may = choice.up[:, run].sum(axis=1), choice.may[:, run].sum(axis=1)
    choice.certain &= (must <= most) & (must + may >= least)
    cases = np.flatnonzero(choice.certain & ((least > must) | (most < must + may)))
    if not len(cases):
        return
    some = choice.may[cases, run]
    part = np.where(some, choice.part[cases, run], -1.0)
    # Largest first, then those that cannot go up, then a last one so that there is always a next.
    ordered = np.concatenate([-np.sort(-part, axis=1), np.full((len(cases), 1), -1.0)], axis=1)
    error = choice.error[cases]
    first = np.maximum(least - must, 0)[cases]
    last = np.minimum(most - must, may)[cases]
    above, sure = _cut(ordered, first, error)
    inside, sure_too = _cut(ordered, last, error)
    choice.certain[cases] = sure & sure_too
    up = some & (part >= above)
    choice.up[cases, run] |= up
    choice.may[cases, run] = some & ~up & (part >= inside)


def _cut(ordered: Floats, count: Integers, error: Floats) -> tuple[Floats, Mask]:
    """Return what the first ``count`` (c,) of each case are not below (c, 1), and who is certain.

    Certain are the cases in which the next is smaller by more than the errors of both.
    """
    padded = np.concatenate([np.full((len(ordered), 1), 2.0), ordered], axis=1)
    at = count[:, None]
    last = np.take_along_axis(padded, at, axis=1)
    following = np.take_along_axis(padded, at + 1, axis=1)
    return last, (last - following)[:, 0] > 2.0 * error


def _holds(batch: NestedBatch, found: Integers, upper: Integers) -> Mask:
    """Tell in which cases every bound holds, in whole numbers, shape (c,)."""
    total = batch.layout.sums(found)
    nodes = (total >= batch.node_lower) & (total <= batch.node_upper)
    columns = (found >= batch.lower) & (found <= upper)
    return np.asarray(nodes.all(axis=1) & columns.all(axis=1))

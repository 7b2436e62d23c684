r"""Controlled rounding of many nested programs at once, each certain or left alone.

.. math::

    n_{ci} \in \{\lfloor x_{ci}/q_c \rfloor, \lceil x_{ci}/q_c \rceil\}, \qquad
    \ell_{cv} \le q_c \sum_{i \in v} n_{ci} \le u_{cv}, \quad
    \ell_{ci} \le q_c n_{ci} \le u_{ci}

The greedy choice of :mod:`allocation_models.rounding`: from the smallest groups up, the largest
fractions of a group that must round some up go up, and of a group that may not round all up the
smallest do not. Fractions are floats with a bound on their error, so a choice between two counts
only if their fractions certainly differ, or are known to be equal: columns with equal targets that
follow one factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.batch_quanta import batch_parts
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.batch_quanta import BatchParts
    from allocation_models.batch_share import BatchShares
    from allocation_models.nested_batch import NestedBatch
    from allocation_models.program import Integers, Mask


@dataclass
class _Choice:
    """The choice so far.

    Parameters
    ----------
    parts
        The amounts in quanta.
    place
        Shape (n,): of equal fractions the smaller goes up first.
    up, may
        Shape (c, n): who goes up; who still may.
    certain
        Shape (c,): for which cases every step was certain.
    """

    parts: BatchParts
    place: Integers
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
    upper = batch.upper // size
    np.minimum(upper, lower, out=upper, where=batch.target == 0)
    parts = batch_parts(batch, shares, size)
    base = np.maximum(parts.whole, lower)
    certain = parts.certain & (base <= upper).all(axis=1)
    can = (parts.part > 0) & (base == parts.whole) & (base < upper)
    choice = _Choice(parts, batch.place, np.zeros_like(can), can, certain)
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
    first = np.maximum(least - must, 0)[cases]
    last = np.minimum(most - must, may)[cases]
    up = _largest(choice, cases, run, first)
    inside = up if np.array_equal(first, last) else _largest(choice, cases, run, last)
    choice.up[cases, run] |= up
    choice.may[cases, run] = inside & ~up


def _largest(choice: _Choice, cases: Integers, run: slice, count: Integers) -> Mask:
    """Return the ``count`` (c,) columns with the largest fractions of those that may go up."""
    may = choice.may[cases, run]
    part = np.where(may, choice.parts.part[cases, run], -1.0)
    # One below all columns and one that none reaches: every count has a last and a next.
    ordered = np.empty((len(cases), part.shape[1] + 2))
    ordered[:, 0], ordered[:, 1:-1], ordered[:, -1] = -1.0, part, 2.0
    ordered[:, 1:-1].sort(axis=1)
    at = ordered.shape[1] - 1 - count[:, None]
    last = np.take_along_axis(ordered, at, axis=1)
    following = np.take_along_axis(ordered, at - 1, axis=1)
    found = may & (part >= last)
    close = (last - following)[:, 0] <= 2.0 * choice.parts.error[cases]
    for row in np.flatnonzero(close).tolist():
        case = cases[row]
        near = np.flatnonzero(np.abs(part[row] - last[row]) <= 4.0 * choice.parts.error[case])
        if len(np.unique(choice.parts.kin[case, run][near])) > 1:
            choice.certain[case] = False
        # Equal ones: by their order, as many as those clearly larger leave room for.
        found[row, near] = False
        room = count[row] - np.count_nonzero(found[row])
        found[row, near[np.argsort(choice.place[run][near])[:room]]] = True
    return found


def _holds(batch: NestedBatch, found: Integers, upper: Integers) -> Mask:
    """Tell in which cases every bound holds, in whole numbers, shape (c,)."""
    total = batch.layout.sums(found)
    nodes = (total >= batch.node_lower) & (total <= batch.node_upper)
    columns = (found >= batch.lower) & (found <= upper)
    return np.asarray(nodes.all(axis=1) & columns.all(axis=1))

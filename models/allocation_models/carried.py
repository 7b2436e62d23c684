r"""Bounds carried along rows that compare two columns.

Where :math:`x_a \ge x_b + c`, the first has at least the second's floor plus c, and the second at
most the first's cap minus c. The amounts that meet the rules stay the same; but a level that comes
from somebody else's floor or cap then stands in the recipient's own, and costs the sequence of
programs no stage of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.program import Integers, LinearProgram


def carried(program: LinearProgram) -> LinearProgram:
    """Return the program with bounds carried along its comparisons.

    Where the rules conflict, some lower bound may then exceed the upper one.
    """
    more, less, gap = _comparisons(program)
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    # No chain is longer than there are columns; what still moves then goes round in a circle.
    for _ in range(program.columns if len(gap) else 0):
        floor = np.where(lower[less] > -NO_BOUND, lower[less] + gap, -NO_BOUND)
        cap = np.where(upper[more] < NO_BOUND, upper[more] - gap, NO_BOUND)
        if np.all(floor <= lower[more]) and np.all(cap >= upper[less]):
            break
        np.maximum.at(lower, more, floor)
        np.minimum.at(upper, less, cap)
    return replace(program, column_lower=lower, column_upper=upper)


def _comparisons(program: LinearProgram) -> tuple[Integers, Integers, Integers]:
    """Return every row ``x_more - x_less >= gap`` as three arrays."""
    pairs = np.flatnonzero(np.diff(program.indptr) == 2)
    first = program.indptr[pairs]
    data = program.data
    opposed = (data[first] == -data[first + 1]) & ((data[first] == 1) | (data[first] == -1))
    pairs, first = pairs[opposed.astype(bool)], first[opposed.astype(bool)]
    turned = (data[first] < 0).astype(np.int64)
    plus, minus = program.indices[first + turned], program.indices[first + 1 - turned]
    low, high = program.row_lower[pairs], program.row_upper[pairs]
    least, most = low > -NO_BOUND, high < NO_BOUND
    return (
        np.concatenate([plus[least], minus[most]]),
        np.concatenate([minus[least], plus[most]]),
        np.concatenate([low[least], -high[most]]),
    )

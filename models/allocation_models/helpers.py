"""Helper columns: the least value that the rows leave each of them, in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask


def _up(top: int, bottom: int) -> int:
    """Return the least whole number from top / bottom on."""
    return -(-top // bottom)


def helper_values(
    program: LinearProgram, amounts: Integers | BigIntegers, helpers: Mask, *, whole: bool = True
) -> BigIntegers:
    """Return ``amounts`` with each helper column at the least number its rows allow.

    A whole number, or an exact fraction.

    Only rows with a single helper are read; a helper without such a row keeps its value.
    """
    values = amounts.astype(object)
    if not helpers.any():
        return values
    entry = np.flatnonzero(helpers[program.indices])
    row = program.row_of_entry[entry]
    alone = np.bincount(row, minlength=program.rows)[row] == 1
    entry, row = entry[alone], row[alone]
    others = np.where(helpers, 0, values)
    sums = program.activity(others).astype(object)[row]
    factor = program.data[entry].astype(object)
    side = np.where(factor > 0, program.row_lower[row], program.row_upper[row])
    bounded = np.abs(side) < NO_BOUND
    top, bottom = (side.astype(object) - sums)[bounded], factor[bounded]
    least = program.column_lower.astype(object)
    divide = np.frompyfunc(_up if whole else Fraction, 2, 1)
    np.maximum.at(least, program.indices[entry[bounded]], divide(top, bottom))
    touched = np.zeros(program.columns, dtype=bool)
    touched[program.indices[entry]] = True
    return np.where(helpers & touched, least, values)

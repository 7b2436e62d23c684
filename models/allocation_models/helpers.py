"""Helper columns: the least value that the rows leave each of them, in exact arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask


def helper_values(
    program: LinearProgram, amounts: Integers | BigIntegers, helpers: Mask
) -> BigIntegers:
    """Return ``amounts`` with each helper column at the least whole number its rows allow.

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
    np.maximum.at(least, program.indices[entry[bounded]], -(-top // bottom))
    touched = np.zeros(program.columns, dtype=bool)
    touched[program.indices[entry]] = True
    return np.where(helpers & touched, least, values)

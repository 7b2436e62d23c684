r"""A linear program in whole numbers: labelled rows on labelled columns.

.. math::

    \text{row\_lower} \le A x \le \text{row\_upper}, \qquad
    \text{column\_lower} \le x \le \text{column\_upper}

Everything is an exact integer, so that a result can be checked without a tolerance. Rational data
are brought to integers row by row by whoever builds the program. Objectives belong to the
mathematics that uses the program, not to the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence


Integers = npt.NDArray[np.signedinteger[Any]]
#: Python integers of any size, dtype object.
BigIntegers = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Stands for "no bound"; any bound of at least this size is none.
NO_BOUND = 2**62


def sums_by(index: Integers, values: Floats, size: int) -> Floats:
    """Return the sum of ``values`` by ``index``, shape (size,)."""
    return np.bincount(index, weights=values, minlength=size).astype(np.float64, copy=False)


@dataclass(frozen=True)
class RowGroup:
    """Rows ``start:stop``, all from one rule called ``name``.

    ``whole`` rows hold exactly for whole quanta too; the others hold before rounding only.
    """

    name: str
    start: int
    stop: int
    whole: bool = True


@dataclass(frozen=True)
class LinearProgram:
    """Rows in compressed sparse form, bounds, and the names of the rows' groups.

    Parameters
    ----------
    indptr, indices, data
        The matrix A by rows, shape (m, n). ``data`` is int64, or object where coefficients
        exceed 64 bits.
    row_lower, row_upper
        Shape (m,), int64; ``-NO_BOUND`` and ``NO_BOUND`` stand for none.
    column_lower, column_upper
        Shape (n,), int64, likewise.
    groups
        Named runs of rows, in order, covering all rows.
    """

    indptr: Integers
    indices: Integers
    data: Integers | BigIntegers
    row_lower: Integers
    row_upper: Integers
    column_lower: Integers
    column_upper: Integers
    groups: tuple[RowGroup, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows m."""
        return len(self.row_lower)

    @property
    def columns(self) -> int:
        """Number of columns n."""
        return len(self.column_lower)

    @cached_property
    def row_of_entry(self) -> Integers:
        """Shape (nnz,): the row of each entry."""
        return np.repeat(np.arange(self.rows), np.diff(self.indptr))

    def columns_of(self, rows: Integers) -> Integers:
        """Return the columns of each of ``rows`` in turn."""
        size = np.diff(self.indptr)[rows]
        before = np.cumsum(size) - size
        offset = np.repeat(self.indptr[rows] - before, size)
        return np.asarray(self.indices[np.arange(int(size.sum())) + offset])

    @cached_property
    def float_data(self) -> Floats:
        """The coefficients as floats, each row divided by its largest."""
        return self.data.astype(np.float64) / self.row_scale[self.row_of_entry]

    @cached_property
    def row_scale(self) -> Floats:
        """Shape (m,): the largest coefficient of each row (1 for an empty row)."""
        scale = np.zeros(self.rows)
        np.maximum.at(scale, self.row_of_entry, np.abs(self.data.astype(np.float64)))
        return np.where(scale > 0, scale, 1.0)

    @cached_property
    def whole_rows(self) -> Mask:
        """Shape (m,): the rows that hold exactly for whole quanta too."""
        whole = np.ones(self.rows, dtype=bool)
        for group in self.groups:
            whole[group.start : group.stop] = group.whole
        return whole

    def activity(self, x: Integers | BigIntegers) -> Integers | BigIntegers:
        """Return A x exactly, shape (m,)."""
        largest = float(np.abs(self.data).max(initial=1))
        small = largest * float(np.abs(x.astype(np.float64)).sum()) < NO_BOUND
        kind = np.int64 if small and x.dtype != object else object
        terms = self.data.astype(kind) * x.astype(kind)[self.indices]
        sums = np.zeros(self.rows, dtype=kind)
        full = np.flatnonzero(np.diff(self.indptr))
        if len(full):
            sums[full] = np.add.reduceat(terms, self.indptr[full])
        return sums

    def broken(self, x: Integers | BigIntegers) -> tuple[Integers, Integers]:
        """Return the rows and the columns whose bounds the exact numbers ``x`` do not meet."""
        sums = self.activity(x)
        rows = (sums < self.row_lower) & (self.row_lower > -NO_BOUND)
        rows |= (sums > self.row_upper) & (self.row_upper < NO_BOUND)
        columns = (x < self.column_lower) | (x > self.column_upper)
        return np.flatnonzero(rows.astype(bool)), np.flatnonzero(columns.astype(bool))

    def group_names(self, rows: Integers) -> tuple[str, ...]:
        """Return the names of the groups that ``rows`` belong to, in the program's order."""
        marked = np.zeros(self.rows, dtype=bool)
        marked[rows] = True
        return tuple(group.name for group in self.groups if marked[group.start : group.stop].any())


@dataclass(frozen=True)
class Block:
    """Rows of one rule before they are stacked.

    ``entries`` are (row, column, coefficient) arrays; rows count from 0 within the block.
    """

    name: str
    row: Integers
    column: Integers
    coefficient: Integers | BigIntegers
    lower: Integers
    upper: Integers
    whole: bool = True


def stack(blocks: Sequence[Block], lower: Integers, upper: Integers) -> LinearProgram:
    """Return the program of all blocks' rows over the columns bounded by ``lower``, ``upper``."""
    counts = np.array([len(block.lower) for block in blocks], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    groups = tuple(
        RowGroup(block.name, int(start), int(stop), block.whole)
        for block, start, stop in zip(blocks, starts[:-1], starts[1:], strict=True)
    )
    empty = np.zeros(0, dtype=np.int64)
    row = np.concatenate([empty, *(b.row + s for b, s in zip(blocks, starts[:-1], strict=True))])
    column = np.concatenate([empty, *(block.column for block in blocks)])
    data = np.concatenate([empty, *(block.coefficient for block in blocks)])
    order = np.lexsort((column, row))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=int(starts[-1])))])
    return LinearProgram(
        indptr=indptr.astype(np.int64),
        indices=column[order],
        data=data[order],
        row_lower=np.concatenate([empty, *(block.lower for block in blocks)]),
        row_upper=np.concatenate([empty, *(block.upper for block in blocks)]),
        column_lower=np.asarray(lower, dtype=np.int64),
        column_upper=np.asarray(upper, dtype=np.int64),
        groups=groups,
    )


def rows_of(program: LinearProgram, rows: Integers) -> LinearProgram:
    """Return the program with only ``rows`` (sorted), without group names."""
    keep = np.zeros(program.rows, dtype=bool)
    keep[rows] = True
    entries = keep[program.row_of_entry]
    return replace(
        program,
        indptr=np.concatenate([[0], np.cumsum(np.diff(program.indptr)[rows])]).astype(np.int64),
        indices=program.indices[entries],
        data=program.data[entries],
        row_lower=program.row_lower[rows],
        row_upper=program.row_upper[rows],
        groups=(),
    )

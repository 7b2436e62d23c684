r"""Exact amounts from what is known to be tight.

A stage of :mod:`allocation_models.level_sequence` says: these columns are at the level
:math:`\lambda t_i`, these are pinned at whole numbers, these rows are tight. Everything that
follows is written :math:`x_j = m_j \lambda + d_j` and found by waves: a tight row with one unknown
gives that unknown, a tight row with none gives :math:`\lambda`. What waves leave over is solved by
elimination. All in Python integers and Fractions, whole arrays at a time.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask


def _quotient(top: Fraction | int, bottom: Fraction | int) -> Fraction | int:
    """Return top / bottom, whole ones as integers: arithmetic on them is far cheaper."""
    value = Fraction(top) / bottom
    return value.numerator if value.denominator == 1 else value


_divide = np.frompyfunc(_quotient, 2, 1)


class ExactAmounts:
    """The amounts known so far.

    Attributes
    ----------
    amounts
        Shape (n,), integers and Fractions; 0 where not known yet.
    known
        Shape (n,).
    """

    def __init__(self, program: LinearProgram, targets: BigIntegers) -> None:
        self.program, self.targets = program, targets
        self.amounts = np.zeros(program.columns, dtype=object)
        self.known: Mask = np.zeros(program.columns, dtype=bool)
        self._row_sum = np.zeros(program.rows, dtype=object)

    def add_stage(
        self,
        at_level: Integers,
        pinned: Integers,
        values: Integers,
        tight: Integers,
        sides: Integers,
    ) -> Integers:
        """Take one stage's facts and return every column they make known.

        Parameters
        ----------
        at_level
            Columns at λ · target.
        pinned, values
            Columns at whole numbers, and those.
        tight, sides
            Rows whose sum is known, and that sum.

        Raises
        ------
        ArithmeticError
            If the facts contradict each other, or leave the level open.
        """
        stage = _Stage(self.program, self.known, tight, sides.astype(object) - self._row_sum[tight])
        stage.learn(at_level, self.targets[at_level], np.zeros(len(at_level), dtype=object))
        stage.learn(pinned, np.zeros(len(pinned), dtype=object), values.astype(object))
        stage.spread()
        level = stage.level()
        if level is None and len(at_level):
            raise ArithmeticError("the tight rows leave the level open")
        fresh = np.flatnonzero(stage.has & ~self.known)
        self._settle(fresh, stage.slope[fresh], stage.offset[fresh], Fraction(level or 0))
        return fresh

    def _settle(
        self, fresh: Integers, slope: BigIntegers, offset: BigIntegers, level: Fraction
    ) -> None:
        """Fix ``fresh`` columns at slope · level + offset."""
        top = slope * level.numerator + offset * level.denominator
        self.amounts[fresh] = _divide(top, level.denominator)
        self.known[fresh] = True
        slopes, offsets = _row_sums(self.program, fresh, slope, offset)
        touched = np.flatnonzero((slopes != 0) | (offsets != 0))
        self._row_sum[touched] += slopes[touched] * level + offsets[touched]


def _row_sums(
    program: LinearProgram, columns: Integers, slope: BigIntegers, offset: BigIntegers
) -> tuple[BigIntegers, BigIntegers]:
    """Return each row's sums of slope and of offset over ``columns``."""
    position = np.full(program.columns, -1)
    position[columns] = np.arange(len(columns))
    entries = np.flatnonzero(position[program.indices] >= 0)
    at, row = position[program.indices[entries]], program.row_of_entry[entries]
    data = program.data[entries].astype(object)
    sums = np.zeros((2, program.rows), dtype=object)
    np.add.at(sums[0], row, data * slope[at])
    np.add.at(sums[1], row, data * offset[at])
    return sums[0], sums[1]


class _Stage:
    """What one stage's tight rows say of the columns not known before."""

    def __init__(
        self, program: LinearProgram, known: Mask, tight: Integers, rest: BigIntegers
    ) -> None:
        self.program = program
        self.has = known.copy()
        self.slope = np.zeros(program.columns, dtype=object)
        self.offset = np.zeros(program.columns, dtype=object)
        chosen = np.full(program.rows, -1)
        chosen[tight] = np.arange(len(tight))
        entries = np.flatnonzero((chosen[program.row_of_entry] >= 0) & ~known[program.indices])
        self.row = chosen[program.row_of_entry[entries]]
        self.column = program.indices[entries]
        self.data = program.data[entries].astype(object)
        # What the unknowns of each row must add up to: rest - fall * level.
        self.rest, self.fall = rest.copy(), np.zeros(len(tight), dtype=object)

    def learn(self, columns: Integers, slope: BigIntegers, offset: BigIntegers) -> None:
        """Take columns as known: slope · level + offset."""
        self.has[columns] = True
        self.slope[columns], self.offset[columns] = slope, offset
        done = self.has[self.column]
        row, column, data = self.row[done], self.column[done], self.data[done]
        np.add.at(self.fall, row, data * self.slope[column])
        np.subtract.at(self.rest, row, data * self.offset[column])
        self.row, self.column, self.data = self.row[~done], self.column[~done], self.data[~done]

    def spread(self) -> None:
        """Learn every column that a row, or several together, determine."""
        while len(self.row):
            count = np.bincount(self.row, minlength=len(self.rest))
            single = np.flatnonzero(count[self.row] == 1)
            if not len(single):
                break
            _, first = np.unique(self.column[single], return_index=True)
            entry = single[first]
            row, data = self.row[entry], self.data[entry]
            self.learn(
                self.column[entry], _divide(-self.fall[row], data), _divide(self.rest[row], data)
            )
        if len(self.row):
            self._eliminate()

    def _eliminate(self) -> None:
        """Solve what several rows determine together, by elimination in Fractions."""
        rows, at_row = np.unique(self.row, return_inverse=True)
        columns, at_column = np.unique(self.column, return_inverse=True)
        table = np.zeros((len(rows), len(columns) + 2), dtype=object)
        table[at_row, at_column] = self.data
        table[:, -2], table[:, -1] = self.fall[rows], self.rest[rows]
        pivots = _reduce(table, len(columns))
        lone = [(row, column) for row, column in pivots if np.count_nonzero(table[row, :-2]) == 1]
        left = [row for row in range(len(rows)) if row not in dict(pivots)]
        self.fall = np.concatenate([self.fall, table[left, -2]])
        self.rest = np.concatenate([self.rest, table[left, -1]])
        if lone:
            row, column = np.array(lone).T
            self.learn(columns[column], -table[row, -2], table[row, -1])

    def level(self) -> Fraction | int | None:
        """Return the level the rows without unknowns give, or None if they give none."""
        open_rows = np.zeros(len(self.rest), dtype=bool)
        open_rows[self.row] = True
        fall, rest = self.fall[~open_rows], self.rest[~open_rows]
        says = fall != 0
        if np.any(rest[~says.astype(bool)] != 0):
            raise ArithmeticError("the tight rows contradict each other")
        levels = set(_divide(rest[says.astype(bool)], fall[says.astype(bool)]).tolist())
        if len(levels) > 1:
            raise ArithmeticError("the tight rows give different levels")
        return levels.pop() if levels else None


def _reduce(table: BigIntegers, columns: int) -> list[tuple[int, int]]:
    """Bring ``table`` to reduced echelon form in place; return the pivots (row, column)."""
    pivots: list[tuple[int, int]] = []
    free = list(range(len(table)))
    for column in range(columns):
        row = next((row for row in free if table[row, column] != 0), None)
        if row is None:
            continue
        free.remove(row)
        pivots.append((row, column))
        table[row] = _divide(table[row], table[row, column])
        others = np.flatnonzero(table[:, column] != 0)
        others = others[others != row]
        table[others] = table[others] - np.outer(table[others, column], table[row])
        if not free:
            break
    return pivots

"""Amounts and bounds in whole quanta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, LinearProgram

#: Fractions are compared to this many parts of a quantum.
_PARTS = 2**62


@dataclass(frozen=True)
class Fractions:
    """Exact amounts in quanta, split into whole part and fraction.

    Parameters
    ----------
    whole
        Shape (n,), int64: the whole quanta below each amount.
    part
        Shape (n,), int64: the fraction, in parts of 2**62 (0: the amount is whole).
    place
        Shape (n,), int64: position in the order of who is rounded up first.
    """

    whole: Integers
    part: Integers
    place: Integers


def split(
    numerator: BigIntegers, denominator: BigIntegers, quantum: int, order: Integers
) -> Fractions:
    """Return exact amounts numerator / denominator as quanta and fractions.

    ``order`` (n,) breaks ties of equal fractions: the smaller goes first.
    """
    unit = denominator * quantum
    whole = numerator // unit
    rest = numerator - whole * unit
    # Rounded up, so that a fraction above zero never becomes none.
    part = (-((-rest * (_PARTS - 1)) // unit)).astype(np.int64)
    place = np.empty(len(part), dtype=np.int64)
    place[np.lexsort((order, -part))] = np.arange(len(part))
    return Fractions(whole.astype(np.int64), part, place)


@dataclass(frozen=True)
class Bounds:
    """The program's bounds in whole quanta, drawn inwards."""

    row_lower: Integers
    row_upper: Integers
    lower: Integers
    upper: Integers


def in_quanta(program: LinearProgram, quantum: int) -> Bounds:
    """Return the bounds in whole quanta: lower ones rounded up, upper ones down."""

    def up(bound: Integers) -> Integers:
        return np.where(np.abs(bound) >= NO_BOUND, bound, -(-bound // quantum))

    def down(bound: Integers) -> Integers:
        return np.where(np.abs(bound) >= NO_BOUND, bound, bound // quantum)

    return Bounds(
        up(program.row_lower),
        down(program.row_upper),
        up(program.column_lower),
        down(program.column_upper),
    )

r"""A linear program whose bounds move along a line: one parameter, exact.

.. math::

    \ell + \theta\,\dot\ell \;\le\; A x \;\le\; u + \theta\,\dot u, \qquad
    \ell_j + \theta\,\dot\ell_j \;\le\; x_j \;\le\; u_j + \theta\,\dot u_j
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf, lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.affine import Affine, gaps, joined, larger, smaller
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask


@dataclass(frozen=True)
class MovingProgram:
    """A program's matrix, and bounds that move.

    Parameters
    ----------
    matrix
        Whose rows and columns these are; its own bounds are not read.
    row_lower, row_upper
        Shape (m,); ±inf where there is none.
    column_lower, column_upper
        Shape (n,), likewise.
    layers
        Further lower and upper bounds of the columns, (n,) each: several lines of which the
        tightest holds, and which one that is may change along the way.
    valid
        What is not below zero as long as the bounds move as said.
    """

    matrix: LinearProgram
    row_lower: Affine
    row_upper: Affine
    column_lower: Affine
    column_upper: Affine
    layers: tuple[tuple[Affine, Affine], ...] = ()
    valid: Affine = field(default_factory=lambda: Affine.fixed(()))

    def moved(self, step: Fraction | int) -> MovingProgram:
        """Return the program as seen from ``step`` further along."""
        return self._each("moved", step)

    def turned(self) -> MovingProgram:
        """Return the program as it moves the other way."""
        return self._each("turned")

    def _each(self, method: str, *words: Any) -> MovingProgram:
        names = ("row_lower", "row_upper", "column_lower", "column_upper", "valid")
        layers = [tuple(getattr(side, method)(*words) for side in layer) for layer in self.layers]
        found = {name: getattr(getattr(self, name), method)(*words) for name in names}
        return replace(self, layers=tuple(layers), **found)

    def closed(self, targets: BigIntegers, helper: Mask) -> MovingProgram:
        """Return the program with layers and rows of one column drawn into its bounds.

        The bounds are the tightest just after here. A column without a target gets no more than its
        lower bound.
        """
        matrix, lower, upper = self.matrix, self.column_lower, self.column_upper
        for low, high in self.layers:
            lower, upper = larger(lower, low), smaller(upper, high)
        single = np.flatnonzero(np.diff(matrix.indptr) == 1)
        for row in single[matrix.data[matrix.indptr[single]] == 1].tolist():
            at = matrix.indices[matrix.indptr[row] : matrix.indptr[row] + 1]
            lower = lower.put(at, larger(lower[at], self.row_lower[row : row + 1]))
            upper = upper.put(at, smaller(upper[at], self.row_upper[row : row + 1]))
        idle = np.flatnonzero(~helper & np.asarray(targets == 0, dtype=bool))
        upper = upper.put(idle, smaller(upper[idle], lower[idle]))
        return replace(self, column_lower=lower, column_upper=upper, layers=())

    def own_margins(self, amounts: Affine, known: Mask) -> Affine:
        """Return how far ``amounts`` are inside every line that bounds a ``known`` column."""
        layers = [(self.column_lower, self.column_upper), *self.layers]
        held = amounts[known]
        parts = [gaps(held, low[known]) for low, _ in layers]
        return joined(*parts, *(gaps(high[known], held) for _, high in layers))

    def grain(self) -> int:
        """Return the least whole step from which all bounds are whole again."""
        rates = {rate for bound in self._all() for rate in bound.rate.tolist()}
        return lcm(1, *(Fraction(rate).denominator for rate in rates))

    def here(self) -> LinearProgram:
        """Return the program where it stands, in whole numbers.

        Raises
        ------
        ArithmeticError
            If some bound is not whole, or too large.
        """
        row_lower, row_upper, lower, upper = map(_whole, self._bounds())
        return replace(
            self.matrix,
            row_lower=row_lower,
            row_upper=row_upper,
            column_lower=lower,
            column_upper=upper,
        )

    def _all(self) -> list[Affine]:
        return [*self._bounds(), *(side for layer in self.layers for side in layer)]

    def _bounds(self) -> tuple[Affine, Affine, Affine, Affine]:
        return self.row_lower, self.row_upper, self.column_lower, self.column_upper

    def row_sums(self, amounts: Affine, rows: Integers | None = None) -> Affine:
        """Return the sums of ``rows`` (default: all) at ``amounts`` (n,)."""
        keep = slice(None) if rows is None else rows
        matrix = self.matrix
        return Affine(
            matrix.activity(amounts.at).astype(object)[keep],
            matrix.activity(amounts.rate).astype(object)[keep],
        )

    def row_margins(self, amounts: Affine, rows: Integers | None = None) -> tuple[Affine, Affine]:
        """Return how far the sums of ``rows`` lie above their lower and under their upper bound."""
        keep = slice(None) if rows is None else rows
        sums = self.row_sums(amounts, rows)
        return sums - self.row_lower[keep], self.row_upper[keep] - sums


def still(program: LinearProgram) -> MovingProgram:
    """Return a program whose bounds do not move."""
    return MovingProgram(
        program,
        Affine.fixed(_open(program.row_lower)),
        Affine.fixed(_open(program.row_upper)),
        Affine.fixed(_open(program.column_lower)),
        Affine.fixed(_open(program.column_upper)),
    )


def _open(bound: Integers) -> BigIntegers:
    """Return whole-number bounds as Python integers, ±inf where there is none."""
    found = bound.astype(object)
    found[bound >= NO_BOUND], found[bound <= -NO_BOUND] = inf, -inf
    return found


def _whole(bound: Affine) -> Integers:
    """Return bounds as int64, ±NO_BOUND where there is none."""
    found = np.zeros(len(bound), dtype=np.int64)
    for index, value in enumerate(bound.at.tolist()):
        if abs(value) == inf:
            found[index] = NO_BOUND if value > 0 else -NO_BOUND
        elif value != int(value) or abs(value) >= NO_BOUND:
            raise ArithmeticError("a bound is not whole")
        else:
            found[index] = int(value)
    return found

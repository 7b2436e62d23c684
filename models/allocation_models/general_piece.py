r"""Fair amounts under any rules whose bounds move: exact amounts, rates, and for how long.

The sequence of programs (:mod:`allocation_models.level_sequence`) says stage by stage who is at the
level, whose own bound holds, and which rows are tight. The multipliers that prove it have nothing
to do with where the bounds stand; so the same facts hold, and the same linear system gives the
amounts :math:`x(\theta)` and levels :math:`\lambda_k(\theta)`, as long as

.. math::

    \ell(\theta) \le A x(\theta) \le u(\theta), \qquad
    x_i(\theta) \ge \lambda_k(\theta)\,t_i, \qquad
    \lambda_k(\theta)\,t_i \lessgtr \text{the bound that holds } i, \qquad
    \lambda_{k+1}(\theta) \ge \lambda_k(\theta).

All are linear in :math:`\theta`: the stretch on which the piece holds is the result of a ratio test
in fractions, both ways. Helper columns that the facts leave open are eliminated from their rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from allocation_models.affine import Affine, joined, stays
from allocation_models.exact import ExactAmounts
from allocation_models.level_sequence import Facts, level_sequence, taken

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation_models.moving import MovingProgram
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Around:
    """Amounts on a stretch on which they are linear, around a point inside it.

    ``amounts`` and ``rates`` (n,) at the point; ``back`` and ``on`` say how far the stretch goes
    either way (None: without end).
    """

    amounts: BigIntegers
    rates: BigIntegers
    back: Fraction | None
    on: Fraction | None


def general_piece(
    moving: MovingProgram, targets: BigIntegers, helper: Mask, solver: Solver
) -> Around | None:
    """Return the piece around where the program stands, or None if it stands at a kink.

    Parameters
    ----------
    moving
        The rules, closed, in whole numbers here; upper bounds of sharing columns are finite.
    targets
        Shape (n,), Python integers ≥ 0.
    helper
        Shape (n,): columns that only serve the rows.

    Raises
    ------
    OutOfReachError
        If the rules cannot hold together here.
    UnprovenError
        If the solver proved nothing.
    """
    sharing = ~helper & np.asarray(targets > 0, dtype=bool)
    found = level_sequence(moving.here(), targets, sharing, solver)
    try:
        follows = _Following(moving, targets, found.facts)
    except ArithmeticError:
        return None
    margins = joined(
        *follows.level_margins(sharing),
        *moving_margins(moving, follows.amounts, follows.known),
    )
    if (margins.at < 0).any():
        return None
    back, on = stays(margins)
    return Around(follows.amounts.at, follows.amounts.rate, back, on)


class _Following:
    """What follows from the facts: amounts, who is known, the level of each stage."""

    def __init__(
        self, moving: MovingProgram, targets: BigIntegers, facts: tuple[Facts, ...]
    ) -> None:
        self.moving, self.targets, self.facts = moving, targets, facts
        self.stage_of = np.full(len(targets), -1)
        here, known = self._replayed(moving.here(), record=True)
        rates, _ = self._replayed(_rates(moving), record=False)
        self.amounts, self.known = Affine(here, rates), known

    def _replayed(self, program: LinearProgram, *, record: bool) -> tuple[BigIntegers, Mask]:
        """Return the amounts that follow from the facts with the bounds of ``program``."""
        exact, none = ExactAmounts(program, self.targets), np.zeros(0, dtype=np.int64)
        lower, upper = self.moving.column_lower, self.moving.column_upper
        fixed = np.flatnonzero(lower.at == upper.at)
        exact.add_stage(none, fixed, program.column_lower[fixed], none, none)
        for number, facts in enumerate(self.facts):
            fresh = exact.add_stage(*taken(program, facts))
            if record:
                self.stage_of[fresh] = number
        return exact.amounts, exact.known

    def level_margins(self, sharing: Mask) -> list[Affine]:
        """Return what keeps every stage's level where it is, and the levels in order."""
        parts: list[Affine] = []
        before: Affine | None = None
        for number, facts in enumerate(self.facts):
            level = self._level(facts)
            if level is None:
                continue
            if before is not None:
                parts.append(level - before)
            before = level
            fixed = np.flatnonzero((self.stage_of >= number) & sharing)
            over = np.isin(fixed, facts.capped)
            natural = _spread(level, fixed).times(self.targets[fixed])
            parts.append((natural - self.moving.column_upper[fixed])[over])
            parts.append((self.amounts[fixed] - natural)[~over])
            parts.append(self._level_above_floors(facts, natural, fixed))
        return parts

    def _level(self, facts: Facts) -> Affine | None:
        """Return a stage's level; None if the stage has none.

        A stage that fixes only who is at a bound may have any level from the highest cap reached.
        """
        if len(facts.at_level):
            first = facts.at_level[:1]
            return self.amounts[first].over(self.targets[first])
        if not len(facts.capped):
            return None
        caps = self.moving.column_upper[facts.capped].over(self.targets[facts.capped])
        return caps[caps.ascending()[-1:]]

    def _level_above_floors(self, facts: Facts, natural: Affine, fixed: Integers) -> Affine:
        """Return how far those at the level are above their own floors."""
        at = np.isin(fixed, facts.at_level)
        return (natural - self.moving.column_lower[fixed])[at]


def _spread(number: Affine, columns: Integers) -> Affine:
    zeros = np.zeros(len(columns), dtype=np.int64)
    return number[zeros]


def _rates(moving: MovingProgram) -> LinearProgram:
    """Return the program whose bounds are the rates, exact (no program to be solved)."""
    bounds = (moving.row_lower, moving.row_upper, moving.column_lower, moving.column_upper)
    # Fractions stand where whole numbers are declared: only the facts are looked up in them.
    row_lower, row_upper, lower, upper = (cast("Integers", bound.rate) for bound in bounds)
    return replace(
        moving.matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        column_lower=lower,
        column_upper=upper,
    )


def moving_margins(moving: MovingProgram, amounts: Affine, known: Mask) -> list[Affine]:
    """Return how far every row and bound is from being broken; columns not known are eliminated."""
    matrix = moving.matrix
    unknown = np.zeros(matrix.rows, dtype=np.int64)
    np.add.at(unknown, matrix.row_of_entry, ~known[matrix.indices])
    if np.any(unknown > 1):
        raise ArithmeticError("a row with two open helpers")
    plain = np.flatnonzero(unknown == 0)
    parts = [
        *moving.row_margins(amounts, plain),
        (amounts - moving.column_lower)[known],
        (moving.column_upper - amounts)[known],
    ]
    return parts + [_gaps(moving, amounts, at) for at in np.flatnonzero(~known).tolist()]


def _gaps(moving: MovingProgram, amounts: Affine, column: int) -> Affine:
    """Return, for an open helper, each of its upper limits less each of its lower ones."""
    matrix = moving.matrix
    entries = np.flatnonzero(matrix.indices == column)
    rows, factor = matrix.row_of_entry[entries], matrix.data[entries].astype(object)
    # The helper's own amount is zero here, so that the margins are those of the rest of the row.
    above_lower, under_upper = moving.row_margins(amounts, rows)
    least = Affine(-above_lower.at, -above_lower.rate)
    sides = [_over(side, factor) for side in (least, under_upper)]
    own = np.array([column])
    up = np.asarray(factor > 0, dtype=bool)
    low = joined(sides[0][up], sides[1][~up], moving.column_lower[own])
    high = joined(sides[1][up], sides[0][~up], moving.column_upper[own])
    low, high = low[low.finite()], high[high.finite()]
    first = np.repeat(np.arange(len(high)), len(low))
    second = np.tile(np.arange(len(low)), len(high))
    return high[first] - low[second]


def _over(values: Affine, factor: BigIntegers) -> Affine:
    """Return values over factors of either sign; what is not finite turns with the sign."""
    size = values.over(np.abs(factor))
    return size.times(np.where(factor > 0, 1, -1).astype(object))

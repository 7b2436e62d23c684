"""Perturb and solve again: what a reported sensitivity must agree with, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.moving_rules import moving_program
from allocation.explain.sides import by_recipient, entitlements
from allocation_models.blame import InfeasibleError
from allocation_models.fair_share import fair_share, fractions_of

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation.explain.parameters import Parameter
    from allocation.explain.sides import Side
    from allocation.result import Solved

#: How far beyond a kink rules that do not nest are asked: floats see no less.
_VISIBLE = 2**18


class Perturbed:
    """A scenario whose parameter is moved, solved anew each time by ``fair_share`` alone."""

    def __init__(self, solved: Solved, parameter: Parameter) -> None:
        self.task = solved.task
        self.moving = moving_program(solved.task, solved.shares.program, parameter)
        self.cells = np.array(solved.shares.exact(self.task.cells.count), dtype=object)
        self.claims = entitlements(self.task)
        self.nested = solved.shares.method == "direct"

    def at(self, moved: int) -> np.ndarray | None:
        """Return the exact amounts of the cells, or None if the rules cannot hold."""
        task, helpers = self.task, self.task.rows.helpers
        there = self.moving.moved(moved).closed(task.targets, helpers)
        if (there.column_upper.at < there.column_lower.at).any():
            return None
        try:
            found = fair_share(there.here(), task.targets, helpers)
        except (InfeasibleError, ArithmeticError):
            return None
        return fractions_of(found.numerator, found.denominator)[: task.cells.count]

    def lowest(self, cells: np.ndarray) -> Fraction:
        on = self.claims > 0
        return min((cells[on] / self.claims[on]).tolist())

    def agrees(self, side: Side, moved: int) -> bool:
        """Tell whether amounts and lowest ratio are where the side says, ``moved`` fen away."""
        there = self.at(moved)
        if there is None:
            return False
        before = by_recipient(self.task, self.cells)
        expected = before + np.array(side.gains, dtype=object) * moved
        worth = self.lowest(self.cells) + side.worth * moved
        same = by_recipient(self.task, there) == expected
        return bool(same.all()) and self.lowest(there) == worth

    def steps(self, side: Side, sign: int) -> tuple[list[int], int | None]:
        """Return steps within the side's range, and one just outside it."""
        grain = self.moving.grain()
        if side.reach is None:
            return [sign * grain * count for count in (1, 10**6, 10**9)], None
        end = int(side.reach // grain)
        inside = {end // 3, end * 9 // 10, end} if self.nested else {end // 3, end * 9 // 10}
        beyond = 1 if self.nested else max(1, self.task.pot // _VISIBLE // grain)
        return [sign * grain * count for count in sorted(inside) if count], sign * grain * (
            end + beyond
        )


def disagreements(solved: Solved, parameter: Parameter, side: Side, sign: int) -> list[str]:
    """Return what is wrong with a reported side; nothing if it is right."""
    perturbed = Perturbed(solved, parameter)
    inside, outside = perturbed.steps(side, sign)
    wrong = [
        f"{parameter.key} {sign:+d}: not as said at {moved}"
        for moved in inside
        if not perturbed.agrees(side, moved)
    ]
    if outside is not None and perturbed.agrees(side, outside):
        wrong.append(f"{parameter.key} {sign:+d}: still as said at {outside}, beyond the range")
    return wrong

"""What a little more or a little less of one parameter does: exact rates and how far they hold.

Where the amounts are linear bit by bit, a side is read off the piece that begins here. Elsewhere
(benefit, soft rules that gave way, awards, …) the scenario is solved once more with the parameter a
step away, and the side is the exact difference over that step: no range is claimed for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import ConflictError, InputError
from allocation.money import UNITS
from allocation.policy.rows import POT

if TYPE_CHECKING:
    from allocation.explain.parameters import Parameter
    from allocation.task import Task
    from allocation_models.nested_piece import Piece
    from allocation_models.program import BigIntegers
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Side:
    """What one fen more of a parameter does, seen to one side of where it stands.

    Parameters
    ----------
    worth
        Change of the lowest ratio of amount to (today's) entitlement, or of the total benefit, per
        fen of the parameter.
    gains
        Shape (n,): change of each recipient's exact amount, per fen of the parameter.
    reach
        Fen of the parameter over which both stay as they are, at least; None without end.
    step
        Fen of the step, if these are differences over one step and not rates; else 0.
    """

    worth: Fraction
    gains: tuple[Fraction, ...]
    reach: Fraction | None
    step: int = 0

    def turned(self) -> Side:
        """Return the side below, found by going the other way, per fen more."""
        return replace(self, worth=-self.worth, gains=tuple(-gain for gain in self.gains))


def entitlements(task: Task) -> BigIntegers:
    """Return each cell's entitlement in exact fen (cells,), as Fractions; 0 without a claim."""
    unit = task.entitlement.denominator * task.pot
    cells = task.targets[: task.cells.count].tolist()
    claims = np.array([Fraction(it, unit) for it in cells], dtype=object)
    # In a two-way table who is entitled to nothing weighs a little, and is compared with nobody.
    claims[np.repeat(task.entitlement.numerator == 0, task.cells.purposes)] = Fraction(0)
    return claims


def by_recipient(task: Task, cells: BigIntegers) -> BigIntegers:
    """Return the sums over each recipient's purposes, shape (n,)."""
    return np.asarray(cells[: task.cells.count].reshape(task.cells.allowed.shape).sum(axis=1))


def side_of_piece(task: Task, piece: Piece) -> Side:
    """Return the side that a piece of the amounts describes.

    Its reach ends where the amounts bend, and where another recipient becomes the lowest.
    """
    claims = entitlements(task)
    on = np.asarray(claims > 0, dtype=bool)
    count = task.cells.count
    ratio, rate = piece.amounts[:count][on] / claims[on], piece.rates[:count][on] / claims[on]
    lowest = ratio.min()
    worth = Fraction(rate[ratio == lowest].min())
    falling = np.asarray(rate < worth, dtype=bool)
    crossings = ((ratio[falling] - lowest) / (worth - rate[falling])).tolist()
    ends = [*crossings, *([] if piece.reach is None else [piece.reach])]
    gains = by_recipient(task, piece.rates)
    return Side(worth, tuple(map(Fraction, gains.tolist())), min(ends, default=None))


def side_by_solving(
    task: Task, parameter: Parameter, cells: BigIntegers, solver: Solver, sign: int
) -> Side | None:
    """Return the difference per fen when the parameter is a step away; None if that cannot be.

    Parameters
    ----------
    cells
        The exact amounts of the cells where the parameter stands.
    sign
        1 for more of the parameter, -1 for less.
    """
    from allocation.engine import task_of
    from allocation.sharing import share_out
    from allocation_models.blame import InfeasibleError

    step = sign * lcm(UNITS["万元"], task.loaded.scenario.rounding.quantum)
    try:
        other = task_of(task.loaded.again(*_changes(task, parameter, step)))
        there = share_out(other, solver).exact(task.cells.count)
    except (InfeasibleError, ConflictError, InputError, ArithmeticError):
        return None
    after = np.array(there, dtype=object)
    gains = by_recipient(task, (after - cells) / step)
    worth = Fraction(_goodness(task, after) - _goodness(task, cells)) / step
    return Side(worth, tuple(map(Fraction, gains.tolist())), None, abs(step))


def _changes(task: Task, parameter: Parameter, step: int) -> list[str]:
    """Return the ``KEY=VALUE`` changes that move a parameter by ``step`` fen."""
    moved = f"{(parameter.value or 0) + step}分"
    rule = task.loaded.scenario.rules.get(parameter.rule)
    if parameter.kind == POT:
        return [f"pot.amount={moved}"]
    if parameter.kind == "purpose":
        key = parameter.key.partition(":")[2]
        return [f"purposes.{key}.amount={moved}", f"pot.amount={task.pot + step}分"]
    key = {"least": "least_amount", "most": "most_amount", "rank_step": "step"}.get(
        parameter.kind, "amount"
    )
    if parameter.value is None or getattr(rule, key, None) is None:
        raise InputError([])
    return [f"rules.{parameter.rule}.{key}={moved}"]


def _goodness(task: Task, cells: BigIntegers) -> Fraction:
    """Return what the objective makes large: the lowest ratio, or the total benefit."""
    claims = entitlements(task)
    if task.loaded.scenario.objective.kind == "benefit":
        return total_benefit(task, cells, claims)
    on = np.asarray(claims > 0, dtype=bool)
    return Fraction((cells[on] / claims[on]).min())


def total_benefit(task: Task, cells: BigIntegers, claims: BigIntegers) -> Fraction:
    """Return the total benefit in yuan: weights times amounts, segment by segment."""
    objective = task.loaded.scenario.objective
    weights = np.full(len(task.loaded.frame), Fraction(1), dtype=object)
    if objective.weight:
        weights = task.loaded.frame.numbers(objective.weight)[0].fractions()
    weights = np.repeat(weights, task.cells.purposes)
    if not objective.segments:
        return Fraction((weights * cells).sum()) / UNITS["元"]
    total, start = Fraction(0), Fraction(0)
    for segment in objective.segments:
        above = np.maximum(cells - claims * start, 0)
        inside = above if segment.to is None else np.minimum(above, claims * (segment.to - start))
        total += segment.weight * Fraction((weights * inside).sum())
        start = segment.to or start
    return total / UNITS["元"]

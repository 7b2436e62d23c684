"""Fairness against benefit: the corners of the trade-off, and who gets what at each of them.

Fairness is the least ratio of amount to entitlement, benefit what the objective ``benefit``
counts. Ratios and benefits of the corners are exact; the amounts are those of a run with
``objective.min_ratio`` at the corner, so that anyone can make them again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import DEFAULT_SOLVER, allocate, solver_named
from allocation.errors import FaultError, Problem, raise_if_any
from allocation.explain.sides import entitlements, total_benefit
from allocation.scenario.schema import Objective
from allocation.sharing import benefit_of
from allocation_models.frontier import frontier as corners_of
from allocation_models.solvers import UnprovenError

if TYPE_CHECKING:
    from allocation.result import Allocation
    from allocation.scenario import Loaded
    from allocation.task import Task
    from allocation_models.frontier import Corner
    from allocation_models.program import BigIntegers

#: Decimals of a corner's ratio in a run, rounded down: the rules then hold to the fen.
PLACES = 8
_FEN = 100


@dataclass(frozen=True)
class Point:
    """A point of the trade-off.

    Parameters
    ----------
    ratio, value
        Least ratio, and benefit in yuan, exact.
    result
        The allocation there.
    asked
        The ``objective.min_ratio`` of that run; empty for what no least ratio was asked of.
    """

    ratio: Fraction
    value: Fraction
    result: Allocation
    asked: str = ""


@dataclass(frozen=True)
class TradeOff:
    """All corners from most benefit to the largest least ratio, and the points beside them.

    Parameters
    ----------
    points
        The corners in order; the first is the objective ``benefit`` without a least ratio.
    fair
        The objective ``fair``: the same least ratio as the last corner, and then the next ones.
    chosen
        The scenario as it is.
    """

    points: tuple[Point, ...]
    fair: Point
    chosen: Point


def find_trade_off(loaded: Loaded, weights: str = "") -> TradeOff:
    """Return the trade-off of a scenario.

    Parameters
    ----------
    weights
        Column of benefit per yuan; default: what the scenario's objective says.

    Raises
    ------
    InputError
        If nothing says what benefit is, or the rules are of a kind that is not followed.
    ConflictError
        If the rules cannot all hold.
    FaultError
        If some corner could not be proven.
    """
    counted = _counted(loaded, weights)
    chosen = allocate(loaded)
    fair = allocate(with_objective(counted, Objective.model_validate({})))
    most = allocate(with_objective(counted, _from(counted, None)))
    task = _task_of(most)
    _require_hard(task)
    measured = [_measured(task, result) for result in (fair, chosen)]
    try:
        corners = _corners(task, measured[0].ratio)
    except UnprovenError as error:
        raise FaultError([Problem("L8-unproven", words={"found": str(error)})]) from error
    points = [Point(corners[0].ratio, corners[0].value / _FEN, most)]
    if points[0].value <= 0:
        _raise_no_weights(counted, "0")
    for corner in corners[1:]:
        asked = rounded_down(corner.ratio)
        if asked != points[-1].asked and Fraction(asked):
            run = allocate(with_objective(counted, _from(counted, Fraction(asked))))
            points.append(Point(corner.ratio, corner.value / _FEN, run, asked))
    return TradeOff(tuple(points), *measured)


def _counted(loaded: Loaded, weights: str) -> Loaded:
    """Return the scenario with an objective that says what benefit is."""
    own = loaded.scenario.objective
    if weights:
        return loaded.again("objective.kind=benefit", f"objective.weight={weights}")
    if own.kind != "benefit" or not (own.weight or own.segments):
        _raise_no_weights(loaded, own.kind)
    return loaded


def _raise_no_weights(loaded: Loaded, found: str) -> None:
    place = loaded.place("objective")
    raise_if_any([Problem("L1-frontier-weights", place, {"found": found})])


def _from(loaded: Loaded, least: Fraction | None) -> Objective:
    return loaded.scenario.objective.model_copy(update={"min_ratio": least})


def with_objective(loaded: Loaded, objective: Objective) -> Loaded:
    """Return the scenario with another objective, nothing read again: for a what-if."""
    scenario = loaded.scenario.model_copy(update={"objective": objective})
    return replace(loaded, scenario=scenario)


def _task_of(result: Allocation) -> Task:
    assert result.solved is not None, "whoever solves says from what"
    return result.solved.task


def _require_hard(task: Task) -> None:
    """Raise InputError for rules that give way, or that choose who is funded."""
    rules = task.loaded.scenario.rules
    least = [key for key, rule in rules.items() if getattr(rule, "below", "") == "raise"]
    soft = [key for key, rule in rules.items() if rule.priority]
    raise_if_any(
        [
            Problem("L1-frontier-rules", task.loaded.place("rules", key), {"found": key})
            for key in dict.fromkeys([*soft, *least])
        ]
    )


def _measured(task: Task, result: Allocation) -> Point:
    """Return an allocation's least ratio and benefit, before rounding."""
    cells, claims = np.array(result.unrounded, dtype=object), entitlements(task)
    on = np.asarray(claims > 0, dtype=bool)
    ratio = Fraction((cells[on] / claims[on]).min())
    return Point(ratio, total_benefit(task, cells, claims), result)


def _corners(task: Task, last: Fraction) -> list[Corner]:
    program, helpers = task.rows.program, task.rows.helpers
    claims, benefit = benefit_of(task, program.columns)
    exact: BigIntegers = np.zeros(program.columns, dtype=object)
    exact[: task.cells.count] = entitlements(task)
    solver = solver_named(DEFAULT_SOLVER)
    return corners_of(program, claims, task.targets, benefit, exact, last, helpers, solver)


def rounded_down(ratio: Fraction) -> str:
    """Return a ratio as a run is asked for it: eight decimals, rounded down."""
    whole = int(ratio * 10**PLACES)
    head, tail = divmod(whole, 10**PLACES)
    return f"{head}.{str(tail).zfill(PLACES)}"

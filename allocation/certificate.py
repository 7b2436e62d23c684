"""The certificate of an allocation: what an auditor needs to prove it again without a solver.

It holds the program (rows and bounds in whole fen, each with its rule), the exact amounts, the
multipliers of every stage (:mod:`allocation_models.certificate`), and how the amounts were rounded.
:mod:`allocation.verify` checks it with the standard library alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.policy.kinds import RuleBase, ZeroOrAtLeast
from allocation.sharing import benefit_of
from allocation_models.benefit import with_segments
from allocation_models.certificate import (
    NoProofError,
    Point,
    Stage,
    fair_stages,
    objective_multipliers,
)
from allocation_models.fair_share import close_bounds, fractions_of
from allocation_models.helpers import helper_values
from allocation_models.program import NO_BOUND
from allocation_models.soft import with_shortfalls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.result import Solved
    from allocation.task import Task
    from allocation_models.multipliers import Multipliers
    from allocation_models.program import BigIntegers, Integers, LinearProgram, RowGroup

Json = dict[str, Any]


@dataclass
class _Wide:
    """The program as it grows by the columns that an objective needs.

    ``amounts`` (columns,) are exact; ``targets`` (columns,) are 0 for columns that only serve.
    """

    program: LinearProgram
    amounts: BigIntegers
    targets: BigIntegers

    def grown(self, program: LinearProgram, values: BigIntegers) -> _Wide:
        """Return the program with further columns, and their exact values."""
        none = np.zeros(len(values), dtype=object)
        return _Wide(
            program,
            np.concatenate([self.amounts, values]),
            np.concatenate([self.targets, none]),
        )


def certificate_of(solved: Solved) -> Json:
    """Return the certificate as plain values, ready for JSON.

    Raises
    ------
    NoProofError
        If no multipliers were found that prove the amounts.
    """
    task, shares = solved.task, solved.shares
    start = _start(solved)
    waiting = _broken_priorities(solved, start)
    wide, costs = start, []
    for priority in waiting:
        wide, cost = _with_shortfalls(wide, np.flatnonzero(task.rows.priority == priority))
        costs.append((priority, cost))
    if task.loaded.scenario.objective.kind == "benefit":
        wide, cost = _with_segments(solved, wide)
        costs.append((0, cost))
    helpers = np.arange(len(wide.amounts)) >= task.cells.count
    # Bounds closed in are what the check makes of the written ones itself.
    closed = close_bounds(wide.program, wide.targets, helpers)
    point = Point.of(closed, wide.amounts, wide.targets)
    objectives, point = _objectives(point, task.rows.priority, costs)
    stages = fair_stages(point, shares.tree)
    return {
        "columns": _columns(solved, wide),
        "rows": _rows(wide.program, task.rows.priority, task.rows.program.groups),
        "limits": _limits(task, shares.program),
        "exact": [_pair(value) for value in wide.amounts.tolist()],
        "objectives": objectives,
        "stages": [_stage(stage) for stage in stages],
        "whole": solved.whole.columns.tolist(),
        **_rounding(solved),
        "notes": _notes(solved),
    }


def written_rows(task: Task) -> Json:
    """Return what of a certificate follows from the inputs alone, before anything is solved.

    ``choosing`` are the rules whose limits depend on the solution.
    """
    rules = task.loaded.scenario.rules.items()
    program = task.rows.program
    return {
        "rows": _rows(program, task.rows.priority, program.groups),
        "columns": program.columns,
        "limits": _limits(task, program),
        "choosing": [key for key, rule in rules if _chooses(rule)],
        "order": _order(task),
    }


def _start(solved: Solved) -> _Wide:
    """Return the rules as they are written, soft rows whole, with exact amounts."""
    task, shares = solved.task, solved.shares
    rules = task.rows.program
    program = replace(shares.program, row_lower=rules.row_lower, row_upper=rules.row_upper)
    amounts = fractions_of(shares.numerator, shares.denominator)
    helpers = task.rows.helpers
    if helpers.any():
        amounts = helper_values(shares.program, amounts, helpers, whole=False)
    return _Wide(program, amounts, task.targets)


def _broken_priorities(solved: Solved, start: _Wide) -> list[int]:
    """Return the priorities of which some row had to give way, in order."""
    broken, _ = start.program.broken(start.amounts)
    return sorted(set(solved.task.rows.priority[broken].tolist()))


def _with_shortfalls(wide: _Wide, rows: Integers) -> tuple[_Wide, BigIntegers]:
    """Return the program with a column for each soft row's shortfall, and their cost."""
    program, cost = with_shortfalls(wide.program, rows)
    sums = wide.program.activity(wide.amounts)
    below = rows[wide.program.row_lower[rows] > -NO_BOUND]
    above = rows[wide.program.row_upper[rows] < NO_BOUND]
    gaps = [*(wide.program.row_lower[below] - sums[below])]
    gaps += [*(sums[above] - wide.program.row_upper[above])]
    scale = wide.program.row_scale[np.concatenate([below, above])].astype(np.int64)
    values = [
        max(Fraction(0), Fraction(gap) / int(by)) for gap, by in zip(gaps, scale, strict=True)
    ]
    return wide.grown(program, np.array(values, dtype=object)), cost.astype(np.int64).astype(object)


def _with_segments(solved: Solved, wide: _Wide) -> tuple[_Wide, BigIntegers]:
    """Return the program with the benefit's segments, filled in order, and their cost."""
    task, columns = solved.task, wide.program.columns
    claims, benefit = benefit_of(task, columns)
    helpers = np.arange(columns) >= task.cells.count
    program, cost = with_segments(wide.program, claims, wide.targets, benefit, helpers)
    lengths = program.column_upper[columns:].reshape(task.cells.count, -1).astype(object)
    start = np.cumsum(lengths, axis=1) - lengths
    filled = wide.amounts[: task.cells.count, None] - start
    values = np.minimum(np.maximum(filled, 0), lengths).ravel()
    return wide.grown(program, values), cost


def _objectives(
    point: Point, priority: Integers, costs: list[tuple[int, BigIntegers]]
) -> tuple[list[Json], Point]:
    """Return the proofs of the objectives before the fair one, and the point pinned by them."""
    said = []
    ranks = np.zeros(point.program.rows, dtype=np.int64)
    ranks[: len(priority)] = priority
    for number, cost in costs:
        full = np.concatenate([cost, np.zeros(point.program.columns - len(cost), dtype=object)])
        later = (ranks > number) if number else np.zeros(len(ranks), dtype=bool)
        rows, point = objective_multipliers(point, full, later)
        said.append(
            {
                "priority": number,
                "cost": [[int(j), *_pair(full[j])] for j in np.flatnonzero(full)],
                "rows": _sparse(rows),
            }
        )
    return said, point


def _columns(solved: Solved, wide: _Wide) -> Json:
    """Return bounds and targets of the columns.

    With one purpose a cell's bounds are 0 and the pot, drawn in by ``limits``; ``least`` are lower
    bounds that hold before rounding only.
    """
    task, rules = solved.task, solved.shares.program
    lower, upper = wide.program.column_lower.copy(), wide.program.column_upper.copy()
    least = _bounds(lower)
    lower[: rules.columns], upper[: rules.columns] = rules.column_lower, rules.column_upper
    raised = least != _bounds(lower)
    if task.cells.purposes == 1:
        lower[: task.cells.count], upper[: task.cells.count] = 0, task.pot
    said = {
        "lower": _bounds(lower),
        "upper": _bounds(upper),
        "target": [int(value) for value in wide.targets.tolist()],
    }
    return said | ({"least": least} if raised else {})


def _rows(program: LinearProgram, priority: Integers, groups: Sequence[RowGroup]) -> Json:
    return {
        "start": program.indptr.tolist(),
        "column": program.indices.tolist(),
        "coefficient": [int(value) for value in program.data.tolist()],
        "lower": _bounds(program.row_lower),
        "upper": _bounds(program.row_upper),
        "priority": priority.tolist(),
        "rules": [[g.name, g.start, g.stop, g.whole] for g in groups],
    }


def _bounds(bound: Integers) -> list[int | None]:
    """Return bounds as whole numbers, None where there is none."""
    return [None if abs(value) >= NO_BOUND else value for value in bound.tolist()]


def _chooses(rule: RuleBase) -> bool:
    """Tell whether a rule chooses whom to fund while solving."""
    return isinstance(rule, ZeroOrAtLeast) and rule.below == "raise"


def _limits(task: Task, program: LinearProgram) -> Json:
    """Return each rule's bounds on single recipients: position, least and most, where it has one.

    With several purposes rows bound recipients, and nothing stands here but the rules' keys.
    """
    bounds = {key: (each.lower, each.upper) for key, each in task.rows.limits.items()}
    for key, rule in task.loaded.scenario.rules.items():
        if _chooses(rule):
            cells = slice(task.cells.count)
            bounds[key] = program.column_lower[cells], program.column_upper[cells]
    said: Json = {key: [] for key in bounds}
    for key, (low, high) in bounds.items() if task.cells.purposes == 1 else ():
        who = np.flatnonzero((low > 0) | (high < task.pot)).tolist()
        said[key] = [[at, int(low[at]), int(high[at])] for at in who]
    return said


def _rounding(solved: Solved) -> Json:
    """Return what the rounding needs to be checked: the order among equals, units, pools."""
    task, shares = solved.task, solved.shares
    rounding = task.loaded.scenario.rounding
    purposes = len(task.cells.totals)
    said: Json = {"order": _order(task)}
    if rounding.method == "per_unit":
        units, _ = task.loaded.frame.numbers(rounding.column)
        said["units"] = [int(value) for value in np.repeat(units.values, purposes)]
    elif rounding.method != "largest_remainder":
        assert shares.pools is not None, "checked when it was rounded"
        said["pools"] = shares.pools[: task.cells.count].tolist()
    return said


def _order(task: Task) -> list[int]:
    """Return each cell's place in the order among equals."""
    purposes = len(task.cells.totals)
    order: list[int] = (task.order[:, None] * purposes + np.arange(purposes)).ravel().tolist()
    return order


def _notes(solved: Solved) -> list[str]:
    """Return the keys of what the check cannot cover (:data:`allocation.verify.NOTES`)."""
    task, scenario = solved.task, solved.task.loaded.scenario
    said = {
        "raise": bool(task.rows.least.any()),
        "crossing": scenario.rounding.method == "largest_remainder" and solved.shares.tree is None,
        "quota": scenario.rounding.method == "quota",
        "upper": scenario.upper is not None,
    }
    return [key for key, here in said.items() if here]


def _stage(stage: Stage) -> Json:
    return {"level": _pair(stage.level), "rows": _sparse(stage.rows)}


def _sparse(rows: Multipliers) -> list[list[int]]:
    return [[row, *_pair(value)] for row, value in sorted(rows.items())]


def _pair(value: Fraction | int) -> list[int]:
    """Return a number as numerator and denominator."""
    exact = Fraction(value)
    return [exact.numerator, exact.denominator]


__all__ = ["NoProofError", "certificate_of"]

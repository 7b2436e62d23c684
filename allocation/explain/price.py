"""What a repair costs: by how much money the rules as they were are missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import Given, Member, min_ratio_of
from allocation_models.helpers import helper_values
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation.result import Allocation
    from allocation.task import Task


def price_of(task: Task, changed: Iterable[Member], repaired: Allocation) -> int:
    """Return the price of a repair in fen.

    Of the pot, what it changes by. Of a rule, by how much the repaired amounts fall short of it as
    it was, or go beyond it: summed over recipients or groups.
    """
    return sum(_missed(task, member, repaired) for member in changed)


def _missed(task: Task, member: Member, repaired: Allocation) -> int:
    """Return by how much one member, as it was, is missed."""
    if member is Given.POT:
        return abs(repaired.heading.pot - task.pot)
    amounts = repaired.amounts.astype(np.int64)
    if member is Given.MIN_RATIO:
        least = min_ratio_of(task)
        return 0 if least is None else int(np.maximum(least - amounts, 0).sum())
    if isinstance(member, Given):
        return 0
    bounds = task.rows.bounds.get(member)
    if bounds is None:
        return _missed_rows(task, member, repaired)
    gap = bounds.amount - amounts if bounds.floor else amounts - bounds.amount
    if task.loaded.scenario.rules[member].kind == "zero_or_at_least":
        members = task.loaded.frame.members(task.loaded.scenario.rules[member].where)
        return int(np.maximum(gap, 0)[members & (amounts > 0)].sum())
    return int(np.maximum(gap, 0)[bounds.applies].sum())


def _missed_rows(task: Task, key: str, repaired: Allocation) -> int:
    """Return by how much the rows of a rule on groups are broken, in fen."""
    program, helpers = task.rows.program, task.rows.helpers
    cells = np.append(repaired.cells.ravel(), np.zeros(int(helpers.sum()), dtype=np.int64))
    sums = program.activity(helper_values(program, cells, helpers))
    below = np.where(program.row_lower > -NO_BOUND, program.row_lower - sums, 0)
    above = np.where(program.row_upper < NO_BOUND, sums - program.row_upper, 0)
    gap = np.maximum(np.maximum(below, above), 0)
    rows = [row for g in program.groups if g.name == key for row in range(g.start, g.stop)]
    scale = program.row_scale
    return sum(int(gap[row] // int(scale[row])) for row in rows)

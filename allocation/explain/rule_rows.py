"""Every hard rule as rows of its own, so that each can be moved or let off alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import (
    Given,
    Member,
    bounds_of_member,
    claimless,
    members_of,
    owners_of_groups,
    part_of,
)
from allocation.policy.cells import plain_sums
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack

if TYPE_CHECKING:
    from collections.abc import Collection

    from allocation.task import Task
    from allocation_models.program import Integers

_NAME = "rows"


def rules_as_rows(
    task: Task, members: Collection[Member] | None = None
) -> tuple[LinearProgram, dict[Member, slice]]:
    """Return the program of all hard rules, and the rows in which each bounds single recipients.

    ``members`` leaves out all others. A member's rows are one per recipient, in the frame's order:
    shape (n,). Where several rules bound a recipient, each has its own row.
    """
    taking_part = [each for each in members_of(task) if members is None or each in members]
    everyone = [member for member in taking_part if member is not Given.CLAIMS]
    program = part_of(task, everyone).program
    blocks = [_rows_of_groups(task, program)]
    rows: dict[Member, slice] = {}
    start, most = program.rows, np.zeros(len(task.loaded.frame), dtype=np.int64)
    for member in everyone:
        limits = bounds_of_member(task, member)
        if limits is not None:
            blocks.append(_of_recipients(task, limits.lower, limits.upper))
            rows[member] = slice(start, start + len(most))
            start, most = start + len(most), np.maximum(most, limits.lower)
    held = claimless(task) & (Given.CLAIMS in taking_part)
    upper = np.where(held, most, NO_BOUND)
    blocks.append(_of_recipients(task, np.full(len(most), -NO_BOUND), upper))
    free = np.zeros(program.columns, dtype=np.int64)
    ceiling = free + NO_BOUND
    if Given.PURPOSES in taking_part:
        ceiling[: task.cells.count][~task.cells.allowed.ravel()] = 0
    return stack(blocks, free, ceiling), rows


def _rows_of_groups(task: Task, program: LinearProgram) -> Block:
    """Return the rows on several recipients; those that bound recipients for all rules are free."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    for group, owner in zip(program.groups, owners_of_groups(task), strict=True):
        if owner is None:
            lower[group.start : group.stop] = -NO_BOUND
            upper[group.start : group.stop] = NO_BOUND
    entries = program.row_of_entry, program.indices, program.data
    return Block(_NAME, *entries, lower, upper)


def _of_recipients(task: Task, lower: Integers, upper: Integers) -> Block:
    everyone = np.arange(len(lower))
    return task.cells.sums(_NAME, plain_sums(everyone, everyone), lower, upper)


def drawn_inwards(program: LinearProgram, quantum: int) -> LinearProgram:
    """Return the program with its rows' bounds in whole quanta: lower ones up, upper ones down."""
    lower, upper = program.row_lower, program.row_upper
    return replace(
        program,
        row_lower=np.where(lower <= -NO_BOUND, lower, -(-lower // quantum) * quantum),
        row_upper=np.where(upper >= NO_BOUND, upper, upper // quantum * quantum),
    )

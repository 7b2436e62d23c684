r"""The program with fewer rules: what the amounts would be if only some rules were there.

Everything starts from the program that held (:attr:`allocation.sharing.Shares.program`): who is
funded stays chosen, a soft rule that gave way stays loosened. Rules are then taken away, so each
stage of an explanation is a relaxation of the next and can hold whenever the whole does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.policy.rows import POT, PURPOSES, RECIPIENTS, UPPER
from allocation_models.program import RowGroup, rows_of

if TYPE_CHECKING:
    from allocation.task import Task
    from allocation_models.program import Integers, LinearProgram, Mask


@dataclass(frozen=True)
class Bounded:
    """What single recipients may get: ``lower``, ``upper`` (n,), fen; 0 and the pot if no rule."""

    lower: Integers
    upper: Integers


def without_group_rules(task: Task, program: LinearProgram) -> LinearProgram:
    """Return the cells' program with pot, totals, and the rules about one recipient at a time."""
    return _with_rows(task, program, _rows(program, {*_TOTALS, RECIPIENTS, *task.rows.bounds}))


def totals_only(task: Task, program: LinearProgram) -> LinearProgram:
    """Return the cells' program with the pot, the purposes' totals and the upper level's alone.

    Who is entitled to nothing keeps its own bounds: it gets its floor at every stage, and the
    money for it may have to come out of one purpose or one unit.
    """
    purposes, idle = task.cells.purposes, task.rows.idle
    own = _rows(program, {RECIPIENTS, *task.rows.bounds})
    own[own] = idle[_recipient_of(program, np.flatnonzero(own), purposes)]
    kept = _with_rows(task, program, _rows(program, _TOTALS) | own)
    if purposes > 1:
        return kept
    most = np.where(task.cells.allowed.ravel(), task.pot, 0)
    return replace(
        kept,
        column_lower=np.where(idle, kept.column_lower, 0),
        column_upper=np.where(idle, kept.column_upper, most),
    )


def bounded(task: Task, program: LinearProgram) -> Bounded:
    """Return the bounds that the rules about one recipient at a time make together."""
    count, purposes = len(task.order), task.cells.purposes
    lower, upper = np.zeros(count, dtype=np.int64), np.full(count, task.pot)
    if purposes == 1:
        lower = np.maximum(lower, program.column_lower[:count])
        upper = np.minimum(upper, program.column_upper[:count])
    rows = np.flatnonzero(_rows(program, {RECIPIENTS, *task.rows.bounds}))
    who = _recipient_of(program, rows, purposes)
    np.maximum.at(lower, who, program.row_lower[rows])
    np.minimum.at(upper, who, program.row_upper[rows])
    return Bounded(lower, upper)


_TOTALS = frozenset({POT, PURPOSES, UPPER})


def _rows(program: LinearProgram, names: set[str] | frozenset[str]) -> Mask:
    """Return which rows belong to the groups ``names``."""
    chosen = np.zeros(program.rows, dtype=bool)
    for group in program.groups:
        chosen[group.start : group.stop] = group.name in names
    return chosen


def _recipient_of(program: LinearProgram, rows: Integers, purposes: int) -> Integers:
    """Return whom each of ``rows``, all about one recipient, is about."""
    return np.asarray(program.indices[program.indptr[rows]] // purposes)


def _with_rows(task: Task, program: LinearProgram, keep: Mask) -> LinearProgram:
    """Return the program with the rows ``keep``, which use cells only, and the cells' columns."""
    before = np.concatenate([[0], np.cumsum(keep)])
    groups = tuple(
        RowGroup(group.name, int(before[group.start]), int(before[group.stop]), group.whole)
        for group in program.groups
    )
    count = task.cells.count
    return replace(
        rows_of(program, np.flatnonzero(keep)),
        column_lower=program.column_lower[:count],
        column_upper=program.column_upper[:count],
        groups=groups,
    )

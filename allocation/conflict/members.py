"""Who can take part in a conflict, and the program of some of them only.

Members are the hard rules by key, and what a scenario gives besides them: :class:`Given`. Soft
rules give way and never take part. Entitlements are those of the whole scenario throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from allocation.policy.kinds import TopAward, ZeroOrAtLeast
from allocation.policy.rows import Limits
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from collections.abc import Collection

    from allocation.task import Task
    from allocation_models.program import Integers, LinearProgram, Mask


class Given(Enum):
    """What a scenario gives besides its rules.

    ``CLAIMS``: who is entitled to nothing gets no more than its floor. ``MIN_RATIO``: the least
    ratio of the objective ``benefit``.
    """

    POT = "pot"
    PURPOSES = "purposes"
    UPPER = "upper"
    CLAIMS = "claims"
    MIN_RATIO = "min_ratio"


#: A rule's key, or something given.
Member = str | Given


@dataclass(frozen=True)
class Part:
    """The program of some members, and whose each bound is.

    Owners are positions in :func:`members_of`, -1 for nobody.

    Parameters
    ----------
    members
        Those in it.
    program
        All rows of the task's program, free where they belong to nobody in it; int64 fen.
    least
        Shape (columns,): what a recipient gets at least if anything (0: no rule).
    lower_of, upper_of
        Shape (n,): who bounds each recipient from below and from above.
    ceiling_of
        Shape (columns,): who bounds each column from above.
    """

    members: frozenset[Member]
    program: LinearProgram
    least: Integers
    lower_of: Integers
    upper_of: Integers
    ceiling_of: Integers


def members_of(task: Task) -> list[Member]:
    """Return everything that can take part, in the scenario's order, the given things last."""
    scenario = task.loaded.scenario
    rules: list[Member] = [key for key, rule in scenario.rules.items() if rule.priority is None]
    given: list[Member] = [owner for owner in owners_of_groups(task) if isinstance(owner, Given)]
    if scenario.purposes and Given.PURPOSES not in given:
        # One purpose has no row of its own, but says who may use it.
        given.append(Given.PURPOSES)
    claims: list[Member] = [Given.CLAIMS] if claimless(task).any() else []
    ratio: list[Member] = [Given.MIN_RATIO] if min_ratio_of(task) is not None else []
    return [*rules, *ratio, *claims, *given]


def owners_of_groups(task: Task) -> list[Member | None]:
    """Return the owner of each group of rows; None: rows that bound recipients for all rules."""
    # By position, not by name: a rule may be called "pot".
    given: list[Member | None] = [Given.POT]
    given += [Given.PURPOSES] if task.cells.purposes > 1 else []
    given += [Given.UPPER] if task.totals else []
    last: list[Member | None] = [None] if task.cells.purposes > 1 else []
    groups = task.rows.program.groups
    return [*given, *(group.name for group in groups[len(given) : len(groups) - len(last)]), *last]


def awards_of(task: Task, members: Collection[Member]) -> int:
    """Return what the awards of ``members`` come to together, fen."""
    rules = task.loaded.scenario.rules
    return sum(
        int(bounds.amount[bounds.applies].sum())
        for key, bounds in task.rows.bounds.items()
        if key in members and isinstance(rules[key], TopAward)
    )


def raised(task: Task, members: Collection[Member]) -> bool:
    """Tell whether one of ``members`` leaves it to a binary program who is funded."""
    rules = task.loaded.scenario.rules
    return any(_raises(rules[key]) for key in members if isinstance(key, str))


def _raises(rule: object) -> bool:
    return isinstance(rule, ZeroOrAtLeast) and rule.below == "raise"


def part_of(task: Task, members: Collection[Member]) -> Part:
    """Return the program of ``members`` alone."""
    kept, everyone = frozenset(members), members_of(task)
    draft = _Recipients.of(task, kept, everyone)
    count, columns = task.cells.count, task.rows.program.columns
    lower, upper = np.zeros(columns, dtype=np.int64), np.full(columns, NO_BOUND)
    ceiling_of, least = np.full(columns, -1), np.zeros(columns, dtype=np.int64)
    if task.cells.purposes == 1:
        lower[:count], upper[:count], ceiling_of[:count] = draft.lower, draft.upper, draft.upper_of
        least[:count] = _least(task, kept)
    if Given.PURPOSES in kept:
        closed = np.flatnonzero(~task.cells.allowed.ravel())
        upper[closed], ceiling_of[closed] = 0, everyone.index(Given.PURPOSES)
    program = replace(_rows_of_members(task, kept, draft), column_lower=lower, column_upper=upper)
    if Given.CLAIMS in kept and task.cells.purposes == 1:
        held = _held_down(program, np.append(claimless(task), lower[count:] < 0), least)
        closed = np.flatnonzero(held.column_upper < program.column_upper)
        ceiling_of[closed] = everyone.index(Given.CLAIMS)
        program = held
    return Part(kept, program, least, draft.lower_of, draft.upper_of, ceiling_of)


@dataclass
class _Recipients:
    """Bounds on recipients (n,), fen, and whose they are: the first of the tightest."""

    lower: Integers
    upper: Integers
    lower_of: Integers
    upper_of: Integers

    @classmethod
    def of(cls, task: Task, members: frozenset[Member], everyone: list[Member]) -> _Recipients:
        """Return the bounds that ``members`` make together."""
        count = len(task.loaded.frame)
        zeros, nobody = np.zeros(count, dtype=np.int64), np.full(count, -1)
        draft = cls(zeros, np.full(count, NO_BOUND), nobody, nobody.copy())
        for number, member in enumerate(everyone):
            limits = bounds_of_member(task, member) if member in members else None
            if limits is not None:
                draft.draw(limits, number)
        if Given.CLAIMS in members and task.cells.purposes > 1:
            idle = claimless(task) & (draft.lower < draft.upper)
            most = np.where(idle, draft.lower, NO_BOUND)
            draft.draw(Limits(zeros, most), everyone.index(Given.CLAIMS))
        return draft

    def draw(self, limits: Limits, number: int) -> None:
        """Draw the bounds of one more member in."""
        self.lower_of = np.where(limits.lower > self.lower, number, self.lower_of)
        self.upper_of = np.where(limits.upper < self.upper, number, self.upper_of)
        self.lower = np.maximum(self.lower, limits.lower)
        self.upper = np.minimum(self.upper, limits.upper)


def claimless(task: Task) -> Mask:
    """Return who is entitled to nothing, and not because a rule leaves it out: (n,)."""
    return np.asarray(task.rows.idle & ~task.excluded)


def min_ratio_of(task: Task) -> Integers | None:
    """Return the least amounts by the objective's least ratio (n,), fen; None without one."""
    objective = task.loaded.scenario.objective
    if not objective.min_ratio or task.cells.purposes > 1:
        return None
    claims = task.targets[: task.cells.count] // (task.entitlement.denominator * task.pot)
    ratio = objective.min_ratio
    return np.asarray(-((-claims * ratio.numerator) // ratio.denominator), dtype=np.int64)


def bounds_of_member(task: Task, member: Member) -> Limits | None:
    """Return what a member alone makes of single recipients; no bound above is ``NO_BOUND``."""
    ratio = min_ratio_of(task)
    if member is Given.MIN_RATIO and ratio is not None:
        return Limits(ratio, np.full(len(ratio), NO_BOUND))
    limits = task.rows.limits.get(member) if isinstance(member, str) else None
    if limits is None:
        return None
    bounds = task.rows.bounds[str(member)]
    upper = np.where(limits.upper < task.pot, limits.upper, NO_BOUND)
    if not bounds.floor:
        upper = np.where(bounds.applies, bounds.amount, upper)
    return Limits(limits.lower, upper)


def _rows_of_members(
    task: Task, members: frozenset[Member], recipients: _Recipients
) -> LinearProgram:
    """Return the program with the rows of everybody else, and of soft rules, free."""
    program = task.rows.program
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    for group, owner in zip(program.groups, owners_of_groups(task), strict=True):
        rows = slice(group.start, group.stop)
        if owner is None:
            who = program.indices[program.indptr[rows]] // task.cells.purposes
            lower[rows], upper[rows] = recipients.lower[who], recipients.upper[who]
        elif owner not in members:
            lower[rows], upper[rows] = -NO_BOUND, NO_BOUND
    soft = task.rows.priority > 0
    lower[soft], upper[soft] = -NO_BOUND, NO_BOUND
    return replace(program, row_lower=lower, row_upper=upper)


def _least(task: Task, members: frozenset[Member]) -> Integers:
    """Return the least amounts (n,) of the rules that leave the choice to a binary program."""
    least = np.zeros(len(task.loaded.frame), dtype=np.int64)
    for key, rule in task.loaded.scenario.rules.items():
        if key in members and _raises(rule):
            bounds = task.rows.bounds[key]
            least = np.where(bounds.applies, np.maximum(least, bounds.amount), least)
    return least


def _held_down(program: LinearProgram, idle: Mask, least: Integers) -> LinearProgram:
    """Return the program in which ``idle`` columns get no more than their lower bound.

    A row of one column counts as its bound; a lower bound may be raised to the least amount.
    """
    lower = program.column_lower.copy()
    single = np.flatnonzero(np.diff(program.indptr) == 1)
    entry = program.indptr[single]
    ones = (program.data[entry] == 1).astype(bool)
    np.maximum.at(lower, program.indices[entry[ones]], program.row_lower[single[ones]])
    most = np.where(lower > 0, np.maximum(lower, least), lower)
    upper = np.where(idle, np.minimum(program.column_upper, most), program.column_upper)
    return replace(program, column_upper=upper)

"""What a proof adds up, by member: what is asked on one side, what is given on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict.members import Member, Part, members_of, owners_of_groups
from allocation_models.blame import Conflict, pulls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.task import Task
    from allocation_models.program import BigIntegers, Integers

#: Of one side: owner, row (-1 for a column), recipient (-1 for a row), bound, how often it counts.
Entries = tuple["Integers", "Integers", "Integers", "BigIntegers", "BigIntegers"]


@dataclass(frozen=True)
class Term:
    """A member's part in a contradiction.

    Parameters
    ----------
    asked
        True for lower bounds, which ask for money; False for upper ones, which give it.
    rows, who
        Rows of the program, and recipients whose own bounds take part.
    bounds, times
        Each bound in fen, rows first, and how often it counts, Python integers; None where the
        proof stands in floats only.
    """

    member: Member
    asked: bool
    rows: Integers
    who: Integers
    bounds: BigIntegers
    times: BigIntegers | None

    @property
    def fen(self) -> int | None:
        """The sum of the bounds, each as often as it counts."""
        return None if self.times is None else int((self.bounds * self.times).sum())


def terms_of(task: Task, part: Part, conflict: Conflict) -> list[Term]:
    """Return the terms of a conflict, what is asked first, each side in the scenario's order.

    Bounds at zero from below are nobody's and left out.
    """
    everyone, found = members_of(task), []
    for asked in (True, False):
        sides = [
            *_rows(task, part, conflict, asked=asked),
            _columns(task, part, conflict, asked=asked),
        ]
        joined = [np.concatenate(column) for column in zip(*sides, strict=True)]
        owner, row, who, bound, times = joined
        for number in np.unique(owner[owner >= 0]).tolist():
            mine = owner == number
            found.append(
                Term(
                    everyone[number],
                    asked,
                    row[mine & (row >= 0)],
                    who[mine & (who >= 0)],
                    bound[mine],
                    None if conflict.multipliers is None else times[mine],
                )
            )
    return found


def _rows(task: Task, part: Part, conflict: Conflict, *, asked: bool) -> Iterator[Entries]:
    """Yield the entries of the rows on one side, by group of rows."""
    program, everyone = part.program, members_of(task)
    rows, weight = conflict.rows, conflict.multipliers
    # In floats only, the side is not known: both are taken.
    side = np.ones(len(rows), dtype=bool) if weight is None else (weight > 0) == asked
    rows, times = rows[side], np.ones(len(rows), dtype=object)[side]
    times = times if weight is None else np.abs(weight[side])
    bound = (program.row_lower if asked else program.row_upper)[rows].astype(object)
    for group, owner in zip(task.rows.program.groups, owners_of_groups(task), strict=True):
        here = (rows >= group.start) & (rows < group.stop)
        if owner is not None:
            number = np.full(
                int(here.sum()), everyone.index(owner) if owner in part.members else -1
            )
            yield number, rows[here], np.full(len(number), -1), bound[here], times[here]
        else:
            who = program.indices[program.indptr[rows[here]]] // task.cells.purposes
            number = (part.lower_of if asked else part.upper_of)[who]
            yield number, np.full(len(who), -1), who, bound[here], times[here]


def _columns(task: Task, part: Part, conflict: Conflict, *, asked: bool) -> Entries:
    """Return the entries of the columns' own bounds on one side."""
    program = part.program
    columns = conflict.floors if asked else conflict.caps
    times = np.ones(len(columns), dtype=object)
    if conflict.multipliers is not None and len(conflict.rows):
        times = np.abs(pulls(program, conflict.rows, conflict.multipliers)[columns])
    bound = (program.column_lower if asked else program.column_upper)[columns].astype(object)
    recipient = np.minimum(columns // task.cells.purposes, len(part.lower_of) - 1)
    own = (columns < task.cells.count) & (task.cells.purposes == 1)
    number = np.where(own, part.lower_of[recipient], -1) if asked else part.ceiling_of[columns]
    return number, np.full(len(columns), -1), recipient, bound, times

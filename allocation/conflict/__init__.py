"""Rules that cannot all hold: the smallest set of them, in the officer's words (law 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.conflict.members import (
    Given,
    Member,
    awards_of,
    bounds_of_member,
    claimless,
    members_of,
    min_ratio_of,
    owners_of_groups,
    part_of,
)
from allocation.conflict.smallest import Proof, proof_of, smallest_conflict
from allocation.conflict.words import Found, conflict_problems, found_in
from allocation.errors import ConflictError, FaultError, Problem
from allocation.task import prepare

if TYPE_CHECKING:
    from allocation.scenario import Loaded
    from allocation.task import Task
    from allocation_models.solvers import Solver

__all__ = [
    "Found",
    "Given",
    "Member",
    "Proof",
    "awards_exceed",
    "bounds_of_member",
    "check",
    "claimless",
    "conflict_error",
    "members_found",
    "members_of",
    "min_ratio_of",
    "owners_of_groups",
    "part_of",
    "plain_conflict",
    "proof_of",
    "smallest_conflict",
]


def conflict_error(task: Task, solver: Solver) -> ConflictError | FaultError:
    """Return the error that names the smallest set of rules of a task that cannot hold together.

    If they can all hold after all, it is our fault that nothing was found.
    """
    proof = smallest_conflict(task, solver)
    if proof is None:
        return FaultError([Problem("L8-unproven", words={"found": "infeasible"})])
    return ConflictError(conflict_problems(task, proof))


def members_found(task: Task, solver: Solver) -> list[Found]:
    """Return the members of the smallest conflict of a task; none if its rules can all hold."""
    proof = smallest_conflict(task, solver)
    return [] if proof is None else found_in(task, proof)


def plain_conflict(task: Task) -> list[Problem]:
    """Return a conflict that sums alone show, without a solver; empty if they show none."""
    proof = smallest_conflict(task, None)
    return [] if proof is None else conflict_problems(task, proof)


def check(loaded: Loaded) -> list[Problem]:
    """Return everything wrong with a scenario and its data, and a conflict that sums alone show.

    Nothing is solved. Problems of law 11 (``L11-…``) say that rules cannot all hold; the others,
    that something is written wrong.
    """
    task, problems = prepare(loaded, {})
    return problems if task is None else [*problems, *plain_conflict(task)]


def awards_exceed(task: Task) -> bool:
    """Tell whether the awards alone exceed the pot, so that nothing is left to be shared."""
    return awards_of(task, members_of(task)) > task.pot

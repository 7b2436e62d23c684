"""The smallest set of rules that cannot hold together: by proof, then by leaving each out.

A deletion filter (J. W. Chinneck, *Feasibility and Infeasibility in Optimization*, 2008): whoever
can be left out with the rest still in conflict is left out; a proof of that conflict shows who else
is not needed. What remains is irreducible: without any one of them the others can all hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict.members import (
    Given,
    Member,
    Part,
    awards_of,
    members_of,
    part_of,
    raised,
)
from allocation.conflict.terms import terms_of
from allocation_models.blame import Conflict, find_conflict
from allocation_models.nested_conflict import nested_conflict
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from collections.abc import Collection

    from allocation.task import Task
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Proof:
    """That some members conflict.

    Parameters
    ----------
    members
        Who is needed for it, as far as the proof shows.
    part, conflict
        The program of these members, and which of its bounds contradict each other; no conflict
        where awards alone exceed the pot, or a binary program found no choice.
    """

    members: frozenset[Member]
    part: Part
    conflict: Conflict | None


def smallest_conflict(task: Task, solver: Solver | None) -> Proof | None:
    """Return an irreducible conflict of a task's hard rules, or None if there is none.

    Without a solver only what nests is looked at: what is found is a conflict, and a rule in it is
    needed as far as nested rules go.
    """
    everyone = members_of(task)
    # Without the purposes the recipients' bounds nest, and what is found says more.
    found = proof_of(task, set(everyone) - {Given.PURPOSES}, None) or proof_of(
        task, everyone, solver
    )
    if found is None:
        return None
    for member in sorted(everyone, key=lambda member: _dispensable(task, member)):
        if member in found.members:
            found = proof_of(task, found.members - {member}, solver) or found
    return proof_of(task, found.members, solver) or found


def _dispensable(task: Task, member: Member) -> int:
    """Return a place in the order in which members are tried without: the hardest to grasp first.

    Floors, caps and the pot are what an officer would add up by hand: they are kept if they can be.
    """
    if isinstance(member, Given):
        return {Given.PURPOSES: 0, Given.UPPER: 1, Given.POT: 5}.get(member, 3)
    return 4 if member in task.rows.limits else 2


def proof_of(task: Task, members: Collection[Member], solver: Solver | None) -> Proof | None:
    """Return a proof that ``members`` conflict, or None if they can all hold.

    Awards first; then sums, on what nests; then a linear program; then the binary one where a rule
    asks for it. Without a solver, None also where sums alone do not tell.
    """
    if Given.POT in members and awards_of(task, members) > task.pot:
        # Nothing is left to be shared: what else the rules say of entitlements means nothing.
        awards = frozenset({Given.POT, *(key for key in members if awards_of(task, {key}))})
        part = part_of(task, awards)
        return Proof(awards, part, nested_conflict(part.program)[0])
    part = part_of(task, members)
    conflict, all_nest = nested_conflict(part.program)
    if conflict is None and not all_nest and solver is not None:
        conflict = find_conflict(part.program)
    if conflict is not None:
        needed = {term.member for term in terms_of(task, part, conflict)}
        return Proof(frozenset(needed), part, conflict)
    if solver is not None and raised(task, members) and not _can_be_funded(part, solver):
        return Proof(part.members, part, None)
    return None


def _can_be_funded(part: Part, solver: Solver) -> bool:
    """Tell whether the binary program of who is funded has an answer."""
    from allocation_models.zero_or_least import can_be_funded

    program = part.program
    finite = [bound[np.abs(bound) < NO_BOUND] for bound in (program.row_upper, program.row_lower)]
    # A switch needs an end to what it switches; nobody needs more than all bounds together.
    ample = sum(int(np.abs(bounds).astype(object).sum()) for bounds in finite)
    ample += int(part.least.astype(object).sum() + program.column_lower.astype(object).sum())
    upper = np.minimum(program.column_upper, min(ample, NO_BOUND - 1))
    return can_be_funded(replace(program, column_upper=upper), part.least, solver)

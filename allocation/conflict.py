"""Rules that cannot all hold, said in the officer's words (law 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import ConflictError, Problem
from allocation.money import format_amount
from allocation.policy.rows import POT, PURPOSES, RECIPIENTS, UPPER

if TYPE_CHECKING:
    from allocation.task import Task
    from allocation_models.blame import Conflict
    from allocation_models.program import Integers, Mask


def conflict_error(task: Task, conflict: Conflict) -> ConflictError:
    """Return the error that names each rule of a conflict with its place, source and numbers."""
    members = [Problem("L11-pot", task.loaded.place("pot"), {"amount": format_amount(task.pot)})]
    scenario, program = task.loaded.scenario, task.rows.program
    named = set(program.group_names(conflict.rows)) - {POT, PURPOSES, UPPER}
    for key, rule in scenario.rules.items():
        bounds = task.rows.bounds.get(key)
        place = task.loaded.place("rules", key)
        words = {
            "name": rule.name or key,
            "name_en": rule.name_en or key,
            "source": rule.source or "—",
        }
        if bounds is not None:
            columns = conflict.floors if bounds.floor else conflict.caps
            who = _recipients(task, columns) & bounds.applies
            if rule.kind == "zero_or_at_least":
                words |= {"amount": format_amount(rule.amount)}
                members.append(Problem("L11-least", place, words))
            elif who.any() or key in named or RECIPIENTS in named:
                who = who if who.any() else bounds.applies
                total = format_amount(int(bounds.amount[who].sum()))
                code = "L11-floor" if bounds.floor else "L11-cap"
                members.append(
                    Problem(code, place, words | {"count": int(who.sum()), "amount": total})
                )
        elif key in named and rule.kind in ("rank_order", "rank_step"):
            members.append(Problem("L11-order", place, words))
        elif key in named:
            members.append(
                Problem("L11-rule", place, words | {"limits": _limits(task, key, conflict)})
            )
    groups = set(program.group_names(conflict.rows))
    if PURPOSES in groups:
        members.append(Problem("L11-purposes", task.loaded.place("purposes")))
    if UPPER in groups:
        members.append(Problem("L11-upper", task.loaded.place("upper")))
    if conflict.idle:
        idle = np.flatnonzero(task.entitlement.numerator == 0)[:5].tolist()
        found = "、".join(task.loaded.frame.names[index] for index in idle)
        place = task.loaded.place("factors")
        members.append(Problem("L11-no-claim", place, {"found": found}))
    return ConflictError([Problem("L11-conflict", words={"count": len(members)}), *members])


def _recipients(task: Task, columns: Integers) -> Mask:
    """Return the recipients of the given columns, shape (n,)."""
    cells = columns[columns < task.cells.count]
    marked = np.zeros(len(task.loaded.frame), dtype=bool)
    marked[cells // len(task.cells.totals)] = True
    return marked


def _limits(task: Task, key: str, conflict: Conflict) -> str:
    """Return the bounds in 万元 of the rows of a rule that take part."""
    from allocation_models.program import NO_BOUND

    program = task.rows.program
    rows = [
        row
        for group in program.groups
        if group.name == key
        for row in conflict.rows.tolist()
        if group.start <= row < group.stop
    ]
    said = []
    for row in rows[:3]:
        low, high = int(program.row_lower[row]), int(program.row_upper[row])
        said += [f"≥ {format_amount(low)}"] if low > -NO_BOUND and low else []
        said += [f"≤ {format_amount(high)}"] if high < NO_BOUND else []
    return "、".join(dict.fromkeys(said)) or "—"

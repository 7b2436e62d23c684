"""What a scenario can be asked about: the pot, and every hard bound an officer wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.policy.groups import partition
from allocation.policy.kinds import (
    AtMostRequested,
    BoundRule,
    Cap,
    Floor,
    GroupShare,
    GrowthCap,
    HoldHarmless,
    RankStep,
    RuleBase,
    UtilisationCut,
)
from allocation.policy.rows import POT, UPPER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.task import Task
    from allocation_models.program import Mask

#: Sides of a group; a purpose's total; a unit's total that the upper level gives.
LEAST, MOST, PURPOSE, UNIT = "least", "most", "purpose", "unit"
_SINGLE = (Floor, Cap, HoldHarmless, GrowthCap, AtMostRequested, UtilisationCut)


@dataclass(frozen=True)
class Parameter:
    """A number of the scenario that may be a little larger or smaller.

    Parameters
    ----------
    key
        Unique: ``pot``, a rule's key, ``inland.least``, ``each.least:p1``, ``purpose:sme``.
    kind
        ``pot``, ``purpose``, the rule's kind, or ``least`` and ``most`` of a group.
    rule
        The rule's key; empty for the pot and purposes.
    name, name_en
        Of the rule, the purpose or the pot; empty for the pot.
    group
        The group's value where a rule has one for each.
    row
        Which of the rule's groups it is.
    value
        Fen, if the bound is one amount; None if it differs from recipient to recipient.
    count
        How many recipients it bounds, each by itself; 0 if it bounds a sum.
    """

    key: str
    kind: str
    rule: str = ""
    name: str = ""
    name_en: str = ""
    group: str = ""
    row: int = 0
    value: int | None = None
    count: int = 0


def parameters(task: Task) -> list[Parameter]:
    """Return the parameters of a scenario, the pot first, then its rules in order.

    Where an upper level or the purposes' totals give the pot, each unit's or purpose's total stands
    for it. Soft rules are no bounds.
    """
    scenario = task.loaded.scenario
    found = []
    if scenario.purposes and task.cells.purposes > 1:
        found += [
            Parameter(
                f"{PURPOSE}:{key}",
                PURPOSE,
                name=purpose.name,
                name_en=purpose.name_en or purpose.name,
                row=index,
                value=purpose.amount,
            )
            for index, (key, purpose) in enumerate(scenario.purposes.items())
        ]
    elif scenario.upper is not None:
        found += _units(task)
    else:
        found.append(Parameter(POT, POT, value=task.pot))
    for key, rule in scenario.rules.items():
        if not rule.priority:
            found += _of_rule(task, key, rule)
    return found


def _units(task: Task) -> list[Parameter]:
    """Return the total of each unit that has recipients here, in the order of its rows."""
    program = task.rows.program
    group = next(group for group in program.groups if group.name == UPPER)
    found = {}
    units = task.loaded.frame.attribute("unit")
    for row in range(group.start, group.stop):
        first = int(program.indices[program.indptr[row]]) // task.cells.purposes
        fen = int(program.row_lower[row])
        found[units[first]] = (row - group.start, fen)
    return [
        Parameter(f"{UNIT}:{unit}", UNIT, name=unit, name_en=unit, row=row, value=fen)
        for unit, (row, fen) in found.items()
    ]


def _of_rule(task: Task, key: str, rule: RuleBase) -> Iterator[Parameter]:
    words: dict[str, Any] = {
        "rule": key,
        "name": rule.name or key,
        "name_en": rule.name_en or rule.name or key,
    }
    match rule:
        case GroupShare():
            yield from _of_groups(task, key, rule, words)
        case RankStep(step=int() as step):
            yield Parameter(key, rule.kind, value=step, **words)
        case _ if isinstance(rule, _SINGLE):
            bounds = task.rows.bounds[key]
            if not bounds.applies.any():
                return
            amounts = np.unique(bounds.amount[bounds.applies])
            one = int(amounts[0]) if len(amounts) == 1 and isinstance(rule, BoundRule) else None
            count = int(bounds.applies.sum())
            yield Parameter(key, rule.kind, value=one, count=count, **words)


def _of_groups(
    task: Task, key: str, rule: GroupShare, words: dict[str, Any]
) -> Iterator[Parameter]:
    """Yield the bounds of every group of a rule, in the order of its rows."""
    program = task.rows.program
    start = next(group.start for group in program.groups if group.name == key)
    for index, (value, _) in enumerate(groups_of(task, rule)):
        group = str(value) if rule.each else ""
        end = f":{group}" if group else ""
        sides = (
            (LEAST, program.row_lower, (rule.least, rule.least_amount)),
            (MOST, program.row_upper, (rule.most, rule.most_amount)),
        )
        for side, bounds, written in sides:
            if any(bound is not None for bound in written):
                fen = int(bounds[start + index])
                yield Parameter(
                    f"{key}.{side}{end}", side, group=group, row=index, value=fen, **words
                )


def groups_of(task: Task, rule: GroupShare) -> list[tuple[str, Mask]]:
    """Return a rule's groups that have members, in the order of its rows."""
    frame = task.loaded.frame
    inside = frame.members(rule.where, rule.exempt)
    found = [(str(value), group & inside) for value, group in partition(frame, rule.each)]
    return [(value, group) for value, group in found if group.any()]

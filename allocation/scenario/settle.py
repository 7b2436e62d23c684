"""From a scenario as written to the scenario in effect (law 4).

In order: the file, overrides from left to right, ``--set`` of the call; then policy parameters in
force fill what the rules that name them leave out, and the schema's defaults the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from allocation.errors import Place, Problem, nearest
from allocation.policy.in_force import fill
from allocation.policy.values import read_day
from allocation.scenario.fields import join_key, split_key, value_at
from allocation.scenario.overrides import (
    OFF,
    Change,
    apply,
    change_of_call,
    changes_of_override,
)
from allocation.scenario.schema import Scenario
from allocation.scenario.trail import Origin, Trail
from allocation.scenario.translate import problems_of, shown

if TYPE_CHECKING:
    from datetime import date

    from allocation.scenario.lines import KeyPath

_ABSENT = object()


@dataclass(frozen=True)
class Applied:
    """A change that was made: by whom, at which key, from what to what (as written)."""

    origin: str
    key: str
    before: str
    after: str


@dataclass(frozen=True)
class Effective:
    """Nested tables with policy filled in, where each key came from, and the scenario they are.

    ``scenario`` is None, and ``problems`` says why, if they do not fit the schema.
    """

    data: dict[str, Any]
    trail: Trail
    scenario: Scenario | None
    problems: list[Problem]

    @property
    def dump(self) -> dict[str, Any]:
        """The validated scenario as nested tables; empty if it is not valid."""
        return self.scenario.model_dump() if self.scenario else {}


@dataclass(frozen=True)
class Settled:
    """The scenario in effect, the changes that made it, and everything found wrong."""

    effective: Effective
    changes: tuple[Applied, ...]
    problems: list[Problem]


def settle(
    data: dict[str, Any],
    trail: Trail,
    names: Sequence[str],
    sets: Sequence[str],
    *,
    may_repeat: bool = False,
    partial: bool = False,
) -> Settled:
    """Return the scenario in effect.

    Parameters
    ----------
    data, trail
        The scenario as written, and where each key stands; both are left alone.
    names
        What-ifs or overrides asked for, from left to right.
    sets
        ``KEY=VALUE`` of the call, from left to right.
    may_repeat
        Whether ``sets`` may repeat the value in effect, as a sweep through it does.
    partial
        Whether overrides may repeat it too.
    """
    chosen, problems = _chosen(data, names)
    problems += _doubtful_names(data, trail) + _dead_keys(data, trail)
    problems += [problem for name in chosen for problem in _unsourced(name, data, trail)]
    draft = _Draft.of(data, trail)
    for name in chosen:
        for change in changes_of_override(name, draft.data, draft.trail):
            problems += draft.make(change, partial)
    for text in sets:
        call = change_of_call(text, draft.data)
        problems += [call] if isinstance(call, Problem) else draft.make(call, may_repeat)
    problems += draft.current.problems
    return Settled(draft.current, tuple(draft.changes), distinct(problems))


def written(
    data: dict[str, Any], trail: Trail, names: Sequence[str], sets: Sequence[str]
) -> dict[str, Any]:
    """Return the nested tables of a scenario that settles, changes made, policy not filled in."""
    draft = _Draft.of(data, trail)
    for name in _chosen(data, names)[0]:
        for change in changes_of_override(name, draft.data, draft.trail):
            draft.make(change, may_repeat=True)
    for text in sets:
        change_or = change_of_call(text, draft.data)
        if isinstance(change_or, Change):
            draft.make(change_or, may_repeat=True)
    return draft.data


def distinct(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems without repetitions, in order."""
    return list({problem.text(): problem for problem in problems}.values())


@dataclass
class _Draft:
    """A scenario while changes are made to it."""

    data: dict[str, Any]
    trail: Trail
    current: Effective
    changes: list[Applied]

    @classmethod
    def of(cls, data: dict[str, Any], trail: Trail) -> _Draft:
        data, trail = deepcopy(data), Trail(dict(trail.origins))
        return cls(data, trail, effective(data, trail), [])

    def make(self, change: Change, may_repeat: bool = False) -> list[Problem]:
        """Make one change; return what is wrong with it."""
        if problems := apply(self.data, self.trail, change):
            return problems
        before, self.current = self.current, effective(self.data, self.trail)
        self.changes.append(_applied(change, before))
        if may_repeat or not _repeats(change, before, self.current):
            return []
        words = {"key": join_key(change.path), "found": shown(change.value)}
        return [Problem("L1-override-without-effect", change.origin.place, words)]


def effective(data: dict[str, Any], trail: Trail) -> Effective:
    """Return ``data`` with policy filled in, validated."""
    filled, filled_trail, problems = _with_policy(data, trail)
    try:
        scenario = Scenario.model_validate(filled)
    except ValidationError as error:
        unfilled = {problem.place for problem in problems}
        problems += [
            problem
            for problem in problems_of(error, filled, filled_trail)
            if not _follows(problem, unfilled, filled, filled_trail)
        ]
        return Effective(filled, filled_trail, None, problems)
    return Effective(filled, filled_trail, scenario, problems)


def _with_policy(data: dict[str, Any], trail: Trail) -> tuple[dict[str, Any], Trail, list[Problem]]:
    rules, day = data.get("rules"), _day(data)
    filled, trail = deepcopy(data), Trail(dict(trail.origins))
    problems: list[Problem] = []
    if not isinstance(rules, Mapping) or day is None:
        return filled, trail, problems
    for key, rule in rules.items():
        if not isinstance(rule, Mapping) or not isinstance(rule.get("policy"), str):
            continue
        place = trail.place(("rules", key, "policy"))
        found = fill(rule, day)
        if isinstance(found, Problem):
            problems.append(replace(found, place=place))
            continue
        filled["rules"][key] = dict(rule) | found
        for name in found:
            trail.put(("rules", key, name), {(): Origin(f"policy {rule['policy']}", place)})
    return filled, trail, problems


def _follows(problem: Problem, unfilled: set[Place], data: Any, trail: Trail) -> bool:
    """Whether a rule lacks something only because its policy could not be used."""
    path = split_key(str(problem.words.get("key", ""))) or ()
    lacks = problem.code in ("L1-missing-key", "L3-one-of")
    policy: KeyPath = (*path[:2], "policy")
    return lacks and bool(value_at(data, policy)) and trail.place(policy) in unfilled


def _day(data: Any) -> date | None:
    """Return the scenario's day; None where it is not sound, which the schema says."""
    try:
        return read_day(data.get("as_of"))
    except PydanticCustomError:
        return None


def _chosen(data: Any, names: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """Return the overrides the names stand for, and a problem for each unknown name."""
    what_ifs, overrides = _section(data, "what_if"), _section(data, "override")
    chosen: list[str] = []
    problems = []
    for name in names:
        if name in what_ifs:
            chosen += [part for part in _parts(what_ifs[name]) if part in overrides]
        elif name in overrides:
            chosen.append(name)
        else:
            known = [*what_ifs, *overrides]
            words = {
                "found": name,
                "nearest": nearest(name, known),
                "allowed": "、".join(known) or "—",
            }
            problems.append(Problem("L1-unknown-what-if", Place(column=f"@{name}"), words))
    return chosen, problems


def _doubtful_names(data: Any, trail: Trail) -> list[Problem]:
    """Return what is wrong with the names of overrides and what-ifs, chosen or not."""
    what_ifs, overrides = _section(data, "what_if"), _section(data, "override")
    problems = [
        Problem("L1-name-twice", trail.place(("what_if", name)), {"found": name})
        for name in what_ifs
        if name in overrides
    ]
    for name, what_if in what_ifs.items():
        place = trail.place(("what_if", name, "overrides"))
        for part in _parts(what_if):
            if part not in overrides:
                words = {"found": shown(part), "nearest": nearest(part, list(overrides))}
                words["allowed"] = "、".join(overrides) or "—"
                problems.append(Problem("L1-unknown-override", place, words))
    return problems


def _dead_keys(data: Any, trail: Trail) -> list[Problem]:
    """Return the keys of all overrides, chosen or not, that the schema does not have."""
    data, trail = deepcopy(data), Trail(dict(trail.origins))
    problems = []
    for name in _section(data, "override"):
        for change in changes_of_override(name, data, trail):
            if change.value != OFF:
                problems += apply(data, trail, change)
    return [problem for problem in problems if problem.code == "L1-unknown-key"]


def _unsourced(name: str, data: Any, trail: Trail) -> list[Problem]:
    """Return a warning if an override in use names no source (law 3)."""
    if value_at(data, ("override", name, "source")):
        return []
    place = trail.place(("override", name))
    return [Problem("L3-override-without-source", place, {"found": name}, warning=True)]


def _repeats(change: Change, before: Effective, after: Effective) -> bool:
    """Whether a change sets what was there already, by the file, a policy or a default."""
    if change.value == OFF:
        return False
    if before.scenario and after.scenario:
        old, new = (value_at(side.dump, change.path, _ABSENT) for side in (before, after))
    else:
        old, new = (value_at(side.data, change.path, _ABSENT) for side in (before, after))
    return bool(old is not _ABSENT and old == new)


def _applied(change: Change, before: Effective) -> Applied:
    old = value_at(before.data, change.path, _ABSENT)
    if old is _ABSENT:
        old = value_at(before.dump, change.path, "—")
    return Applied(change.origin.label, join_key(change.path), shown(old), shown(change.value))


def _section(data: Any, name: str) -> Mapping[str, Any]:
    section = data.get(name)
    return section if isinstance(section, Mapping) else {}


def _parts(what_if: Any) -> list[str]:
    parts = what_if.get("overrides") if isinstance(what_if, Mapping) else ()
    if isinstance(parts, str):
        return [parts]
    return [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []

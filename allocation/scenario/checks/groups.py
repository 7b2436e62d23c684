"""Filters and groups: the attribute exists, the value exists, and somebody is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem, nearest
from allocation.policy.kinds import GroupShare, RankOrder, RankStep, RuleBase
from allocation.registry import AssessmentRegion, FiscalRegion, units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocation.frame import Frame
    from allocation.scenario.lines import KeyPath
    from allocation.scenario.load import Loaded
    from allocation.scenario.schema import Scenario

_REGIONS = {"fiscal_region": FiscalRegion, "assessment_region": AssessmentRegion}
#: Words for a region that do not say which of the two systems is meant.
_VAGUE = ("region", "地区", "区域", "分区")


def group_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with the attributes, values and groups that a scenario names."""
    problems = []
    for path, attribute in attributes_named(loaded.scenario):
        problems += attribute_problems(loaded, path, attribute)
    for path, where in filters(loaded.scenario):
        problems += _filter_problems(loaded, path, where)
    for key, rule in loaded.scenario.rules.items():
        problems += _exempt_problems(loaded, ("rules", key, "exempt"), rule)
    return problems


def _exempt_problems(loaded: Loaded, path: KeyPath, rule: RuleBase) -> list[Problem]:
    """Return what is wrong with whom a rule is not for: each must be one of those it is for."""
    frame, place = loaded.frame, loaded.place(*path)
    if not rule.exempt or not set(rule.where) <= set(frame.text):
        return []
    problems = []
    for name in rule.exempt:
        called = [at for at in range(len(frame)) if name in (frame.ids[at], frame.names[at])]
        if not called:
            known = nearest(name, [*frame.names, *frame.ids])
            problems.append(Problem("L1-unknown-exempt", place, {"found": name, "nearest": known}))
        elif len(called) > 1:
            allowed = "、".join(frame.ids[at] for at in called)
            words = {"found": name, "allowed": allowed}
            problems.append(Problem("L1-ambiguous-exempt", place, words))
        elif not frame.members(rule.where)[called[0]]:
            problems.append(Problem("L1-exempt-anyway", place, {"found": name}))
    if not problems and not frame.members(rule.where, rule.exempt).any():
        problems.append(Problem("L1-empty-group", place, {"found": "exempt"}))
    return problems


def filters(scenario: Scenario) -> Iterator[tuple[KeyPath, Mapping[str, Sequence[str]]]]:
    """Yield every filter with the path it stands at."""
    for key, rule in scenario.rules.items():
        yield ("rules", key, "where"), rule.where
    for key, purpose in scenario.purposes.items():
        yield ("purposes", key, "where"), purpose.where


def attributes_named(scenario: Scenario) -> Iterator[tuple[KeyPath, str]]:
    """Yield every attribute named outside filters with the path it stands at."""
    for key, rule in scenario.rules.items():
        if isinstance(rule, GroupShare):
            yield ("rules", key, "each"), rule.each
        elif isinstance(rule, (RankOrder, RankStep)):
            yield ("rules", key, "within"), rule.within
    for key, coefficient in scenario.coefficients.items():
        yield ("coefficients", key, "by"), coefficient.by
        if coefficient.rank:
            yield ("coefficients", key, "rank", "among"), coefficient.rank.among


def attribute_problems(loaded: Loaded, path: KeyPath, attribute: str) -> list[Problem]:
    """Return a problem if the attribute is named and does not exist."""
    if not attribute or attribute in loaded.frame.text:
        return []
    place = loaded.place(*path)
    if attribute.casefold() in _VAGUE:
        return [Problem("L5-which-region", place, {"found": attribute})]
    known = sorted(loaded.frame.text)
    words = {"found": attribute, "nearest": nearest(attribute, known), "allowed": "、".join(known)}
    return [Problem("L1-unknown-attribute", place, words)]


def possible_values(frame: Frame, attribute: str) -> list[str]:
    """Return the values an attribute may have: all of the registry's, or those in the table."""
    ours = not frame.text[attribute].file and "unit" in frame.text
    if ours and attribute in _REGIONS:
        return [region.value for region in _REGIONS[attribute]]
    if ours and attribute in ("unit", "province"):
        return list(dict.fromkeys([unit.id for unit in units()]))
    if ours and attribute == "kind":
        return list(dict.fromkeys(unit.kind for unit in units()))
    return list(frame.groups(attribute)[0])


def value_problem(loaded: Loaded, path: KeyPath, attribute: str, value: str) -> Problem | None:
    """Return a problem if no recipient could ever have this value."""
    frame = loaded.frame
    known = possible_values(frame, attribute)
    named = {"unit": "unit_name", "id": "name"}.get(attribute, attribute)
    names = frame.attribute(named) if named in frame.text else ()
    if value in known or value in names:
        return None
    code = "L5-not-a-region" if attribute in _REGIONS else "L1-unknown-value"
    words = {
        "found": value,
        "attribute": attribute,
        "nearest": nearest(value, [*dict.fromkeys([*known, *names])]),
        "allowed": "、".join(known)[:300],
    }
    return Problem(code, loaded.place(*path), words)


def _filter_problems(
    loaded: Loaded, path: KeyPath, where: Mapping[str, Sequence[str]]
) -> list[Problem]:
    problems: list[Problem] = []
    for attribute, values in where.items():
        here = (*path, attribute)
        unknown = attribute_problems(loaded, here, attribute)
        if not unknown and not values:
            problems.append(Problem("L1-empty-group", loaded.place(*here), {"found": attribute}))
        found = [] if unknown else [value_problem(loaded, here, attribute, v) for v in values]
        problems += [*unknown, *filter(None, found)]
    if not problems and not loaded.frame.members(where).any():
        said = "、".join(f"{key} = {'/'.join(values)}" for key, values in where.items())
        problems.append(Problem("L1-empty-group", loaded.place(*path), {"found": said}))
    return problems

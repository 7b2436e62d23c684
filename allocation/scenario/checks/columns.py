"""Columns: each one a scenario uses exists, parses, and has a figure where one is needed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.errors import Problem
from allocation.policy import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from allocation.frame import Column, Frame, Mask
    from allocation.policy.formula import Coefficient, Factor
    from allocation.scenario.lines import KeyPath
    from allocation.scenario.load import Loaded
    from allocation.scenario.schema import Scenario


@dataclass(frozen=True)
class Use:
    """A column that a key of the scenario names.

    Parameters
    ----------
    path
        The key.
    column
        The column.
    reads
        ``number``, ``money``, ``rank`` or ``text``.
    needed
        Whether a blank cell is an error.
    signed
        Whether a figure may be negative.
    where, exempt
        Whom it is used for, and whom of them not.
    """

    path: KeyPath
    column: str
    reads: str = "number"
    needed: bool = True
    signed: bool = False
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exempt: Sequence[str] = ()


def column_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with the columns that a scenario uses."""
    taking_part = ~excluded(loaded.scenario, loaded.frame)
    problems = []
    for use in uses(loaded.scenario):
        problems += _use_problems(loaded, use, taking_part)
    return problems


def excluded(scenario: Scenario, frame: Frame) -> Mask:
    """Return who gets nothing and has no part in the formula: shape (n,)."""
    mask = np.zeros(len(frame), dtype=bool)
    for rule in scenario.rules.values():
        if isinstance(rule, kinds.Exclude) and set(rule.where) <= set(frame.text):
            mask |= frame.members(rule.where, rule.exempt)
    return mask


def _use_problems(loaded: Loaded, use: Use, taking_part: Mask) -> list[Problem]:
    frame, place = loaded.frame, loaded.place(*use.path)
    column, problems = _read(frame, use)
    problems = [
        problem if str(problem.place) else replace(problem, place=place) for problem in problems
    ]
    # A cell that cannot be read is not missing as well; an unknown attribute is said elsewhere.
    if problems or column is None or not set(use.where) <= set(frame.text):
        return problems
    members = taking_part & frame.members(use.where, use.exempt)
    if use.needed:
        problems += _cells(frame, use, "L1-missing-value", members & column.missing)
    if not use.signed:
        problems += _cells(frame, use, "L1-negative-value", members & (column.values < 0))
    return problems


def _read(frame: Frame, use: Use) -> tuple[Column | None, list[Problem]]:
    if use.reads == "rank":
        ranks, _, problems = frame.ranks(use.column)
        return ranks, problems
    if use.reads == "money":
        return frame.money(use.column)
    if use.reads == "text" and use.column in frame.text:
        return None, []
    return frame.numbers(use.column)


def _cells(frame: Frame, use: Use, code: str, wrong: Mask) -> list[Problem]:
    return [
        Problem(
            code,
            frame.place(index, use.column),
            {
                "recipient": frame.names[index],
                "column": use.column,
                "found": frame.text[use.column].cells[index] or frame.names[index],
            },
        )
        for index in np.flatnonzero(wrong.astype(bool)).tolist()
    ]


def uses(scenario: Scenario) -> Iterator[Use]:
    """Yield every column that a scenario reads, with the key that names it."""
    for key, factor in scenario.factors.items():
        yield from _of_factor(("factors", key), factor)
    for key, coefficient in scenario.coefficients.items():
        yield from _of_coefficient(("coefficients", key), coefficient)
    for key, rule in scenario.rules.items():
        yield from _of_rule(("rules", key), rule)
    if scenario.issued:
        yield Use(("issued", "column"), scenario.issued.column, "money", needed=False)
    if scenario.objective.weight:
        yield Use(("objective", "weight"), scenario.objective.weight)
    if scenario.rounding.column:
        yield Use(("rounding", "column"), scenario.rounding.column)
    if scenario.rounding.rank:
        yield Use(("rounding", "rank"), scenario.rounding.rank, "rank", needed=False)


def _of_factor(path: KeyPath, factor: Factor) -> Iterator[Use]:
    columns = (factor.column,) if factor.column else factor.columns
    key = "column" if factor.column else "columns"
    for column in columns:
        yield Use(
            (*path, key),
            column,
            needed=factor.missing == "error",
            signed=factor.below_zero == "cut",
        )


def _of_coefficient(path: KeyPath, coefficient: Coefficient) -> Iterator[Use]:
    if coefficient.column:
        yield Use((*path, "column"), coefficient.column)
    if coefficient.rank:
        yield Use((*path, "rank", "column"), coefficient.rank.column, "rank", needed=False)


def _of_rule(path: KeyPath, rule: kinds.Rule) -> Iterator[Use]:
    for kind, named in _BY_KIND.items():
        if isinstance(rule, kind):
            for use in named(path, rule):
                yield replace(use, where=rule.where, exempt=rule.exempt)


def _of_bound(path: KeyPath, rule: Any) -> Iterator[Use]:
    if rule.share_of_last_year is not None:
        yield Use((*path, "share_of_last_year"), "last_year", "money")
    if rule.per_unit is not None:
        yield Use((*path, "per_unit", "column"), rule.per_unit.column)
    if rule.share_of_equal_split is not None:
        yield Use((*path, "share_of_equal_split", "by"), rule.share_of_equal_split.by)


def _of_last_year(path: KeyPath, rule: Any) -> Iterator[Use]:
    yield Use((*path, "column"), rule.column, "money", needed=rule.missing == "error")
    taper = getattr(rule, "taper", None)
    if taper:
        yield Use((*path, "taper", "steps"), taper.steps, needed=rule.missing == "error")


def _of_rank(path: KeyPath, rule: Any) -> Iterator[Use]:
    yield Use((*path, "column"), rule.column, "rank", needed=False)
    if getattr(rule, "not_with", ""):
        yield Use((*path, "not_with"), rule.not_with, "text")


def _of_issued(path: KeyPath, rule: Any) -> Iterator[Use]:
    for key, column in {"column": rule.column, **rule.by_purpose}.items():
        yield Use((*path, key), column, "money", needed=False)


def _of_request(path: KeyPath, rule: Any) -> Iterator[Use]:
    yield Use((*path, "column"), rule.column, "money")


def _of_cut(path: KeyPath, rule: Any) -> Iterator[Use]:
    yield Use((*path, "column"), rule.column, "money", signed=True)
    if rule.base == "last_year":
        yield Use((*path, "base"), "last_year", "money")


_BY_KIND: dict[type[kinds.RuleBase], Callable[[KeyPath, Any], Iterator[Use]]] = {
    kinds.BoundRule: _of_bound,
    kinds.HoldHarmless: _of_last_year,
    kinds.GrowthCap: _of_last_year,
    kinds.RankOrder: _of_rank,
    kinds.RankStep: _of_rank,
    kinds.TopAward: _of_rank,
    kinds.AtMostRequested: _of_request,
    kinds.AlreadyIssued: _of_issued,
    kinds.UtilisationCut: _of_cut,
}

"""Rules about one recipient at a time: floors, caps and what is like them, as fen per recipient."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from allocation.errors import Place, Problem, nearest
from allocation.money import LARGEST_FEN
from allocation.policy.kinds import (
    AtMostRequested,
    BoundRule,
    Cap,
    Exclude,
    Floor,
    GrowthCap,
    HoldHarmless,
    RuleBase,
    TopAward,
    UtilisationCut,
)
from allocation.scenario.frame import Column, Frame

#: Marks that say yes in a column of yes and no.
_YES = ("1", "是", "Y", "y", "yes", "true")

Fen = npt.NDArray[np.int64]
Integers = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Setting:
    """What rules are measured against: the recipients, the pot (fen), and the entitlements.

    ``entitlement`` holds exact fen as Fractions, shape (n,).
    """

    frame: Frame
    pot: int
    entitlement: Integers


@dataclass(frozen=True)
class BoundsOf:
    """One rule's bounds: ``amount`` (n,) fen where ``applies`` (n,); a floor or a cap."""

    floor: bool
    amount: Fen
    applies: Mask


@dataclass(frozen=True)
class _Amounts:
    """Exact fen per recipient (n,), who has one (n,), and what is wrong with the cells."""

    exact: Integers
    present: Mask
    problems: list[Problem]


def bounds_of(rule: RuleBase, setting: Setting) -> tuple[BoundsOf, list[Problem]] | None:
    """Return the bounds a rule sets on single recipients, or None if it is of another kind.

    A floor that is no whole number of fen is rounded up, a cap down: amounts are whole fen.
    """
    frame = setting.frame
    group = frame.members(rule.where)
    match rule:
        case Floor() | Cap():
            found = _bound(rule, setting, group)
        case HoldHarmless():
            found = _hold_harmless(rule, frame, group)
        case GrowthCap():
            last = _money(frame, rule.column, group, rule.missing)
            found = _Amounts(last.exact * (1 + rule.growth), last.present, last.problems)
        case AtMostRequested():
            found = _money(frame, rule.column, group)
        case UtilisationCut():
            found = _utilisation_cut(rule, setting, group)
        case TopAward():
            winners, wrong = award_winners(rule, frame, group)
            found = _Amounts(_same(rule.amount, frame), winners, wrong)
        case Exclude():
            found = _Amounts(_same(0, frame), group, [])
        case _:
            return None
    floor = isinstance(rule, Floor | HoldHarmless | TopAward)
    whole = [-(-value // 1) if floor else value // 1 for value in found.exact.tolist()]
    amount = np.array([min(max(0, int(value)), LARGEST_FEN) for value in whole], dtype=np.int64)
    return BoundsOf(floor, amount, group & found.present), found.problems


def _same(amount: int, frame: Frame) -> Integers:
    return np.full(len(frame), Fraction(amount), dtype=object)


def _bound(rule: BoundRule, setting: Setting, group: Mask) -> _Amounts:
    """Return the amount per recipient of a floor or cap, in one of its five ways."""
    frame, everyone = setting.frame, np.ones(len(setting.frame), dtype=bool)
    if rule.amount is not None:
        return _Amounts(_same(rule.amount, frame), everyone, [])
    if rule.share_of_pot is not None:
        share = rule.share_of_pot * setting.pot
        return _Amounts(np.full(len(frame), share, dtype=object), everyone, [])
    if rule.share_of_last_year is not None:
        last = _money(frame, "last_year", group)
        return _Amounts(last.exact * rule.share_of_last_year, last.present, last.problems)
    if rule.per_unit is not None:
        units = _number(frame, rule.per_unit.column, group)
        return _Amounts(units.exact * rule.per_unit.amount, units.present, units.problems)
    split = rule.share_of_equal_split
    assert split is not None, "the schema asks for exactly one way"
    units = _number(frame, split.by, everyone)
    total = sum(units.exact.tolist(), Fraction(0))
    if total <= 0:
        words = {"found": split.by}
        wrong = Problem("L1-all-zero-factor", Place(column=split.by), words)
        return _Amounts(units.exact, units.present, [*units.problems, wrong])
    return _Amounts(units.exact * split.share * setting.pot / total, units.present, units.problems)


def _hold_harmless(rule: HoldHarmless, frame: Frame, group: Mask) -> _Amounts:
    """Return the share of last year's amount still guaranteed."""
    last = _money(frame, rule.column, group, rule.missing)
    if rule.taper is None:
        return _Amounts(last.exact * rule.share, last.present, last.problems)
    steps = _number(frame, rule.taper.steps, group)
    problems = last.problems + steps.problems
    count = np.where(group & steps.present, steps.exact, Fraction(1))
    if np.any(count <= 0):
        words = {"found": rule.taper.steps}
        problems.append(Problem("L1-taper-steps", Place(column=rule.taper.steps), words))
        return _Amounts(last.exact, last.present, problems)
    kept = np.maximum(count - rule.taper.elapsed, Fraction(0)) / count
    return _Amounts(last.exact * rule.share * kept, last.present, problems)


def _utilisation_cut(rule: UtilisationCut, setting: Setting, group: Mask) -> _Amounts:
    """Return the base less the cut; who has nothing unspent is left alone."""
    rise = _money(setting.frame, rule.column, group)
    base, problems = setting.entitlement, rise.problems
    if rule.base == "last_year":
        last = _money(setting.frame, "last_year", group)
        base, problems = last.exact, problems + last.problems
    cut = np.maximum(base - rise.exact * rule.share, Fraction(0))
    return _Amounts(cut, (rise.exact > 0).astype(bool), problems)


def award_winners(rule: TopAward, frame: Frame, group: Mask) -> tuple[Mask, list[Problem]]:
    """Return who gets a top-k award: the best ranks of the group not already rewarded."""
    ranks, _, problems = frame.ranks(rule.column)
    eligible = group & ~ranks.missing
    if rule.not_with in frame.text:
        marks = frame.attribute(rule.not_with)
        eligible &= np.array([mark not in _YES for mark in marks], dtype=bool)
    elif rule.not_with:
        words = {"found": rule.not_with, "nearest": nearest(rule.not_with, sorted(frame.text))}
        problems.append(Problem("L1-unknown-column", words=words))
    who = np.flatnonzero(eligible)
    order = who[np.argsort(ranks.values[who].astype(np.int64), kind="stable")]
    places = ranks.values[order]
    if len(order) > rule.top and places[rule.top - 1] == places[rule.top]:
        words = {"found": int(places[rule.top]), "top": rule.top}
        problems.append(Problem("L1-tie-at-award", Place(column=rule.column), words))
    winners = np.zeros(len(frame), dtype=bool)
    winners[order[: rule.top]] = True
    return winners, problems


def _money(frame: Frame, name: str, group: Mask, missing: str = "error") -> _Amounts:
    """Return a money column in exact fen; cells missing in the group are problems or skipped."""
    column, problems = frame.money(name)
    return _checked(frame, name, column, problems, group, missing)


def _number(frame: Frame, name: str, group: Mask) -> _Amounts:
    """Return a number column; cells missing in the group are problems."""
    column, problems = frame.numbers(name)
    return _checked(frame, name, column, problems, group, "error")


def _checked(
    frame: Frame, name: str, column: Column, problems: list[Problem], group: Mask, missing: str
) -> _Amounts:
    """Return a column's exact values with its missing cells reported, if they are errors."""
    exact = np.array([Fraction(value, column.scale) for value in column.values], dtype=object)
    if missing == "error" and name in frame.text:
        problems = problems + [
            Problem("L1-missing-value", frame.text[name].place(i, name), {"found": frame.names[i]})
            for i in np.flatnonzero(column.missing & group).tolist()
        ]
    return _Amounts(exact, ~column.missing, problems)

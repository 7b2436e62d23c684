"""Rules about one recipient at a time: floors, caps and what is like them, as fen per recipient.

The scenario has been checked: every column exists, parses and is filled where it must be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Protocol

import numpy as np

from allocation.errors import Place, Problem
from allocation.money import LARGEST_FEN
from allocation.policy.kinds import (
    AlreadyIssued,
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

if TYPE_CHECKING:
    from allocation.frame import Column, Frame
    from allocation_models.program import BigIntegers, Integers, Mask

#: Marks that say yes in a column of yes and no.
_YES = ("1", "是", "Y", "y", "yes", "true")


class Claims(Protocol):
    """Exact fen ``numerator / denominator``: ``numerator`` (n,), Python integers."""

    @property
    def numerator(self) -> BigIntegers:
        """Shape (n,)."""

    @property
    def denominator(self) -> int:
        """One for all."""


@dataclass(frozen=True)
class Setting:
    """What rules are measured against.

    Parameters
    ----------
    frame
        The recipients.
    pot
        Fen.
    entitlement
        Exact fen.
    excluded
        Shape (n,): who gets nothing by an ``exclude`` rule; no floor or award is for them.
    """

    frame: Frame
    pot: int
    entitlement: Claims
    excluded: Mask


@dataclass(frozen=True)
class BoundsOf:
    """One rule's bounds: ``amount`` (n,) fen where ``applies`` (n,); a floor or a cap."""

    floor: bool
    amount: Integers
    applies: Mask


@dataclass(frozen=True)
class _Amounts:
    """Exact fen ``values / scale`` (n,), who has one (n,), and what stands against them."""

    values: BigIntegers
    scale: int
    present: Mask
    problems: list[Problem] = field(default_factory=list)

    def times(self, factor: Fraction) -> _Amounts:
        """Return a multiple of the amounts."""
        values = self.values * factor.numerator
        return replace(self, values=values, scale=self.scale * factor.denominator)

    def whole(self, *, up: bool) -> Integers:
        """Return the amounts in whole fen (n,), rounded up or down, from 0 up to the largest."""
        values = -(-self.values // self.scale) if up else self.values // self.scale
        whole: Integers = np.clip(values, 0, LARGEST_FEN).astype(np.int64)
        return whole


def bounds_of(rule: RuleBase, setting: Setting) -> tuple[BoundsOf, list[Problem]] | None:
    """Return the bounds a rule sets on single recipients, or None if it is of another kind.

    A floor that is no whole number of fen is rounded up, a cap down: amounts are whole fen.
    """
    frame = setting.frame
    group = frame.members(rule.where, rule.exempt)
    match rule:
        case Floor() | Cap():
            found = _bound(rule, setting)
        case HoldHarmless():
            found = _hold_harmless(rule, frame, group)
        case GrowthCap():
            found = _present(frame.money(rule.column)[0]).times(1 + rule.growth)
        case AtMostRequested() | AlreadyIssued():
            found = _present(frame.money(rule.column)[0])
        case UtilisationCut():
            found = _utilisation_cut(rule, setting)
        case TopAward():
            winners, problems = award_winners(rule, frame, setting.excluded)
            found = replace(_same(rule.amount, frame), present=winners, problems=problems)
        case Exclude():
            found = _same(0, frame)
        case _:
            return None
    floor = isinstance(rule, Floor | HoldHarmless | TopAward | AlreadyIssued)
    applies = group & found.present
    if floor and not isinstance(rule, AlreadyIssued):
        applies &= ~setting.excluded
    return BoundsOf(floor, found.whole(up=floor), applies), found.problems


def _same(amount: int | Fraction, frame: Frame) -> _Amounts:
    """Return one amount for everyone."""
    top, bottom = amount.as_integer_ratio()
    everyone = np.ones(len(frame), dtype=bool)
    return _Amounts(np.full(len(frame), top, dtype=object), bottom, everyone)


def above_zero(values: BigIntegers) -> BigIntegers:
    """Return exact values with those below zero cut to zero."""
    return np.asarray(values * (values > 0), dtype=object)


def _present(column: Column) -> _Amounts:
    return _Amounts(column.values, column.scale, ~column.missing)


def _bound(rule: BoundRule, setting: Setting) -> _Amounts:
    """Return the amount per recipient of a floor or cap, in one of its five ways."""
    frame = setting.frame
    if rule.amount is not None:
        return _same(rule.amount, frame)
    if rule.share_of_pot is not None:
        return _same(rule.share_of_pot * setting.pot, frame)
    if rule.share_of_last_year is not None:
        return _present(frame.money("last_year")[0]).times(rule.share_of_last_year)
    if rule.per_unit is not None:
        units = _present(frame.numbers(rule.per_unit.column)[0])
        return units.times(Fraction(rule.per_unit.amount))
    split = rule.share_of_equal_split
    assert split is not None, "the schema asks for exactly one way"
    units = _present(frame.numbers(split.by)[0])
    total = Fraction(int(units.values.sum()), units.scale)
    if total <= 0:
        words = {"found": split.by}
        problem = Problem("L1-all-zero-factor", Place(column=split.by), words)
        return replace(units, problems=[problem])
    return units.times(split.share * setting.pot / total)


def _hold_harmless(rule: HoldHarmless, frame: Frame, group: Mask) -> _Amounts:
    """Return the share of last year's amount still guaranteed."""
    last = _present(frame.money(rule.column)[0])
    if rule.taper is None:
        return last.times(rule.share)
    steps = frame.numbers(rule.taper.steps)[0]
    count = steps.fractions()
    count[~(group & ~steps.missing)] = Fraction(1)
    if np.any(count <= 0):
        words = {"found": rule.taper.steps}
        place = Place(column=rule.taper.steps)
        return replace(last, problems=[Problem("L1-taper-steps", place, words)])
    kept = above_zero(count - rule.taper.elapsed) / count
    common = lcm(1, *(share.denominator for share in kept))
    values = last.values * (kept * common).astype(object)
    tapered = _Amounts(values, last.scale * common, last.present & ~steps.missing)
    return tapered.times(rule.share)


def _utilisation_cut(rule: UtilisationCut, setting: Setting) -> _Amounts:
    """Return the base less the cut; who has nothing unspent is left alone."""
    rise = _present(setting.frame.money(rule.column)[0])
    claims = setting.entitlement
    everyone = np.ones(len(claims.numerator), dtype=bool)
    base = _Amounts(claims.numerator, claims.denominator, everyone)
    if rule.base == "last_year":
        base = _present(setting.frame.money("last_year")[0])
    cut = rise.times(rule.share)
    common = lcm(base.scale, cut.scale)
    less = base.values * (common // base.scale) - cut.values * (common // cut.scale)
    has_unspent = (rise.values > 0).astype(bool)
    return _Amounts(above_zero(less), common, base.present & has_unspent)


def award_winners(rule: TopAward, frame: Frame, excluded: Mask) -> tuple[Mask, list[Problem]]:
    """Return who gets a top-k award: the best ranks of the group not already rewarded."""
    ranks, _, _ = frame.ranks(rule.column)
    who = np.flatnonzero(eligible_for(rule, frame, excluded))
    order = who[np.argsort(ranks.values[who].astype(np.int64), kind="stable")]
    places = ranks.values[order]
    problems = []
    if len(order) > rule.top and places[rule.top - 1] == places[rule.top]:
        words = {"found": int(places[rule.top]), "top": rule.top}
        problems.append(Problem("L1-tie-at-award", Place(column=rule.column), words))
    winners = np.zeros(len(frame), dtype=bool)
    winners[order[: rule.top]] = True
    return winners, problems


def eligible_for(rule: TopAward, frame: Frame, excluded: Mask) -> Mask:
    """Return who may win a top-k award: the ranked of the group not already rewarded."""
    ranks, _, _ = frame.ranks(rule.column)
    eligible = frame.members(rule.where, rule.exempt) & ~ranks.missing & ~excluded
    if rule.not_with:
        marks = frame.attribute(rule.not_with)
        eligible &= np.array([mark not in _YES for mark in marks], dtype=bool)
    return eligible

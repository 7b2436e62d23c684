"""Checks for paradoxes on the real data: each what-if has a criterion of who may not be worse off.

The criteria are those of the literature on apportionment and fair division: house monotonicity
(more money hurts nobody; its failure at rounding is the Alabama paradox), population monotonicity
(who stays does not lose when somebody leaves), consistency (nor gain or lose if the leaver takes
its amount along), monotonicity in rank and in reported figures, and equal treatment of equals
(Balinski and Young, *Fair Representation*, 2001; Thomson, *Fair Rules*, Econ. Theory 2011). A
what-if whose rules conflict violates nothing: it is counted by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import BokuanError
from allocation.explain.changes import Leaving, Likeness
from allocation.explain.figure_steps import FigureStep
from allocation.explain.rank_moves import RankMove
from allocation.explain.what_if import Amounts, Effect, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from allocation.explain.changes import Change
    from allocation.explain.what_if import Case
    from allocation.frame import Mask

    Judge = Callable[[Change, Amounts, Amounts], Mask]

#: Of so many changes of each check, those that do most, it is asked which rule is to blame: each
#: costs two allocations per rule and coefficient.
EXPLAINED = 10


@dataclass(frozen=True)
class Criterion:
    """What a change must not do.

    Parameters
    ----------
    key
        Its name, such as ``more_money``.
    judge
        From the change and the amounts before and after it: who is wronged, shape (n,).
    exactly
        The same before rounding, if ``judge`` is about whole amounts.
    applies
        Which changes it is about.
    """

    key: str
    judge: Judge
    exactly: Judge | None = None
    applies: Callable[[Change], bool] = lambda _: True

    @property
    def whole(self) -> bool:
        """Whether it is about whole amounts, or about exact ones before rounding."""
        return self.exactly is not None


@dataclass(frozen=True)
class Violation:
    """One example: who is wronged by what change, what it does, and which rules are to blame.

    ``causes`` are the keys of the rules and coefficients without any one of which it would not
    happen, ``rounding``, or nothing: the formula, or several together. None: not asked.
    """

    change: Change
    wronged: int
    effect: Effect
    causes: tuple[str, ...] | None

    def size(self, *, whole: bool) -> Fraction:
        """Return how much it is about, fen."""
        return Fraction(abs(self.effect.whole)) if whole else abs(self.effect.exact)


@dataclass(frozen=True)
class Check:
    """What a test found in ``cases`` what-ifs, and those that could not be tested."""

    test: Criterion
    cases: int
    violations: tuple[Violation, ...]
    refused: tuple[tuple[Change, Refused], ...]


@dataclass(frozen=True)
class Seen:
    """A change and what it does to the recipient it is about, and to the other one."""

    change: Change
    effect: Effect | None
    other: Effect | None
    refused: Refused | None


@dataclass
class _Tally:
    """What a test has found so far."""

    cases: int = 0
    violations: list[Violation] = field(default_factory=list)
    refused: list[tuple[Change, Refused]] = field(default_factory=list)


class Auditor:
    """Makes changes to one case and tests them; ``tick`` is called after each."""

    def __init__(self, case: Case, base: Amounts, tick: Callable[[], None]) -> None:
        self.case, self.base, self._tick = case, base, tick
        scenario = case.loaded.scenario
        self._keys = [f"rules.{key}" for key in scenario.rules]
        self._keys += [f"coefficients.{key}" for key in scenario.coefficients]
        self._without: dict[str, Amounts | Refused] = {}

    def run(
        self, changes: Iterable[Change], tests: tuple[Criterion, ...]
    ) -> tuple[list[Seen], list[Check]]:
        """Make each change; return what it does, and what each test finds."""
        tallies, seen = [_Tally() for _ in tests], []
        for change in changes:
            later = outcome(self.case, change, self.base)
            seen.append(self._seen(change, later))
            for test, tally in zip(tests, tallies, strict=True):
                if not test.applies(change):
                    continue
                if isinstance(later, Refused):
                    tally.refused.append((change, later))
                else:
                    self._judge(test, tally, change, later)
            self._tick()
        checks = [
            Check(
                test,
                tally.cases,
                tuple(self._explained(test, tally.violations)),
                tuple(tally.refused),
            )
            for test, tally in zip(tests, tallies, strict=True)
        ]
        return seen, checks

    def _seen(self, change: Change, later: Amounts | Refused) -> Seen:
        if isinstance(later, Refused):
            return Seen(change, None, None, later)
        effects = [
            None
            if index is None or change.at(index) is None
            else Effect.on(index, self.base, later, change.at(index))
            for index in (change.who, change.other)
        ]
        return Seen(change, effects[0], effects[1], None)

    def _judge(self, test: Criterion, tally: _Tally, change: Change, later: Amounts) -> None:
        tally.cases += 1
        wronged = test.judge(change, self.base, later)
        if not wronged.any():
            return
        # Who is wronged in whole amounts only is wronged by rounding.
        exactly = test.exactly(change, self.base, later) if test.exactly else wronged
        for index in np.flatnonzero(wronged).tolist():
            causes = None if exactly[index] else ("rounding",)
            effect = _effect(change, index, self.base, later)
            tally.violations.append(Violation(change, index, effect, causes))

    def _explained(self, test: Criterion, found: list[Violation]) -> Iterator[Violation]:
        """Yield the violations, those of the changes that do most with their causes."""
        by_change: dict[int, list[Violation]] = {}
        for violation in sorted(found, key=lambda each: -each.size(whole=test.whole)):
            if violation.causes is None:
                by_change.setdefault(id(violation.change), []).append(violation)
        causes: dict[tuple[int, int], tuple[str, ...]] = {}
        for same, violations in list(by_change.items())[:EXPLAINED]:
            for index, keys in self._causes(test, violations).items():
                causes[same, index] = keys
        for violation in found:
            known = causes.get((id(violation.change), violation.wronged))
            yield replace(violation, causes=violation.causes or known)

    def _causes(self, test: Criterion, violations: list[Violation]) -> dict[int, tuple[str, ...]]:
        """Return, for those wronged by one change, without which rules they would not be."""
        found: dict[int, list[str]] = {violation.wronged: [] for violation in violations}
        for key in self._keys:
            still = self._still_wronged(test, violations[0].change, key)
            if still is not None:
                for index in found:
                    found[index] += [] if still[index] else [key]
        return {index: tuple(keys) for index, keys in found.items()}

    def _still_wronged(self, test: Criterion, change: Change, key: str) -> Mask | None:
        """Return who is wronged by the change without a rule; None if that cannot be told."""
        case = self.case.less(key)
        if key not in self._without:
            self._without[key] = case.amounts()
        base = self._without[key]
        if isinstance(base, Refused):
            return None
        if isinstance(change, Leaving) and change.taking is not None:
            change = change.settled(case, base)
        later = outcome(case, change, base)
        return None if isinstance(later, Refused) else test.judge(change, base, later)


def outcome(case: Case, change: Change, base: Amounts) -> Amounts | Refused:
    """Return the amounts after a change, ``base`` where nothing changes, or why there are none."""
    if isinstance(change, Likeness):
        return base
    try:
        return change.of(case).amounts()
    except BokuanError as error:
        return Refused.by(error)


def _effect(change: Change, index: int, earlier: Amounts, later: Amounts) -> Effect:
    """Return what a change does to a recipient; for alikes, what it lacks of the other's."""
    if isinstance(change, Likeness):
        return Effect(
            earlier.exact(change.other),
            later.exact(index),
            int(earlier.whole[change.other]),
            int(later.whole[index]),
        )
    return Effect.on(index, earlier, later, change.at(index))


# ---- the criteria ------------------------------------------------------------------------------


def _falls(change: Change, earlier: Amounts, later: Amounts, *, whole: bool) -> Mask:
    """Return who gets less, shape (n,); who has left is not asked."""
    if not isinstance(change, Leaving):
        return earlier.falls(later, whole=whole)
    stay = np.arange(len(earlier.cells)) != change.who
    found = np.zeros(len(stay), dtype=bool)
    found[stay] = earlier.take(stay).falls(later, whole=whole)
    return found


def _against_rank(change: Change, earlier: Amounts, later: Amounts, *, whole: bool) -> Mask:
    """Return who gets less with a better rank, or more with a worse one: shape (n,)."""
    assert isinstance(change, RankMove)
    falls, rises = earlier.falls(later, whole=whole), later.falls(earlier, whole=whole)
    found = np.zeros(len(falls), dtype=bool)
    found[change.who] = (falls if change.better else rises)[change.who]
    if change.other is not None:
        found[change.other] = (rises if change.better else falls)[change.other]
    return found


def _gains(change: Change, earlier: Amounts, later: Amounts) -> Mask:
    """Return whether the recipient that changed its figure gets more: shape (n,)."""
    found = np.zeros(len(earlier.cells), dtype=bool)
    found[change.who] = later.falls(earlier, whole=False)[change.who]
    return found


def _moves(change: Change, earlier: Amounts, later: Amounts) -> Mask:
    """Return whose exact amount moves by more than the rounding of what the leaver took."""
    assert isinstance(change, Leaving)
    who = change.who
    rounded = abs(int(earlier.whole[who]) - earlier.exact(who))
    top, bottom = rounded.as_integer_ratio()
    stay = np.arange(len(earlier.cells)) != who
    rest = earlier.take(stay)
    gap = abs(later.numerator * rest.denominator - rest.numerator * later.denominator)
    found = np.zeros(len(stay), dtype=bool)
    found[stay] = (gap * bottom > top * rest.denominator * later.denominator).astype(bool)
    return found


def _unlike(change: Change, _: Amounts, later: Amounts, *, by: int, whole: bool) -> Mask:
    """Return whether one of two alikes gets less by more than ``by``: shape (n,)."""
    assert isinstance(change, Likeness)
    found = np.zeros(len(later.cells), dtype=bool)
    one, two = change.other, change.who
    gap = later.exact(one) - later.exact(two)
    whole_gap = int(later.whole[one]) - int(later.whole[two])
    found[two] = abs(whole_gap) > by if whole else abs(gap) > by
    return found


def alike(quantum: int) -> tuple[Criterion, Criterion]:
    """Return the criteria of equals: equal before rounding, within a quantum after."""
    exactly = partial(_unlike, by=0, whole=False)
    whole = partial(_unlike, by=quantum, whole=True)
    return Criterion("alike", exactly), Criterion("alike", whole, exactly)


def _both(
    key: str, judge: Callable[..., Mask], applies: Callable[[Change], bool] = lambda _: True
) -> tuple[Criterion, Criterion]:
    """Return a criterion before rounding and in whole amounts."""
    exactly, whole = partial(judge, whole=False), partial(judge, whole=True)
    return (
        Criterion(key, exactly, applies=applies),
        Criterion(key, whole, exactly, applies=applies),
    )


def _once(change: Change) -> bool:
    """Whether a move is no swap that was judged from the other's side already."""
    return isinstance(change, RankMove) and not change.mirrored


def _reports(key: str, *, less: bool, against: bool) -> Criterion:
    """Return the criterion that nobody gains by such a step of a figure."""

    def applies(change: Change) -> bool:
        assert isinstance(change, FigureStep)
        return change.less == less and change.against == against

    return Criterion(key, _gains, applies=applies)


MORE_MONEY = _both("more_money", _falls)
BETTER_RANK = _both("better_rank", _against_rank, _once)
LEAVING = _both("leaving", _falls)
LEAVING_PAID = (Criterion("leaving_paid", _moves),)
REPORTS = (
    _reports("report_less", less=True, against=False),
    _reports("report_more", less=False, against=True),
    _reports("hidden", less=True, against=True),
)

"""What can be moved so that rules hold: the pot, and the strength of each rule.

A move is a parameter t from 0 (as it is) on: every bound moves with it evenly, or nearly so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocation.conflict import Given, Member
from allocation.explain.figures import amount_text, amounts_near, ratio_text, ratios_near
from allocation.policy import kinds
from allocation.scenario.fields import join_key

if TYPE_CHECKING:
    from allocation.task import Task

Words = Mapping[str, object]


@dataclass(frozen=True)
class Step:
    """One figure of a move: the ``KEY=VALUE`` changes that make it, and what to say of it."""

    sets: tuple[str, ...]
    words: Words


@dataclass(frozen=True)
class Move:
    """Something that can be moved.

    Parameters
    ----------
    sentence
        What is said of it: a key of the wording.
    end
        The changes at t = 1.
    most
        The end of t.
    steps
        From t to figures on its safe side, mildest first.
    """

    sentence: str
    end: tuple[str, ...]
    most: float
    steps: Callable[[float], Iterator[Step]]


def moves_of(task: Task, member: Member) -> list[Move]:
    """Return the moves of one member of a conflict; none where it has no strength of its own."""
    if member is Given.POT:
        return [] if task.totals else [_pot(task, up=True), _pot(task, up=False)]
    if member is Given.MIN_RATIO:
        ratio = task.loaded.scenario.objective.min_ratio or Fraction(0)
        # Not down to nothing at once: without a ratio there would be no bounds to move.
        move = _ratio(("objective", "min_ratio"), ratio, ratio / 2, {})
        return [replace(move, most=2.0)]
    if isinstance(member, Given):
        return []
    return list(_of_rule(task, member, task.loaded.scenario.rules[member]))


# ---- the pot -------------------------------------------------------------------------------------


def _pot(task: Task, *, up: bool) -> Move:
    """Return the pot moved up, or down; the purposes move with it in proportion."""
    quantum = task.loaded.scenario.rounding.quantum
    end = 2 * task.pot if up else max(quantum, task.pot // 2 // quantum * quantum)

    def sets(pot: int) -> tuple[str, ...]:
        parts = _split(task, pot)
        changes = [f"pot.amount={amount_text(pot)}"]
        return (*changes, *(f"{key}={amount_text(fen)}" for key, fen in parts.items()))

    def steps(t: float) -> Iterator[Step]:
        value = task.pot + Fraction(t) * (end - task.pot)
        for fen in amounts_near(value, quantum, up=up):
            if fen % quantum == 0 and fen > 0:
                words = {"before": amount_text(task.pot), "after": amount_text(fen)}
                yield Step(sets(fen), words)

    sentence = "conflict-pot-up" if up else "conflict-pot-down"
    return Move(sentence, sets(end), float("inf") if up else 2.0, steps)


def _split(task: Task, pot: int) -> dict[str, int]:
    """Return the purposes' totals by key for another pot: in proportion, in whole quanta."""
    quantum, purposes = task.loaded.scenario.rounding.quantum, task.loaded.scenario.purposes
    exact = {key: Fraction(pot * it.amount, task.pot * quantum) for key, it in purposes.items()}
    whole = {key: int(value // 1) for key, value in exact.items()}
    missing = pot // quantum - sum(whole.values())
    for key in sorted(exact, key=lambda key: whole[key] - exact[key])[:missing]:
        whole[key] += 1
    return {join_key(("purposes", key, "amount")): count * quantum for key, count in whole.items()}


# ---- rules ---------------------------------------------------------------------------------------

_LOOSER_DOWN = {
    kinds.HoldHarmless: ("share",),
    kinds.RankStep: ("step", "step_share"),
    kinds.TopAward: ("amount",),
    kinds.ZeroOrAtLeast: ("amount",),
    kinds.UtilisationCut: ("share",),
}
#: The ways to say a floor or a cap.
_WAYS = (
    ("amount",),
    ("share_of_pot",),
    ("share_of_last_year",),
    ("per_unit", "amount"),
    ("share_of_equal_split", "share"),
)


def _of_rule(task: Task, key: str, rule: kinds.Rule) -> Iterator[Move]:
    """Yield the moves of a rule: down to nothing, or up as far as it can matter."""
    paths: list[tuple[tuple[str, ...], bool]]
    match rule:
        case kinds.Floor():
            paths = [(way, False) for way in _WAYS]
        case kinds.Cap():
            paths = [(way, True) for way in _WAYS]
        case kinds.GrowthCap():
            paths = [(("growth",), True)]
        case kinds.GroupShare():
            paths = [((way,), False) for way in ("least", "least_amount")]
            paths += [((way,), True) for way in ("most", "most_amount")]
        case _:
            paths = [((way,), False) for way in _LOOSER_DOWN.get(type(rule), ())]
    names = {"name": rule.name or key, "name_en": rule.name_en or rule.name or key}
    for path, up in paths:
        value: Any = rule
        for part in path:
            value = None if value is None else getattr(value, part)
        if value is not None:
            yield _strength(task, ("rules", key, *path), value, up, names)


def _strength(
    task: Task,
    path: tuple[str, ...],
    value: int | Fraction,
    up: bool,
    names: Words,
) -> Move:
    """Return the move of one figure of a rule."""
    if isinstance(value, int):
        return _amount(task, path, value, value + max(value, task.pot) if up else 0, names)
    share = path[-1] in ("share_of_pot", "most")
    end = Fraction(1) if share else value + 1
    return _ratio(path, value, end if up else Fraction(0), names)


def _amount(task: Task, path: tuple[str, ...], value: int, end: int, names: Words) -> Move:
    key, up, quantum = join_key(path), end > value, task.loaded.scenario.rounding.quantum
    # An amount per unit, or one in yuan, is written in smaller steps than amounts are shared in.
    fine = "per_unit" in path or value % quantum != 0

    def steps(t: float) -> Iterator[Step]:
        exact = value + Fraction(t) * (end - value)
        for fen in amounts_near(exact, 100 if fine else quantum, up=up):
            words = {"before": amount_text(value), "after": amount_text(max(fen, 0)), **names}
            yield Step((f"{key}={amount_text(max(fen, 0))}",), words)

    return Move("conflict-strength", (f"{key}={amount_text(end)}",), _most(up), steps)


def _ratio(path: tuple[str, ...], value: Fraction, end: Fraction, names: Words) -> Move:
    key, up = join_key(path), end > value

    def steps(t: float) -> Iterator[Step]:
        for ratio in ratios_near(value + Fraction(t) * (end - value), up=up):
            after = ratio if up else max(ratio, Fraction(0))
            words = {"before": ratio_text(value), "after": ratio_text(after), **names}
            yield Step((f"{key}={ratio_text(after)}",), words)

    sentence = "conflict-strength" if names else "conflict-least-ratio"
    return Move(sentence, (f"{key}={ratio_text(end)}",), _most(up), steps)


def _most(up: bool) -> float:
    """Return the end of t: downwards nothing is less than nothing."""
    return float("inf") if up else 1.0

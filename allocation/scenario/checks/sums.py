"""Sums that need no solver: quanta, purposes, and rules that contradict each other by addition."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Problem
from allocation.money import format_amount
from allocation.policy.kinds import Cap, Floor, GroupShare, TopAward, ZeroOrAtLeast
from allocation.scenario.checks.columns import excluded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.frame import Mask
    from allocation.scenario.load import Loaded


@dataclass(frozen=True)
class _Bound:
    """A hard bound: so many fen for each of, or together for, ``members`` (shape (n,))."""

    key: str
    name: str
    fen: Fraction
    members: Mask


def sum_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong by plain addition."""
    problems = _quanta(loaded) + _purposes(loaded)
    attributes = set(loaded.frame.text)
    if any(not set(rule.where) <= attributes for rule in loaded.scenario.rules.values()):
        # Who is meant is not known; that is said elsewhere.
        return problems
    floors, caps = list(_bounds(loaded, Floor)), list(_bounds(loaded, Cap))
    return [
        *problems,
        *_floors_over_pot(loaded, floors),
        *_caps_below_floors(loaded, floors, caps),
        *_groups_over_pot(loaded),
        *_awards_over_pot(loaded),
    ]


def _quanta(loaded: Loaded) -> list[Problem]:
    scenario, quantum = loaded.scenario, loaded.scenario.rounding.quantum
    if scenario.rounding.method == "per_unit":
        return []
    amounts = {("pot", "amount"): scenario.pot.amount} | {
        ("purposes", key, "amount"): purpose.amount for key, purpose in scenario.purposes.items()
    }
    return [
        Problem("L2-quantum", loaded.place(*path), {"found": _wan(fen), "allowed": _wan(quantum)})
        for path, fen in amounts.items()
        if fen % quantum
    ]


def _purposes(loaded: Loaded) -> list[Problem]:
    scenario = loaded.scenario
    if not scenario.purposes:
        return []
    place, problems = loaded.place("purposes"), []
    total = sum(purpose.amount for purpose in scenario.purposes.values())
    if total != scenario.pot.amount:
        words = {"found": _wan(total), "allowed": _wan(scenario.pot.amount)}
        problems.append(Problem("L2-purposes-sum", place, words))
    problems += [
        Problem("L1-purposes-with-raise", loaded.place("rules", key, "below"), {"found": key})
        for key, rule in scenario.rules.items()
        if isinstance(rule, ZeroOrAtLeast) and rule.below == "raise"
    ]
    if scenario.objective.kind == "benefit":
        place = loaded.place("objective", "kind")
        problems.append(Problem("L1-purposes-with-benefit", place, {"found": "benefit"}))
    return problems


def _bounds(loaded: Loaded, kind: type[Floor | Cap]) -> Iterator[_Bound]:
    """Yield the hard rules of a kind that are plain amounts or shares of the pot."""
    taking_part = ~excluded(loaded.scenario, loaded.frame)
    for key, rule in loaded.scenario.rules.items():
        if not isinstance(rule, kind) or rule.priority is not None:
            continue
        members = taking_part & loaded.frame.members(rule.where)
        if rule.amount is not None:
            yield _Bound(key, rule.name or key, Fraction(rule.amount), members)
        elif rule.share_of_pot is not None:
            fen = rule.share_of_pot * loaded.scenario.pot.amount
            yield _Bound(key, rule.name or key, fen, members)


def _floors_over_pot(loaded: Loaded, floors: list[_Bound]) -> list[Problem]:
    pot = loaded.scenario.pot.amount
    rising = sorted(floors, key=lambda floor: floor.fen)
    best = np.zeros(len(loaded.frame), dtype=np.int64)
    for number, floor in enumerate(rising, start=1):
        best[floor.members] = number
    count = np.bincount(best, minlength=len(rising) + 1).tolist()[1:]
    total = sum((floor.fen * each for floor, each in zip(rising, count, strict=True)), Fraction(0))
    if total <= pot:
        return []
    words = {
        "rules": "、".join(floor.name for floor in floors),
        "found": _wan(total),
        "allowed": _wan(pot),
        "count": sum(each for floor, each in zip(rising, count, strict=True) if floor.fen),
    }
    return [Problem("L11-floors-over-pot", loaded.place("rules", floors[0].key), words)]


def _caps_below_floors(loaded: Loaded, floors: list[_Bound], caps: list[_Bound]) -> list[Problem]:
    problems = []
    for floor in floors:
        for cap in caps:
            both = np.flatnonzero(floor.members & cap.members).tolist()
            if not both or cap.fen >= floor.fen:
                continue
            words = {
                "cap": cap.name,
                "found": _wan(cap.fen),
                "floor": floor.name,
                "allowed": _wan(floor.fen),
                "recipient": "、".join(loaded.frame.names[index] for index in both[:3]),
                "count": len(both),
            }
            place = loaded.place("rules", cap.key)
            problems.append(Problem("L11-cap-below-floor", place, words))
    return problems


def _groups(loaded: Loaded) -> Iterator[_Bound]:
    """Yield the least amount of each group, by hard rules."""
    frame, pot = loaded.frame, loaded.scenario.pot.amount
    for key, rule in loaded.scenario.rules.items():
        if not isinstance(rule, GroupShare) or rule.priority is not None:
            continue
        fen = max(Fraction(rule.least_amount or 0), (rule.least or Fraction(0)) * pot)
        members = frame.members(rule.where)
        if not rule.each:
            yield _Bound(key, rule.name or key, fen, members)
        elif rule.each in frame.text:
            cells = np.array(frame.attribute(rule.each))
            for value in dict.fromkeys(cells[members].tolist()):
                name = f"{rule.name or key} ({value})"
                yield _Bound(key, name, fen, members & (cells == value))


def _groups_over_pot(loaded: Loaded) -> list[Problem]:
    """Return a problem if groups that share nobody must have more than the pot."""
    taken = np.zeros(len(loaded.frame), dtype=bool)
    apart: list[_Bound] = []
    for group in sorted(_groups(loaded), key=lambda group: -group.fen):
        if group.fen and not (taken & group.members).any():
            taken |= group.members
            apart.append(group)
    total, pot = sum(group.fen for group in apart), loaded.scenario.pot.amount
    if total <= pot:
        return []
    words = {
        "rules": "、".join(group.name for group in apart),
        "found": _wan(total),
        "allowed": _wan(pot),
    }
    return [Problem("L11-groups-over-pot", loaded.place("rules", apart[-1].key), words)]


def _awards_over_pot(loaded: Loaded) -> list[Problem]:
    problems = []
    for key, rule in loaded.scenario.rules.items():
        total = 0
        if isinstance(rule, TopAward):
            ranks, _, _ = loaded.frame.ranks(rule.column)
            eligible = int(np.count_nonzero(~ranks.missing & loaded.frame.members(rule.where)))
            total = rule.amount * min(rule.top, eligible)
        if total > loaded.scenario.pot.amount:
            words = {
                "rules": rule.name or key,
                "found": _wan(total),
                "allowed": _wan(loaded.scenario.pot.amount),
            }
            problems.append(Problem("L11-awards-over-pot", loaded.place("rules", key), words))
    return problems


def _wan(fen: Fraction | int) -> str:
    """Return an amount for a sentence; part of a fen is cut off."""
    return f"{format_amount(int(fen))}万元"

"""Sums that need no solver: quanta, and the totals of the purposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem
from allocation.money import format_amount
from allocation.policy.kinds import ZeroOrAtLeast

if TYPE_CHECKING:
    from allocation.scenario.load import Loaded


def sum_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong by plain addition."""
    return _quanta(loaded) + _purposes(loaded)


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


def _wan(fen: int) -> str:
    """Return an amount for a sentence."""
    return f"{format_amount(fen)}万元"

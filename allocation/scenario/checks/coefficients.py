"""Coefficients by attribute, and factor weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem
from allocation.scenario.checks.groups import value_problem

if TYPE_CHECKING:
    from allocation.policy.formula import Coefficient
    from allocation.scenario.load import Loaded


def coefficient_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with coefficients by attribute and with the sum of the weights."""
    problems = _weights(loaded)
    for key, coefficient in loaded.scenario.coefficients.items():
        if coefficient.by in loaded.frame.text:
            problems += _dead(loaded, key, coefficient) + _uncovered(loaded, key, coefficient)
    return problems


def _weights(loaded: Loaded) -> list[Problem]:
    total = sum(factor.weight for factor in loaded.scenario.factors.values())
    if total == 1:
        return []
    return [Problem("L1-weights-sum", loaded.place("factors"), {"found": str(total)})]


def _dead(loaded: Loaded, key: str, coefficient: Coefficient) -> list[Problem]:
    found = (
        value_problem(loaded, ("coefficients", key, "values", value), coefficient.by, value)
        for value in coefficient.values
    )
    return [problem for problem in found if problem]


def _uncovered(loaded: Loaded, key: str, coefficient: Coefficient) -> list[Problem]:
    """Return a problem for each attribute value that recipients have and no coefficient names."""
    column = loaded.frame.text[coefficient.by]
    place = loaded.place("coefficients", key, "values")
    problems = []
    blank = ("",) if "" in column.cells else ()
    for value in (*loaded.frame.groups(coefficient.by)[0], *blank):
        if value not in coefficient.values:
            pairs = zip(loaded.frame.names, column.cells, strict=True)
            names = [name for name, cell in pairs if cell == value]
            words = {
                "found": value or "∅",
                "attribute": coefficient.by,
                "recipient": "、".join(names[:3]),
                "count": len(names),
            }
            problems.append(Problem("L1-coefficient-missing", place, words))
    return problems

"""What the mathematics is asked: a scenario's entitlements, cells, rows and orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.entitlement import Entitlement, Formula, entitlement
from allocation.policy.bounds import Setting, award_winners
from allocation.policy.cells import Cells
from allocation.policy.kinds import Exclude, RankOrder, TopAward
from allocation.policy.rows import Rows, rows_of_rules
from allocation.scenario import check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.errors import Problem
    from allocation.frame import Frame
    from allocation.scenario import Loaded, Scenario
    from allocation_models.program import BigIntegers, Integers, Mask


@dataclass(frozen=True)
class Task:
    """Everything the mathematics needs of one scenario.

    Parameters
    ----------
    pot
        Fen shared here: the scenario's pot, or the part of it that the upper level passes on.
    targets
        Shape (columns,), Python integers: each cell's entitlement in one common unit.
    order
        Shape (n,): who comes first among equals (rank, then code).
    excluded
        Shape (n,): whom an ``exclude`` rule leaves out.
    totals
        Fen of each unit by id, from the upper level; empty without one.
    direct
        False to keep the direct method out: the referee's way.
    """

    loaded: Loaded
    pot: int
    entitlement: Entitlement
    cells: Cells
    rows: Rows
    targets: BigIntegers
    order: Integers
    excluded: Mask
    totals: Mapping[str, int]
    direct: bool = True
    warnings: tuple[Problem, ...] = ()


def prepare(loaded: Loaded, totals: Mapping[str, int]) -> tuple[Task | None, list[Problem]]:
    """Return the task of a scenario, or every problem found in it and its data.

    Parameters
    ----------
    totals
        Fen of each unit, if the upper level has fixed them.
    """
    problems = list(check(loaded))
    if _errors(problems):
        return None, problems
    scenario, frame = loaded.scenario, loaded.frame
    pot = sum(totals.values()) if totals else scenario.pot.amount
    excluded = _excluded(scenario, frame)
    awards, found = _awards(scenario, frame, excluded)
    problems += found
    formula = Formula(scenario.factors, scenario.coefficients, excluded, awards)
    claims, found = entitlement(formula, frame, pot)
    problems += found
    if claims is None:
        return None, problems
    cells = _cells(scenario, frame, pot)
    setting = Setting(frame, pot, claims, excluded)
    rows, found = rows_of_rules(scenario.rules, setting, cells, totals)
    problems += found
    if _errors(problems):
        return None, problems
    shares = _weights(claims, cells)[:, None] * cells.totals.astype(object)
    targets = np.where(cells.allowed, shares, 0).ravel()
    helpers = np.zeros(int(rows.helpers.sum()), dtype=object)
    task = Task(
        loaded=loaded,
        pot=pot,
        entitlement=claims,
        cells=cells,
        rows=rows,
        targets=np.concatenate([targets, helpers]),
        order=_order(scenario, frame),
        excluded=excluded,
        totals=totals,
    )
    return task, problems


def _errors(problems: list[Problem]) -> bool:
    return any(not problem.warning for problem in problems)


def _excluded(scenario: Scenario, frame: Frame) -> Mask:
    """Return who has no part in the formula."""
    excluded = np.zeros(len(frame), dtype=bool)
    for rule in scenario.rules.values():
        if isinstance(rule, Exclude):
            excluded |= frame.members(rule.where, rule.exempt)
    return excluded


def _awards(scenario: Scenario, frame: Frame, excluded: Mask) -> tuple[Integers, list[Problem]]:
    """Return the lump sums given before the formula (n,), fen."""
    awards = np.zeros(len(frame), dtype=np.int64)
    problems: list[Problem] = []
    for rule in scenario.rules.values():
        if isinstance(rule, TopAward):
            winners, found = award_winners(rule, frame, excluded)
            problems += found
            awards += np.where(winners, rule.amount, 0)
    return awards, problems


def _cells(scenario: Scenario, frame: Frame, pot: int) -> Cells:
    """Return who may use which purpose, and the purposes' totals; one purpose if none is named."""
    purposes = scenario.purposes.values()
    if not purposes:
        return Cells(np.ones((len(frame), 1), dtype=bool), np.array([pot], dtype=np.int64))
    allowed = np.stack([frame.members(purpose.where) for purpose in purposes], axis=1)
    totals = np.array([purpose.amount for purpose in purposes], dtype=np.int64)
    return Cells(allowed, totals, tuple(scenario.purposes))


def _weights(claims: Entitlement, cells: Cells) -> BigIntegers:
    """Return what each recipient's cells are weighed by: its entitlement.

    In a two-way table a recipient entitled to nothing may still have a floor to spread over its
    purposes (a row holds it there), so it weighs a little.
    """
    if cells.purposes == 1:
        return claims.numerator
    little = max(1, int(claims.numerator.sum()) // (1000 * len(claims.numerator)))
    return np.where(claims.numerator == 0, little, claims.numerator)


def _order(scenario: Scenario, frame: Frame) -> Integers:
    """Return each recipient's place in the order among equals: better rank, then code."""
    column = scenario.rounding.rank
    scales = [item.rank for item in scenario.coefficients.values() if item.rank is not None]
    if not column:
        ordered = [rule.column for rule in scenario.rules.values() if isinstance(rule, RankOrder)]
        column = next(iter([scale.column for scale in scales] + ordered), "")
    last = np.iinfo(np.int64).max
    rank = np.full(len(frame), last)
    if column:
        ranks, _, _ = frame.ranks(column)
        rank = np.where(ranks.missing, last, ranks.values).astype(np.int64)
    place = np.empty(len(frame), dtype=np.int64)
    place[np.lexsort((np.array(frame.ids), rank))] = np.arange(len(frame))
    return place

"""The stages from the formula to the exact amounts, each under more rules than the one before.

As docs/semantics.md says under law 10: the score alone, one coefficient after another,
awards; then pot, purposes and the upper level; the objective; the rules about one recipient at a
time; the rules about groups; soft rules that gave way. All exact, for all recipients at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import solver_named
from allocation.explain.relaxed import bounded, totals_only, without_group_rules
from allocation.sharing import objective_share
from allocation.whole import tight_recipients
from allocation_models.fair_share import fair_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.policy.formula import Coefficient
    from allocation.result import Solved
    from allocation.sharing import Shares
    from allocation.task import Task
    from allocation_models.fair_share import FairShare
    from allocation_models.program import BigIntegers, LinearProgram, Mask

FORMULA, AWARD, TOTALS, OBJECTIVE = "formula", "award", "totals", "objective"
BOUNDS, GROUP, SOFT = "bounds", "group", "soft"
REDISTRIBUTION, ROUNDING = "redistribution", "rounding"


@dataclass(frozen=True)
class Exact:
    """Exact fen of every recipient, ``top / bottom``: shape (n,), Python integers."""

    top: BigIntegers
    bottom: BigIntegers

    def change_from(self, other: Exact) -> BigIntegers:
        """Return the sign-carrying numerators of ``self - other``, shape (n,)."""
        return np.asarray(self.top * other.bottom - other.top * self.bottom)


@dataclass(frozen=True)
class Stage:
    """Where everyone stands after one step.

    Parameters
    ----------
    key
        The step; a coefficient's is ``coefficient_<key>``.
    kind
        What a coefficient is (``tilt``, ``rank``, ``performance``, ``coefficient``), whose totals
        (``purposes``, ``upper``, ``totals``); else the key.
    name, name_en
        A coefficient's own names.
    total
        Fen that the stage gives out in all.
    own
        Shape (n,): whose change belongs to the step; that of the others belongs to ``other``.
    claim
        True for the steps of the formula.
    """

    key: str
    kind: str
    exact: Exact
    total: int
    own: Mask
    other: str = ""
    name: str = ""
    name_en: str = ""
    claim: bool = False


def stages(solved: Solved) -> tuple[Stage, ...]:
    """Return every stage of an allocation up to the exact amounts."""
    formula = tuple(_formula(solved.task))
    return (*formula, *_rules(solved, formula[-1].exact))


def kind_of(coefficient: Coefficient) -> str:
    """Return what a coefficient stands for: a tilt, a rank, performance, or anything else."""
    if coefficient.rank is not None:
        return "rank"
    if coefficient.column:
        return "performance"
    return "tilt" if coefficient.by == "fiscal_region" else "coefficient"


# ---- the formula --------------------------------------------------------------------------------


def _formula(task: Task) -> Iterator[Stage]:
    """Yield the score's share, the share after each coefficient, and awards."""
    everyone = np.ones(len(task.order), dtype=bool)
    awards = _awards(task)
    rest = task.pot - int(awards.sum())
    weight = np.ones(len(everyone), dtype=object)
    for step in task.entitlement.parts:
        if step.kind == "factor":
            continue
        weight = weight * step.numerator
        exact = _divided(weight, rest)
        given = rest if weight.any() else 0
        if step.kind == "score":
            yield Stage(FORMULA, FORMULA, exact, given, everyone, claim=True)
            continue
        kind = kind_of(task.loaded.scenario.coefficients[step.key])
        key = f"coefficient_{step.key}"
        yield Stage(key, kind, exact, given, everyone, "", step.name, step.name_en, claim=True)
    claims = Exact(task.entitlement.numerator, _all(task.entitlement.denominator, everyone))
    if awards.any():
        yield Stage(AWARD, AWARD, claims, task.pot, everyone, claim=True)
    elif exact.change_from(claims).any():
        raise ArithmeticError("the steps do not lead to the entitlement")


def _divided(weight: BigIntegers, rest: int) -> Exact:
    """Return ``rest`` fen in proportion to ``weight``."""
    return Exact(rest * weight, _all(int(weight.sum()) or 1, weight))


def _all(value: int, like: BigIntegers | Mask) -> BigIntegers:
    return np.full(len(like), value, dtype=object)


def _awards(task: Task) -> BigIntegers:
    """Return the lump sums given before the rest is shared, shape (n,)."""
    awards = np.zeros(len(task.order), dtype=object)
    for key, rule in task.loaded.scenario.rules.items():
        if rule.kind == "top_award":
            awards = awards + np.where(task.rows.bounds[key].applies, rule.amount, 0)
    return awards


# ---- the rules ----------------------------------------------------------------------------------


def _rules(solved: Solved, claims: Exact) -> Iterator[Stage]:
    """Yield the stages under ever more rules; each is solved only where it can differ."""
    task, program = solved.task, solved.shares.program
    stand = claims
    for stage in _common(solved):
        stand = stage.exact
        yield stage
    final, gave_way = _of_recipients(task, solved.shares), _gave_way(solved)
    alone = without_group_rules(task, program)
    bound = stand
    if task.rows.bounds:
        apart = gave_way or alone.rows < program.rows
        bound = _of_recipients(task, _solved(solved, alone)) if apart else final
    yield _stage(task, BOUNDS, bound, _held(task, alone, stand, bound))
    grouped = _solved(solved, program) if gave_way else solved.shares
    yield _stage(task, GROUP, _of_recipients(task, grouped), _in_groups(solved, grouped))
    if gave_way:
        yield _stage(task, SOFT, final, np.ones(len(task.order), dtype=bool), "")


def _common(solved: Solved) -> Iterator[Stage]:
    """Yield what comes before the scenario's own rules: totals, and the objective."""
    task, solver = solved.task, solver_named(solved.solver)
    benefit = task.loaded.scenario.objective.kind == "benefit"
    limits = bool(task.loaded.scenario.upper) or task.cells.purposes > 1
    limits |= not task.cells.allowed.all()
    program = totals_only(task, solved.shares.program) if limits or benefit else None
    if limits and program is not None:
        targets = task.targets[: task.cells.count]
        found = fair_share(program, targets, solver=solver, direct=task.direct)
        exact, own = _of_recipients(task, found), ~task.rows.idle
        yield Stage(TOTALS, _kind_of_totals(task), exact, task.pot, own, BOUNDS)
    if benefit and program is not None:
        exact = _of_recipients(task, _solved(solved, program))
        yield _stage(task, OBJECTIVE, exact, np.ones(len(task.order), dtype=bool), "")


def _kind_of_totals(task: Task) -> str:
    """Return whose totals there are beside the pot: purposes, the upper level, or both."""
    if task.loaded.scenario.upper is None:
        return "purposes"
    return TOTALS if task.loaded.scenario.purposes else "upper"


def _stage(task: Task, key: str, exact: Exact, own: Mask, other: str = REDISTRIBUTION) -> Stage:
    return Stage(key, key, exact, task.pot, own, other)


def _solved(solved: Solved, program: LinearProgram) -> FairShare:
    """Return the amounts under the scenario's objective and the rules of ``program``."""
    task = replace(solved.task, targets=solved.task.targets[: program.columns])
    helpers = task.rows.helpers[: program.columns]
    return objective_share(task, program, helpers, solver_named(solved.solver))


def _of_recipients(task: Task, found: FairShare | Shares) -> Exact:
    """Return the sum of each recipient's cells."""
    count, purposes = task.cells.count, task.cells.purposes
    top, bottom = found.numerator[:count], found.denominator[:count]
    if purposes == 1:
        return Exact(top, bottom)
    top, bottom = top.reshape(-1, purposes), bottom.reshape(-1, purposes)
    common = np.lcm.reduce(bottom, axis=1)
    return Exact((top * (common[:, None] // bottom)).sum(axis=1), common)


def _gave_way(solved: Solved) -> bool:
    """Whether a soft rule is not met, so that the amounts are those that break it least."""
    held, asked = solved.shares.program, solved.task.rows.program
    return bool(
        np.any(held.row_lower != asked.row_lower) or np.any(held.row_upper != asked.row_upper)
    )


def _held(task: Task, program: LinearProgram, before: Exact, after: Exact) -> Mask:
    """Return who is raised to a floor of its own, or brought down to a cap of its own.

    Whoever falls and is stopped by its floor was moved by the others: a floor takes from nobody.
    """
    bounds, change = bounded(task, program), after.change_from(before)
    raised = (after.top == bounds.lower * after.bottom) & (change > 0)
    lowered = (after.top == bounds.upper * after.bottom) & (change < 0)
    return np.asarray(raised | lowered, dtype=bool)


def _in_groups(solved: Solved, found: FairShare | Shares) -> Mask:
    """Return who stands in a row of a rule about several recipients that holds the amounts."""
    task = solved.task
    shares = replace(
        solved.shares,
        numerator=found.numerator,
        denominator=found.denominator,
        tight=found.tight,
    )
    tight = tight_recipients(task, shares)
    inside = np.zeros(len(task.order), dtype=bool)
    for key in task.loaded.scenario.rules:
        if key not in task.rows.bounds and key in tight:
            inside |= tight[key]
    return inside

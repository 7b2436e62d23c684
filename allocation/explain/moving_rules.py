"""How a scenario's bounds move when one of its parameters does: exact fen per fen.

A share of the pot moves with the pot, an amount does not. Bounds start where they were drawn to
whole fen and move from there without being drawn again: at every point they are less than one fen
from what a new run would draw.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.parameters import LEAST, MOST, PURPOSE, UNIT, Parameter
from allocation.policy.kinds import (
    BoundRule,
    GroupShare,
    RankStep,
    RuleBase,
    TopAward,
    UtilisationCut,
    ZeroOrAtLeast,
)
from allocation.policy.rows import POT, RECIPIENTS, UPPER
from allocation_models.affine import Affine, chosen, joined, larger
from allocation_models.moving import still
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation.task import Task
    from allocation_models.moving import MovingProgram
    from allocation_models.program import BigIntegers, Integers, LinearProgram, RowGroup


def why_not_linear(task: Task, parameter: Parameter) -> str:
    """Return why the amounts are not linear in a parameter bit by bit, one word; empty if they are.

    ``benefit``, ``soft``, ``raise``, ``purposes``, ``award``, ``drop`` or ``cut``.
    """
    scenario = task.loaded.scenario
    for reason, true in (
        ("benefit", scenario.objective.kind == "benefit"),
        ("raise", bool(task.rows.least.any())),
        ("purposes", parameter.kind == PURPOSE),
    ):
        if true:
            return reason
    return _why_not_in_the_pot(task) if parameter.kind in (POT, UNIT) else ""


def _why_not_in_the_pot(task: Task) -> str:
    """Return why the amounts are not linear in the pot bit by bit, one word; empty if they are."""
    scenario = task.loaded.scenario
    rules = scenario.rules.values()
    if any(isinstance(rule, TopAward) for rule in rules):
        return "award"
    if any(isinstance(rule, ZeroOrAtLeast) for rule in rules):
        return "drop"
    cuts = [key for key, rule in scenario.rules.items() if _cuts_entitlement(rule)]
    if any(
        np.any(task.rows.bounds[key].amount[task.rows.bounds[key].applies] == 0) for key in cuts
    ):
        return "cut"
    return ""


def _cuts_entitlement(rule: RuleBase) -> bool:
    return isinstance(rule, UtilisationCut) and rule.base == "entitlement"


def moving_program(task: Task, program: LinearProgram, parameter: Parameter) -> MovingProgram:
    """Return the rules in effect with bounds that move by fen per fen of ``parameter``.

    Parameters
    ----------
    task
        The scenario.
    program
        Its rules in effect; the recipients' bounds are those of the task.
    parameter
        One whose amounts are piecewise linear (:func:`why_not_linear`).
    """
    pot = int(parameter.kind in (POT, UNIT))
    moving = _with_rows(task, still(program), parameter, pot)
    layers = _layers(task, parameter, pot)
    if task.cells.purposes > 1:
        return _with_recipient_rows(task, moving, layers)
    # Who has no cap gets no more than the pot: all columns have an end.
    total = _same(task.pot, pot, program.columns)
    nothing = _same(0, 0, program.columns)
    open_ = np.concatenate([task.cells.allowed.ravel(), np.ones(task.rows.helpers.sum(), bool)])
    return replace(
        moving,
        column_lower=nothing,
        column_upper=chosen(open_, total, nothing),
        layers=tuple(
            (_widened(low, -inf, task), _widened(high, inf, task)) for low, high in layers
        ),
    )


def _with_rows(task: Task, moving: MovingProgram, parameter: Parameter, pot: int) -> MovingProgram:
    """Return the program with the rates of its rows."""
    row_lower, row_upper = moving.row_lower.rate.copy(), moving.row_upper.rate.copy()
    for group in moving.matrix.groups:
        rows = slice(group.start, group.stop)
        row_lower[rows], row_upper[rows] = _row_rates(task, group, moving.matrix, parameter, pot)
    found = replace(
        moving,
        row_lower=Affine(moving.row_lower.at, row_lower),
        row_upper=Affine(moving.row_upper.at, row_upper),
    )
    return _with_shares(task, found) if pot else found


def _with_shares(task: Task, moving: MovingProgram) -> MovingProgram:
    """Return the program with every group's share of the pot in a row of its own.

    A group's row was drawn from its share and its amount together; which of the two is the tighter
    may change with the pot. The row keeps the amount, and the share moves in a copy of it.
    """
    found = moving
    for group in moving.matrix.groups:
        rule = task.loaded.scenario.rules.get(group.name)
        if isinstance(rule, GroupShare) and (rule.least is not None or rule.most is not None):
            found = _with_share(found, group, rule, task.pot)
    return found


def _with_share(
    moving: MovingProgram, group: RowGroup, rule: GroupShare, pot: int
) -> MovingProgram:
    rows = np.arange(group.start, group.stop)
    here_lower, here_upper = moving.row_lower, moving.row_upper
    lower, upper = _endless(len(rows), -1), _endless(len(rows), 1)
    if rule.least is not None and here_lower[rows].finite().all():
        lower = _line(-(-rule.least * pot // 1), rule.least, len(rows))
        amount = -inf if rule.least_amount is None else rule.least_amount
        here_lower = here_lower.put(rows, _line(amount, 0, len(rows)))
    if rule.most is not None and here_upper[rows].finite().all():
        upper = _line(rule.most * pot // 1, rule.most, len(rows))
        amount = inf if rule.most_amount is None else rule.most_amount
        here_upper = here_upper.put(rows, _line(amount, 0, len(rows)))
    return replace(
        moving,
        matrix=_with_copies(moving.matrix, rows),
        row_lower=joined(here_lower, lower),
        row_upper=joined(here_upper, upper),
    )


def _line(at: Fraction | float, rate: Fraction | int, size: int) -> Affine:
    whole = at if isinstance(at, float) else int(at)
    return Affine(np.full(size, whole, dtype=object), np.full(size, rate, dtype=object))


def _endless(size: int, sign: int) -> Affine:
    return Affine.fixed(np.full(size, sign * inf))


def _with_copies(program: LinearProgram, rows: Integers) -> LinearProgram:
    """Return the program with copies of ``rows`` at its end, in no group."""
    entries = np.isin(program.row_of_entry, rows)
    ends = program.indptr[-1] + np.cumsum(np.diff(program.indptr)[rows])
    return replace(
        program,
        indptr=np.concatenate([program.indptr, ends]),
        indices=np.concatenate([program.indices, program.indices[entries]]),
        data=np.concatenate([program.data, program.data[entries]]),
        row_lower=np.concatenate([program.row_lower, program.row_lower[rows]]),
        row_upper=np.concatenate([program.row_upper, program.row_upper[rows]]),
    )


def _widened(bounds: Affine, none: float, task: Task) -> Affine:
    """Return recipients' bounds as the columns', where cells and helpers have none of their own."""
    extra = int(task.rows.helpers.sum())
    found = joined(bounds, Affine.fixed(np.full(extra, none)))
    shut = np.flatnonzero(~task.cells.allowed.ravel())
    return found.put(shut, Affine.fixed(np.full(len(shut), none)))


def _with_recipient_rows(
    task: Task, moving: MovingProgram, layers: list[tuple[Affine, Affine]]
) -> MovingProgram:
    """Return the program with one row per rule and recipient it bounds over all purposes.

    They stand for the rows into which all rules were drawn together: which rule is the tightest may
    change along the way.
    """
    last = moving.matrix.groups[-1]
    kept = last.start if last.name == RECIPIENTS else moving.matrix.rows
    low, high = _for_who_has_no_claim(task, layers)
    who, lower, upper = [], [], []
    for least, most in [*layers, (low, high)]:
        bounded = np.flatnonzero(least.finite() | most.finite())
        who.append(bounded)
        lower.append(least[bounded])
        upper.append(most[bounded])
    rows = np.concatenate(who)
    return replace(
        moving,
        matrix=_with_sums(moving.matrix, kept, rows, task.cells.purposes),
        row_lower=joined(moving.row_lower[:kept], *lower),
        row_upper=joined(moving.row_upper[:kept], *upper),
        valid=joined(moving.valid, *((high - least)[task.rows.idle] for least, _ in layers)),
    )


def _for_who_has_no_claim(task: Task, layers: list[tuple[Affine, Affine]]) -> tuple[Affine, Affine]:
    """Return bounds (n,) that hold who is entitled to nothing at its highest floor."""
    size = len(task.loaded.frame)
    low = _same(0, 0, size)
    for least, _ in layers:
        low = larger(low, least)
    none = np.full(size, inf, dtype=object)
    return Affine.fixed(-none), chosen(task.rows.idle, low, Affine.fixed(none))


def _with_sums(program: LinearProgram, kept: int, who: Integers, purposes: int) -> LinearProgram:
    """Return the first ``kept`` rows, and a row for each of ``who`` that sums its purposes."""
    entries = int(program.indptr[kept])
    cells = (who[:, None] * purposes + np.arange(purposes)).ravel()
    ends = entries + purposes * np.arange(1, len(who) + 1)
    free = np.full(len(who), NO_BOUND)
    return replace(
        program,
        indptr=np.concatenate([program.indptr[: kept + 1], ends]),
        indices=np.concatenate([program.indices[:entries], cells]),
        data=np.concatenate([program.data[:entries], np.ones(len(cells), dtype=np.int64)]),
        row_lower=np.concatenate([program.row_lower[:kept], -free]),
        row_upper=np.concatenate([program.row_upper[:kept], free]),
        groups=tuple(group for group in program.groups if group.start < kept),
    )


def _layers(task: Task, parameter: Parameter, pot: int) -> list[tuple[Affine, Affine]]:
    """Return each hard rule's bounds on single recipients (n,), ±inf where it says nothing."""
    found = []
    for key, limits in task.rows.limits.items():
        bounds, rates = task.rows.bounds[key], _bound_rates(task, key, parameter, pot)
        own = Affine(bounds.amount.astype(object), rates)
        none = np.full(len(own), inf, dtype=object)
        least, most = Affine.fixed(-none), Affine.fixed(none)
        if bounds.floor:
            # Who is dropped by a rule gets nothing; everybody else has no end here.
            ends = np.where(limits.upper < task.pot, limits.upper.astype(object), none)
            found.append((chosen(bounds.applies, own, least), Affine.fixed(ends)))
        else:
            found.append((least, chosen(bounds.applies, own, most)))
    return found


def _same(at: int, rate: int, size: int) -> Affine:
    return Affine(np.full(size, at, dtype=object), np.full(size, rate, dtype=object))


def _bound_rates(task: Task, key: str, parameter: Parameter, pot: int) -> BigIntegers:
    """Return how fast a rule's bound on each recipient moves (n,)."""
    applies = task.rows.bounds[key].applies
    if parameter.rule == key:
        return np.where(applies, 1, 0).astype(object)
    rule = task.loaded.scenario.rules[key]
    if not pot:
        return np.zeros(len(applies), dtype=object)
    return np.where(applies, _pot_rates(task, rule), 0).astype(object)


def _pot_rates(task: Task, rule: RuleBase) -> BigIntegers:
    """Return a bound's fen per fen of the pot (n,)."""
    size = len(task.loaded.frame)
    if isinstance(rule, BoundRule) and rule.share_of_pot is not None:
        return np.full(size, Fraction(rule.share_of_pot), dtype=object)
    if isinstance(rule, BoundRule) and rule.share_of_equal_split is not None:
        split = rule.share_of_equal_split
        units = task.loaded.frame.numbers(split.by)[0].fractions()
        return np.asarray(units * split.share / sum(units.tolist(), Fraction(0)), dtype=object)
    if _cuts_entitlement(rule):
        return np.array([claim / task.pot for claim in task.entitlement.fen()], dtype=object)
    return np.zeros(size, dtype=object)


def _row_rates(
    task: Task, group: RowGroup, program: LinearProgram, parameter: Parameter, pot: int
) -> tuple[BigIntegers, BigIntegers]:
    """Return how fast the rows of one group move: lower and upper bounds."""
    size = group.stop - group.start
    low, high = np.zeros(size, dtype=object), np.zeros(size, dtype=object)
    rule = task.loaded.scenario.rules.get(group.name)
    if group.name == POT:
        low[:], high[:] = pot, pot
    elif group.name == UPPER and parameter.kind == UNIT:
        low[parameter.row], high[parameter.row] = 1, 1
    elif isinstance(rule, GroupShare):
        if parameter.rule == group.name:
            low[parameter.row] += parameter.kind == LEAST
            high[parameter.row] += parameter.kind == MOST
    elif isinstance(rule, RankStep) and parameter.rule == group.name:
        low[:] = _step_rates(program, np.arange(group.start, group.stop))
    elif rule is not None and group.name in task.rows.bounds:
        bounds = task.rows.bounds[group.name]
        rates = _bound_rates(task, group.name, parameter, pot)[np.flatnonzero(bounds.applies)]
        (low if bounds.floor else high)[:] = rates
    return low, high


def _step_rates(program: LinearProgram, rows: Integers) -> BigIntegers:
    """Return the rates of a step's rows: those that ask for a step above the tier below."""
    rates = np.zeros(len(rows), dtype=object)
    for index, row in enumerate(rows.tolist()):
        last = program.indptr[row + 1] - 1
        # The helper stands last; it has a positive coefficient where it lies above the lower tier.
        rates[index] = max(0, int(program.data[last]))
    return rates

"""From exact amounts to whole quanta, checked in integers; and what each rule did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import ConflictError, FaultError, InputError, Problem
from allocation.money import format_amount
from allocation.policy.rows import POT, UPPER
from allocation_models.apportionment import NoApportionmentError, apportion
from allocation_models.fair_share import close_bounds
from allocation_models.program import NO_BOUND, LinearProgram
from allocation_models.quanta import in_quanta
from allocation_models.rounding import NoRoundingError, controlled_rounding

if TYPE_CHECKING:
    from allocation.policy.bounds import BoundsOf
    from allocation.policy.kinds import Rule
    from allocation.sharing import Shares
    from allocation.task import Task
    from allocation_models.program import Integers, Mask
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule did.

    Parameters
    ----------
    binds
        True if some recipient's amount is held by it.
    broken_by
        Fen by which a soft rule is not met (0: it holds).
    recipients
        Shape (n,): whom it binds.
    """

    key: str
    kind: str
    name: str
    name_en: str
    source: str
    priority: int | None
    binds: bool
    broken_by: int
    recipients: Mask


@dataclass(frozen=True)
class Whole:
    """Whole amounts: ``cells`` (n, p) and ``columns`` (with helpers), fen; and what to say."""

    cells: Integers
    columns: Integers
    warnings: tuple[Problem, ...]


def to_whole(task: Task, shares: Shares, solver: Solver) -> Whole:
    """Return the amounts in whole quanta.

    Raises
    ------
    ConflictError
        If no whole quanta meet the rules.
    InputError
        If the rounding method does not fit the rules.
    FaultError
        If the check in whole numbers fails (law 8).
    """
    rounding = task.loaded.scenario.rounding
    program = close_bounds(
        shares.program, task.targets, task.rows.helpers, quantum=rounding.quantum
    )
    if rounding.method == "largest_remainder":
        columns = _controlled(task, program, shares, solver)
    elif rounding.method == "per_unit":
        columns = _per_unit(task, shares)
        # A pot of one recipient must not become its floor.
        program = _pot_as_ceiling(shares.program)
    else:
        columns = _apportioned(task, program, shares)
    _check(task, program, columns)
    cells = columns[: task.cells.count].reshape(task.cells.allowed.shape)
    return Whole(cells, columns, tuple(_moved_far(task, shares, columns)))


def _quantum_error(task: Task) -> ConflictError:
    words = {"quantum": format_amount(task.loaded.scenario.rounding.quantum, "元")}
    return ConflictError([Problem("L2-no-rounding", task.loaded.place("rounding"), words)])


def _controlled(task: Task, program: LinearProgram, shares: Shares, solver: Solver) -> Integers:
    """Round by largest remainder, every row held."""
    quantum = task.loaded.scenario.rounding.quantum
    purposes = len(task.cells.totals)
    order = (task.order[:, None] * purposes + np.arange(purposes)).ravel()
    helpers = task.rows.helpers
    order = np.concatenate([order, len(order) + np.arange(int(helpers.sum()))])
    try:
        quanta = controlled_rounding(
            program,
            shares.numerator,
            shares.denominator,
            quantum,
            order,
            ~helpers,
            solver,
            shares.tree,
        )
    except NoRoundingError:
        raise _quantum_error(task) from None
    return quanta * quantum


def _apportioned(task: Task, program: LinearProgram, shares: Shares) -> Integers:
    """Round by a divisor method or the quota method within each pool of one scale factor."""
    rounding = task.loaded.scenario.rounding
    place = task.loaded.place("rounding", "method")
    if shares.pools is None or len(task.cells.totals) > 1:
        raise InputError([Problem("L6-method-needs-nesting", place, {"found": rounding.method})])
    bounds = in_quanta(program, rounding.quantum)
    exact = np.array(shares.exact(task.cells.count), dtype=object)
    quanta = np.zeros(task.cells.count, dtype=np.int64)
    for pool in np.unique(shares.pools).tolist():
        who = np.flatnonzero(shares.pools == pool)
        total = sum(exact[who].tolist(), Fraction(0)) / rounding.quantum
        if total.denominator != 1:
            raise _quantum_error(task)
        try:
            quanta[who] = apportion(
                int(total),
                task.targets[who],
                bounds.lower[who],
                bounds.upper[who],
                task.order[who],
                rounding.method,  # type: ignore[arg-type]  # largest_remainder, per_unit: elsewhere
            )
        except NoApportionmentError:
            raise _quantum_error(task) from None
    return quanta * rounding.quantum


def _per_unit(task: Task, shares: Shares) -> Integers:
    """Round each amount per unit of a column down to the quantum; the rest stays unspent."""
    rounding = task.loaded.scenario.rounding
    units, problems = task.loaded.frame.numbers(rounding.column)
    place = task.loaded.place("rounding", "column")
    if not problems and np.any((units.values <= 0) | units.missing):
        problems = [Problem("L6-units-not-positive", place, {"found": rounding.column})]
    if problems or units.scale != 1:
        words = {"found": rounding.column}
        raise InputError(problems or [Problem("L6-units-not-positive", place, words)])
    purposes = len(task.cells.totals)
    units_of_cell = np.repeat(units.values, purposes)
    count = task.cells.count
    top, bottom = shares.numerator[:count], shares.denominator[:count]
    rate = top // (bottom * units_of_cell * rounding.quantum)
    return np.asarray(rate * units_of_cell * rounding.quantum, dtype=np.int64)


def _pot_as_ceiling(program: LinearProgram) -> LinearProgram:
    """Return the program with its totals as upper bounds only."""
    lower = program.row_lower.copy()
    for group in program.groups:
        if group.name in (POT, UPPER):
            lower[group.start : group.stop] = -NO_BOUND
    return replace(program, row_lower=lower)


def _check(task: Task, program: LinearProgram, columns: Integers) -> None:
    """Check every bound and every whole row in integers; helpers included where there are any."""
    if len(columns) < program.columns:
        raise FaultError([Problem("L8-unproven", words={"found": "columns"})])
    rows, wrong = program.broken(columns)
    rows = rows[program.whole_rows[rows]]
    if len(rows) or len(wrong):
        if task.loaded.scenario.rounding.method != "largest_remainder":
            raise _quantum_error(task)
        names = "、".join(program.group_names(rows)) or "bounds"
        raise FaultError([Problem("L8-check-failed", words={"found": names})])


def _moved_far(task: Task, shares: Shares, columns: Integers) -> list[Problem]:
    """Return a warning for every amount that rounding moved by a quantum or more."""
    rounding = task.loaded.scenario.rounding
    if rounding.method != "largest_remainder":
        return []
    count = task.cells.count
    top, bottom = shares.numerator[:count], shares.denominator[:count]
    gap = np.abs(columns[:count].astype(object) * bottom - top)
    far = np.flatnonzero((gap >= bottom * rounding.quantum).astype(bool))
    names = task.loaded.frame.names
    purposes = len(task.cells.totals)
    return [
        Problem(
            "L2-moved-more",
            words={
                "found": names[cell // purposes],
                "before": format_amount(int(top[cell] // bottom[cell])),
                "after": format_amount(int(columns[cell])),
            },
            warning=True,
        )
        for cell in far.tolist()
    ]


# ---- what each rule did -------------------------------------------------------------------------


def outcomes(task: Task, shares: Shares, whole: Whole) -> tuple[RuleOutcome, ...]:
    """Return what each rule of the scenario did: whom it binds, and by how much it is broken."""
    exact = np.array(shares.exact(task.cells.count), dtype=object)
    recipient = exact.reshape(task.cells.allowed.shape).sum(axis=1)
    amounts = whole.cells.sum(axis=1)
    tight = tight_recipients(task, shares)
    result = []
    for key, rule in task.loaded.scenario.rules.items():
        bounds = task.rows.bounds.get(key)
        if bounds is None:
            held, broken = tight.get(key, np.zeros(len(amounts), dtype=bool)), 0
        else:
            if rule.kind == "zero_or_at_least":
                bounds = replace(bounds, applies=bounds.applies & (amounts > 0))
            held = bounds.applies & (recipient == bounds.amount)
            held |= _moved_before(task, rule, bounds, amounts)
            # A rule about single recipients may hold one of their cells.
            held |= tight.get(key, np.zeros(len(amounts), dtype=bool))
            broken = _shortfall(bounds, amounts)
        broken += _broken_rows(task, key, whole.columns)
        result.append(_outcome(key, rule, held.astype(bool), broken))
    return tuple(result)


def _moved_before(task: Task, rule: Rule, bounds: BoundsOf, amounts: Integers) -> Mask:
    """Return whom a rule moves before the rest is shared: by an award, or by leaving them out."""
    if rule.kind == "top_award":
        return bounds.applies
    if rule.kind != "zero_or_at_least":
        return np.zeros(len(amounts), dtype=bool)
    entitled = (task.entitlement.numerator > 0).astype(bool)
    left_out: Mask = task.loaded.frame.members(rule.where, rule.exempt) & entitled & (amounts == 0)
    return left_out


def _outcome(key: str, rule: object, held: Mask, broken: int) -> RuleOutcome:
    from allocation.policy.kinds import RuleBase

    assert isinstance(rule, RuleBase)
    return RuleOutcome(
        key=key,
        kind=getattr(rule, "kind", ""),
        name=rule.name or key,
        name_en=rule.name_en or rule.name or key,
        source=rule.source,
        priority=rule.priority,
        binds=bool(held.any()),
        broken_by=broken,
        recipients=held,
    )


def _shortfall(bounds: BoundsOf, amounts: Integers) -> int:
    gap = bounds.amount - amounts if bounds.floor else amounts - bounds.amount
    return int(np.maximum(gap, 0)[bounds.applies].sum())


def tight_recipients(task: Task, shares: Shares) -> dict[str, Mask]:
    """Return, by rule, the recipients in a row of it that is tight at the exact amounts."""
    from allocation_models.fair_share import fractions_of

    program, count = task.rows.program, len(task.loaded.frame)
    purposes = len(task.cells.totals)
    sums = program.activity(fractions_of(shares.numerator, shares.denominator))
    tight = shares.tight & ((sums == program.row_lower) | (sums == program.row_upper))
    found: dict[str, Mask] = {}
    for group in program.groups:
        rows = group.start + np.flatnonzero(tight[group.start : group.stop])
        entries = np.isin(program.row_of_entry, rows) & (program.indices < count * purposes)
        held = found.setdefault(group.name, np.zeros(count, dtype=bool))
        held[program.indices[entries] // purposes] = True
    return found


def _broken_rows(task: Task, key: str, columns: Integers) -> int:
    """Return by how many fen the soft rows of a rule on groups are broken in all."""
    program = task.rows.program
    groups = [group for group in program.groups if group.name == key]
    if not groups or key in task.rows.bounds:
        return 0
    sums = program.activity(columns)
    below = np.where(program.row_lower > -NO_BOUND, program.row_lower - sums, 0)
    above = np.where(program.row_upper < NO_BOUND, sums - program.row_upper, 0)
    gap = np.maximum(np.maximum(below, above), 0)
    scale = program.row_scale
    soft = task.rows.priority > 0
    return int(
        sum(
            (gap[g.start : g.stop] / scale[g.start : g.stop])[soft[g.start : g.stop]].sum()
            for g in groups
        )
    )

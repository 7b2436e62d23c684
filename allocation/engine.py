"""The main road: scenario → entitlement → rules → shares → exact amounts, proven.

``allocate`` is what ``bokuan run`` and ``allocation.allocate`` call. The amounts are exact, rounded
by a stated order, and checked in whole numbers (laws 2, 6–8) before anyone sees them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import awards_exceed, conflict_error
from allocation.errors import FaultError, Problem, raise_if_any
from allocation.money import format_amount
from allocation.result import Allocation, Heading, PurposeColumn, Solved
from allocation.run_record import record_of
from allocation.scenario import Loaded, load
from allocation.sharing import Shares, share_out
from allocation.task import Task, prepare
from allocation.whole import Whole, outcomes, to_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allocation_models.solvers import Solver

DEFAULT_SOLVER = "highs"
#: The solver of the second opinion: bundled with PuLP, and no kin of HiGHS.
REFEREE = "PULP_CBC_CMD"


def allocate(
    reference: str | Loaded,
    *,
    sets: Sequence[str] = (),
    objective: str | None = None,
    solver: str = DEFAULT_SOLVER,
    quantum: str | None = None,
) -> Allocation:
    """Allocate a scenario's pot.

    Parameters
    ----------
    reference
        A shipped scenario or a TOML file, with ``@CHANGE`` to apply a what-if or override; or a
        scenario already loaded.
    sets
        ``KEY=VALUE`` changes, which win over everything in the file (law 4).
    objective
        ``fair`` or ``benefit``; default: the scenario's.
    solver
        ``highs``, ``highs-ipm``, ``scipy``, or a name PuLP knows. The amounts do not depend on it
        (law 6).
    quantum
        Amount with unit, e.g. ``"1元"``; default: the scenario's.

    Raises
    ------
    InputError
        With every problem of the scenario, its data or the arguments.
    ConflictError
        If the rules cannot all hold.
    FaultError
        If nothing was proven, or a check of ours failed.
    """
    loaded = (
        reference
        if isinstance(reference, Loaded)
        else loaded_with(reference, sets, objective, quantum)
    )
    return allocate_task(task_of(loaded), solver_named(solver), solver)


def loaded_with(
    reference: str,
    sets: Sequence[str] = (),
    objective: str | None = None,
    quantum: str | None = None,
) -> Loaded:
    """Return the scenario with the call's changes applied; the arguments count as changes too."""
    extra = [f"objective.kind={objective}"] if objective else []
    extra += [f"rounding.quantum={quantum}"] if quantum else []
    return load(reference, sets=[*sets, *extra], may_repeat=bool(extra))


def task_of(loaded: Loaded, below: frozenset[Path] = frozenset()) -> Task:
    """Return the task of a scenario; raise every problem found in it and its data.

    Awards over the pot are a conflict before anything is shared: they would leave entitlements
    below zero. ``below`` holds the scenarios whose upper level this one is.
    """
    return _within_pot(whole_task_of(loaded, below))


def whole_task_of(loaded: Loaded, below: frozenset[Path] = frozenset()) -> Task:
    """Return the task of a scenario, whether or not its awards exceed the pot."""
    totals, kept, above = upper_totals(loaded, below)
    if above is not None:
        loaded = loaded.with_inputs_of(above)
    task = _sound(loaded, totals)
    return replace(task, warnings=(*loaded.warnings, *task.warnings, *kept))


def prepared(loaded: Loaded, totals: Mapping[str, int]) -> Task:
    """Return the task of a scenario whose units' totals are known; raise every problem.

    ``totals`` is fen by unit, empty without an upper level.
    """
    return _within_pot(_sound(loaded, totals))


def _within_pot(task: Task) -> Task:
    """Return the task; raise if its awards exceed the pot."""
    if awards_exceed(task):
        raise conflict_error(task, solver_named(DEFAULT_SOLVER))
    return task


def _sound(loaded: Loaded, totals: Mapping[str, int]) -> Task:
    """Return the task of a scenario; raise every problem found in it and its data."""
    task, problems = prepare(loaded, totals)
    raise_if_any(problems)
    assert task is not None, "no task has problems"
    return replace(task, warnings=tuple(problem for problem in problems if problem.warning))


def upper_totals(
    loaded: Loaded, below: frozenset[Path] = frozenset(), *, pot: int | None = None
) -> tuple[dict[str, int], list[Problem], Loaded | None]:
    """Return each unit's total from the upper level, what stays with units, and that scenario.

    ``pot`` stands for the upper scenario's own pot, fen: what a what-if on the pot asks.
    """
    upper = loaded.scenario.upper
    if upper is None:
        return {}, [], None
    passed = below | {loaded.path.resolve()}
    place = loaded.place("upper", "scenario")
    higher = load(upper.scenario, beside=loaded.path.parent)
    if pot is not None:
        higher = higher.with_pot(pot)
    if higher.path.resolve() in passed:
        raise_if_any([Problem("L1-upper-circle", place, {"found": upper.scenario})])
    task = task_of(higher, passed)
    above = allocate_task(task, solver_named(DEFAULT_SOLVER), DEFAULT_SOLVER)
    amounts = dict(zip(above.recipients.ids, above.amounts.tolist(), strict=True))
    if above.heading.pot != loaded.scenario.pot.amount:
        pots = loaded.scenario.pot.amount, above.heading.pot
        words = dict(zip(("found", "allowed"), map(format_amount, pots), strict=True))
        raise_if_any([Problem("L2-upper-pot", place, words)])
    present = set(loaded.frame.attribute("unit"))
    strangers = sorted(present - set(amounts))
    raise_if_any([Problem("L1-not-in-upper", place, {"found": unit}) for unit in strangers])
    names = dict(zip(above.recipients.ids, above.recipients.names, strict=True))
    kept = [
        Problem(
            "L2-kept-at-unit",
            place,
            {"found": names[unit], "amount": format_amount(fen)},
            warning=True,
        )
        for unit, fen in amounts.items()
        if fen and unit not in present
    ]
    totals = {unit: fen for unit, fen in amounts.items() if unit in present}
    return totals, kept, task.loaded


def solver_named(name: str) -> Solver:
    """Return a solver by the name a user gives.

    Raises
    ------
    InputError
        If there is no such solver here.
    """
    from allocation_models.solvers import highs, pulp_gateway, scipy_gateway

    own = {
        "highs": highs.simplex,
        "highs-ipm": highs.interior_point,
        "scipy": scipy_gateway.scipy_solver,
    }
    if name in own:
        return own[name]
    try:
        return pulp_gateway.pulp_solver(name)
    except pulp_gateway.NoSuchSolverError:
        words = {"found": name, "allowed": "、".join([*own, *pulp_gateway.available()])}
        raise_if_any([Problem("L1-unknown-solver", words=words)])
        raise


def allocate_task(task: Task, solver: Solver, solver_name: str) -> Allocation:
    """Solve, round, check and describe a task."""
    return described(task, *solved(task, solver), solver_name)


def solved(task: Task, solver: Solver) -> tuple[Shares, Whole]:
    """Return a task's exact shares and whole amounts, proven and checked.

    Raises
    ------
    ConflictError
        If the rules cannot all hold, naming those that conflict.
    FaultError
        If nothing was proven, or a check of ours failed.
    """
    from allocation_models.blame import InfeasibleError

    try:
        return proven(task, solver)
    except InfeasibleError:
        raise conflict_error(task, solver) from None


def proven(task: Task, solver: Solver) -> tuple[Shares, Whole]:
    """Return a task's exact shares and whole amounts; nobody asks yet why there are none.

    Raises
    ------
    InfeasibleError
        If the hard rules cannot hold together.
    ConflictError, FaultError
        If no whole quanta meet the rules; if nothing was proven.
    """
    from allocation_models.solvers import UnprovenError

    try:
        shares = share_out(task, solver)
        return shares, to_whole(task, shares, solver)
    except (UnprovenError, ArithmeticError) as error:
        raise FaultError([Problem("L8-unproven", words={"found": str(error)})]) from error


def described(task: Task, shares: Shares, whole: Whole, solver_name: str) -> Allocation:
    """Return the allocation with its heading, rules and record."""
    scenario, frame = task.loaded.scenario, task.loaded.frame
    heading = Heading(
        scenario=task.loaded.name,
        title=scenario.title,
        title_en=scenario.title_en or scenario.title,
        level=scenario.level,
        year=scenario.year,
        illustrative=scenario.illustrative,
        pot=task.pot,
        pot_source=scenario.pot.source,
        quantum=scenario.rounding.quantum,
        rounding=scenario.rounding.method,
        unspent=task.pot - int(whole.cells.sum()),
    )
    purposes = tuple(
        PurposeColumn(key, purpose.name, purpose.name_en or purpose.name, purpose.amount)
        for key, purpose in scenario.purposes.items()
    )
    return Allocation(
        heading=heading,
        recipients=frame,
        purposes=purposes,
        cells=whole.cells,
        unrounded=shares.exact(task.cells.count),
        entitlements=task.entitlement.fen(),
        steps=task.entitlement.steps,
        rules=outcomes(task, shares, whole),
        method=shares.method,
        reason=f"report-reason-{shares.reason}",
        recorder=record_of,
        warnings=(*task.warnings, *whole.warnings),
        changes=task.loaded.changes,
        solved=Solved(task, shares, whole, solver_name),
    )


def cross_check(reference: str | Loaded, result: Allocation) -> None:
    """Solve again by the sequence of programs through PuLP and CBC, and compare to the fen.

    Raises
    ------
    FaultError
        If a single cell differs.
    """
    loaded = reference if isinstance(reference, Loaded) else load(reference)
    task = replace(task_of(loaded), direct=False)
    try:
        second = allocate_task(task, solver_named(REFEREE), REFEREE)
    except FaultError as error:
        words = {"found": REFEREE}
        raise FaultError([Problem("L6-no-second-opinion", words=words)]) from error
    differing = np.argwhere(second.cells != result.cells)
    if len(differing):
        names = "、".join(result.recipients.names[row] for row in np.unique(differing[:, 0])[:5])
        raise FaultError([Problem("L6-solvers-differ", words={"found": names})])

"""Scenarios whose rules conflict, and who can hold together: told without the product's own way."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
from generated import KINDS, write_scenario
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from allocation.conflict import Given
from allocation.policy.rows import POT, PURPOSES, UPPER
from allocation_models.program import NO_BOUND, RowGroup

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from allocation.task import Task

#: What is added to a generated scenario so that its rules conflict; ``mean`` is 万元 per recipient.
SQUEEZES = (
    lambda mean: f'kind = "floor"\namount = "{mean * 11 // 10}万元"',
    lambda mean: f'kind = "floor"\nshare_of_last_year = "{150 + mean % 50}%"',
    lambda mean: f'kind = "cap"\namount = "{mean * 9 // 10}万元"',
    lambda _: 'kind = "cap"\nper_unit = { column = "a", amount = "1000元" }',
    lambda _: 'kind = "group_share"\neach = "prov"\nmost = "15%"',
    lambda _: 'kind = "group_share"\neach = "prov"\nleast = "21%"',
    lambda _: 'kind = "group_share"\nwhere = { region = ["r0", "r2"] }\nleast = "99%"',
    lambda _: 'kind = "growth_cap"\ngrowth = "-60%"',
    lambda mean: f'kind = "cap"\nwhere = {{ rank = "2" }}\namount = "{mean // 4}万元"',
    lambda mean: f'kind = "rank_step"\ntiers = [2, 4]\nstep = "{mean * 5}万元"',
    lambda _: 'kind = "rank_step"\ntiers = [6]\nstep_share = "4000%"',
    lambda mean: f'kind = "top_award"\ntop = 4\namount = "{mean * 9}万元"',
    lambda mean: f'kind = "zero_or_at_least"\namount = "{mean * 6}万元"\nbelow = "drop"',
    lambda mean: f'kind = "zero_or_at_least"\namount = "{mean * 4}万元"\nbelow = "raise"',
    lambda _: 'kind = "exclude"\nwhere = { prov = ["p0", "p1", "p2", "p3"] }',
    lambda _: 'kind = "hold_harmless"\nshare = "180%"',
)


def write_conflict(folder: Path, seed: int) -> Path:
    """Write a generated scenario with one or two rules that squeeze it; return its path."""
    rng = random.Random(f"conflict-{seed}")
    path = write_scenario(folder, seed, rng.choice(KINDS), rng.choice(("1万元", "1元")))
    text = path.read_text(encoding="utf-8")
    count = (folder / "t.csv").read_text(encoding="utf-8").count("\n") - 1
    pot = int(text.partition('amount = "')[2].partition("万元")[0])
    squeezes = rng.sample(SQUEEZES, rng.randint(1, 2))
    rules = [
        f"[rules.squeeze{at}]\n{make(max(1, pot // count))}\n" for at, make in enumerate(squeezes)
    ]
    path.write_text("\n".join([text, *rules]), encoding="utf-8")
    return path


def can_hold(task: Task, members: Collection[object]) -> bool:
    """Tell whether rules (by key) and given things can all hold, by HiGHS on the whole program.

    Built from ``Rows.only``, and loosened where something given is left out.
    """
    keys = {member for member in members if isinstance(member, str)}
    rules, rows = task.loaded.scenario.rules, task.rows
    if Given.POT in members and sum(_award(task, key) for key in keys) > task.pot:
        return False
    program = rows.only(keys)
    low, high = program.row_lower.astype(float), program.row_upper.astype(float)
    low[program.row_lower <= -NO_BOUND], high[program.row_upper >= NO_BOUND] = -np.inf, np.inf
    least, most = program.column_lower.astype(float), program.column_upper.astype(float)
    # The pot stands in for "no cap".
    most[most >= task.pot] = np.inf
    if task.cells.purposes > 1:
        group = program.groups[-1]
        high[group.start : group.stop] = _most_of_recipients(task, members, group)
    _free_given(task, members, (low, high, most))
    soft = rows.priority > 0
    low[soft], high[soft] = -np.inf, np.inf
    single = task.cells.purposes == 1
    idle = (task.rows.idle & ~task.excluded) & single
    ratio = task.loaded.scenario.objective.min_ratio
    if Given.MIN_RATIO in members and ratio:
        claims = np.array([float(fen) for fen in task.entitlement.fen()])
        least[: len(claims)] = np.maximum(least[: len(claims)], float(ratio) * claims // 1)
    raising = [key for key in keys if getattr(rules[key], "below", "") == "raise"]
    fund = np.zeros(len(least))
    for key in raising:
        bounds = rows.bounds[key]
        fund[: len(idle)] = np.maximum(fund[: len(idle)], bounds.applies * bounds.amount)
    if Given.CLAIMS in members and single:
        lone = np.flatnonzero(np.diff(program.indptr) == 1)
        held = least.copy()
        np.maximum.at(held, program.indices[program.indptr[lone]], low[lone])
        at = np.flatnonzero(idle)
        most[at] = np.minimum(most[at], np.where(held[at] > 0, np.maximum(held[at], fund[at]), 0))
    return _solved(program, (low, high), (least, most), fund)


def _most_of_recipients(task: Task, members: Collection[object], group: RowGroup) -> np.ndarray:
    """Return the upper bounds of the rows that bound recipients in a two-way table."""
    program, limits = task.rows.program, task.rows.limits
    low, high = np.zeros(len(task.excluded)), np.full(len(task.excluded), np.inf)
    for key in [key for key in limits if key in members]:
        low = np.maximum(low, limits[key].lower)
        high = np.minimum(high, np.where(limits[key].upper < task.pot, limits[key].upper, np.inf))
    if Given.CLAIMS in members:
        held = task.rows.idle & ~task.excluded
        high = np.where(held, np.minimum(low, high), high)
    rows = np.arange(group.start, group.stop)
    return high[program.indices[program.indptr[rows]] // task.cells.purposes]


def _award(task: Task, key: str) -> int:
    bounds = task.rows.bounds.get(key)
    award = task.loaded.scenario.rules[key].kind == "top_award"
    return int(bounds.amount[bounds.applies].sum()) if award and bounds is not None else 0


def _free_given(task: Task, members: Collection[object], bounds: tuple[np.ndarray, ...]) -> None:
    low, high, most = bounds
    named = {POT: Given.POT, PURPOSES: Given.PURPOSES, UPPER: Given.UPPER}
    for group in task.rows.program.groups:
        if group.name in named and named[group.name] not in members:
            rows = slice(group.start, group.stop)
            low[rows], high[rows] = -np.inf, np.inf
    if Given.PURPOSES not in members and task.cells.purposes > 1:
        most[: task.cells.count] = np.inf


def _solved(
    program: object,
    rows: tuple[np.ndarray, np.ndarray],
    columns: tuple[np.ndarray, np.ndarray],
    fund: np.ndarray,
) -> bool:
    """Solve in units of a million fen; a switch for each column with a least amount."""
    unit, (least, most) = 1e6, columns
    if np.any(least > most):
        return False
    count, switched = len(least), np.flatnonzero(fund > 0)
    scale = np.abs(program.data.astype(float))
    starts = np.minimum(program.indptr[:-1], len(scale))
    largest = np.maximum.reduceat(np.append(scale, 1.0), starts)
    matrix = csr_array(
        (program.data.astype(float), program.indices, program.indptr), shape=(program.rows, count)
    )
    matrix = matrix.multiply(1 / largest[:, None]).tocsr()
    wide = csr_array(
        (matrix.data, matrix.indices, matrix.indptr), shape=(program.rows, count + len(switched))
    )
    constraints = [LinearConstraint(wide, rows[0] / unit / largest, rows[1] / unit / largest)]
    if len(switched):
        at = np.arange(len(switched))
        ones = np.ones(len(switched))
        shape = (len(switched), count + len(switched))
        pair = (np.concatenate([at, at]), np.concatenate([switched, count + at]))
        over = csr_array((np.concatenate([ones, -fund[switched] / unit]), pair), shape=shape)
        ends = np.where(np.isfinite(most[switched]), most[switched], 1e14)
        under = csr_array((np.concatenate([ones, -ends / unit]), pair), shape=shape)
        constraints += [LinearConstraint(over, 0, np.inf), LinearConstraint(under, -np.inf, 0)]
    whole = np.concatenate([np.zeros(count), np.ones(len(switched))])
    bounds = Bounds(
        np.concatenate([least / unit, np.zeros(len(switched))]),
        np.concatenate([most / unit, np.ones(len(switched))]),
    )
    answer = milp(np.zeros(len(whole)), constraints=constraints, bounds=bounds, integrality=whole)
    assert answer.status in (0, 2), answer.message
    return bool(answer.status == 0)

"""From a scenario's rules, holdings and use to what may move: the arrays of the mathematics.

Columns are the cells recipient × line of money. A rule is about what a recipient holds in all, so
its row runs over the lines. Committed and paid money is a floor of its own, the rule ``frozen``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.engine import prepared
from allocation.frame import TextColumn
from allocation.policy.bounds import Setting
from allocation.policy.cells import Cells
from allocation.policy.kinds import AlreadyIssued
from allocation.policy.rows import rows_of_rules
from allocation.scenario.schema import Objective
from allocation_models.program import NO_BOUND, LinearProgram, rows_of
from allocation_models.reallocation import Exchange, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.policy.rows import Rows
    from allocation.reallocation.holdings import Holdings
    from allocation.reallocation.use import Users
    from allocation.scenario import Loaded
    from allocation.task import Task
    from allocation_models.program import Integers, Mask

#: Key and column of the rule that keeps what is committed and paid.
FROZEN = "frozen"


@dataclass(frozen=True)
class Ground:
    """What a reallocation stands on.

    Parameters
    ----------
    task
        The scenario measured against the money held, all lines together: what conflicts are told
        by.
    rows
        Its rules over the cells recipient × line, fen.
    watched
        Rows of ``rows.program`` that are rules on several recipients or soft, without the totals.
    low, high
        Shape (n,), fen: bounds on what each holds by the hard rules.
    low_of, high_of
        Shape (n,): the key of the rule that makes each bound; empty where none does.
    closed
        Shape (n,): who is entitled to nothing and keeps its floor only.
    holdings
        As read.
    quantum
        Fen.
    """

    task: Task
    rows: Rows
    watched: Integers
    low: Integers
    high: Integers
    low_of: tuple[str, ...]
    high_of: tuple[str, ...]
    closed: Mask
    holdings: Holdings
    quantum: int


def ground_of(loaded: Loaded, holdings: Holdings, quantum: int | None) -> Ground:
    """Return the scenario's rules measured against what is held.

    Raises
    ------
    InputError
        With every problem of the scenario and its data.
    ConflictError
        If awards alone exceed what is held.
    """
    task = prepared(_measured(loaded, holdings), {})
    scenario, held = task.loaded.scenario, holdings.held
    cells = Cells(_allowed(loaded, holdings), held.sum(axis=0), ("",) * len(holdings.lines))
    setting = Setting(task.loaded.frame, task.pot, task.entitlement, task.excluded)
    rows, _ = rows_of_rules(scenario.rules, setting, cells, {})
    low, low_of, high, high_of = _own_bounds(rows, held.sum(axis=1), task.pot)
    groups = rows.program.groups
    first, last = (2, len(groups) - 1) if cells.purposes > 1 else (1, len(groups))
    watched = [np.arange(group.start, group.stop) for group in groups[first:last]]
    return Ground(
        task=task,
        rows=rows,
        watched=np.concatenate([np.zeros(0, dtype=np.int64), *watched]),
        low=low,
        high=high,
        low_of=low_of,
        high_of=high_of,
        closed=rows.idle & ~task.excluded,
        holdings=holdings,
        quantum=quantum or loaded.scenario.rounding.quantum,
    )


def _measured(loaded: Loaded, holdings: Holdings) -> Loaded:
    """Return the scenario whose pot is what is held, and whose only issue is what is frozen.

    Lines of money stand in the place of purposes; what the upper level gave is held already.
    """
    scenario, frame = loaded.scenario, loaded.frame
    kept = {
        key: rule for key, rule in scenario.rules.items() if not isinstance(rule, AlreadyIssued)
    }
    frozen = AlreadyIssued.model_validate(
        {
            "kind": "already_issued",
            "column": FROZEN,
            "name": "已承诺和已拨付的不动",
            "name_en": "committed and paid money stays",
        }
    )
    cells = tuple(str(fen) for fen in holdings.frozen.sum(axis=1).tolist())
    changes: dict[str, Any] = {
        "pot": scenario.pot.model_copy(update={"amount": holdings.total}),
        "rules": {**kept, FROZEN: frozen},
        "rounding": scenario.rounding.model_copy(
            update={"quantum": 1, "method": "largest_remainder", "column": ""}
        ),
        "objective": Objective.model_validate({}),
    }
    changes |= {"purposes": {}, "upper": None, "issued": None, "advance": None}
    text = dict(frame.text) | {FROZEN: TextColumn(cells, unit="分")}
    return replace(
        loaded,
        scenario=scenario.model_copy(update=changes),
        frame=replace(frame, text=text),
    )


def _allowed(loaded: Loaded, holdings: Holdings) -> Mask:
    """Return who may get money of each line (n, L): by the scenario's purpose of that name."""
    allowed = np.ones((len(loaded.frame), len(holdings.lines)), dtype=bool)
    for key, purpose in loaded.scenario.purposes.items():
        for at, line in enumerate(holdings.lines):
            if line.purpose in (key, purpose.name):
                allowed[:, at] = loaded.frame.members(purpose.where)
    return allowed


def _own_bounds(
    rows: Rows, held: Integers, pot: int
) -> tuple[Integers, tuple[str, ...], Integers, tuple[str, ...]]:
    """Return the bounds of the hard rules on what each holds, and the rule that makes each.

    Who is funded stays funded: where a least amount asks for a choice, it was made.
    """
    low, high = np.zeros(len(held), dtype=np.int64), np.full(len(held), pot)
    low_of, high_of = np.full(len(held), "", dtype=object), np.full(len(held), "", dtype=object)
    for key, limits in rows.limits.items():
        higher, lower = limits.lower > low, limits.upper < high
        low_of[higher], high_of[lower] = key, key
        low, high = np.maximum(low, limits.lower), np.minimum(high, limits.upper)
    chosen = rows.least > 0
    low = np.where(chosen & (held > 0), np.maximum(low, np.minimum(rows.least, held)), low)
    high = np.where(chosen & (held == 0), 0, high)
    return low, tuple(low_of.tolist()), high, tuple(high_of.tolist())


def exchange_of(ground: Ground, users: Users) -> Exchange:
    """Return what may move, in whole quanta; of the first scenario where use is uncertain."""
    held, quantum = ground.holdings.held, ground.quantum
    of_cell = users.of_cell.ravel()
    used = np.zeros(users.fen.shape[1], dtype=np.int64)
    np.add.at(used, of_cell, held.ravel())
    use = users.fen[0]
    count, lines = held.shape
    return Exchange(
        rules=rules_of(ground),
        cells=count * lines,
        pool=_pools(ground.holdings),
        user=of_cell,
        ends=parts_of(use, used, quantum),
        spare=np.maximum(used - use, 0) // quantum,
        order=(ground.task.order[:, None] * lines + np.arange(lines)).ravel(),
    )


def excess_of(ground: Ground, users: Users) -> Integers:
    """Return what each user holds beyond its use, whole quanta from above, shape (S, G)."""
    used = np.zeros(users.fen.shape[1], dtype=np.int64)
    np.add.at(used, users.of_cell.ravel(), ground.holdings.held.ravel())
    excess: Integers = -((users.fen - used) // ground.quantum)
    return excess


def _pools(holdings: Holdings) -> Integers:
    """Return the pool of each cell (n · L,): a line of money from one parent."""
    parents = np.unique(np.array(holdings.parents), return_inverse=True)[1]
    lines = len(holdings.lines)
    pool = (parents[:, None] * lines + np.arange(lines)).ravel()
    return np.asarray(np.unique(pool, return_inverse=True)[1], dtype=np.int64)


def rules_of(ground: Ground) -> LinearProgram:
    """Return the rules as rows on moves in whole quanta: what a recipient may hold, and the rest.

    A soft row, or one that holds before rounding only, may get no worse than it is.
    """
    count, lines = ground.holdings.held.shape
    kept = rows_of(ground.rows.program, ground.watched)
    lower, upper = _row_bounds(ground, kept)
    own = np.arange(count)
    low, high = own_quanta(ground)
    sizes = np.diff(kept.indptr)
    columns = np.concatenate([kept.indices, np.arange(count * lines)])
    idle = -(ground.holdings.idle // ground.quantum).ravel()
    helpers = kept.columns - count * lines
    free = np.full(helpers, NO_BOUND)
    most = np.where(ground.rows.cells.allowed.ravel(), NO_BOUND, 0)
    sizes = np.concatenate([sizes, np.full(len(own), lines)])
    return LinearProgram(
        indptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        indices=columns,
        data=np.concatenate([kept.data, np.ones(count * lines, dtype=np.int64)]),
        row_lower=np.concatenate([lower, low]),
        row_upper=np.concatenate([upper, high]),
        column_lower=np.concatenate([idle, -free]),
        column_upper=np.concatenate([most, free]),
    )


def own_quanta(ground: Ground) -> tuple[Integers, Integers]:
    """Return by how many quanta less and more each recipient may hold, shapes (n,)."""
    held = ground.holdings.held.sum(axis=1)
    low = -((held - ground.low) // ground.quantum)
    high = (ground.high - held) // ground.quantum
    return low, np.where(ground.closed, np.minimum(low, high), high)


def _row_bounds(ground: Ground, kept: LinearProgram) -> tuple[Integers, Integers]:
    """Return the bounds of the watched rows on moves, in quanta, drawn inwards."""
    helpers = np.zeros(kept.columns - ground.rows.cells.count, dtype=np.int64)
    now = kept.activity(np.concatenate([ground.holdings.held.ravel(), helpers])).astype(object)
    lower = [_up(b, s, ground.quantum) for b, s in _pairs(kept.row_lower, now)]
    upper = [-_up(-b, -s, ground.quantum) for b, s in _pairs(kept.row_upper, now)]
    below, above = np.array(lower, dtype=np.int64), np.array(upper, dtype=np.int64)
    soft = (ground.rows.priority > 0) | ~ground.rows.program.whole_rows
    soft = soft[ground.watched]
    if len(helpers):
        served = np.zeros(kept.rows, dtype=bool)
        served[kept.row_of_entry[kept.indices >= ground.rows.cells.count]] = True
        below = np.where(soft & served, -NO_BOUND, below)
        above = np.where(soft & served, NO_BOUND, above)
    return np.where(soft, np.minimum(below, 0), below), np.where(soft, np.maximum(above, 0), above)


def _pairs(bound: Integers, now: Integers) -> Sequence[tuple[int, int]]:
    return list(zip(bound.tolist(), now.tolist(), strict=True))


def _up(bound: int, now: int, quantum: int) -> int:
    """Return (bound - now) in quanta, rounded up; no bound stays none."""
    return bound if abs(bound) >= NO_BOUND else -((now - bound) // quantum)

"""Many nested programs at once against each of them alone: whatever is certain is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from allocation_models.batch_pins import BatchPins, find_pins
from allocation_models.batch_rounding import batch_rounding
from allocation_models.batch_share import batch_shares
from allocation_models.blame import InfeasibleError
from allocation_models.fair_share import close_bounds, fair_share
from allocation_models.laminar import nest
from allocation_models.nested_batch import UNIT_ERROR, Layout, NestedBatch
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack
from allocation_models.rounding import NoRoundingError, controlled_rounding
from allocation_models.solvers.highs import simplex

Random = np.random.Generator
Campaign = Callable[..., int]
CASES = 8


def groups_of(random: Random, count: int) -> list[list[int]]:
    """Return everybody, then groups within groups of two at least."""
    groups, waiting = [list(range(count))], [random.permutation(count).tolist()]
    while waiting:
        group = waiting.pop()
        if len(group) < 4:
            continue
        cut = int(random.integers(2, len(group) - 1))
        for part in (group[:cut], group[cut:]):
            groups += [part] if random.random() < 0.7 else []
            waiting.append(part)
    return groups


def around(random: Random, value: int, scale: int) -> tuple[int, int]:
    """Return bounds near a value; one may be absent, or both be the value itself."""
    kind = random.random()
    if kind < 0.1:
        return value, value
    low, high = (int(random.integers(0, max(2, value // 2 + scale))) for _ in range(2))
    return (-NO_BOUND if kind < 0.4 else value - low, NO_BOUND if kind > 0.7 else value + high)


def draw_programs(random: Random, scale: int, quantum: int) -> tuple[list[LinearProgram], Any]:
    """Return cases over the same groups, and their targets (c, n); a few of them conflict."""
    count = int(random.integers(2, 30))
    groups = groups_of(random, count)
    row = np.concatenate([np.full(len(group), at) for at, group in enumerate(groups)])
    kin = random.integers(0, count, count) if random.random() < 0.5 else np.arange(count)
    programs, targets = [], []
    for _ in range(CASES):
        point = random.integers(0, scale, count) * quantum
        pairs = [around(random, int(point[group].sum()), scale) for group in groups[1:]]
        total = int(point.sum()) + (quantum if random.random() < 0.1 else 0)
        low, high = np.array([(total, total), *pairs]).T
        block = Block("rows", row, np.concatenate(groups), np.ones(len(row), int), low, high)
        wide = [around(random, int(value), scale) for value in point]
        lower, upper = np.array(wide).T
        programs.append(stack([block], np.maximum(lower, 0), np.minimum(upper, total)))
        claims = random.integers(0 if random.random() < 0.2 else 1, 10**6, count)[kin]
        targets.append(claims.astype(object))
    return programs, (np.array(targets), kin)


def batch_of(programs: list[LinearProgram], targets: Any, kin: Any, place: Any) -> NestedBatch:
    nobody = np.zeros(programs[0].columns, dtype=bool)
    closed = [
        close_bounds(program, claims, nobody)
        for program, claims in zip(programs, targets, strict=True)
    ]
    trees = [nest(program).tree for program in closed]
    assert trees[0] is not None
    layout = Layout.of(trees[0])
    lower = np.stack([program.column_lower for program in programs])[:, layout.order]
    upper = np.stack([program.column_upper for program in programs])[:, layout.order]
    return NestedBatch(
        layout,
        targets.astype(np.float64)[:, layout.order],
        UNIT_ERROR,
        lower,
        upper,
        np.stack([tree.lower for tree in trees if tree]),
        np.stack([tree.upper for tree in trees if tree]),
        kin[layout.order],
        place[layout.order],
    )


def alone(program: LinearProgram, targets: Any, quantum: int, order: Any) -> Any:
    """Return the whole amounts of one program, None if there are none."""
    everyone = np.ones(program.columns, dtype=bool)
    try:
        exact = fair_share(program, targets)
        closed = close_bounds(program, targets, ~everyone, quantum=quantum)
        parts = exact.numerator, exact.denominator
        quanta = controlled_rounding(closed, *parts, quantum, order, everyone, simplex, exact.tree)
    except (InfeasibleError, NoRoundingError):
        return None
    return quanta * quantum


def together(batch: NestedBatch, quantum: int) -> tuple[Any, Any]:
    shares = batch_shares(batch, find_pins(batch))
    found, certain = batch_rounding(batch, shares, np.full(len(batch.target), quantum))
    return batch.layout.restored(found), certain


@pytest.mark.parametrize("scale", [5, 1000, 10**6])
def test_what_is_certain_is_what_each_alone_gives(scale: int, campaign: Campaign) -> None:
    proven = possible = 0
    for seed in range(campaign(small=40, full=1500)):
        random = np.random.default_rng([scale, seed])
        quantum = int(random.choice([1, 7, 100]))
        programs, (targets, kin) = draw_programs(random, scale, quantum)
        order = random.permutation(programs[0].columns)
        batch = batch_of(programs, targets, kin, order)
        found, certain = together(batch, quantum)
        for case, program in enumerate(programs):
            if certain[case]:
                wanted = alone(program, targets[case], quantum, order)
                assert wanted is not None, (seed, case)
                assert np.array_equal(found[case], wanted), (seed, case)
                proven += 1
            elif case == 0:
                possible += alone(program, targets[case], quantum, order) is not None
    assert proven > possible


def test_wrong_pins_are_not_certain() -> None:
    random = np.random.default_rng(0)
    tried = 0
    for seed in range(30):
        random = np.random.default_rng(seed)
        programs, (targets, kin) = draw_programs(random, 1000, 1)
        batch = batch_of(programs, targets, kin, np.arange(programs[0].columns))
        pins = find_pins(batch)
        certain = batch_shares(batch, pins).certain
        for column in range(batch.target.shape[1]):
            leaf = pins.leaf.copy()
            leaf[:, column] = np.where(leaf[:, column] == 0, 1, 0)
            other = batch_shares(batch, BatchPins(leaf, pins.node)).certain
            assert not (certain & other).any()
            tried += int(certain.sum())
    assert tried > 100


def test_equal_fractions_go_by_place_only_where_they_are_known_to_be_equal() -> None:
    row, total = np.zeros(3, dtype=np.int64), np.array([8])
    block = Block("pot", row, np.arange(3), np.ones(3, dtype=np.int64), total, total)
    program = stack([block], np.zeros(3, dtype=np.int64), np.full(3, 8))
    targets = np.array([[1, 1, 1]], dtype=object)
    batch = batch_of([program], targets, np.zeros(3, dtype=np.int64), np.array([2, 0, 1]))
    found, certain = together(batch, 1)
    assert certain.all()
    assert found.tolist() == [[2, 3, 3]]
    strangers = replace(batch, alike=np.arange(3))
    assert not together(strangers, 1)[1].any()


def test_targets_that_are_not_well_known_leave_cases_alone() -> None:
    random = np.random.default_rng(5)
    programs, (targets, kin) = draw_programs(random, 1000, 1)
    batch = batch_of(programs, targets, kin, np.arange(programs[0].columns))
    assert together(batch, 1)[1].any()
    assert not together(replace(batch, error=0.1), 1)[1].any()

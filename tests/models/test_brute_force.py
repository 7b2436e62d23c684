"""Fair shares against a reference that fixes one recipient after the other, in Fractions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from allocation_models.blame import InfeasibleError
from allocation_models.fair_share import Reason, fair_share, fractions_of
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack

Random = np.random.Generator
#: A row: coefficient by column, lower and upper bound (None: no bound).
Row = tuple[dict[int, int], int | None, int | None]
Maximum = Callable[..., Fraction | None]
Campaign = Callable[..., int]


def program_of(rows: list[Row], lower: list[int], upper: list[int]) -> LinearProgram:
    entries = [(r, c, value) for r, row in enumerate(rows) for c, value in row[0].items()]
    row, column, data = (np.array(part, dtype=np.int64) for part in zip(*entries, strict=True))
    least = [-NO_BOUND if low is None else low for _, low, _ in rows]
    most = [NO_BOUND if high is None else high for _, _, high in rows]
    block = Block("rows", row, column, data, np.array(least), np.array(most))
    return stack([block], np.array(lower), np.array(upper))


def inequalities(
    rows: list[Row], lower: list[int], upper: list[int]
) -> Iterator[tuple[list[int], int]]:
    """Yield every row and bound as (coefficients, limit): coefficients · x ≤ limit."""
    count = len(lower)
    bounds: list[Row] = [({i: 1}, lower[i], upper[i]) for i in range(count)]
    for coefficients, low, high in [*rows, *bounds]:
        line = [coefficients.get(i, 0) for i in range(count)]
        if high is not None:
            yield line, high
        if low is not None:
            yield [-value for value in line], -low


def reference(
    rows: list[Row], lower: list[int], upper: list[int], targets: list[int], maximum: Maximum
) -> list[Fraction] | None:
    """Return the lexicographic max-min of x / t, or None if nothing is feasible.

    The least level is raised as far as it goes; whoever cannot be above it alone is fixed there.
    """
    count = len(targets)
    alone = [(next(iter(c)), low) for c, low, _ in rows if list(c.values()) == [1]]
    fixed = {
        i: Fraction(max([lower[i], *(low for j, low in alone if j == i and low is not None)]))
        for i in range(count)
        if targets[i] == 0
    }
    while True:
        # The last variable is the level; whoever is not fixed is at or above it.
        lines = [([*line, 0], limit) for line, limit in inequalities(rows, lower, upper)]
        unit = np.eye(count + 1, dtype=np.int64).tolist()
        for i, amount in fixed.items():
            lines += [(unit[i], amount), ([-value for value in unit[i]], -amount)]
        waiting = [i for i in range(count) if i not in fixed]
        lines += [
            ([targets[i] if j == count else -unit[i][j] for j in range(count + 1)], 0)
            for i in waiting
        ]
        matrix, limits = [line for line, _ in lines], [limit for _, limit in lines]
        level = maximum(unit[count] if waiting else [0] * (count + 1), matrix, limits)
        if level is None:
            return None
        if not waiting:
            return [fixed[i] for i in range(count)]
        held = [*matrix, [-value for value in unit[count]]], [*limits, -level]
        stuck = [i for i in waiting if maximum(unit[i], *held) == level * targets[i]]
        assert stuck
        fixed |= {i: level * targets[i] for i in stuck}


def around(random: Random, value: int, *, tight: bool) -> tuple[int | None, int | None]:
    """Return bounds that hold ``value``; each may be absent, and is often exact if ``tight``."""
    low, high = (int(random.integers(0, 4 if tight else 30)) for _ in range(2))
    return (
        None if random.random() < 0.4 else max(0, value - low),
        None if random.random() < 0.4 else value + high,
    )


def bounds(random: Random, point: list[int]) -> tuple[list[int], list[int]]:
    """Return bounds of each recipient around a point."""
    pairs = [around(random, value, tight=False) for value in point]
    total = sum(point)
    return [low or 0 for low, _ in pairs], [total if high is None else high for _, high in pairs]


def targets_of(random: Random, count: int) -> list[int]:
    targets = random.integers(0 if random.random() < 0.2 else 1, 12, count).tolist()
    return targets if any(targets) else [1] * count


def nested_rows(random: Random, point: list[int]) -> list[Row]:
    """Return the total and the bounds of groups within groups."""
    rows: list[Row] = [(dict.fromkeys(range(len(point)), 1), sum(point), sum(point))]
    stacked = [random.permutation(len(point)).tolist()]
    while stacked:
        group = stacked.pop()
        if len(group) == 1:
            continue
        cut = int(random.integers(1, len(group)))
        for part in (group[:cut], group[cut:]):
            bound = around(random, sum(point[i] for i in part), tight=True)
            if bound != (None, None) and random.random() < 0.8:
                rows.append((dict.fromkeys(part, 1), *bound))
            stacked.append(part)
    return rows


def crossing_rows(random: Random, point: list[int]) -> list[Row]:
    """Return the total and groups that overlap."""
    rows: list[Row] = [(dict.fromkeys(range(len(point)), 1), sum(point), sum(point))]
    for _ in range(int(random.integers(1, 4))):
        group = np.flatnonzero(random.random(len(point)) < 0.6).tolist() or [0]
        bound = around(random, sum(point[i] for i in group), tight=True)
        rows.append((dict.fromkeys(group, 1), *bound))
    return rows


def rank_rows(random: Random, point: list[int]) -> list[Row]:
    """Return the total and a chain of ranks: never less, by a step, or by a ratio."""
    rows: list[Row] = [(dict.fromkeys(range(len(point)), 1), sum(point), sum(point))]
    order = sorted(range(len(point)), key=lambda i: -point[i])
    for better, worse in pairwise(order):
        gap = point[better] - point[worse]
        step = int(random.integers(0, gap + 1)) if random.random() < 0.5 else 0
        rows.append(({better: 1, worse: -1}, step, None))
        if random.random() < 0.3 and 2 * point[better] >= 3 * point[worse]:
            rows.append(({better: 2, worse: -3}, 0, None))
    return rows


def two_way_rows(random: Random, point: list[int]) -> list[Row]:
    """Return the totals of the columns and bounds on the rows of a table two columns wide."""
    rows: list[Row] = [(dict.fromkeys(range(len(point)), 1), sum(point), sum(point))]
    for side in (0, 1):
        cells = range(side, len(point), 2)
        total = sum(point[i] for i in cells)
        rows.append((dict.fromkeys(cells, 1), total, total))
    for start in range(0, len(point) - 1, 2):
        bound = around(random, point[start] + point[start + 1], tight=True)
        rows.append(({start: 1, start + 1: 1}, *bound))
    return rows


SHAPES = {
    "nested": (nested_rows, (2, 5)),
    "crossing": (crossing_rows, (3, 5)),
    "ranks": (rank_rows, (2, 5)),
    "two_way": (two_way_rows, (4, 5)),
}


def shares(program: LinearProgram, targets: list[int], *, direct: bool) -> tuple[Any, Any]:
    """Return exact amounts and the way they were found; None if the rows conflict."""
    try:
        found = fair_share(program, np.array(targets, dtype=object), direct=direct)
    except InfeasibleError:
        return None, None
    return fractions_of(found.numerator, found.denominator).tolist(), found.reason


@pytest.mark.parametrize("shape", SHAPES)
def test_both_methods_give_the_exact_max_min(
    shape: str, exact_maximum: Maximum, campaign: Campaign
) -> None:
    make, (fewest, most) = SHAPES[shape]
    ways, conflicts = set(), 0
    for seed in range(campaign(small=40, full=2400)):
        random = np.random.default_rng(seed)
        count = int(random.integers(fewest, most + 1))
        point = random.integers(0, 40, count).tolist()
        rows = make(random, point)
        if seed % 5 == 4:
            # Another total: the rows may now conflict.
            total = int(random.integers(0, 120))
            rows[0] = (rows[0][0], total, total)
        lower, upper = bounds(random, point)
        targets = targets_of(random, count)
        wanted = reference(rows, lower, upper, targets, exact_maximum)
        program = program_of(rows, lower, upper)
        by_default, reason = shares(program, targets, direct=True)
        by_sequence, _ = shares(program, targets, direct=False)
        assert by_default == wanted, f"seed {seed}, direct"
        assert by_sequence == wanted, f"seed {seed}, sequence"
        ways.add(reason)
        conflicts += wanted is None
    assert conflicts
    assert ways >= ({Reason.NESTED} if shape == "nested" else {Reason.OTHERS_SLACK})
    assert (ways - {None} == {Reason.NESTED}) == (shape == "nested")


def test_whoever_has_no_claim_keeps_the_floor_in_both_ways() -> None:
    # Two without a claim stand in the total and in a group that crosses another.
    rows: list[Row] = [({0: 1, 1: 1, 2: 1, 3: 1}, 100, 100), ({0: 1, 2: 1}, None, 40)]
    for extra in ([], [({0: 1, 1: 1}, None, 50)]):
        program = program_of([*rows, *extra], [0, 0, 7, 5], [100] * 4)
        wanted = [33, 55, 7, 5] if not extra else None
        for direct in (True, False):
            assert shares(program, [1, 1, 0, 0], direct=direct)[0] == wanted


def test_a_conflict_is_seen_where_bounds_alone_fix_everyone() -> None:
    program = program_of([({0: 1, 1: 1}, 36, 36), ({1: 1}, 13, 13)], [0, 0], [50, 36])
    for direct in (True, False):
        assert shares(program, [0, 8], direct=direct)[0] is None
    program = program_of([({0: 1, 1: 1}, 0, 0), ({0: 1, 1: -1}, 1, None)], [0, 0], [5, 5])
    for direct in (True, False):
        assert shares(program, [11, 5], direct=direct)[0] is None

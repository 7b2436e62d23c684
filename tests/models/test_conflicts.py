"""Conflicts on the tree and by the ray, and elastic programs, against SciPy and brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from allocation_models.blame import contradicts, find_conflict
from allocation_models.nested_conflict import nested_conflict
from allocation_models.program import NO_BOUND, Block, stack
from allocation_models.relaxation import (
    cheapest_moves,
    fewest_let_off,
    slopes_between,
)


def rows(name, sets, lower, upper, columns, signs=None):
    """Return rows over sets of columns."""
    row = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    column = np.array([c for s in sets for c in s], dtype=np.int64)
    ones = np.ones(len(column), dtype=np.int64) if signs is None else np.array(signs)
    assert column.max() < columns
    return Block(name, row, column, ones, np.array(lower), np.array(upper))


def nested_program(rng):
    """Return a pot, groups and halves of them, with bounds that often contradict each other."""
    count = int(rng.integers(3, 9))
    cut = int(rng.integers(1, count))
    sets = [list(range(cut)), list(range(cut, count)), list(range((cut + 1) // 2))]
    pot = int(rng.integers(0, 40))
    low = rng.integers(0, 25, len(sets))
    high = np.where(rng.random(len(sets)) < 0.4, NO_BOUND, low + rng.integers(-5, 20, len(sets)))
    least = rng.integers(0, 6, count)
    most = np.where(rng.random(count) < 0.3, NO_BOUND, least + rng.integers(-1, 8, count))
    blocks = [rows("pot", [list(range(count))], [pot], [pot], count)]
    blocks.append(rows("groups", sets, low, high, count))
    return stack(blocks, least, most)


def ranked_program(rng):
    """Return a nested program with comparisons on top."""
    program = nested_program(rng)
    count = program.columns
    pairs = [[at, at + 1] for at in range(count - 1)]
    every = (program.row_of_entry, program.indices, program.data)
    signs = [1, -1] * len(pairs)
    gaps = rng.integers(-1, 3, len(pairs))
    more = rows("order", pairs, gaps, np.full(len(pairs), NO_BOUND), count, signs)
    base = Block("base", *every, program.row_lower, program.row_upper)
    return stack([base, more], program.column_lower, program.column_upper)


def feasible(program):
    """Tell by SciPy whether a program can be met."""
    if np.any(program.column_lower > program.column_upper):
        return False
    matrix = np.zeros((program.rows, program.columns))
    matrix[program.row_of_entry, program.indices] = program.data
    low, high = program.row_lower > -NO_BOUND, program.row_upper < NO_BOUND
    ends = [None if end >= NO_BOUND else end for end in program.column_upper.tolist()]
    found = linprog(
        np.zeros(program.columns),
        A_ub=np.concatenate([-matrix[low], matrix[high]]),
        b_ub=np.concatenate([-program.row_lower[low], program.row_upper[high]]),
        bounds=list(zip(program.column_lower.tolist(), ends, strict=True)),
    )
    return found.status == 0


def test_the_tree_knows_every_conflict_of_nested_rules(campaign):
    rng, told = np.random.default_rng(1), 0
    for _ in range(campaign(small=300, full=5_000)):
        program = nested_program(rng)
        conflict, whole = nested_conflict(program)
        assert whole
        assert (conflict is None) == feasible(program)
        if conflict is not None:
            assert contradicts(program, conflict) or not len(conflict.rows)
            told += 1
    assert told > 50


def test_the_ray_is_a_proof_in_whole_numbers(campaign):
    rng, told = np.random.default_rng(2), 0
    for _ in range(campaign(small=200, full=3_000)):
        program = ranked_program(rng)
        conflict = find_conflict(program)
        assert (conflict is None) == feasible(program)
        if conflict is not None and len(conflict.rows):
            assert contradicts(program, conflict)
            told += 1
    assert told > 30


def test_a_proof_that_proves_nothing_is_none():
    program = stack([rows("pot", [[0, 1]], [10], [10], 2)], np.zeros(2), np.array([6, 6]))
    ray = find_conflict(
        stack([rows("pot", [[0, 1]], [10], [10], 2)], np.zeros(2), np.array([4, 4]))
    )
    assert ray is not None
    assert not contradicts(program, ray)


@pytest.mark.parametrize("pot", [50, 70, 99])
def test_the_least_move_scales_floors_to_the_pot(pot):
    floors = np.array([10, 20, 30, 40])

    def program(share):
        return stack(
            [
                rows("pot", [[0, 1, 2, 3]], [pot], [pot], 4),
                rows("floor", [[0], [1], [2], [3]], floors * share, np.full(4, NO_BOUND), 4),
            ],
            np.zeros(4),
            np.full(4, NO_BOUND),
        )

    slopes = slopes_between(program(1), program(0))
    found = cheapest_moves(program(1), [slopes], np.ones(1), np.ones(1))
    assert found == pytest.approx([1 - pot / 100])
    assert cheapest_moves(program(1), [slopes], np.ones(1), np.array([0.001])) is None


def test_the_cheapest_of_two_moves_is_taken():
    def program(floor, cap):
        return stack(
            [
                rows("pot", [[0, 1]], [10], [10], 2),
                rows("floor", [[0]], [floor], [NO_BOUND], 2),
                rows("cap", [[0]], [-NO_BOUND], [cap], 2),
            ],
            np.zeros(2),
            np.full(2, NO_BOUND),
        )

    start = program(8, 4)
    slopes = [slopes_between(start, program(0, 4)), slopes_between(start, program(8, 8))]
    ends = np.array([1.0, np.inf])
    assert cheapest_moves(start, slopes, np.array([1.0, 9.0]), ends) == pytest.approx([0.5, 0])
    assert cheapest_moves(start, slopes, np.array([9.0, 1.0]), ends) == pytest.approx([0, 1])


def test_no_move_between_programs_of_other_shape():
    one = stack([rows("a", [[0, 1]], [1], [1], 2)], np.zeros(2), np.ones(2))
    other = stack([rows("a", [[0]], [1], [1], 2)], np.zeros(2), np.ones(2))
    assert slopes_between(one, other) is None
    free = stack([rows("a", [[0, 1]], [1], [NO_BOUND], 2)], np.zeros(2), np.ones(2))
    assert slopes_between(one, free) is None


def test_the_fewest_let_off_against_brute_force(campaign):
    rng = np.random.default_rng(3)
    for _ in range(campaign(small=60, full=600)):
        count = int(rng.integers(3, 8))
        floors = rng.integers(1, 30, count)
        pot = int(rng.integers(1, floors.sum()))
        program = stack(
            [
                rows("pot", [list(range(count))], [pot], [pot], count),
                rows("floor", [[at] for at in range(count)], floors, [NO_BOUND] * count, count),
            ],
            np.zeros(count),
            np.full(count, NO_BOUND),
        )
        mine = np.arange(program.rows) > 0
        found = fewest_let_off(program, mine, np.ones(program.rows), pot)
        least = next(
            size
            for size in range(count + 1)
            for off in combinations(range(count), size)
            if floors.sum() - floors[list(off)].sum() <= pot
        )
        assert len(found) == least
        assert floors.sum() - floors[found - 1].sum() <= pot

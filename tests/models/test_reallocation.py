"""Reallocation against brute force, against another solver, and in closed form."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from reallocations import exchange

from allocation_models.blame import InfeasibleError
from allocation_models.program import NO_BOUND, Block, stack
from allocation_models.reallocation import Exchange, parts_of, reallocate, transfers
from allocation_models.solvers.highs import interior_point, simplex
from allocation_models.solvers.pulp_gateway import pulp_solver
from allocation_models.tail import (
    Uncertain,
    _Weigh,
    frontier,
    reallocate_uncertain,
    worst_mean,
)

AIMS = ["use", "moved", "fair", "few"]
CBC = pulp_solver("PULP_CBC_CMD")


def every_move(problem):
    """Yield every table of whole moves that keeps pools, bounds and rules."""
    lower, upper = problem.lower.tolist(), problem.upper.tolist()
    rules = problem.rules
    for moves in itertools.product(*(range(a, b + 1) for a, b in zip(lower, upper, strict=True))):
        table = np.array(moves, dtype=np.int64)
        if np.bincount(problem.pool, weights=table).any():
            continue
        sums = rules.activity(table) if rules.rows else np.zeros(0)
        if (sums >= rules.row_lower).all() and (sums <= rules.row_upper).all():
            yield table


def in_order(problem, moves):
    """Return what ties are decided by: who is touched, then who gets most, in the order."""
    ranked = moves[np.argsort(problem.order)]
    runs = [tuple((ranked[at : at + 16] != 0).tolist()) for at in range(0, len(ranked), 16)]
    return (*runs, tuple((-ranked).tolist()))


@pytest.mark.parametrize("lines", [1, 2])
def test_the_best_of_all_whole_moves(campaign, lines):
    moved = 0
    for seed in range(campaign(small=40, full=400)):
        problem = exchange(seed, n=3 if lines == 2 else 4, lines=lines, most=2 if lines == 2 else 3)
        best = min(
            every_move(problem),
            key=lambda m: (*(problem.value(aim, m) for aim in AIMS), *in_order(problem, m)),
        )
        found = reallocate(problem, AIMS, simplex)
        assert found.tolist() == best.tolist(), seed
        moved += bool(found.any())
    assert moved > 5


def test_the_same_on_every_solver(campaign):
    for seed in range(campaign(small=8, full=60)):
        problem = exchange(seed, n=9, lines=2, most=40)
        answers = [reallocate(problem, AIMS, solver) for solver in (simplex, interior_point, CBC)]
        assert all((answer == answers[0]).all() for answer in answers), seed


def test_without_rules_use_grows_by_what_is_spare_or_wanted(campaign):
    for seed in range(campaign(small=20, full=200)):
        rng = np.random.default_rng(seed)
        n = 12
        idle = rng.integers(0, 50, n)
        use, held = rng.integers(0, 200, n), idle + rng.integers(0, 100, n)
        spare = np.maximum(held - use, 0)
        problem = Exchange(
            stack([], -idle, np.full(n, NO_BOUND)),
            n,
            np.zeros(n, dtype=np.int64),
            np.arange(n),
            parts_of(use, held, 1),
            spare,
            np.arange(n),
        )
        moves = reallocate(problem, AIMS, simplex)
        gain = min(np.minimum(spare, idle).sum(), np.maximum(use - held, 0).sum())
        assert -problem.value("use", moves) == gain
        assert problem.value("moved", moves) == gain


def test_moves_need_at_most_one_transfer_fewer_than_are_touched(campaign):
    for seed in range(campaign(small=30, full=300)):
        problem = exchange(seed, n=8, lines=3, most=9)
        moves = reallocate(problem, AIMS, simplex)
        found = transfers(moves, problem.pool, problem.order)
        again = np.zeros_like(moves)
        for giver, getter, quanta in found:
            assert problem.pool[giver] == problem.pool[getter]
            assert quanta > 0
            again[giver] -= quanta
            again[getter] += quanta
        assert (again == moves).all()
        for pool in range(3):
            touched = np.count_nonzero(moves[problem.pool == pool])
            mine = [one for one in found if problem.pool[one[0]] == pool]
            assert len(mine) <= max(touched - 1, 0)


def test_rules_that_ask_for_more_than_is_idle_are_infeasible():
    rule = Block(
        "own", np.zeros(1, int), np.zeros(1, int), np.ones(1, int), np.array([9]), np.array([99])
    )
    start = exchange(1, n=3)
    problem = replace(start, rules=stack([rule], np.array([0, -1, -1]), np.full(3, NO_BOUND)))
    with pytest.raises(InfeasibleError):
        reallocate(problem, AIMS, simplex)


def uncertain(seed, n=3, scenarios=4, most=3, tail=Fraction(1, 2)):
    rng = np.random.default_rng(seed)
    problem = exchange(seed, n=n, lines=1, most=most)
    excess = rng.integers(-most, most + 1, (scenarios, n))
    return Uncertain(problem, excess, tail)


@pytest.mark.parametrize("tail", [Fraction(1, 2), Fraction(3, 8), Fraction(1)])
def test_the_least_expected_leftover_under_a_bound(campaign, tail):
    bound_binds = 0
    for seed in range(campaign(small=25, full=250)):
        problem = uncertain(seed, tail=tail)
        table = list(every_move(problem.exchange))
        worst = {tuple(m): worst_mean(problem.leftover(m), tail) for m in table}
        least = min(worst.values())
        free = reallocate_uncertain(problem, None, simplex)
        bound = int(-(-least // 1))
        found = reallocate_uncertain(problem, bound, simplex)
        inside = [m for m in table if worst[tuple(m)] <= bound]
        best = min(
            inside,
            key=lambda m: (
                problem.leftover(m).sum(),
                problem.exchange.value("moved", m),
                problem.exchange.value("few", m),
                *in_order(problem.exchange, m),
            ),
        )
        assert found.tolist() == best.tolist(), seed
        assert problem.leftover(free).sum() == min(problem.leftover(m).sum() for m in table)
        bound_binds += problem.leftover(found).sum() > problem.leftover(free).sum()
    assert bound_binds or tail != Fraction(1, 2)


def test_the_worst_mean_is_the_least_over_a_level():
    rng = np.random.default_rng(0)
    for _ in range(50):
        losses, tail = rng.integers(0, 20, 7), Fraction(int(rng.integers(1, 8)), 7)
        by_level = min(
            eta + sum(max(int(loss) - eta, 0) for loss in losses) / (tail * 7) for eta in range(21)
        )
        assert worst_mean(losses, tail) == by_level


def test_corners_are_optima_of_the_weighted_sum_by_another_solver(campaign):
    seen = 0
    for seed in range(campaign(small=5, full=40)):
        problem = uncertain(seed, n=6, scenarios=8, most=30, tail=Fraction(1, 4))
        corners, other = frontier(problem, simplex), _Weigh(problem, CBC)
        assert corners.complete
        points = np.column_stack([corners.expected, corners.tail])
        for first, second in itertools.pairwise(points):
            weights = np.array([first[1] - second[1], second[0] - first[0]])
            weights /= weights.max()
            least = weights @ other.best(*weights)
            assert np.allclose([weights @ first, weights @ second], least, atol=1e-4)
        for number in (0, 1):
            lone = [1.0, 0.0][:: 1 - 2 * number]
            assert np.isclose(points[-number][number], other.best(*lone)[number], atol=1e-4)
        assert (np.diff(corners.expected) > 0).all()
        assert (np.diff(corners.tail) < 0).all()
        slopes = np.diff(corners.tail) / np.diff(corners.expected)
        assert (np.diff(slopes) > 0).all(), "the frontier bends inwards"
        seen += len(corners.expected) > 2
        moves = reallocate_uncertain(problem, None, simplex)
        mean = problem.leftover(moves).mean()
        assert mean >= corners.expected[0] - 1e-6, "whole moves lie on or above it"
    assert seen

"""The trade-off's corners against exact solves on a grid, and its ends against the objectives."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from benefits import claims_of, program_of, value_of

from allocation_models.benefit import Benefit, benefit_share
from allocation_models.fair_share import fair_share, fractions_of
from allocation_models.frontier import frontier
from allocation_models.solvers import UnprovenError
from allocation_models.solvers.highs import interior_point, simplex
from allocation_models.solvers.scipy_gateway import scipy_solver

_GRID = 24


def drawn(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(4, 9))
    program, claims = program_of(rng, count), claims_of(rng, count)
    weights = np.array([Fraction(int(v), 10) for v in rng.integers(1, 30, count)], dtype=object)
    ends, slopes = (), (Fraction(1),)
    if seed % 2:
        ends, slopes = (Fraction(1, 2), Fraction(1)), (Fraction(1), Fraction(1, 2), Fraction(1, 5))
    return program, claims, Benefit(weights, ends, slopes, Fraction(0))


def last_ratio(program, claims):
    found = fair_share(program, claims.astype(object))
    amounts = fractions_of(found.numerator, found.denominator)
    return min(Fraction(x) / int(c) for x, c in zip(amounts, claims, strict=True))


def corners_of(program, claims, benefit, solver=simplex):
    exact = np.array([Fraction(int(c)) for c in claims], dtype=object)
    last = last_ratio(program, claims)
    targets = claims.astype(object)
    return frontier(program, claims, targets, benefit, exact, last, solver=solver)


def best(program, claims, benefit, ratio):
    asked = replace(benefit, least_ratio=ratio)
    found = benefit_share(program, claims, claims.astype(object), asked)
    return value_of(asked, claims, fractions_of(found.numerator, found.denominator))


def test_corners_against_a_grid_of_exact_solves(campaign):
    for seed in range(campaign(small=12, full=400)):
        program, claims, benefit = drawn(seed)
        corners = corners_of(program, claims, benefit)
        last = last_ratio(program, claims)
        assert (corners[0].ratio, corners[-1].ratio) == (0, last)
        # A run asks for whole fen: each claim's least amount is up to a fen above the exact one.
        slack = float(3 * benefit.weights.sum())
        for at in range(_GRID):
            ratio = last * at / _GRID
            low, high = next(p for p in pairwise(corners) if p[0].ratio <= ratio <= p[1].ratio)
            share = (ratio - low.ratio) / (high.ratio - low.ratio)
            line = low.value + (high.value - low.value) * share
            there = best(program, claims, benefit, ratio)
            assert -slack <= float(there - line) <= 1e-6, (seed, at)
        most = best(program, claims, benefit, Fraction(0))
        assert float(most) == pytest.approx(float(corners[0].value), rel=1e-12)


def test_corners_are_corners_and_the_line_falls_ever_faster(campaign):
    for seed in range(campaign(small=12, full=400)):
        slopes = [
            (two.value - one.value) / (two.ratio - one.ratio)
            for one, two in pairwise(corners_of(*drawn(seed)))
        ]
        assert all(second < first <= 0 for first, second in pairwise(slopes)), seed


@pytest.mark.parametrize("solver", [interior_point, scipy_solver])
def test_every_solver_finds_the_same_fractions(solver):
    for seed in range(6):
        asked = drawn(seed)
        assert corners_of(*asked, solver) == corners_of(*asked)


def test_two_recipients_by_hand():
    """Weights 3 and 1, claims 40 and 60 of 100, the first at most 80: corners at 1/3 and 1."""
    from allocation_models.program import Block, stack

    who, ones, pot = np.arange(2), np.ones(2, dtype=np.int64), np.array([100])
    program = stack([Block("pot", 0 * who, who, ones, pot, pot)], 0 * who, np.array([80, 100]))
    benefit = Benefit(
        np.array([Fraction(3), Fraction(1)], dtype=object), (), (Fraction(1),), Fraction(0)
    )
    found = corners_of(program, np.array([40, 60]), benefit)
    points = [(corner.ratio, corner.value) for corner in found]
    assert points == [(0, 260), (Fraction(1, 3), 260), (1, 180)]


def test_a_solver_that_lies_is_found_out():
    class Lying:
        precision = 1e-9

        def __init__(self, program):
            self.inner = simplex(program)

        def column_bounds(self, *words):
            self.inner.column_bounds(*words)

        def solve(self):
            found = self.inner.solve()
            return replace(found, row_dual=found.row_dual * 1.25)

    with pytest.raises(UnprovenError):
        corners_of(*drawn(0), Lying)

"""Benefit and soft rows against an independent linear program (scipy)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from benefits import POT, claims_of, program_of, value_of
from scipy.optimize import linprog

from allocation_models.benefit import Benefit, benefit_share
from allocation_models.blame import InfeasibleError
from allocation_models.fair_share import fair_share, fractions_of
from allocation_models.program import NO_BOUND, Block, stack
from allocation_models.soft import soften
from allocation_models.solvers.highs import interior_point, simplex


def dense(program):
    """The rows as a plain array."""
    rows = np.zeros((program.rows, program.columns))
    rows[program.row_of_entry, program.indices] = program.data
    return rows


def best_value(program, benefit, claims):
    """The optimum by scipy: one column per recipient and segment."""
    count, segments = len(claims), len(benefit.slopes)
    lengths = []
    for claim in claims.tolist():
        edges = [0, *(claim * end.numerator // end.denominator for end in benefit.ends)]
        lengths += [*np.diff(edges), None]
    spread = np.kron(np.eye(count), np.ones((1, segments)))
    rows = dense(program) @ spread
    upper = np.concatenate([program.row_upper, -program.row_lower, program.column_upper])
    least = np.maximum(program.column_lower, np.ceil(claims * float(benefit.least_ratio)))
    matrix = np.vstack([rows, -rows, spread, -spread])
    limits = np.concatenate([upper, -least]).astype(float)
    kept = limits < NO_BOUND / 2
    cost = -np.outer(benefit.weights, [float(s) for s in benefit.slopes]).ravel()
    bounds = [(0, length) for length in lengths]
    return -linprog(cost, matrix[kept], limits[kept], bounds=bounds).fun


@pytest.mark.parametrize("seed", range(12))
def test_benefit_is_the_optimum_and_the_same_on_both_methods(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 9))
    program, claims = program_of(rng, count), claims_of(rng, count)
    benefit = Benefit(
        rng.integers(1, 4, count).astype(float),
        (Fraction(4, 5), Fraction(6, 5)),
        (Fraction(1), Fraction(3, 5), Fraction(1, 5)),
        Fraction(1, 4),
    )
    targets = claims.astype(object)
    found = [
        benefit_share(program, claims, targets, benefit, solver=solver)
        for solver in (simplex, interior_point)
    ]
    amounts = [fractions_of(share.numerator, share.denominator) for share in found]
    assert np.all(amounts[0] == amounts[1])
    assert not any(len(broken) for broken in program.broken(amounts[0]))
    best = best_value(program, benefit, claims)
    assert float(value_of(benefit, claims, amounts[0])) == pytest.approx(best, rel=1e-7)


def test_equal_weights_without_segments_are_plain_fair_shares():
    rng = np.random.default_rng(5)
    program, claims = program_of(rng, 6), claims_of(rng, 6)
    targets = claims.astype(object)
    flat = Benefit(np.ones(6), (), (Fraction(1),), Fraction(0))
    benefit = benefit_share(program, claims, targets, flat)
    fair = fair_share(program, targets)
    assert np.all(benefit.numerator * fair.denominator == fair.numerator * benefit.denominator)


@pytest.mark.parametrize("seed", range(12))
def test_soft_rows_are_broken_as_little_as_possible_in_order(seed):
    rng = np.random.default_rng(100 + seed)
    count = 6
    hard = program_of(rng, count)
    one = np.ones(count, dtype=np.int64)
    first = np.arange(count)
    floors = rng.integers(POT // count, POT // 2, count)
    soft = Block("soft", first, first, one, floors, np.full(count, NO_BOUND))
    pot, a, b = (
        Block(
            group.name,
            np.zeros_like(columns),
            columns,
            np.ones(len(columns), dtype=np.int64),
            hard.row_lower[group.start : group.stop],
            hard.row_upper[group.start : group.stop],
        )
        for group in hard.groups
        for columns in [hard.columns_of(np.arange(group.start, group.stop))]
    )
    program = stack([pot, a, b, soft], hard.column_lower, hard.column_upper)
    priority = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    targets = np.ones(count, dtype=object)
    with pytest.raises(InfeasibleError):
        fair_share(program, targets)
    softened = soften(program, priority, targets, np.zeros(count, dtype=bool), simplex)
    extra = softened.program.columns - count
    share = fair_share(
        softened.program, np.append(targets, np.zeros(extra, dtype=object)), softened.helpers
    )
    amounts = fractions_of(share.numerator, share.denominator)[:count]
    short = [max(Fraction(0), floors[i] - amounts[i]) for i in range(count)]
    first_least, second_least = least_shortfalls(hard, floors)
    assert float(sum(short[:3])) == pytest.approx(first_least, abs=1.0)
    assert float(sum(short[3:])) == pytest.approx(second_least, abs=1.0)


def least_shortfalls(hard, floors):
    """The least shortfall of the first three floors, then of the others, by scipy."""
    count = len(floors)
    rows = dense(hard)
    padded = np.hstack([rows, np.zeros_like(rows)])
    matrix = np.vstack([padded, -padded, np.hstack([-np.eye(count), -np.eye(count)])])
    limits = np.concatenate([hard.row_upper, -hard.row_lower, -floors]).astype(float)
    kept = limits < NO_BOUND / 2
    bounds = list(zip(hard.column_lower, hard.column_upper, strict=True)) + [(0, None)] * count
    first = np.concatenate([np.zeros(count), [1, 1, 1, 0, 0, 0]])
    second = np.concatenate([np.zeros(count), [0, 0, 0, 1, 1, 1]])
    least = linprog(first, matrix[kept], limits[kept], bounds=bounds).fun
    held = (np.vstack([matrix[kept], first]), np.append(limits[kept], least + 1e-6))
    return least, linprog(second, *held, bounds=bounds).fun


@pytest.mark.parametrize("seed", range(6))
def test_a_conflict_under_benefit_names_the_rules_rows(seed):
    rng = np.random.default_rng(seed)
    count = 9
    program = program_of(rng, count)
    # The last third, which must get three tenths, may have two at most.
    upper = program.column_upper.copy()
    upper[count // 3 :] = POT * 2 // 10 // (count - count // 3)
    benefit = Benefit(np.ones(count), (Fraction(1, 2),), (Fraction(2), Fraction(1)), Fraction(0))
    claims = claims_of(rng, count)
    lower = np.zeros(count, dtype=np.int64)
    capped = replace(program, column_lower=lower, column_upper=upper)
    with pytest.raises(InfeasibleError) as error:
        benefit_share(capped, claims, claims.astype(object), benefit)
    conflict = error.value.conflict
    assert program.group_names(conflict.rows) == ("b",)
    assert set(conflict.caps.tolist()) == set(range(count // 3, count))

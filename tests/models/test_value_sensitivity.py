"""Sensitivity of a value: against perturbing and solving again, and the same on every solver."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocation_models.solvers import FloatProgram, Status, UnprovenError
from allocation_models.solvers.highs import interior_point, simplex
from allocation_models.solvers.pulp_gateway import pulp_solver
from allocation_models.solvers.scipy_gateway import scipy_solver
from allocation_models.value_sensitivity import Change, value_sensitivity

INF = np.inf


def plan(cost, matrix, row_lower, row_upper, lower, upper):
    rows = csr_array(np.asarray(matrix, dtype=float))
    bounds = (np.asarray(b, dtype=float) for b in (row_lower, row_upper, lower, upper))
    return FloatProgram(np.asarray(cost, float), rows.indptr, rows.indices, rows.data, *bounds)


def random_plan(rng, degenerate):
    """Return a feasible, bounded program: a point is drawn first, some bounds through it."""
    columns, rows = rng.integers(3, 7), rng.integers(2, 6)
    draw = (
        (lambda size: rng.integers(-2, 3, size)) if degenerate else (lambda s: rng.normal(size=s))
    )
    matrix, x = draw((rows, columns)).astype(float), draw(columns).astype(float)
    sums = matrix @ x
    slack = rng.choice([0.0, 1.0], rows) if degenerate else rng.uniform(0.0, 2.0, rows)
    kind = rng.integers(0, 3, rows)
    row_lower = np.where(kind == 1, -INF, sums - slack * (kind == 0))
    row_upper = np.where(kind == 0, INF, sums + slack * (kind == 1))
    cost = draw(columns).astype(float)
    return plan(cost, matrix, row_lower, row_upper, x - 2.0, x + rng.choice([0.0, 2.0], columns))


def random_change(rng, program):
    """Return a direction: every bound moves; equal bounds move together."""
    rows, columns = len(program.row_lower), len(program.cost)
    low, high = rng.integers(-2, 3, (2, rows)).astype(float)
    least, most = rng.integers(-1, 2, (2, columns)).astype(float)
    return Change(
        low,
        np.where(program.row_lower == program.row_upper, low, high),
        least,
        np.where(program.column_lower == program.column_upper, least, most),
    )


def moved(program, change, step):
    return FloatProgram(
        program.cost,
        program.indptr,
        program.indices,
        program.data,
        program.row_lower + step * change.row_lower,
        program.row_upper + step * change.row_upper,
        program.column_lower + step * change.column_lower,
        program.column_upper + step * change.column_upper,
    )


def value(program):
    """Return the optimal value; infinite where nothing is feasible."""
    crossed = np.any(program.column_lower > program.column_upper + 1e-12)
    if crossed or np.any(program.row_lower > program.row_upper + 1e-12):
        return INF
    solution = simplex(program).solve()
    return INF if solution.status is Status.INFEASIBLE else float(program.cost @ solution.x)


def check_side(program, change, slope, reach):
    """Perturb within the range and just outside it; ``slope`` and ``reach`` to the right."""
    base = value(program)
    if slope == INF:
        assert value(moved(program, change, 1e-3)) == INF
        return
    for step in (min(reach, 100.0) * share for share in (0.25, 0.75, 1.0 - 1e-9)):
        assert value(moved(program, change, step)) == pytest.approx(base + slope * step, abs=1e-6)
    if reach < INF:
        beyond = reach * 1.5 + 0.5
        assert value(moved(program, change, beyond)) > base + slope * beyond + 1e-7


@pytest.mark.parametrize("degenerate", [False, True])
def test_derivatives_and_ranges_against_solving_again(campaign, degenerate):
    kinks = 0
    for seed in range(campaign(small=40, full=1000)):
        rng = np.random.default_rng([seed, degenerate])
        program = random_plan(rng, degenerate)
        change = random_change(rng, program)
        found = value_sensitivity(program, change)
        assert found.left <= found.right + 1e-7
        check_side(program, change, found.right, found.up)
        check_side(program, change.turned(), -found.left, found.down)
        kinks += not found.unique
    assert kinks > (0 if degenerate else -1)


SOLVERS = [interior_point, scipy_solver, pulp_solver("PULP_CBC_CMD")]


@pytest.mark.parametrize("solver", SOLVERS, ids=["highs-ipm", "scipy", "cbc"])
def test_every_solver_says_the_same(campaign, solver):
    for seed in range(campaign(small=10, full=100)):
        rng = np.random.default_rng([seed, 7])
        program = random_plan(rng, bool(seed % 2))
        change = random_change(rng, program)
        ours, theirs = (
            value_sensitivity(program, change),
            value_sensitivity(program, change, solver),
        )
        for name in ("value", "left", "right", "down", "up"):
            both = getattr(theirs, name), getattr(ours, name)
            assert both[0] == pytest.approx(both[1], abs=2e-5, rel=2e-5), (seed, name)
            assert np.sign(np.round(both[0], 4)) == np.sign(np.round(both[1], 4))


def test_a_multiplier_that_is_not_unique_comes_with_its_interval():
    # x ≥ 1 and x ≥ θ, least 2x: below 1 the second row is worth nothing, above it 2.
    program = plan([2.0], [[1.0], [1.0]], [1.0, 1.0], [INF, INF], [0.0], [INF])
    second = Change(np.array([0.0, 1.0]), np.zeros(2), np.zeros(1), np.zeros(1))
    found = value_sensitivity(program, second)
    assert (found.value, found.left, found.right) == pytest.approx((2.0, 0.0, 2.0))
    assert not found.unique
    assert (found.down, found.up) == (INF, INF)


def test_a_side_on_which_nothing_is_feasible_is_infinite():
    program = plan([1.0], [[1.0]], [1.0], [1.0], [0.0], [1.0])
    more = Change(np.ones(1), np.ones(1), np.zeros(1), np.zeros(1))
    found = value_sensitivity(program, more)
    assert (found.left, found.right) == (pytest.approx(1.0), INF)
    assert (found.down, found.up) == (pytest.approx(1.0), 0.0)


def test_no_optimum_no_numbers():
    program = plan([1.0], [[1.0]], [2.0], [INF], [0.0], [1.0])
    with pytest.raises(UnprovenError, match="infeasible"):
        value_sensitivity(program, Change(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1)))

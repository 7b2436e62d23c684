"""Payments over time against brute force and against another solver."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from plans import payable

from allocation_models.blame import InfeasibleError, find_conflict
from allocation_models.disbursement import (
    Payable,
    keeps,
    measured,
    network_of,
    objectives_of,
    pay,
    so_far,
)
from allocation_models.flow import Network, Objective, least_cost
from allocation_models.follow import follow
from allocation_models.in_turn import pay_in_turn
from allocation_models.program import NO_BOUND
from allocation_models.solvers.highs import interior_point, simplex
from allocation_models.solvers.pulp_gateway import pulp_solver
from allocation_models.tranches import NoTranchesError, Tranches, pay_in_tranches

AIMS = ["unmet", "idle", "early", "even", "smooth"]
CBC = pulp_solver("PULP_CBC_CMD")


def rows(amount, months):
    """Yield every way to pay at most ``amount`` over ``months``."""
    for parts in itertools.product(range(amount + 1), repeat=months):
        if sum(parts) <= amount:
            yield parts


def values(problem, payments):
    months = problem.size[1]
    gap = problem.need - so_far(payments)
    left = months - np.arange(months)
    unmet = np.maximum(gap, 0)
    return int(unmet.sum()), int(np.maximum(-gap, 0).sum()), int((unmet * left).sum())


def brute_force(problem, allowed=lambda _: True):
    """Return the least (unmet, idle, early) of all whole tables, None if there are none."""
    ways = [list(rows(int(a), problem.size[1])) for a in problem.most[:, -1]]
    tables = (np.array(table) for table in itertools.product(*ways))
    found = [values(problem, table) for table in tables if keeps(problem, table) and allowed(table)]
    return min(found, default=None)


def test_optimum_against_brute_force(campaign):
    seen = set()
    for seed in range(campaign(small=60, full=600)):
        problem = payable(seed, n=2, months=3, largest=4)
        best = brute_force(problem)
        seen.add(best is None)
        if best is None:
            with pytest.raises(InfeasibleError):
                pay(problem, AIMS, simplex)
            continue
        payments = pay(problem, AIMS, simplex)
        assert keeps(problem, payments)
        assert values(problem, payments) == best, seed
    assert seen == {True, False}


def test_the_order_of_the_objectives_counts():
    different = 0
    for seed in range(40):
        problem = payable(seed, n=2, months=3, largest=4)
        if brute_force(problem) is None:
            continue
        payments = pay(problem, ["idle", "unmet"], simplex)
        unmet, idle, _ = values(problem, payments)
        first, second, _ = brute_force(problem)
        assert idle <= second
        assert unmet >= first
        different += (unmet, idle) != (first, second)
    assert different


def test_every_solver_pays_the_same(campaign):
    for seed in range(campaign(small=25, full=300)):
        problem = payable(seed, n=2 + seed % 7, months=3 + seed % 5, largest=300)
        try:
            payments = pay(problem, AIMS, simplex)
        except InfeasibleError:
            continue
        for solver in (interior_point, CBC):
            assert (pay(problem, AIMS, solver) == payments).all(), seed


def test_amounts_far_beyond_a_floats_whole_numbers():
    """In fen of large funds: exact although no float is."""
    base = payable(3, n=4, months=5, largest=50, scarce=False)
    big = 10**13 + 7
    grown = Payable(
        *(
            np.where(part >= NO_BOUND, part, part * big)
            for part in (base.need, base.least, base.most)
        ),
        base.pay_least * big,
        base.pay_most * big,
        base.received * big,
        np.where(base.limit >= NO_BOUND, base.limit, base.limit * big),
    )
    assert (pay(grown, ["unmet", "idle", "early"], simplex) % big == 0).all()
    assert (
        values(grown, pay(grown, AIMS, simplex))[0]
        == values(base, pay(base, AIMS, simplex))[0] * big
    )


def test_scarce_cash_reaches_everyone_evenly():
    need = np.full((4, 2), 40)
    none, cash = np.zeros_like(need), np.array([80, 1000])
    problem = Payable(need, none, need, none, need, np.array([160, 0]), cash)
    assert pay(problem, AIMS, simplex)[:, 0].tolist() == [20, 20, 20, 20]


def test_months_are_smooth_where_nothing_else_decides():
    need = np.array([[0, 0, 0, 90]])
    least = np.array([[0, 0, 0, 90]])
    none = np.zeros_like(need)
    free = np.full((1, 4), 90)
    problem = Payable(
        need, least, free, none, free, np.array([90, 0, 0, 0]), np.array([90, 90, 90, 30])
    )
    payments = pay(problem, ["unmet", "idle", "smooth"], simplex)
    assert payments[0, -2:].tolist() == [60, 30]
    assert values(problem, payments)[:2] == brute_idle(problem)


def brute_idle(problem):
    """All but 30 must be paid before the last month; the third is the latest that can take it."""
    del problem
    return 0, 60


def test_no_whole_flow_without_a_proof():
    loop = Network(
        np.array([0, 1]), np.array([1, 0]), np.zeros(2, int), np.array([5, 5]), np.zeros(2, int)
    )
    flow = least_cost(loop, [Objective(np.array([-1, 0]))], simplex)
    assert flow.tolist() == [5, 5]


def test_crossed_bounds_conflict():
    problem = payable(1, n=2, months=3)
    crossed = Payable(**{**vars(problem), "least": problem.most + 1})
    with pytest.raises(InfeasibleError) as caught:
        pay(crossed, AIMS, simplex)
    assert len(caught.value.conflict.floors)
    assert find_conflict(network_of(crossed).program()) is not None


def few(table, most, least):
    paid = table > 0
    return bool(
        (paid.sum(axis=1) <= most).all() and (table[paid] >= least.repeat(paid.sum(axis=1))).all()
    )


def test_tranches_against_brute_force(campaign):
    seen = set()
    for seed in range(campaign(small=25, full=300)):
        problem = payable(seed, n=2, months=3, largest=4)
        least = np.minimum(2, problem.most[:, -1])
        rules = Tranches(np.full(2, 2), least)
        best = brute_force(problem, lambda table, least=least: few(table, 2, least))
        seen.add(best is None)
        if best is None:
            with pytest.raises((InfeasibleError, NoTranchesError)):
                pay_in_tranches(problem, rules, AIMS, simplex)
            continue
        payments = pay_in_tranches(problem, rules, AIMS, simplex)
        assert keeps(problem, payments)
        assert few(payments, 2, least)
        assert values(problem, payments) == best, seed
    assert seen == {True, False}


def test_tranches_are_the_same_with_another_solver(campaign):
    for seed in range(campaign(small=6, full=60)):
        problem = payable(seed, n=3, months=4, largest=60, scarce=False)
        rules = Tranches(np.full(3, 2), np.minimum(10, problem.most[:, -1]))
        aims = ["unmet", "idle", "early", "tranches", "even"]
        try:
            payments = pay_in_tranches(problem, rules, aims, simplex)
        except (InfeasibleError, NoTranchesError):
            continue
        assert (pay_in_tranches(problem, rules, aims, CBC) == payments).all(), seed


def test_row_by_row_keeps_the_rules_and_is_never_better(campaign):
    met = 0
    for seed in range(campaign(small=12, full=120)):
        problem = payable(seed, n=3, months=4, largest=60, scarce=False)
        rules = Tranches(np.full(3, 2), np.minimum(10, problem.most[:, -1]))
        aims = ["unmet", "idle", "early", "tranches", "even"]
        try:
            payments = pay_in_turn(problem, rules, aims, simplex)
        except (InfeasibleError, NoTranchesError):
            continue
        met += 1
        assert keeps(problem, payments), seed
        assert few(payments, 2, rules.least), seed
        best = pay_in_tranches(problem, rules, aims, simplex)
        assert measured(problem, payments).unmet >= measured(problem, best).unmet, seed
        assert (pay_in_turn(problem, rules, aims, CBC) == payments).all(), seed
    assert met


def test_fewer_tranches_where_they_cost_nothing():
    need = np.array([[0, 30], [0, 30]])
    least, none = np.array([[0, 30], [0, 30]]), np.zeros_like(need)
    free = np.full((2, 2), 30)
    problem = Payable(need, least, free, none, free, np.array([60, 0]), np.array([60, 30]))
    rules = Tranches(np.full(2, 2), np.ones(2, dtype=int))
    payments = pay_in_tranches(problem, rules, ["unmet", "idle", "tranches"], simplex)
    assert measured(problem, payments).tranches == 2
    assert payments.sum(axis=0).tolist() == [30, 30]


def test_rules_of_thumb_keep_cash_and_are_never_better(campaign):
    for seed in range(campaign(small=40, full=400)):
        problem = payable(seed, n=5, months=6, largest=200)
        payments = follow(problem, problem.need)
        assert (payments.sum(axis=0) <= problem.limit).all()
        assert (np.cumsum(payments.sum(axis=0)) <= np.cumsum(problem.received)).all()
        assert (so_far(payments) <= problem.most).all()
        try:
            best = pay(problem, ["unmet", "idle"], simplex)
        except InfeasibleError:
            continue
        if keeps(problem, payments):
            assert values(problem, best)[:2] <= values(problem, payments)[:2]


def test_objectives_come_in_their_order():
    problem = payable(1, n=2, months=3)
    assert len(objectives_of(problem, AIMS)) == len(AIMS) + 1
    assert len(objectives_of(problem, ["unmet", "tranches", "idle"])) == 3

"""The published cash plan as a network: balances of months, money between months with interest."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from allocation_models.flow import Network, Objective, float_network, least_cost
from allocation_models.program import NO_BOUND
from allocation_models.solvers.highs import interior_point, simplex
from allocation_models.solvers.pulp_gateway import pulp_solver

FOLDER = Path(__file__).parent / "cash_short_term_financing"
SOLVERS = {"highs": simplex, "ipm": interior_point, "cbc": pulp_solver("PULP_CBC_CMD")}


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


PARAMS = dict(read("params.csv"))
PUBLISHED = {row[0]: float(row[1]) for row in read("expected.csv")}
FLOWS = np.array([int(float(flow)) for _, flow in read("inputs.csv")])
#: Interest in thousandths.
UNIT = 1000


def thousandths(key):
    return UNIT + round(float(PARAMS[key]) * UNIT)


def network():
    """A credit is an arc back in time: what a later month pays and an earlier one gets."""
    credit, paper = np.arange(5), np.arange(3)
    surplus = np.arange(6)
    later = np.append(surplus[1:], 6)
    tail = np.concatenate([credit + 1, paper + 3, surplus])
    head = np.concatenate([credit, paper, later])
    one = np.full(14, UNIT)
    leaves, arrives = one.copy(), one.copy()
    leaves[:5] = thousandths("line_of_credit_rate_per_month")
    leaves[5:8] = thousandths("commercial_paper_total_interest_3_months")
    arrives[8:13] = thousandths("excess_funds_rate_per_month")
    upper = np.full(14, NO_BOUND)
    upper[:5] = round(float(PARAMS["line_of_credit_limit_per_month"]))
    lower = np.zeros(14, dtype=np.int64)
    return Network(tail, head, lower, upper, FLOWS * UNIT, leaves, arrives)


def test_the_published_plan():
    cost = np.zeros(14, dtype=np.int64)
    cost[13] = -1
    found = network()
    program = float_network(found, cost)
    for name, solver in SOLVERS.items():
        scale = found.supply.max() / (program.row_upper.max() or 1.0)
        x = solver(program).solve().x * scale
        assert x[13] == pytest.approx(PUBLISHED["optimal_wealth_june"], abs=1e-4), name


def test_the_published_payments_balance_every_month():
    """There is a second plan of the same wealth; the published one is as good."""
    found, x = network(), np.zeros(14)
    x[4] = PUBLISHED["x_May"]
    x[5:8] = [PUBLISHED[f"y_{month}"] for month in ("Jan", "Feb", "Mar")]
    x[10], x[13] = PUBLISHED["z_Mar"], PUBLISHED["optimal_wealth_june"]
    program = found.program()
    sums = np.bincount(program.row_of_entry, program.data * x[program.indices])
    assert sums == pytest.approx(found.supply, abs=1e-2)


def test_a_network_with_interest_has_no_exact_flow():
    objective = Objective(np.ones(14, dtype=np.int64))
    with pytest.raises(AssertionError):
        least_cost(network(), [objective], simplex)

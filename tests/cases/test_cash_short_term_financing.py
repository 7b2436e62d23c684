"""Published sensitivity, replayed: shadow prices, reduced costs, both kinds of ranges, what-ifs."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocation_models.solvers import FloatProgram
from allocation_models.solvers.highs import basis_ranges, interior_point, simplex
from allocation_models.solvers.pulp_gateway import pulp_solver
from allocation_models.solvers.scipy_gateway import scipy_solver
from allocation_models.value_sensitivity import Change, value_sensitivity

FOLDER = Path(__file__).parent / "cash_short_term_financing"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
SOLVERS = {
    "highs": simplex,
    "highs-ipm": interior_point,
    "scipy": scipy_solver,
    "cbc": pulp_solver("PULP_CBC_CMD"),
}
#: How far the optimal value keeps its slope; the basis is left earlier, so these are not published.
VALUE_REACH = {
    "Jan": (150.0, np.inf),
    "Feb": (50.9804, 147.0588),
    "Mar": (203.4344, np.inf),
    "Apr": (204.0447, np.inf),
    "May": (52.0, 150.0),
}


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


PUBLISHED = {item: (float(value), int(places)) for item, value, places, _ in read("expected.csv")}
PARAMS = dict(read("params.csv"))
FLOWS = np.array([float(flow) for _, flow in read("inputs.csv")])
LIMIT = float(PARAMS["line_of_credit_limit_per_month"])
CREDIT = 1.0 + float(PARAMS["line_of_credit_rate_per_month"])
PAPER = 1.0 + float(PARAMS["commercial_paper_total_interest_3_months"])
SURPLUS = 1.0 + float(PARAMS["excess_funds_rate_per_month"])
ISSUES = len(PARAMS["commercial_paper_issue_months"].split(";"))
COLUMNS = [*(f"x_{m}" for m in MONTHS[:5]), *(f"y_{m}" for m in MONTHS[:ISSUES])]
COLUMNS += [f"z_{month}" for month in MONTHS]


def banded(gets: int, pays: float, later: int, first: int) -> tuple[np.ndarray, ...]:
    """Return a kind of money: 1 in the month it comes in, ``pays`` back ``later`` months on."""
    at = np.arange(gets)
    row, column = np.concatenate([at, at + later]), np.concatenate([at, at]) + first
    return row, column, np.repeat([1.0, -pays], gets)


def program(flows=FLOWS, limit=LIMIT, extra=None) -> FloatProgram:
    """Return the program of least negative wealth: rows are months, needs on the right."""
    credit, paper = banded(5, CREDIT, 1, 0), banded(ISSUES, PAPER, 3, 5)
    row, column, value = banded(6, SURPLUS, 1, 5 + ISSUES)
    inside = row < 6
    surplus = row[inside], column[inside], -value[inside]
    rows, columns, values = map(np.concatenate, zip(credit, paper, surplus, strict=True))
    upper = np.full(14, np.inf)
    upper[:5] = limit
    lower = np.zeros(14)
    # The wealth in June may be anything: it is what is maximised.
    lower[13] = -np.inf
    if extra is not None:
        rows, columns = np.append(rows, [0, 5]), np.append(columns, [14, 14])
        values, upper, lower = (
            np.append(values, [1.0, -extra]),
            np.append(upper, 1e3),
            np.append(lower, 0),
        )
    matrix = csr_array((values, (rows, columns)), (6, len(lower)))
    cost = np.zeros(len(lower))
    cost[13] = -1.0
    shape = matrix.indptr, matrix.indices, matrix.data
    return FloatProgram(cost, *shape, -flows, -flows, lower, upper)


def wealth(**changes) -> float:
    plan = program(**changes)
    return -float(plan.cost @ simplex(plan).solve().x)


def agrees(found: float, item: str, error: float = 0.51) -> None:
    """Compare with a published figure to ``error`` of its last place, and floats to 1e-10."""
    published, places = PUBLISHED[item]
    assert found == pytest.approx(published, abs=max(error * 10.0**-places, 1e-10)), item


def need(month: str) -> Change:
    """Return one more to a month's need."""
    one, none = np.zeros(6), np.zeros(14)
    one[MONTHS.index(month)] = 1.0
    return Change(one, one, none, none)


def test_optimum_and_variables():
    solution, _ = basis_ranges(program())
    agrees(-float(program().cost @ solution.x), "optimal_wealth_june")
    values = dict(zip(COLUMNS, solution.x, strict=True))
    named = [item for item in PUBLISHED if item[:2] in {"x_", "y_", "z_"}]
    assert len(named) == 5
    for item in named:
        agrees(values[item], item)
    others = [value for name, value in values.items() if name not in named and name != "z_Jun"]
    assert np.abs(others).max() < 1e-9


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("month", MONTHS)
def test_shadow_prices_on_every_solver(month, solver):
    found = value_sensitivity(program(), need(month), SOLVERS[solver])
    assert found.unique
    # Wealth is minus what is minimised.
    agrees(-found.right, f"shadow_{month}")
    low, high = VALUE_REACH.get(month, (np.inf, np.inf))
    assert (found.down, found.up) == pytest.approx((low, high), abs=1e-4)


def test_reduced_costs():
    solution, _ = basis_ranges(program())
    found = dict(zip(COLUMNS, -solution.column_dual, strict=True))
    named = [item for item in PUBLISHED if item.startswith("reduced_cost_")]
    assert len(named) == 7
    for item in named:
        agrees(found[item.removeprefix("reduced_cost_")], item)


def test_ranges_of_the_basis():
    _, ranges = basis_ranges(program())
    seen = 0
    for index, month in enumerate(MONTHS):
        down, up = -FLOWS[index] - ranges.row_low[index], ranges.row_high[index] + FLOWS[index]
        for side, found in (("decrease", down), ("increase", up)):
            item = f"allowable_{side}_rhs_{month}"
            if item in PUBLISHED:
                agrees(found, item)
                seen += 1
    assert seen == 7


@pytest.mark.parametrize("month", [month for month in MONTHS if month != "Jun"])
def test_the_value_bends_at_the_end_of_its_range_and_not_before(month):
    found = value_sensitivity(program(), need(month))
    one = need(month).row_lower
    for reach, sign in ((found.up, 1.0), (found.down, -1.0)):
        near = min(reach, 1000.0)
        assert wealth(flows=FLOWS - sign * near * one) == pytest.approx(
            wealth() - sign * near * found.right, abs=1e-9
        )
        if np.isfinite(reach):
            beyond = program(flows=FLOWS - sign * (reach + 1.0) * one)
            solution = simplex(beyond).solve()
            straight = -wealth() + sign * (reach + 1.0) * found.right
            assert not len(solution.x) or float(beyond.cost @ solution.x) > straight + 1e-4


def test_what_ifs_by_solving_again():
    base = wealth()
    poorer = FLOWS + np.array([-50.0, 0, 0, 0, 0, 0])
    # Published as 50 times the shadow price rounded to four places: 50 · 0.00005 off at most.
    agrees(base - wealth(flows=poorer), "wealth_loss_if_Jan_flow_is_minus_200", 2.5)
    richer = FLOWS + np.array([0, 0, 50.0, 0, 0, 0])
    agrees(wealth(flows=richer) - base, "wealth_gain_if_Mar_flow_is_250")
    agrees(wealth(limit=200.0) - base, "wealth_gain_if_credit_limit_200")
    rate, places = PUBLISHED["break_even_5_month_rate_percent"]
    step = 10.0**-places
    assert wealth(extra=1.0 + (rate - step) / 100.0) > base + 1e-6
    assert wealth(extra=1.0 + (rate + step) / 100.0) == pytest.approx(base, abs=1e-9)

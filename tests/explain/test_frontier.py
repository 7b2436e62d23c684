"""The trade-off of a scenario: its ends, its corners, and what each step moves."""

from fractions import Fraction

import numpy as np
import pytest

import allocation
from allocation.explain.frontier import rounded_down

WEIGHTED = ["objective.kind=benefit", "objective.weight=trade_2021"]


@pytest.fixture(scope="module")
def found():
    return allocation.frontier("national-2022", weights="trade_2021")


def test_the_ends_are_the_two_objectives(found):
    most = allocation.allocate("national-2022", sets=WEIGHTED)
    fair = allocation.allocate("national-2022")
    points = found.found.points
    assert points[0].result.amounts.tolist() == most.amounts.tolist()
    assert found.found.fair.result.amounts.tolist() == fair.amounts.tolist()
    assert found.found.chosen.result.amounts.tolist() == fair.amounts.tolist()
    pairs = zip(fair.unrounded, fair.entitlements, strict=True)
    assert points[-1].ratio == found.found.fair.ratio == min(x / t for x, t in pairs)
    assert found.found.fair.value <= points[-1].value


def test_corners_are_runs_anyone_can_make(found):
    for point in found.found.points[1::7]:
        sets = [*WEIGHTED, f"objective.min_ratio={point.asked}"]
        run = allocation.allocate("national-2022", sets=sets)
        assert run.amounts.tolist() == point.result.amounts.tolist()
        pairs = zip(run.unrounded, run.entitlements, strict=True)
        # Least amounts are measured against entitlements in whole fen.
        assert min(x / t for x, t in pairs) >= Fraction(point.asked) - Fraction(1, 10**8)
        trade = run.recipients.numbers("trade_2021")[0].fractions()
        benefit = sum(w * x for w, x in zip(trade, run.unrounded, strict=True)) / 100
        assert float(benefit) == pytest.approx(float(point.value), rel=1e-7)


def test_frames_and_what_each_step_moves(found):
    corners, steps = found.corners, found.steps
    assert corners["point"].tolist()[-2:] == ["fair", "chosen"]
    assert steps.groupby(["from", "to"])["change_fen"].sum().eq(0).all()
    assert steps["from"].nunique() == len(found.found.points)
    prices = [price for price in corners["price"] if price is not None]
    assert prices == sorted(prices)


def test_an_objective_of_the_scenario_and_its_chosen_point():
    sets = [*WEIGHTED, "objective.min_ratio=30%"]
    found = allocation.frontier("national-2022", sets=sets).found
    assert found.points[0].ratio == 0
    assert abs(found.chosen.ratio - Fraction(3, 10)) < Fraction(1, 10**6)
    assert np.any(found.chosen.result.amounts != found.fair.result.amounts)
    # The chosen point lies on the line between its corners.
    low = max((p for p in found.points if p.ratio <= found.chosen.ratio), key=lambda p: p.ratio)
    high = min((p for p in found.points if p.ratio > found.chosen.ratio), key=lambda p: p.ratio)
    share = (found.chosen.ratio - low.ratio) / (high.ratio - low.ratio)
    line = low.value + (high.value - low.value) * share
    assert float(found.chosen.value) == pytest.approx(float(line), rel=1e-8)


@pytest.mark.parametrize(
    ("sets", "weights", "code"),
    [
        ([], "", "L1-frontier-weights"),
        (["objective.kind=benefit"], "", "L1-frontier-weights"),
        ([], "nothing", "L1-unknown-column"),
        (["rules.inland.priority=1"], "trade_2021", "L1-frontier-rules"),
    ],
)
def test_what_is_refused(sets, weights, code):
    with pytest.raises(allocation.InputError) as caught:
        allocation.frontier("national-2022", sets=sets, weights=weights)
    assert caught.value.problems[0].code == code


def test_rules_that_conflict_are_told_as_ever():
    with pytest.raises(allocation.ConflictError):
        allocation.frontier(
            "national-2022", sets=["rules.floor.amount=1亿元"], weights="trade_2021"
        )


def test_ratios_are_rounded_down():
    assert rounded_down(Fraction(2, 3)) == "0.66666666"
    assert rounded_down(Fraction(3, 2)) == "1.50000000"

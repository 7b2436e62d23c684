"""Payments in turn: rules of tranches kept where the optimum is out of reach, and said so."""

from __future__ import annotations

import numpy as np
import pytest

import allocation
from allocation.errors import FaultError, InputError
from allocation.report.schedule_text import notes
from allocation_models.solvers import Status, UnprovenError

WAN = 1_000_000
TRANCHES = '[need]\ncurve = "s_curve"\n[tranches]\nat_most = 3\nat_least = "30万元"\n'
PLAN = """title = "二十七个开发区分次拨付(示例)"
first = "2023-01"
last = "2023-12"
[received.advance]
day = 2023-01-05
share = "70%"
[received.main]
day = 2023-05-10
share = "30%"
[cash]
limit = "320万元"
[deadlines.y]
day = 2023-12-31
"""


def test_twenty_seven_zones_are_paid_in_three_tranches(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN + TRANCHES, encoding="utf-8")
    found = allocation.schedule("jiangsu-2023", plan, strategy="in_turn").schedule
    payments = found.payments
    assert (payments.sum(axis=1) == found.issue.amounts).all()
    assert np.count_nonzero(payments, axis=1).max() <= 3
    assert payments[payments > 0].min() >= 30 * WAN
    assert payments.sum(axis=0).max() <= 320 * WAN
    assert not found.missed
    assert found.untidy == 0
    said = [line for line in notes(found, "zh") if "未证明最优" in line]
    assert len(said) == 1


def test_what_it_is_measured_against_is_a_bound(plan):
    written = plan(TRANCHES.replace("30万元", "20万元"))
    turned = allocation.schedule("s.toml", written, strategy="in_turn").schedule
    best = allocation.schedule("s.toml", written).schedule
    least = allocation.schedule("s.toml", plan('[need]\ncurve = "s_curve"\n')).schedule.unmet
    assert least <= best.unmet <= turned.unmet
    (line,) = [line for line in notes(turned, "zh") if "未证明最优" in line]
    assert f"{least / WAN:,.2f} 万元" in line


@pytest.mark.usefixtures("folder")
def test_without_rules_of_tranches_there_is_nothing_in_turn(plan):
    with pytest.raises(InputError, match="L1-nothing-in-turn"):
        allocation.schedule("s.toml", plan(), strategy="in_turn")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnprovenError(Status.UNPROVEN), "L8-tranches-unproven"),
        (UnprovenError("bounds broken"), "L8-tranches-differ"),
    ],
)
def test_the_limit_of_time_is_blamed_only_where_it_was_met(plan, monkeypatch, error, code):
    def fails(*_):
        raise error

    monkeypatch.setattr("allocation_models.tranches.pay_in_tranches", fails)
    with pytest.raises(FaultError, match=code) as told:
        allocation.schedule("s.toml", plan(TRANCHES))
    text = told.value.problems[0].text("zh")
    assert "in_turn" in text
    assert "broken" not in text

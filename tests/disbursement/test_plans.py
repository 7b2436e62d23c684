"""What each part of a plan does to the payments."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import allocation
from allocation.disbursement.curves import curves, shares
from allocation.errors import ConflictError

WAN = 1_000_000


def payments(*sets, paid=None, **more):
    found = allocation.schedule("s.toml", "plan.toml", sets=sets, paid=paid, **more)
    return found, found.schedule.payments // WAN


def test_without_limits_payments_follow_the_curve(plan):
    plan("", ('limit = "150万元"\n', ""))
    found, table = payments()
    assert found.schedule.unmet == found.schedule.idle == 0
    assert np.cumsum(table, axis=1)[1].tolist() == [200 * t // 6 for t in range(1, 7)]


@pytest.mark.parametrize("key", curves())
def test_curves_rise_to_the_whole(key):
    curve = curves()[key]
    assert sum(curve.powers) == 1
    for months in (1, 2, 3, 7, 12, 60):
        found = shares(key, months)
        assert found[-1] == 1
        assert all(low <= high for low, high in pairwise(found))
        assert found[0] >= 0
    assert curve.at(Fraction(1, 2)) == {
        "front_loaded": Fraction(3, 4),
        "back_loaded": Fraction(1, 4),
    }.get(key, Fraction(1, 2))


def test_nothing_is_paid_before_it_is_received(plan):
    plan("", ("day = 2024-01-10", "day = 2024-03-01"))
    _, table = payments()
    assert table[:, :2].sum() == 0
    assert table[:, 2].sum() == 150


def test_days_of_payment_avoid_rest_days(folder):
    del folder
    days = payments()[0].schedule.prepared.periods.days
    # 25 February 2024 was a Sunday, 25 May a Saturday.
    assert days[1] == date(2024, 2, 23)
    assert days[4] == date(2024, 5, 24)
    found, _ = payments("calendar.roll=next")
    assert found.schedule.prepared.periods.days[1] == date(2024, 2, 26)
    last, _ = payments("calendar.pay_day=31", "calendar.roll=next")
    assert all(
        f"{day:%Y-%m}" == month
        for day, month in zip(
            last.schedule.prepared.periods.days, last.schedule.months, strict=True
        )
    )


def test_a_deadline_is_kept_and_names_its_source(plan):
    plan('[deadlines.early]\nday = 2024-02-29\nwhere = "丙"\nsource = "示例"\n')
    _, table = payments()
    assert table[2, :2].sum() == 300


def test_a_deadline_of_the_law_names_its_article(plan):
    plan('[deadlines.law]\nrule = "pass_down"\nshare = "10%"\n')
    found, table = payments()
    [due] = found.schedule.prepared.dues
    assert due.day == date(2024, 2, 9)
    assert "预算法" in due.article
    assert (table[:, 0] >= [10, 20, 30]).all()


def test_requested_payments(plan, folder):
    plan("[need]\nfile = 'need.csv'\nunit = '万元'\n", ('limit = "150万元"\n', ""))
    (folder / "need.csv").write_text(
        "name,2024-02,2024-05\n甲,40,60\n乙,100,50\n", encoding="utf-8"
    )
    found, table = payments()
    assert table[0].tolist() == [0, 40, 0, 0, 60, 0]
    assert table[1].tolist() == [0, 100, 0, 0, 50, 0]
    assert found.schedule.unpaid.tolist() == [0, 50 * WAN, 0]
    codes = [warning.code for warning in found.schedule.prepared.warnings]
    assert codes == ["L2-need-below", "L2-need-missing"]


def test_a_share_on_issue_and_the_rest_after_progress(plan, folder):
    more = "[tranches]\non_issue = '30%'\nafter = '60%'\nprogress = 'progress.csv'\n"
    plan(more, ('limit = "150万元"\n', ""))
    (folder / "progress.csv").write_text(
        "id,2024-02,2024-03\na,20%,60%\nb,70%,\n", encoding="utf-8"
    )
    _, table = payments()
    assert table[0, :3].sum() == 30
    assert table[0].sum() == 100
    assert table[1, :2].sum() == 60
    assert table[2].sum() == 90
    found, _ = payments("tranches.forfeit=2024-02-29")
    assert found.schedule.prepared.forfeited.tolist() == [70 * WAN, 0, 210 * WAN]
    assert found.schedule.unpaid.tolist() == [70 * WAN, 0, 210 * WAN]


def test_the_planned_curve_can_be_the_progress(plan):
    plan("[tranches]\non_issue = '50%'\nafter = '50%'\n", ('limit = "150万元"\n', ""))
    _, table = payments()
    # Half is needed by March, so the rest is payable from April on.
    assert np.cumsum(table, axis=1)[:, 2].tolist() == [50, 100, 150]
    assert table.sum() == 600


def test_few_and_not_too_small_tranches(plan):
    plan("[tranches]\nat_most = 2\nat_least = '40万元'\n")
    found, table = payments()
    assert ((table > 0).sum(axis=1) <= 2).all()
    assert (table[table > 0] >= 40).all()
    assert table.sum() == 600
    assert found.schedule.measures.tranches <= 6


def test_purposes_are_paid_each_on_its_own():
    found = allocation.schedule("guangxi-2018", _plan_of_purposes())
    cells = found.schedule.cells
    assert cells.shape[1] > 1
    assert (cells.sum(axis=2) == found.schedule.issue.cells).all()


def _plan_of_purposes():
    import tempfile
    from pathlib import Path

    path = Path(tempfile.mkdtemp(), "p.toml")
    path.write_text('title = "p"\nfirst = "2018-01"\nlast = "2018-12"\n', encoding="utf-8")
    return path


# ---- what is paid stands ----------------------------------------------------------------------


def test_what_is_paid_stands_and_the_rest_is_planned_again(folder):
    (folder / "paid.csv").write_text(
        "recipient,date,amount_wan\n甲,2024-01-20,80\n丙,2024-02-01,10\n", encoding="utf-8"
    )
    found, table = payments(paid="paid.csv")
    assert found.schedule.prepared.frozen == 2
    assert table[:, :2].tolist() == [[80, 0], [0, 0], [0, 10]]
    assert table.sum(axis=1).tolist() == [100, 200, 300]
    assert found.schedule.payments.sum(axis=0)[2:].max() <= 150 * WAN


def test_the_past_may_be_above_todays_limits(plan, folder):
    plan("[tranches]\non_issue = '30%'\nafter = '90%'\n")
    (folder / "paid.csv").write_text(
        "id,month,amount\na,2024-01,80万元\nb,2024-01,120万元\n", encoding="utf-8"
    )
    found, table = payments(paid="paid.csv")
    assert table[:2, 0].tolist() == [80, 120]
    assert found.schedule.measures.last <= 5


def test_strategies_beside_the_plan(folder):
    (folder / "paid.csv").write_text("id,month,amount\na,2024-02,10万元\n", encoding="utf-8")
    found, _ = payments(paid="paid.csv")
    compared = found.comparison
    assert list(compared.index) == ["optimal", "even", "by_need", "catch_up"]
    assert (compared["unmet_fen_months"] >= compared["unmet_fen_months"].iloc[0]).all()
    for schedule in found.strategies.values():
        assert (schedule.payments[:, :2] == found.schedule.payments[:, :2]).all()
        assert (schedule.payments.sum(axis=0)[2:] <= 150 * WAN).all()
    only, _ = payments(paid="paid.csv", strategy="even")
    assert (only.schedule.payments == found.strategies["even"].payments).all()


def test_tranches_that_nobody_can_meet_and_what_helps(plan):
    plan("[tranches]\nat_most = 1\n[deadlines.end]\nday = 2024-06-30\n")
    with pytest.raises(ConflictError) as caught:
        payments()
    repairs = {p.code: str(p.words["change"]) for p in caught.value.problems if "change" in p.words}
    assert repairs["L11-mend-most"] == "--set tranches.at_most=2"
    assert (payments("tranches.at_most=2")[1].sum(axis=1) == [100, 200, 300]).all()


def test_a_least_tranche_that_is_too_large(plan):
    plan("[tranches]\nat_least = '160万元'\n[deadlines.end]\nday = 2024-06-30\n")
    with pytest.raises(ConflictError) as caught:
        payments()
    [repair] = [p for p in caught.value.problems if p.code == "L11-mend-least"]
    assert repair.words["change"] == "--set tranches.at_least=100万元"
    assert payments("tranches.at_least=100万元")[1].sum() == 600
    with pytest.raises(ConflictError):
        payments("tranches.at_least=101万元")


def test_conflict_needs_what_it_names(plan):
    plan("[deadlines.march]\nday = 2024-03-31\n")
    with pytest.raises(ConflictError) as caught:
        payments()
    codes = [problem.code for problem in caught.value.problems]
    assert codes[0] == "L11-schedule"
    assert codes.count("L11-pay-cash") == 3
    assert codes.count("L11-pay-deadline") == 1
    assert "L11-mend-cash" in codes
    assert "L11-mend-deadline" in codes

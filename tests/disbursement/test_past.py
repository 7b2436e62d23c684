"""What was paid stands: to the fen, to the day, and deadlines that are past are told, not moved."""

import numpy as np
import pytest

import allocation
from allocation.errors import ConflictError, InputError
from allocation.report.schedule_text import print_schedule

WAN = 1_000_000


def paid(folder, *rows, head="id,date,amount"):
    (folder / "paid.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return "paid.csv"


def planned(folder, plan, *rows, more="", sets=(), head="id,date,amount"):
    file = paid(folder, *rows, head=head)
    return allocation.schedule("s.toml", plan(more), paid=file, sets=sets).schedule


TRANCHES = '[tranches]\nat_most = 3\nat_least = "20万元"\n'


def test_what_is_odd_goes_with_the_next_payment(folder, plan):
    """A payment short by one yuan leaves a plan in whole quanta, exact and proven."""
    rows = ("a,2024-01-25,499999元", "b,2024-02-23,100万元")
    found = planned(folder, plan, *rows, more=TRANCHES)
    assert found.prepared.quantum == WAN
    assert found.payments[0, 0] == 49_999_900
    assert found.payments.sum(axis=1).tolist() == [100 * WAN, 200 * WAN, 300 * WAN]
    odd = found.payments[:, 2:] % WAN
    assert np.flatnonzero(odd.any(axis=0)).size == 1
    assert odd.sum() == 100
    assert (np.count_nonzero(found.payments, axis=1) <= 3).all()
    assert (found.payments.sum(axis=0)[2:] <= 150 * WAN).all()


def test_what_is_optimal_only_in_whole_quanta_is_called_that(folder, plan, capsys):
    for first, says in (("499999元", "按整拨付单位优化"), ("50万元", "方式:优化")):
        print_schedule(planned(folder, plan, f"a,2024-01-25,{first}", more=TRANCHES))
        assert says in capsys.readouterr().out


def test_without_tranches_every_fen_is_planned(folder, plan):
    found = planned(folder, plan, "a,2024-01-25,499999.99元")
    assert found.prepared.quantum == 1
    assert found.payments.sum(axis=1).tolist() == [100 * WAN, 200 * WAN, 300 * WAN]


def test_a_deadline_that_is_past_is_told_as_missed(folder, plan):
    due = '[deadlines.half]\nday = 2024-03-31\nshare = "50%"\nsource = "示例"\n'
    found = planned(folder, plan, "a,2024-01-25,10万元", more=due, sets=["paid.until=2024-03"])
    assert found.missed == {"half": (40 + 100 + 150) * WAN}
    assert found.payments.sum() == 600 * WAN - found.unpaid.sum()


def test_a_plan_whose_every_month_is_past_is_shown_as_it_is(folder, plan):
    found = planned(folder, plan, "a,2024-06-25,10万元", more=TRANCHES)
    assert found.payments.sum() == 10 * WAN
    assert int(found.unpaid.sum()) == 590 * WAN


def test_receipts_are_compared_by_the_day(folder, plan):
    with pytest.raises(InputError, match="L12-paid-before-receipt") as told:
        planned(folder, plan, "a,2024-01-09,10万元")
    assert str(told.value.problems[0].place).endswith("paid.csv:2:amount")
    planned(folder, plan, "a,2024-01-10,10万元")
    late = ["received.main.day=2024-03-28"]
    planned(folder, plan, "a,2024-03-29,10万元", sets=late)


def test_month_and_day_of_a_row_must_agree(folder, plan):
    head = "id,month,date,amount"
    with pytest.raises(InputError, match="L14-month-and-day"):
        planned(folder, plan, "a,2024-02,2024-03-01,10万元", head=head)
    found = planned(folder, plan, "a,2024-02,2024-02-05,10万元", head=head)
    assert found.prepared.past.made[0].day.day == 5


def test_paid_above_names_row_and_figures(folder, plan):
    with pytest.raises(InputError, match="L12-paid-above") as told:
        planned(folder, plan, "a,2024-01-25,60万元", "a,2024-02-23,60万元")
    (problem,) = told.value.problems
    assert str(problem.place).endswith("paid.csv:3:amount")
    assert "120.00" in problem.text("zh")
    assert "100.00" in problem.text("zh")


# ---- progress -----------------------------------------------------------------------------------

PROGRESS = '[tranches]\non_issue = "70%"\nafter = "60%"\nprogress = "p.csv"\n'


def progress(folder, plan, text):
    (folder / "p.csv").write_text(text, encoding="utf-8")
    return allocation.schedule("s.toml", plan(PROGRESS)).schedule


@pytest.mark.parametrize(
    ("cells", "code"),
    [("10,20", "L14-cell"), ("500%,600%", "L14-cell"), ("80%,20%", "L14-progress-falls")],
)
def test_progress_that_cannot_be(folder, plan, cells, code):
    with pytest.raises(InputError, match=code):
        progress(folder, plan, f"id,2024-02,2024-03\na,{cells}\nb,10%,20%\nc,10%,20%\n")


def test_who_is_not_in_the_table_of_progress_is_told(folder, plan):
    found = progress(folder, plan, "id,2024-02,2024-03\na,10%,70%\n")
    codes = [warning.code for warning in found.prepared.warnings]
    assert codes.count("L14-progress-missing") == 1
    assert "L14-condition-late" in codes


# ---- what else a plan must say ------------------------------------------------------------------


def test_years_without_a_holiday_table_are_told(folder):
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    (folder / "plan.toml").write_text(text.replace("2024-", "2033-"), encoding="utf-8")
    found = allocation.schedule("s.toml", "plan.toml").schedule
    assert [w.code for w in found.prepared.warnings] == ["L14-no-holiday-table"]


@pytest.mark.usefixtures("folder")
def test_a_least_tranche_above_what_is_left_is_told(plan):
    more = '[tranches]\nat_least = "150万元"\n'
    found = allocation.schedule("s.toml", plan(more)).schedule
    (warning,) = found.prepared.warnings
    assert warning.code == "L14-least-tranche-above"
    assert "甲" in warning.text("zh")


@pytest.mark.usefixtures("folder")
def test_rules_of_thumb_say_whose_tranches_they_break(plan):
    found = allocation.schedule("s.toml", plan(TRANCHES))
    table = found.comparison
    assert table.loc["optimal", "untidy"] == 0
    assert table.loc["even", "untidy"] == 3


def test_nobody_is_paid_more_than_was_issued_to_it(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'title = "示例"\nfirst = "2022-12"\nlast = "2023-12"\n'
        '[received.advance]\nday = 2022-12-01\namount = "2520万元"\nsource = "示例"\n'
        '[received.main]\nday = 2023-05-10\namount = "1080万元"\nsource = "示例"\n'
        '[need]\ncurve = "front_loaded"\n',
        encoding="utf-8",
    )
    result = allocation.allocate("jiangsu-2023")
    found = allocation.schedule(result, plan).schedule
    issued = dict(zip(found.issue.ids, found.issue.advanced.tolist(), strict=True))
    before = found.payments[:, : found.months.index("2023-05")].sum(axis=1)
    assert (before <= [issued[key] for key in found.issue.ids]).all()
    assert found.payments.sum() == 3600 * WAN


def test_short_receipts_are_repaired_by_their_amount():
    with pytest.raises(ConflictError) as told:
        allocation.schedule("linhe-2023", sets=["received.main.amount=900万元"])
    codes = {problem.code for problem in told.value.problems}
    assert {"L11-mend-amount", "L11-mend-share"} <= codes
    assert "L11-mend-none" not in codes
    said = [p.text("zh") for p in told.value.problems if p.code == "L11-mend-amount"]
    assert any("--set received.main.amount=955万元" in text for text in said)


def test_odd_payments_are_planned_alike_by_another_solver(tmp_path):
    paid = tmp_path / "paid.csv"
    paid.write_text(
        "id,date,amount_fen\ncompetitiveness-1,2023-02-20,83000000\n"
        "competitiveness-1,2023-03-20,37000000\ncompetitiveness-2,2023-03-20,108000000\n"
        "competitiveness-3,2023-03-20,105000000\nwarehouse-1,2023-02-20,120000000\n"
        "warehouse-2,2023-03-20,149999900\nwarehouse-3,2023-04-20,150000000\n"
        "warehouse-4,2023-04-20,150000000\ninvestment-1,2023-02-20,100000000\n",
        encoding="utf-8",
    )
    found, other = (
        allocation.schedule("linhe-2023", paid=paid, solver=solver).schedule
        for solver in ("highs", "PULP_CBC_CMD")
    )
    assert (found.cells == other.cells).all()
    assert found.unpaid.sum() == 0

"""Everything wrong with a plan: code, place, what was found; all at once (law 1)."""

from __future__ import annotations

import pytest

import allocation
from allocation.disbursement.plan_file import load_plan
from allocation.errors import InputError


def problems(plan="plan.toml", **more):
    with pytest.raises(InputError) as caught:
        allocation.schedule("s.toml", plan, **more)
    return {problem.code: problem for problem in caught.value.problems}


CASES = {
    "L14-not-a-month": ("", ('first = "2024-01"', 'first = "2024-13"')),
    "L14-months-order": ("", ('last = "2024-06"', 'last = "2023-06"')),
    "L1-unknown-key": ('[cahs]\nlimit = "1万元"\n',),
    "L1-not-allowed": ('[need]\ncurve = "linear"\n',),
    "L1-order-of-aims": ("", ('first = "', 'order = ["unmet", "unmet"]\nfirst = "')),
    "L1-out-of-range": ("", ('limit = "150万元"', 'limit = "-1万元"')),
    "L3-one-of": ("[received.more]\nday = 2024-02-01\n",),
    "L2-received-above": ('[received.more]\nday = 2024-02-01\namount = "1万元"\n',),
    "L14-received-late": ("", ("day = 2024-01-10", "day = 2024-06-28")),
    "L14-received-after-deadline": (
        "[deadlines.soon]\nday = 2024-01-31\n",
        ("day = 2024-01-10", "day = 2024-02-10"),
    ),
    "L14-deadline-too-early": ("[deadlines.soon]\nday = 2024-01-05\n",),
    "L14-no-such-rule": ('[deadlines.law]\nrule = "pass_up"\n',),
    "L14-month-outside": ('by_month = { 2025-01 = "1万元" }\n',),
    "L14-milestones-order": (
        (
            "[recipient.a]\nmilestones = [{ day = 2024-03-01, share = '50%' }, "
            "{ day = 2024-02-01, share = '50%' }]\n"
        ),
    ),
    "L2-milestones-sum": ("[recipient.a]\nmilestones = [{ day = 2024-03-01, share = '50%' }]\n",),
    "L14-milestone-outside": (
        "[recipient.a]\nmilestones = [{ day = 2024-07-01, share = '100%' }]\n",
    ),
    "L1-unknown-recipient": ("[recipient.d]\ncurve = 'even'\n",),
    "L1-dead-key": ("[tranches]\non_issue = '30%'\n",),
    "L1-no-such-file": ("[need]\nfile = 'need.csv'\n",),
    "L2-plan-quantum": ("", ('first = "', 'quantum = "70万元"\nfirst = "')),
}


@pytest.mark.parametrize("code", CASES)
def test_a_broken_plan_is_named_with_its_line(plan, code):
    more, *changes = CASES[code]
    plan(more, *changes)
    found = problems()
    assert set(found) == {code}
    assert found[code].place.file
    assert found[code].text("zh") != found[code].text("en")


def test_everything_wrong_is_said_at_once(plan):
    plan("[recipient.d]\ncurve = 'even'\n[deadlines.x]\nday = 2024-01-05\n")
    assert set(problems()) == {"L1-unknown-recipient", "L14-deadline-too-early"}


NEEDS = {
    "L2-need-above": "id,2024-01,2024-02\na,60万元,50万元\nb,,\nc,,\n",
    "L14-columns-out-of-order": "id,2024-02,2024-01\na,60万元,40万元\nb,,\nc,,\n",
    "L14-cell": "id,2024-01,2024-02\na,60,40万元\nb,,\nc,,\n",
    "L14-negative-figure": "id,2024-01,2024-02\na,60万元,-1万元\nb,,\nc,,\n",
    "L1-unknown-recipient": "id,2024-01\nx,1万元\n",
    "L1-duplicate-recipient": "id,2024-01\na,1万元\na,1万元\n",
    "L2-schedule-column": "id,2024-01,when\na,1万元,x\n",
    "L1-ragged-row": "id,2024-01\na,1万元,2\n",
    "L14-month-outside": "id,2024-07\na,1万元\n",
    "L1-unknown-column": "who,2024-01\na,1万元\n",
}


@pytest.mark.parametrize("code", NEEDS)
def test_a_broken_table_of_need(plan, folder, code):
    plan("[need]\nfile = 'need.csv'\n")
    (folder / "need.csv").write_text(NEEDS[code], encoding="utf-8")
    found = problems()
    assert set(found) - {"L2-need-below"} == {code}
    assert found[code].place.file == "need.csv"
    assert found[code].place.line


PAID = {
    "L12-paid-above": "id,month,amount\na,2024-01,101万元\n",
    "L14-payment-amount": "id,month,amount\na,2024-01,ten\n",
    "L14-negative-figure": "id,month,amount\na,2024-01,-1万元\n",
    "L14-not-a-month": "id,month,amount\na,spring,1万元\n",
    "L14-month-outside": "id,month,amount\na,2023-12,1万元\n",
    "L1-unknown-recipient": "id,month,amount\nz,2024-01,1万元\n",
    "L1-unknown-column": "id,month,sum\na,2024-01,1万元\n",
}


@pytest.mark.parametrize("code", PAID)
def test_a_broken_table_of_payments(folder, code):
    (folder / "paid.csv").write_text(PAID[code], encoding="utf-8")
    assert set(problems(paid="paid.csv")) == {code}


def test_more_paid_than_was_received(plan, folder):
    plan("", ("day = 2024-01-10", "day = 2024-02-10"))
    (folder / "paid.csv").write_text("id,month,amount\na,2024-01,1万元\n", encoding="utf-8")
    assert set(problems(paid="paid.csv")) == {"L12-paid-before-receipt"}


def test_changes_of_the_call(folder):
    del folder
    assert set(problems(sets=["cash.limit=150万元"])) == {"L1-override-without-effect"}
    assert set(problems(sets=["cash.limits=1万元"])) == {"L1-unknown-key"}
    assert set(problems(sets=["cash.limit"])) == {"L1-set-syntax"}
    found = allocation.schedule("s.toml", "plan.toml", sets=["cash.limit=200万元"])
    assert [change.key for change in found.loaded.changes] == ["cash.limit"]


def test_plans_that_are_not_there(folder):
    del folder
    assert set(problems("no-such-plan")) == {"L1-unknown-plan"}
    assert set(problems(None)) == {"L1-no-plan"}
    assert set(problems("gone.toml")) == {"L1-no-such-file"}


@pytest.mark.usefixtures("folder")
def test_a_change_that_is_refused_is_told_though_a_sound_one_follows(plan):
    sets = ["need.curve=even", "nothing=1", "calendar.pay_day=20"]
    with pytest.raises(InputError) as told:
        load_plan(plan(), sets)
    codes = {problem.code for problem in told.value.problems}
    assert codes >= {"L1-override-without-effect", "L1-unknown-key"}


@pytest.mark.usefixtures("folder")
def test_changes_are_told_as_the_file_has_them(plan):
    loaded = load_plan(plan(), ["cash.limit=140万元", "calendar.pay_day=20"])
    said = [(change.before, change.after) for change in loaded.changes]
    assert said == [("150万元", "140万元"), ("25", "20")]


def test_a_table_of_requests_with_no_row_is_refused(folder, plan):
    (folder / "n.csv").write_text("id,2024-03\n", encoding="utf-8")
    assert set(problems(plan('[need]\nfile = "n.csv"\n'))) == {"L1-no-rows"}
    progress = '[tranches]\non_issue = "70%"\nafter = "60%"\nprogress = "n.csv"\n'
    assert "L1-no-rows" in problems(plan(progress))


def test_parts_of_a_fen_are_called_so(folder, plan):
    (folder / "n.csv").write_text("id,2024-03_wan\na,99.9999999\n", encoding="utf-8")
    found = problems(plan('[need]\nfile = "n.csv"\n'))
    assert "整数分" in found["L14-part-of-fen"].text("zh")


@pytest.mark.usefixtures("folder")
def test_a_day_that_is_none_is_not_blamed_on_quotes(plan):
    found = problems(plan("", ("day = 2024-01-10", "day = 2024-02-30")))
    assert set(found) == {"L1-no-such-day"}

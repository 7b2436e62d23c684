"""Law 11 for payments: an irreducible conflict, and repairs that were tried."""

from __future__ import annotations

import shlex

import pytest
from plans import write_plan

import allocation
from allocation.disbursement.clash import possible, smallest
from allocation.disbursement.prepared import prepare
from allocation.errors import ConflictError


def sets_of(problem):
    words = shlex.split(str(problem.words["change"]))
    return words[1::2]


CASES = {
    "national-2022-zones": ["cash.limit=1亿元"],
    "linhe-2023": ["received.main.day=2023-07-20", "deadlines.june.share=60%"],
}


@pytest.mark.parametrize("name", CASES)
def test_every_repair_is_a_plan_that_holds(name):
    with pytest.raises(ConflictError) as caught:
        allocation.schedule(name, sets=CASES[name])
    repairs = [problem for problem in caught.value.problems if "change" in problem.words]
    assert repairs
    for repair in repairs:
        found = allocation.schedule(name, sets=[*CASES[name], *sets_of(repair)])
        assert not found.schedule.missed


def test_the_least_cash_is_the_least(tmp_path):
    scenario, plan = write_plan(tmp_path, 1, '\n[deadlines.all]\nday = 2024-02-27\nshare = "60%"\n')
    with pytest.raises(ConflictError) as caught:
        allocation.schedule(str(scenario), str(plan))
    [repair] = [p for p in caught.value.problems if p.code == "L11-mend-cash"]
    text = sets_of(repair)
    key, _, amount = text[-1].partition("=")
    fen = round(
        float(amount.removesuffix("元").removesuffix("万")) * (10**6 if "万" in amount else 100)
    )
    less = [*text[:-1], f"{key}={(fen - 1) // 100}.{(fen - 1) % 100:02d}元"]
    assert allocation.schedule(str(scenario), str(plan), sets=text).schedule.missed == {}
    with pytest.raises(ConflictError):
        allocation.schedule(str(scenario), str(plan), sets=less)


def test_without_any_member_the_others_can_hold(tmp_path, campaign):
    seen = 0
    for seed in range(campaign(small=25, full=300)):
        extra = '\n[deadlines.all]\nday = 2024-02-27\nshare = "70%"\n'
        scenario, plan = write_plan(tmp_path, seed, extra)
        prepared = prepare(_issue(scenario), _plan(plan))
        if possible(prepared, smallest(prepared)):
            continue
        members = smallest(prepared)
        seen += 1
        for member in members:
            assert possible(prepared, [other for other in members if other != member])
    assert seen > 3


def _issue(scenario):
    from allocation.disbursement.issue import issue_of

    return issue_of(allocation.allocate(str(scenario)))


def _plan(plan):
    from allocation.disbursement.plan_file import load_plan

    return load_plan(str(plan))

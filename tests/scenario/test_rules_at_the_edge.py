"""Rules where they meet: no claim, exclusion, soft caps, empty tiers, zero or at least."""

from __future__ import annotations

import pytest

from allocation.engine import allocate
from allocation.errors import ConflictError, InputError

HEAD = """title = "边缘"
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
pot = { amount = "1000万元", source = "示例" }
recipients = { kind = "table", table = "t" }
tables.t = { file = "t.csv", key = "id" }
factors.a = { weight = "100%", column = "a" }
"""
WAN = 1_000_000


@pytest.fixture
def run(tmp_path):
    def run(rules: str, table: str = "a,rank\nA,3,1\nB,3,2\nC,2,3\nD,2,9\nE,0,\n"):
        (tmp_path / "t.csv").write_text("id," + table, encoding="utf-8")
        (tmp_path / "s.toml").write_text(HEAD + rules, encoding="utf-8")
        result = allocate(str(tmp_path / "s.toml"))
        amounts = result.amounts // WAN
        return dict(zip(result.recipients.ids, amounts.tolist(), strict=True)), result

    return run


def test_who_is_entitled_to_nothing_gets_its_floor_only(run):
    amounts, _ = run('rules.f = { kind = "floor", amount = "50万元" }\n')
    assert amounts["E"] == 50
    assert sum(amounts.values()) == 1000


def test_soft_caps_give_way_even_if_one_is_entitled_to_nothing(run):
    amounts, result = run('rules.c = { kind = "cap", amount = "100万元", priority = 1 }\n')
    assert amounts == {"A": 300, "B": 300, "C": 200, "D": 200, "E": 0}
    assert result.rules[0].broken_by == 600 * WAN


def test_a_conflict_that_comes_of_no_claim_says_so(run):
    with pytest.raises(ConflictError) as error:
        run('rules.c = { kind = "cap", amount = "220万元" }\n')
    assert "L11-no-claim" in {problem.code for problem in error.value.problems}
    assert "E" in error.value.text("zh")


def test_a_floor_for_no_claim_is_spread_over_purposes(run):
    amounts, result = run(
        'rules.f = { kind = "floor", amount = "60万元" }\n'
        'purposes.p = { name = "甲", amount = "600万元" }\n'
        'purposes.q = { name = "乙", amount = "400万元" }\n'
    )
    assert amounts["E"] == 60
    assert result.cells.sum(axis=0).tolist() == [600 * WAN, 400 * WAN]


def test_floors_and_awards_are_not_for_the_excluded(run):
    amounts, _ = run(
        'rules.x = { kind = "exclude", where = { id = "A" } }\n'
        'rules.f = { kind = "floor", amount = "60万元" }\n'
        'rules.t = { kind = "top_award", top = 1, amount = "90万元" }\n'
    )
    assert amounts["A"] == 0
    assert amounts["B"] > amounts["C"]
    assert amounts["B"] >= 90


def test_a_step_reaches_over_an_empty_tier(run):
    rule = 'rules.s = { kind = "rank_step", tiers = [3, 5], step = "150万元" }\n'
    amounts, _ = run(rule)
    assert min(amounts[key] for key in "ABC") >= amounts["D"] + 150


def test_zero_or_at_least_is_no_broken_rule(run):
    amounts, result = run(
        'rules.z = { kind = "zero_or_at_least", amount = "300万元", below = "raise" }\n'
    )
    assert all(value == 0 or value >= 300 for value in amounts.values())
    assert sum(value > 0 for value in amounts.values()) == 3
    assert result.rules[0].broken_by == 0


@pytest.mark.parametrize(
    "rule",
    [
        'kind = "zero_or_at_least", amount = "1万元"',
        'kind = "exclude", where = { id = "A" }',
        'kind = "top_award", top = 1, amount = "1万元"',
    ],
)
def test_what_is_always_hard_takes_no_priority(run, rule):
    with pytest.raises(InputError, match="L1-never-soft"):
        run(f"rules.r = {{ {rule}, priority = 1 }}\n")

"""Rules where they meet: no claim, exclusion, soft caps, empty tiers, zero or at least."""

from __future__ import annotations

import pytest
from generated import write_scenario

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


def test_who_is_excluded_or_without_claim_stands_in_no_ranks_way(run):
    amounts, _ = run(
        'rules.o = { kind = "rank_order" }\nrules.x = { kind = "exclude", where = { id = "B" } }\n',
        "a,rank,unit\nA,3,1,u\nB,3,2,u\nC,2,3,u\nD,0,4,u\nE,2,5,u\n",
    )
    assert amounts["B"] == amounts["D"] == 0
    assert amounts["A"] > amounts["C"] == amounts["E"] > 0


def test_neighbours_by_target_are_those_with_a_claim(run):
    table = "a,rank,unit\nA,1,1,u\nB,0,2,u\nC,3,3,u\nD,4,,u\n"
    rules = 'rules.o = { kind = "rank_order", per = "target" }\n'
    _, result = run(
        rules + 'rules.f = { kind = "floor", where = { id = "C" }, amount = "600万元" }\n', table
    )
    ratio = [
        a / e if e else None for a, e in zip(result.unrounded, result.entitlements, strict=True)
    ]
    assert ratio[0] >= ratio[2]


@pytest.mark.parametrize(
    "rule",
    [
        'kind = "top_award", top = 2, amount = "10万元"',
        'kind = "zero_or_at_least", amount = "250万元"',
        'kind = "zero_or_at_least", amount = "300万元", below = "raise"',
    ],
)
def test_a_rule_that_moves_money_is_said_to_bind(run, rule):
    _, result = run(f"rules.r = {{ {rule} }}\n")
    assert result.rules[0].binds


def test_awards_count_the_eligible_only(run):
    amounts, _ = run('rules.t = { kind = "top_award", top = 99, amount = "10万元" }\n')
    assert sum(amounts.values()) == 1000


def test_purposes_do_not_go_with_raise(run):
    with pytest.raises(InputError, match="L1-purposes-with-raise"):
        run(
            'rules.z = { kind = "zero_or_at_least", amount = "9万元", below = "raise" }\n'
            'purposes.p = { name = "甲", amount = "1000万元" }\n'
        )


@pytest.mark.parametrize("name", ["合计：", "全省合计", "Total", "grand total"])
def test_a_row_like_a_total_is_no_recipient(run, name):
    with pytest.raises(InputError, match="L1-looks-like-total"):
        run("", f"a,rank\nA,3,1\n{name},3,2\n")


def test_an_upper_level_that_leads_back_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("id,unit,a\nA,u,1\n", encoding="utf-8")
    text = HEAD + 'upper = { scenario = "s.toml" }\n'
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="L1-upper-circle"):
        allocate(str(tmp_path / "s.toml"))


def test_a_change_of_the_call_is_told_in_the_result(run, tmp_path):
    run("")
    result = allocate(str(tmp_path / "s.toml"), sets=["pot.amount=1100万元"])
    assert [(c.origin, c.key, c.after) for c in result.changes] == [
        ("call", "pot.amount", "1100万元")
    ]
    assert result.record["changes"][0]["before"] == "1000万元"


def test_a_conflict_of_ranks_names_the_order(run):
    with pytest.raises(ConflictError) as error:
        run(
            'rules.o = { kind = "rank_order" }\n'
            'rules.c = { kind = "cap", where = { id = "A" }, amount = "100万元" }\n',
            "a,rank,unit\nA,3,1,u\nB,3,2,u\nC,2,3,u\n",
        )
    # 100 for the best rank leaves at most 300 in all.
    assert {"L11-order", "L11-cap", "L11-pot"} <= {p.code for p in error.value.problems}


def test_a_conflict_under_benefit_names_rules_and_not_segments(tmp_path):
    """The proof of this one uses rows that tie amounts to their segments."""
    path = write_scenario(tmp_path, 166, "per_target")
    with pytest.raises(ConflictError) as error:
        allocate(str(path), objective="benefit")
    assert {problem.code for problem in error.value.problems} >= {"L11-rule", "L11-order"}

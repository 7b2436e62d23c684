from __future__ import annotations

from fractions import Fraction

import pytest

from allocation.scenario import load
from allocation.scenario.fields import join_key, split_key

# the change, its code, a word in the English sentence
REFUSED = [
    ("pot.amuont=2亿元", "L1-unknown-key", "amount"),
    ("pott.amount=2亿元", "L1-unknown-key", "pot"),
    ("pot.amount.x=2亿元", "L1-unknown-key", "pot.amount"),
    ("rules.west.most_ammount=2亿元", "L1-unknown-key", "most_amount"),
    ("rules.west.amount=2亿元", "L1-unknown-key", "least_amount"),
    ("rules.foo.amount=500万元", "L1-set-absent", "least"),
    ("rules.foo=off", "L1-set-absent", "least"),
    ("rules.foo=500万元", "L1-set-absent", "least"),
    ("factors.trad.weight=1", "L1-set-absent", "trade"),
    ("coefficients.tilt.rank.tiers.5.value=1", "L1-unknown-key", "rank"),
    ("coefficients.rank.rank.tiers.5.value=1", "L1-unknown-key", "tiers"),
    ("override.more_west.set=1", "L1-unknown-key", "override"),
    ("what_if.both.title=x", "L1-unknown-key", "what_if"),
    ("pot.amount=1亿元", "L1-override-without-effect", "pot.amount"),
    ("pot.amount=10,000万元", "L1-override-without-effect", "10,000"),
    ("rounding.quantum=1万元", "L1-override-without-effect", "quantum"),
    ("objective.kind=fair", "L1-override-without-effect", "fair"),
    ("rules.interest.amount=500000元", "L1-override-without-effect", "interest"),
    ("recipients.kind=units", "L1-override-without-effect", "units"),
    ("splits.part.columns=trade, zones", "L1-override-without-effect", "zones"),
    ("pot.amount", "L1-set-syntax", "KEY=VALUE"),
    ("=1", "L1-set-syntax", "KEY=VALUE"),
    ("pot..amount=1", "L1-set-syntax", "KEY=VALUE"),
    ("coefficients.rank.rank.tiers=[{", "L1-set-syntax", "KEY=VALUE"),
    ("pot.amount=5", "L3-amount", "unit"),
    ("pot.amount=off", "L3-amount", "unit"),
    ("pot.amount=-1亿元", "L1-out-of-range", "> 0"),
    ("illustrative=yes", "L1-not-a-flag", "true or false"),
    ("year=MMXXII", "L1-not-whole", "whole"),
    ("rules.west.where=west", "L1-not-a-table", "table"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "word"), REFUSED)
def test_changes_that_are_refused(plan, change, code, word):
    problems = plan.problems("", change)
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place.column == f"--set {change}"
    assert word in problems[0].text("en")
    assert problems[0].text("zh")


def test_text_becomes_what_the_schema_wants(plan):
    scenario = load(
        plan.path,
        sets=[
            "illustrative=false",
            "year=2023",
            "as_of=2022-11-30",
            "recipients.exclude=大连,兵团",
            "rules.hold.missing=error",
            "rules.west.where.fiscal_region=west",
            'coefficients.rank.rank.tiers=[{to=1,value="2"},{value=1}]',
            "title=合计=全部",
        ],
    ).scenario
    assert scenario.illustrative is False
    assert scenario.year == 2023
    assert scenario.as_of.isoformat() == "2022-11-30"
    assert scenario.recipients.exclude == ("大连", "兵团")
    assert scenario.rules["west"].where == {"fiscal_region": ("west",)}
    assert scenario.coefficients["rank"].rank.tiers[0].value == 2
    assert scenario.title == "合计=全部"


def test_an_element_of_a_list_can_be_changed(plan):
    scenario = load(plan.path, sets=["coefficients.rank.rank.tiers.0.value=3"]).scenario
    assert scenario.coefficients["rank"].rank.tiers[0].value == 3


def test_off_takes_entries_out(plan):
    loaded = load(plan.path, sets=["rules.west=off", "coefficients.rank=off"])
    assert "west" not in loaded.scenario.rules
    assert "rank" not in loaded.scenario.coefficients
    assert [change.after for change in loaded.changes] == ["off", "off"]


def test_an_override_adds_a_whole_rule(plan):
    loaded = load(plan.path + "@with_order", sets=["rules.order.within=unit"])
    assert loaded.scenario.rules["order"].kind == "rank_order"
    assert loaded.origins["rules.order.kind"] == "override with_order"
    assert loaded.origins["rules.order.within"] == "call"


def test_a_later_override_changes_what_an_earlier_added(plan):
    plan.write(plan.text() + '[override.later]\nreason = "续"\nset.rules.order.within = "unit"\n')
    assert load(plan.path + "@with_order,later").scenario.rules["order"].within == "unit"
    assert [problem.code for problem in plan.problems("@later")][-1] == "L1-set-absent"


def test_a_rule_may_change_its_kind(plan):
    plan.write(
        plan.text()
        + '[override.kind]\nreason = "换"\nsource = "示例"\n'
        + '[override.kind.set.rules.hold]\ngrowth = "10%"\nkind = "growth_cap"\nshare = "off"\n'
    )
    rule = load(plan.path + "@kind").scenario.rules["hold"]
    assert (rule.kind, rule.growth, rule.missing) == ("growth_cap", Fraction(1, 10), "skip")


def test_an_unknown_what_if_names_the_known(plan):
    (problem,) = plan.problems("@bothe")
    assert problem.code == "L1-unknown-what-if"
    assert problem.place.column == "@bothe"
    assert "nearest: both" in problem.text("en")


def test_the_same_change_twice_has_no_effect(plan):
    assert "L1-override-without-effect" in [p.code for p in plan.problems("@both,more_west")]


def test_a_sweep_may_pass_through_the_value_in_effect(plan):
    assert load(plan.path, sets=["pot.amount=1亿元"], may_repeat=True).scenario.pot.amount == 10**10


def test_a_wrong_value_in_an_override_is_placed_there(plan):
    plan.edit('rules.west.least = "55%"', 'rules.west.least = "155%"')
    (problem,) = plan.problems("@more_west")
    assert (problem.code, problem.place.line) == ("L1-out-of-range", plan.line("155%"))


def test_an_override_without_a_source_is_noted(plan):
    loaded = load(plan.path + "@wide_cap")
    assert [warning.code for warning in loaded.warnings] == ["L3-override-without-source"]
    assert loaded.name == "plan@wide_cap"
    (change,) = loaded.changes
    assert (change.key, change.before, change.after) == ("rules.most.share_of_pot", "60%", "70%")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a.b", ("a", "b")),
        ('a."b.c".d', ("a", "b.c", "d")),
        ("a.'b c'", ("a", "b c")),
        ("a.", None),
        (".a", None),
        ("", None),
        ('a."b', None),
        ('a."b"c', None),
    ],
)
def test_dotted_keys(text, parts):
    assert split_key(text) == parts
    if parts:
        assert split_key(join_key(parts)) == parts

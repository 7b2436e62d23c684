"""Law 11: the smallest set of rules that conflict, and repairs that really repair."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from conflicting import can_hold, write_conflict

import allocation
from allocation.conflict import Given, smallest_conflict
from allocation.engine import whole_task_of
from allocation.errors import ConflictError, InputError
from allocation.explain.repairs import repairs_of
from allocation.report.repairs import override_block
from allocation.scenario import load, shipped
from allocation_models.solvers.highs import simplex

POT, PURPOSES, UPPER, CLAIMS = Given.POT, Given.PURPOSES, Given.UPPER, Given.CLAIMS
HEAD = """title = "x"
level = "national"
year = 2022
as_of = 2022-01-01
illustrative = true
pot = { amount = "1000万元", source = "s" }
recipients = { kind = "table", table = "t" }
tables.t = { file = "t.csv", amounts = { last = "万元", asked = "万元", rise = "万元" } }
factors.a = { weight = "100%", column = "a" }
"""
#: Ten parts: A and B 300, C and D 200; E is entitled to nothing.
TABLE = """id,name_en,unit,rank,a,last,asked,rise
A,Alpha,u,1,3,300,350,100
B,Beta,u,2,3,300,350,0
C,Gamma,u,3,2,200,250,0
D,Delta,v,4,2,200,250,0
E,Epsilon,v,5,0,50,60,0
"""
TWO = """purposes.p = { name = "甲", amount = "600万元", where = { unit = "u" } }
purposes.q = { name = "乙", amount = "400万元" }
"""


@dataclass(frozen=True)
class Case:
    """Rules that conflict, who conflicts, words of the sentence in Chinese, and a repair."""

    rules: str
    members: set[object]
    said: tuple[str, ...]
    repair: str


CASES = {
    "floors over the pot": Case(
        'rules.f = { kind = "floor", name = "保底", amount = "210万元" }',
        {"f", POT},
        ("“保底” 1,050.00 > 资金总额 1,000.00", "共 5 个对象至少合计 1,050.00"),
        "rules.f.amount=200万元",
    ),
    "caps under the pot": Case(
        'rules.c = { kind = "cap", amount = "220万元" }\n'
        'rules.w = { kind = "exclude", where = { id = "E" } }',
        {"c", "w", POT},
        ("资金总额 1,000.00 > “c” 880.00", "1 个对象不安排"),
        "pot.amount=880万元",
    ),
    "a cap under a floor": Case(
        'rules.c = { kind = "cap", where = { id = "A" }, amount = "100万元" }\n'
        'rules.f = { kind = "floor", where = { id = "A" }, amount = "120万元" }',
        {"c", "f"},
        ("“f” 120.00 > “c” 100.00",),
        "rules.c.amount=120万元",
    ),
    "groups over the pot": Case(
        'rules.g = { kind = "group_share", each = "unit", least = "60%" }',
        {"g", POT},
        ("“g” 1,200.00 > 资金总额 1,000.00", "u ≥ 600.00、v ≥ 600.00"),
        "rules.g.least=50%",
    ),
    "floors over a group's ceiling": Case(
        'rules.g = { kind = "group_share", where = { unit = "u" }, most = "50%" }\n'
        'rules.h = { kind = "hold_harmless", share = "90%", column = "last" }',
        {"g", "h"},
        ("“h” 720.00 > “g” 500.00",),
        "rules.g.most=72%",
    ),
    "a group over its own ceiling": Case(
        'rules.g = { kind = "group_share", where = { unit = "v" }, least = "30%",'
        ' most_amount = "200万元" }',
        {"g"},
        ("≥ 300.00、≤ 200.00",),
        "rules.g.most_amount=300万元",
    ),
    "a pace of change under a group's floor": Case(
        'rules.p = { kind = "growth_cap", growth = "10%", column = "last" }\n'
        'rules.g = { kind = "group_share", where = { unit = "v" }, least = "40%" }',
        {"p", "g"},
        ("“g” 400.00 > “p” 275.00",),
        "rules.g.least=22%",
    ),
    "requests under the pot": Case(
        'rules.r = { kind = "at_most_requested", column = "asked", where = { unit = "u" } }\n'
        'rules.c = { kind = "cap", where = { unit = "v" }, amount = "10万元" }',
        {"r", "c", POT},
        ("资金总额 1,000.00 > “r” 950.00 + “c” 20.00 = 970.00",),
        "rules.c.amount=50万元",
    ),
    "who is entitled to nothing": Case(
        'rules.c = { kind = "cap", amount = "220万元" }',
        {"c", POT, CLAIMS},
        ("公式份额为零的对象只得保底:E", "“c” 880.00"),
        "rules.c.amount=250万元",
    ),
    "a cut under a floor": Case(
        'rules.k = { kind = "utilisation_cut", share = "100%", column = "rise" }\n'
        'rules.f = { kind = "floor", where = { id = "A" }, amount = "260万元" }',
        {"k", "f"},
        ("“f” 260.00 > “k” 200.00",),
        "rules.k.share=40%",
    ),
    "awards over the pot": Case(
        'rules.t = { kind = "top_award", top = 3, amount = "400万元" }',
        {"t", POT},
        ("“t” 1,200.00 > 资金总额 1,000.00",),
        "rules.t.amount=333万元",
    ),
    "two awards for one": Case(
        'rules.t = { kind = "top_award", top = 1, amount = "600万元" }\n'
        'rules.v = { kind = "top_award", top = 1, amount = "700万元" }',
        {"t", "v", POT},
        ("资金总额 1,000.00",),
        "pot.amount=1300万元",
    ),
    "rank order against a cap": Case(
        'rules.o = { kind = "rank_order" }\n'
        'rules.c = { kind = "cap", where = { id = "A" }, amount = "100万元" }\n'
        'rules.d = { kind = "cap", where = { unit = "v" }, amount = "150万元" }',
        {"o", "c", "d", POT},
        ("位次靠前者不少得",),
        "rules.o.priority=1",
    ),
    "a step over the pot": Case(
        'rules.s = { kind = "rank_step", tiers = [2], step = "600万元" }',
        {"s", POT},
        ("每档比下一档至少高 600.00",),
        "rules.s.step=500万元",
    ),
    "a step by share against a floor": Case(
        'rules.s = { kind = "rank_step", tiers = [2], step_share = "150%" }\n'
        'rules.f = { kind = "floor", where = { id = "C" }, amount = "220万元" }',
        {"s", "f", POT},
        ("每档比下一档至少高 150.00%",),
        "rules.s.priority=1",
    ),
    "too little is dropped": Case(
        'rules.z = { kind = "zero_or_at_least", amount = "250万元" }\n'
        'rules.f = { kind = "floor", where = { id = "C" }, amount = "50万元" }',
        {"z", "f"},
        ("“f” 50.00 > “z” 0.00", "份额不足 250.00 万元的不安排"),
        "rules.f.amount=0万元",
    ),
    "nobody can be raised": Case(
        'rules.z = { kind = "zero_or_at_least", amount = "350万元", below = "raise" }\n'
        'rules.c = { kind = "cap", amount = "340万元" }',
        {"z", "c", POT},
        ("要么不安排,要么不低于 350.00",),
        "rules.c.amount=500万元",
    ),
    "the purposes": Case(
        TWO + 'rules.f = { kind = "floor", where = { unit = "v" }, amount = "250万元" }',
        {"f", PURPOSES},
        ("各方向的合计及其适用对象", "“f” 500.00"),
        "rules.f.amount=200万元",
    ),
    "floors over the pot, with purposes": Case(
        TWO + 'rules.f = { kind = "floor", amount = "210万元" }',
        {"f", POT},
        ("“f” 1,050.00 > 资金总额 1,000.00",),
        "pot.amount=1050万元 purposes.p.amount=630万元 purposes.q.amount=420万元",
    ),
    "the least ratio": Case(
        'objective = { kind = "benefit", min_ratio = "90%" }\n'
        'rules.c = { kind = "cap", where = { id = "A" }, amount = "200万元" }',
        {Given.MIN_RATIO, "c"},
        ("每个对象至少得其份额的 90.00%",),
        "objective.min_ratio=66.66%",
    ),
}


@pytest.fixture
def plan(tmp_path):
    """Return a function that writes a scenario of five recipients with some rules."""

    def write(rules, head=HEAD):
        (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
        path = tmp_path / "s.toml"
        path.write_text(head + rules + "\n", encoding="utf-8")
        return path

    return write


def refused(path):
    """Return the conflict a scenario ends in."""
    with pytest.raises(ConflictError) as error:
        allocation.allocate(str(path))
    return error.value


def assert_smallest(task, members):
    """Check by HiGHS on the whole program that no member can be left out, and none is missing."""
    assert not can_hold(task, members)
    for member in members:
        assert can_hold(task, members - {member}), member


def assert_repaired(path, repairs):
    """Check that each repair, applied from the start, gives amounts."""
    for repair in repairs:
        result = allocation.allocate(str(path), sets=list(repair.sets))
        assert int(result.amounts.sum()) + result.heading.unspent == result.heading.pot
    prices = [(repair.price, repair.count) for repair in repairs]
    assert prices == sorted(prices)


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_rule_in_conflict(plan, name):
    case = CASES[name]
    path = plan(case.rules)
    text = refused(path).text("zh")
    for words in case.said:
        assert words in text
    task = whole_task_of(load(str(path)))
    members = smallest_conflict(task, simplex).members
    assert members == case.members
    assert_smallest(task, members)
    repairs = repairs_of(load(str(path)))
    assert case.repair in {" ".join(repair.sets) for repair in repairs}
    assert_repaired(path, repairs)


@pytest.mark.parametrize("name", CASES)
def test_sums_alone_need_no_solver(plan, name, monkeypatch):
    """Without a solver the pre-flight says the same, or nothing where ranks or choices matter."""
    from allocation_models.solvers.highs import HighsSession

    path = plan(CASES[name].rules)
    told = refused(path).problems

    def solve(_):
        raise AssertionError

    monkeypatch.setattr(HighsSession, "solve", solve)
    found = [p for p in allocation.check(allocation.load(str(path))) if p.code.startswith("L11")]
    assert found in ([], list(told))
    needs = {"rank order against a cap", "nobody can be raised", "a step over the pot"}
    needs |= {"a step by share against a floor", "the purposes"}
    assert bool(found) == (name not in needs)


@pytest.mark.parametrize("seed", range(3))
def test_a_generated_conflict_reads_well_in_both_languages(tmp_path, seed):
    error = refused(write_conflict(tmp_path, seed + 20))
    chinese, english = error.text("zh"), error.text("en")
    assert "L11-conflict" in chinese
    assert chinese.count("\n") == english.count("\n")
    assert "不能同时满足" in chinese
    assert "cannot all hold" in english


def test_generated_conflicts_are_smallest_and_repaired(tmp_path, campaign):
    seen = repaired = 0
    for seed in range(campaign(small=45, full=500)):
        path = write_conflict(tmp_path / str(seed), seed)
        try:
            allocation.allocate(str(path))
        except InputError:
            continue
        except ConflictError as error:
            if error.problems[0].code != "L11-conflict":
                continue
        else:
            continue
        loaded = load(str(path))
        task = whole_task_of(loaded)
        assert_smallest(task, smallest_conflict(task, simplex).members)
        repairs = repairs_of(loaded)
        assert_repaired(path, repairs)
        seen, repaired = seen + 1, repaired + bool(repairs)
    assert seen >= campaign(small=40, full=400)
    assert repaired >= seen * 95 // 100


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_squeezed(name):
    """Caps at half of an equal part,: the repairs work."""
    sets = ['rules.squeeze={kind = "cap", share_of_equal_split = {by = "each", share = "1/2"}}']
    with pytest.raises(ConflictError, match="L11-conflict"):
        allocation.allocate(name, sets=sets)
    squeezed = load(name, sets=sets)
    task = whole_task_of(squeezed)
    assert_smallest(task, smallest_conflict(task, simplex).members)
    repairs = repairs_of(squeezed)
    assert repairs
    for repair in repairs:
        assert allocation.allocate(name, sets=[*sets, *repair.sets]).amounts.sum() > 0


def test_the_upper_level_can_take_part(plan, tmp_path):
    plan("", HEAD)
    upper = HEAD.replace('table = "t" }', 'table = "u" }')
    upper = upper.replace('tables.t = { file = "t.csv"', 'tables.u = { file = "u.csv"')
    (tmp_path / "u.csv").write_text(
        "id,a,last,asked,rise\nu,4,1,1,1\nv,1,1,1,1\n", encoding="utf-8"
    )
    (tmp_path / "upper.toml").write_text(upper, encoding="utf-8")
    rules = 'rules.f = { kind = "floor", where = { unit = "v" }, amount = "150万元" }\n'
    path = plan('upper = { scenario = "upper.toml" }\n' + rules)
    task = whole_task_of(load(str(path)))
    members = smallest_conflict(task, simplex).members
    assert members == {"f", UPPER}
    assert_smallest(task, members)
    repairs = repairs_of(load(str(path)))
    # The upper level fixes the pot.
    assert not any("pot.amount" in repair.sets[0] for repair in repairs)
    assert_repaired(path, repairs)
    assert {repair.sets for repair in repairs} >= {("rules.f.amount=100万元",)}


def test_a_conflict_of_the_upper_level_is_its_own(plan, tmp_path):
    plan("")
    upper = HEAD + 'rules.f = { kind = "floor", amount = "300万元" }\n'
    (tmp_path / "upper.toml").write_text(upper, encoding="utf-8")
    path = plan('upper = { scenario = "upper.toml" }')
    assert "upper.toml" in refused(path).text("zh")
    assert repairs_of(load(str(path))) == ()


def test_a_soft_rule_never_takes_part(plan):
    path = plan(
        'rules.s = { kind = "floor", amount = "900万元", priority = 1 }\n'
        'rules.f = { kind = "floor", amount = "300万元" }'
    )
    assert smallest_conflict(whole_task_of(load(str(path))), simplex).members == {"f", POT}


def test_a_rule_called_like_something_given(plan):
    path = plan('rules.pot = { kind = "group_share", each = "unit", least = "60%" }')
    assert smallest_conflict(whole_task_of(load(str(path))), simplex).members == {"pot", POT}


def test_the_fewest_are_exempt(plan):
    """120 for each of five is 100 over; letting E off is the least: it is entitled to nothing."""
    path = plan('rules.f = { kind = "floor", amount = "220万元" }')
    exempt = [r for r in repairs_of(load(str(path))) if "exempt" in r.sets[0]]
    assert [(repair.sets, repair.count) for repair in exempt] == [(('rules.f.exempt=["E"]',), 1)]
    result = allocation.allocate(str(path), sets=list(exempt[0].sets))
    assert result.amounts.tolist()[-1] == 0


def test_the_price_is_the_money_missed(plan):
    path = plan('rules.f = { kind = "floor", amount = "220万元" }')
    prices = {repair.sets: repair.price for repair in repairs_of(load(str(path)))}
    wan = 1_000_000
    assert prices[("pot.amount=1100万元",)] == 100 * wan
    assert prices[("rules.f.amount=200万元",)] == 100 * wan
    assert prices[('rules.f.exempt=["E"]',)] == 220 * wan


def test_only_rounding_fails(plan):
    head = HEAD.replace("factors.a", 'rounding.quantum = "100万元"\nfactors.a')
    path = plan(
        'rules.f = { kind = "floor", where = { id = ["A", "B"] }, amount = "350万元" }\n'
        'rules.c = { kind = "cap", amount = "350万元" }',
        head,
    )
    assert refused(path).problems[0].code == "L2-no-rounding"
    (repair,) = repairs_of(load(str(path)))
    assert repair.sets == ("rounding.quantum=1万元",)
    assert_repaired(path, [repair])


def test_an_override_block_applies(plan):
    path = plan(CASES["floors over the pot, with purposes"].rules)
    for number, repair in enumerate(repairs_of(load(str(path)))):
        text = path.read_text(encoding="utf-8")
        block = override_block(repair, f"r{number}")
        path.write_text(f"{text}\n{block}", encoding="utf-8")
        allocation.allocate(f"{path}@r{number}")


@pytest.mark.parametrize(
    ("sets", "pot"),
    [
        (["pot.amount=1万元", "rules.floor.amount=1万元"], "pot.amount=37万元"),
        (["pot.amount=1万元"], "pot.amount=18500万元"),
        (["rules.floor.amount=2亿元"], "pot.amount=740000万元"),
    ],
)
def test_the_pot_is_offered_where_caps_are_shares_of_it(sets, pot):
    """The cap is 8 % of the pot: floor and cap conflict, and more money is a repair."""
    found = repairs_of(allocation.load("national-2022", sets=sets))
    assert (pot,) in [repair.sets for repair in found]
    assert all(len(repair.sets) == 1 for repair in found)

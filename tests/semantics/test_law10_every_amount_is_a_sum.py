"""Law 10: every amount is a sum of whole fen, step by step, and the reasons are true."""

from __future__ import annotations

import csv
from fractions import Fraction

import numpy as np
import pytest
from generated import KINDS, write_scenario, write_table

import allocation
from allocation.engine import allocate
from allocation.errors import ConflictError
from allocation.explain.reasons import Reasons
from allocation.explain.stages import stages
from allocation.explain.waterfall import waterfall
from allocation.report.explanation import explain
from allocation.scenario import load, shipped

WAN = 1_000_000
GROUP_KINDS = ("group_share", "rank_order", "rank_step")

#: Rules and settings that no generated kind has, appended to a nested scenario.
EXTRAS = {
    "drop": '[rules.least]\nkind = "zero_or_at_least"\namount = "90万元"\n',
    "raise": '[rules.least]\nkind = "zero_or_at_least"\namount = "40万元"\nbelow = "raise"\n',
    "exclude": '[rules.none]\nkind = "exclude"\nwhere = { id = ["z01", "z03"] }\n',
    "award": '[rules.best]\nkind = "top_award"\ntop = 2\namount = "7万元"\n',
    "pace": '[rules.pace]\nkind = "growth_cap"\ngrowth = "120%"\n',
    "one_purpose": '[purposes.p]\nname = "p"\namount = "POT"\nwhere = { region = ["r0", "r1"] }\n',
}


def every_reference():
    for name in shipped():
        scenario = load(name).scenario
        yield name
        for change in (*scenario.override, *scenario.what_if):
            yield f"{name}@{change}"


REFERENCES = tuple(every_reference())


def columns(found):
    """Return each step's parts by key."""
    return {step.key: found.parts[:, at] for at, step in enumerate(found.steps)}


def assert_sums(result):
    """Check rows, columns, and what each column may hold; return the columns."""
    found = waterfall(result)
    parts = columns(found)
    assert found.parts.dtype == np.int64
    assert np.array_equal(found.parts.sum(axis=1), result.amounts)
    rules = {rule.key: rule for rule in result.rules}
    bounds = result.solved.task.rows.bounds
    awards = sum(
        bounds[key].amount[bounds[key].applies].sum()
        for key, rule in rules.items()
        if rule.kind == "top_award"
    )
    pot = result.solved.task.pot
    assert parts["formula"].sum() == pot - awards
    assert parts.get("award", np.zeros(1)).sum() == awards
    for key, column in parts.items():
        if key.startswith("coefficient_") or key in ("objective", "soft"):
            assert column.sum() == 0, key
    moving = ("totals", "bounds", "group", "redistribution")
    assert sum(int(parts[key].sum()) for key in moving if key in parts) == 0
    assert parts["rounding"].sum() == int(result.amounts.sum()) - pot
    claims = np.array(result.entitlements, dtype=object)
    assert (abs(found.entitlements - claims) < 1).all()
    assert_bounds(result, parts["bounds"])
    return parts


def assert_bounds(result, column):
    """Check that a floor takes from nobody, a cap gives to nobody, and others feel neither."""
    floors, caps = np.zeros(len(column), bool), np.zeros(len(column), bool)
    for bounds in result.solved.task.rows.bounds.values():
        (floors if bounds.floor else caps)[bounds.applies] = True
    least = [r.key for r in result.rules if r.kind == "zero_or_at_least"]
    caps |= bool(least)
    assert not (column[~floors] > 0).any()
    assert not (column[~caps] < 0).any()


def feasible(path, **arguments):
    try:
        return allocate(str(path), **arguments)
    except ConflictError:
        return None


@pytest.mark.parametrize("reference", REFERENCES)
def test_parts_add_up_on_every_shipped_scenario(reference):
    for quantum in (None, "1分"):
        assert_sums(allocate(reference, quantum=quantum))


@pytest.mark.parametrize("kind", KINDS)
def test_parts_add_up_on_generated_scenarios(tmp_path, campaign, kind):
    checked = 0
    for seed in range(campaign(small=8, full=170)):
        path = write_scenario(tmp_path / str(seed), seed, kind)
        for objective in ("fair",) if kind == "two_way" else ("fair", "benefit"):
            result = feasible(path, objective=None if objective == "fair" else objective)
            if result is not None:
                parts = assert_sums(result)
                assert ("objective" in parts) == (objective == "benefit")
                checked += 1
    assert checked


@pytest.mark.parametrize("extra", EXTRAS)
def test_parts_add_up_under_every_other_rule(tmp_path, campaign, extra):
    checked = 0
    for seed in range(campaign(small=6, full=60)):
        path = write_scenario(tmp_path / str(seed), seed, "nested")
        pot = load(str(path)).scenario.pot.amount // WAN
        text = EXTRAS[extra].replace("POT", f"{pot}万元")
        path.write_text(path.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
        if (result := feasible(path)) is not None:
            parts = assert_sums(result)
            assert ("award" in parts) == (extra == "award")
            assert ("totals" in parts) == (extra == "one_purpose")
            checked += 1
    assert checked


@pytest.mark.parametrize("kind", ["nested", "ranked", "two_way"])
def test_who_is_entitled_to_nothing_has_its_floor_and_nothing_else(tmp_path, campaign, kind):
    told = 0
    for seed in range(campaign(small=5, full=50)):
        path = write_scenario(tmp_path / str(seed), seed, kind)
        with (path.parent / "t.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows[2::4]:
            row |= {"a": "0", "b": "0"}
        write_table(path.parent / "t.csv", rows)
        floor = '[rules.all]\nkind = "floor"\namount = "9万元"\n'
        path.write_text(path.read_text(encoding="utf-8") + floor, encoding="utf-8")
        if (result := feasible(path)) is not None:
            parts = assert_sums(result)
            idle = [claim == 0 for claim in result.entitlements]
            given = result.amounts[idle] - parts["rounding"][idle]
            assert (given >= 9 * WAN).all()
            assert np.array_equal(parts["bounds"][idle], given)
            told += sum(idle)
    assert told


def test_a_purpose_only_for_who_is_entitled_to_nothing(tmp_path):
    """Without its floor the purpose could not be spent: that stage keeps it."""
    text = HAND[: HAND.index("[rules.c]")].replace("180万元", "60万元").replace('"each"', '"n"')
    text += '[purposes.p]\nname = "p"\namount = "540万元"\nwhere = { id = ["a", "b"] }\n'
    text += '[purposes.q]\nname = "q"\namount = "60万元"\nwhere = { id = "c" }\n'
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,name,k,n\na,甲,2,1\nb,乙,1,1\nc,丙,1,0\n", encoding="utf-8")
    table = explain(str(tmp_path / "plan.toml")).table // WAN
    assert table["bounds_fen"].tolist() == [0, 0, 60]
    assert table["totals_fen"].tolist() == [-40, -20, 0]
    assert table["amount_fen"].tolist() == [360, 180, 60]


def test_with_the_pot_alone_there_is_nothing_but_the_formula(tmp_path, campaign):
    for seed in range(campaign(small=6, full=60)):
        path = write_scenario(tmp_path / str(seed), seed, "ranked")
        off = [f"rules.{key}=off" for key in load(str(path)).scenario.rules]
        parts = columns(waterfall(allocate(str(path), sets=off)))
        for key in ("bounds", "group", "redistribution"):
            assert not parts[key].any(), key
        assert set(parts) == {
            "formula",
            "coefficient_tilt",
            "bounds",
            "group",
            "redistribution",
            "rounding",
        }


def test_the_stage_of_floors_and_caps_is_the_run_without_group_rules(tmp_path, campaign):
    compared = 0
    for seed in range(campaign(small=10, full=100)):
        path = write_scenario(tmp_path / str(seed), seed, ("nested", "ranked")[seed % 2])
        result = feasible(path)
        if result is None:
            continue
        rules = load(str(path)).scenario.rules
        off = [f"rules.{key}=off" for key, rule in rules.items() if rule.kind in GROUP_KINDS]
        plain = allocate(str(path), sets=off)
        stage = next(stage for stage in stages(result.solved) if stage.key == "bounds")
        exact = [Fraction(*pair) for pair in zip(stage.exact.top, stage.exact.bottom, strict=True)]
        assert exact == list(plain.unrounded)
        compared += bool(off)
    assert compared


# ---- worked by hand -----------------------------------------------------------------------------

HAND = """
title = "手算"
level = "unit"
year = 2024
as_of = 2024-01-31
[pot]
amount = "600万元"
source = "示例"
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
key = "id"
[factors.each]
weight = "100%"
column = "each"
[coefficients.k]
column = "k"
[rules.floor]
kind = "floor"
name = "保底"
name_en = "floor"
amount = "180万元"
source = "第3条"
[rules.c]
kind = "group_share"
name = "丙不低于三分之一"
name_en = "a third for c"
where = { id = "c" }
least = "1/3"
source = "第4条"
"""


@pytest.fixture
def by_hand(tmp_path):
    """Return the explanation of three alike recipients; a's coefficient is 2, the others' 1."""
    (tmp_path / "plan.toml").write_text(HAND, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,name,k\na,甲,2\nb,乙,1\nc,丙,1\n", encoding="utf-8")
    return explain(str(tmp_path / "plan.toml"))


def test_an_example_worked_by_hand(by_hand):
    """600 shared alike is 200 each; 2:1:1 makes it 300, 150, 150.

    With a floor of 180: 240, 180, 180. With 200 for c as well: 220, 180, 200.
    """
    table = by_hand.table // WAN
    assert table.T.to_dict("list") == {
        "a": [200, 100, 0, 0, -80, 0, 220],
        "b": [200, -50, 30, 0, 0, 0, 180],
        "c": [200, -50, 30, 20, 0, 0, 200],
    }
    assert [*table.columns] == [
        "formula_fen",
        "coefficient_k_fen",
        "bounds_fen",
        "group_fen",
        "redistribution_fen",
        "rounding_fen",
        "amount_fen",
    ]
    assert {str(kind) for kind in table.dtypes} == {"int64"}


def test_the_reasons_of_the_example(by_hand):
    assert by_hand.reasons("乙") == ("保底:不少于 180.00 万元,取整前恰为此数(依据:第3条)",)
    held, idle = by_hand.reasons("c", "en")
    assert held == (
        "a third for c: the 1 it is about together at least 200.00; exactly that before rounding,"
        " 200.00 after it (source: 第4条)"
    )
    assert idle == "floor: at least 180.00; met without any effect (source: 第3条)"
    assert by_hand.reasons("a")[0] == "没有规则单独约束:取整前为公式份额的 73.3333%"


def test_rounding_worked_by_hand(tmp_path):
    """100 万元 by three: 33.333334, 33.333333, 33.333333; in whole 万元 34, 33, 33."""
    text = HAND[: HAND.index("[coefficients.k]")].replace("600万元", "100万元")
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,name\na,甲\nb,乙\nc,丙\n", encoding="utf-8")
    table = explain(str(tmp_path / "plan.toml")).table
    assert table["formula_fen"].tolist() == [33_333_334, 33_333_333, 33_333_333]
    assert table["rounding_fen"].tolist() == [666_666, -333_333, -333_333]


@pytest.mark.parametrize("method", ["webster", "jefferson", "per_unit"])
def test_parts_add_up_under_every_rounding(tmp_path, method):
    """601 as 2:1:1 with a cap of 290 for the first leaves 155.5 for each of the others."""
    text = HAND[: HAND.index("[rules.floor]")].replace("600万元", "601万元")
    text += '[rules.cap]\nkind = "cap"\namount = "290万元"\n[rounding]\n'
    text += f'method = "{method}"\n' + ('column = "each"\n' if method == "per_unit" else "")
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,name,k\na,甲,2\nb,乙,1\nc,丙,1\n", encoding="utf-8")
    result = allocate(str(tmp_path / "plan.toml"))
    parts = assert_sums(result)
    half = WAN // 2
    assert parts["bounds"].tolist() == [-21 * half, 0, 0]
    assert parts["rounding"][1:].tolist() == (
        [-half, -half] if method == "per_unit" else [half, -half]
    )
    assert result.heading.unspent == (WAN if method == "per_unit" else 0)


def test_whom_a_step_leaves_alone_keeps_every_fen():
    found = waterfall(allocate("national-2022-zones"))
    parts = columns(found)
    for key in ("bounds", "group", "redistribution"):
        assert not parts[key].any()


# ---- reasons ------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", REFERENCES)
def test_reasons_name_every_rule_that_holds_and_no_other(reference):
    result = allocate(reference)
    reasons = Reasons(result)
    for index in range(len(result.recipients)):
        held = [reason for reason in reasons.of(index) if "-idle-" not in reason.key]
        named = {reason.zh.get("name") for reason in held if "source" in reason.zh}
        assert named == {rule.name for rule in result.rules if rule.recipients[index]}
        free = {"explain-because-alike", "explain-because-alone", "explain-because-unchanged"}
        free |= {"explain-because-alike-in-unit", "explain-because-no-claim"}
        assert bool(named) != bool(free & {reason.key for reason in held})
        for reason in reasons.of(index):
            assert reason.text("zh")
            assert reason.text("en")


def test_a_soft_rule_that_is_not_met_is_said_with_its_gap(tmp_path):
    path = write_scenario(tmp_path, 1, "soft")
    result = allocate(str(path))
    floor = result.solved.task.rows.bounds["high"]
    reasons = Reasons(result)
    short = 0
    for index, amount in enumerate(result.amounts.tolist()):
        gap = int(floor.amount[index]) - amount
        said = [r for r in reasons.of(index) if r.key == "explain-because-short"]
        assert len(said) == (gap > 0)
        if said:
            assert said[0].zh["gap"] == allocation.money.format_amount(gap)
            short += 1
    assert short
    assert "soft" in columns(waterfall(result))


def test_who_is_left_out_is_told_by_which_rule(tmp_path):
    path = write_scenario(tmp_path, 2, "nested")
    text = path.read_text(encoding="utf-8")
    text = text[: text.index("[rules.")] + EXTRAS["drop"].replace("90万元", "150万元")
    path.write_text(text, encoding="utf-8")
    result = allocate(str(path))
    reasons = Reasons(result)
    out = np.flatnonzero(result.amounts == 0).tolist()
    assert out
    for index in out:
        assert reasons.of(index)[0].key == "explain-because-left-out"
        assert result.entitlements[index] < 150 * WAN


def test_the_folder_of_explanations_does_not_hide_the_function():
    import allocation.explain.waterfall

    assert allocation.explain("national-2022").table["amount_fen"].sum() == 200_000 * WAN

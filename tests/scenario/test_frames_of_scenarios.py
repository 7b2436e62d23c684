# ruff: noqa: E501  # one case a line reads as a table
"""Recipients and their columns: the registry, joined tables, splits, and recipients of a table."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from allocation.errors import InputError
from allocation.registry import units, zones
from allocation.scenario import check, load

BY_TABLE = """
title = "企业"
level = "unit"
year = 2022
as_of = 2022-12-01
[pot]
amount = "100万元"
source = "示例"
[recipients]
kind = "table"
table = "firms"
name = "title"
exclude = ["乙公司"]
[tables.firms]
file = "firms.csv"
key = "code"
[tables.more]
file = "more.csv"
key = "code"
[factors.trade]
weight = 1
column = "trade"
"""


@pytest.fixture
def firms(plan):
    plan.write(BY_TABLE)
    plan.write(
        "code,title,name_en,trade\nB,甲公司,Firm B,1\nA,乙公司,,2\nC,丙公司,,3\n", "firms.csv"
    )
    plan.write("code,kind\nC,small\nA,large\nB,large\n", "more.csv")
    return plan


def test_units_stand_in_ministry_order_with_their_attributes(plan):
    frame = load(plan.path).frame
    assert frame.names == (
        "辽宁省", "大连市", "江苏省", "河南省", "四川省", "新疆维吾尔自治区", "新疆生产建设兵团",
    )  # fmt: skip
    assert frame.names_en[1] == "Dalian"
    assert frame.attribute("fiscal_region")[:2] == ("northeast", "northeast")
    assert frame.attribute("assessment_region")[:2] == ("east", "east")
    assert frame.attribute("province")[1] == "210000"
    assert frame.attribute("note")[4] == "多行\n备注"


def test_all_units_without_a_choice(plan):
    plan.edit('units = ["辽宁", "大连", "江苏", "河南", "四川", "新疆", "兵团"]\n', "")
    assert load(plan.path).frame.ids == tuple(unit.id for unit in units())


def test_zones_of_some_units(plan):
    plan.edit('kind = "units"', 'kind = "zones"')
    plan.edit('[splits.part]\ncolumns = ["trade", "zones"]\nsource = "假设"\n', "")
    plan.edit('[splits.part.shares]\n"大连" = "25%"\nXPCC = "1/5"\n', "")
    plan.write("name,trade,last_year,note\n大连经开区,1,2,\n", "data/trade.csv")
    plan.write("id,zones,rank\n大连经济技术开发区,1,未参评\n", "data/extra.csv")
    loaded = load(plan.path)
    day = loaded.scenario.as_of
    wanted = {"210000", "210200", "320000", "410000", "510000", "650000", "XPCC"}
    assert loaded.frame.ids == tuple(zone.id for zone in zones(day) if zone.unit in wanted)
    assert set(loaded.frame.attribute("unit")) == wanted
    assert "大连市" in loaded.frame.attribute("unit_name")


def test_zones_before_the_first_list(plan):
    plan.edit('kind = "units"', 'kind = "zones"')
    plan.edit("as_of = 2022-12-01", "as_of = 2012-12-01")
    plan.edit('policy = "import-interest-2022-region-least"', 'amount = "50万元"')
    codes = {problem.code: problem.place.line for problem in plan.problems()}
    assert codes["L1-no-zone-list"] == plan.line("as_of")


def test_a_split_takes_from_the_parent_and_keeps_the_sum(plan):
    frame = load(plan.path).frame
    column, problems = frame.numbers("zones")
    assert not problems
    assert column.exact()[:2] == [Fraction(6), Fraction(2)]
    assert column.exact()[-2:] == [Fraction(36, 5), Fraction(9, 5)]
    money, problems = frame.money("trade")
    assert not problems
    assert money.exact()[:2] == [6000 * 10**10, 2000 * 10**10]


def test_a_split_counts_though_the_part_takes_no_part(plan):
    plan.edit('"四川", "新疆", "兵团"]', '"四川", "新疆", "兵团"]\nexclude = "大连"')
    frame = load(plan.path).frame
    assert "大连市" not in frame.names
    assert frame.numbers("zones")[0].exact()[0] == 6


def test_shares_of_one_parent_may_not_exceed_it(plan):
    plan.edit('"大连" = "25%"', '"宁波" = "25%"\n"厦门" = "60%"\n"深圳" = "60%"\n"大连" = "25%"')
    assert "L1-split-over-whole" not in {problem.code for problem in plan.problems()}
    plan.edit('XPCC = "1/5"', 'XPCC = "100%"')
    assert "L1-split-over-whole" not in {problem.code for problem in plan.problems()}


def test_two_splits_of_one_part(plan):
    plan.edit(
        "[factors.trade]",
        '[splits.again]\ncolumns = "zones"\nsource = "假设"\nshares = { XPCC = "1/5" }\n[factors.trade]',
    )
    assert "L1-split-has-figure" in {problem.code for problem in plan.problems()}


def test_recipients_of_a_table_keep_its_order(firms):
    loaded = load(firms.path)
    assert loaded.frame.ids == ("B", "C")
    assert loaded.frame.names == ("甲公司", "丙公司")
    assert loaded.frame.names_en == ("Firm B", "丙公司")
    assert loaded.frame.attribute("kind") == ("large", "small")
    assert check(loaded) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("plan.toml", 'table = "firms"', 'table = "firm"', "L1-unknown-table"),
        ("plan.toml", 'table = "firms"', "", "L1-unknown-table"),
        ("plan.toml", 'name = "title"', 'name = "titel"', "L1-unknown-column"),
        ("plan.toml", 'table = "firms"', 'table = "firms"\nunits = "江苏"', "L1-units-of-table"),
        ("plan.toml", "乙公司", "丁公司", "L1-unknown-recipient"),
        ("plan.toml", "[factors.trade]", '[splits.s]\ncolumns = "trade"\nsource = "假设"\nshares = { XPCC = "1/5" }\n[factors.trade]', "L1-split-not-units"),
        ("more.csv", "C,small", "D,small", "L1-unknown-recipient"),
        ("more.csv", "code,kind", "code,title", "L1-column-twice"),
        ("firms.csv", "C,丙公司", "A,丙公司", "L1-duplicate-recipient"),
        ("firms.csv", "code,title", "id,title", "L1-no-key-column"),
    ],
)  # fmt: skip
def test_broken_recipients_of_a_table(firms, file, old, new, code):
    firms.edit(old, new, file)
    problems = [problem for problem in firms.problems() if problem.code == code]
    assert problems
    assert problems[0].place.file.endswith(file)
    assert problems[0].place.line


def test_a_filter_goes_by_code_or_name(plan):
    frame = load(plan.path).frame
    assert frame.members({"id": ("江苏省", "XPCC")}).tolist() == [0, 0, 1, 0, 0, 0, 1]
    assert frame.members({"unit": ("江苏省",), "fiscal_region": ("west",)}).sum() == 0
    assert frame.members({}).all()


def test_the_parts_of_a_frame_stay_in_step(plan):
    frame = load(plan.path).frame
    half = frame.take(np.array([True, False] * 3 + [True]))
    assert half.ids == frame.ids[::2]
    assert half.text["note"].lines == frame.text["note"].lines[::2]
    assert half.numbers("zones")[0].exact() == frame.numbers("zones")[0].exact()[::2]


def test_places_of_keys(plan):
    loaded = load(plan.path)
    assert loaded.place("rules", "west", "least").line == plan.line('least = "50%"')
    assert loaded.place("rules.west.most").line == plan.line("[rules.west]")


def test_hashes_name_every_file_scenario_first(plan):
    assert list(load(plan.path).hashes) == ["plan.toml", "data/trade.csv", "data/extra.csv"]


def test_nothing_is_returned_on_a_problem(plan):
    plan.edit("illustrative = true", "illustrative = 7")
    with pytest.raises(InputError):
        load(plan.path)

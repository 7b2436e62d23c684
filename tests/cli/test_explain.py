"""``bokuan explain`` and ``bokuan compare --attribute``."""

import csv

import pytest


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_page_is_printed(bokuan, encoding):
    done = bokuan("explain", "plan.toml", "--zone", "四川", "--zone", "辽宁", encoding=encoding)
    assert (done.code, done.err) == (0, "")
    assert "分配对象:四川省(510000)" in done.out
    assert "西部占比:1 个对象合计不少于 30.00 万元" in done.out
    assert done.out.index("四川省") < done.out.index("辽宁省(210000)")


def test_everyone_is_printed_without_a_zone(inside):
    done = inside("explain", "plan.toml")
    assert (done.code, done.err) == (0, "")
    assert "各步相加等于金额" in done.out
    assert [line.split() for line in done.out.splitlines() if "四川" in line] == [
        ["四川省", "10.00", "10.00", "10.00", "30.00"]
    ]


def test_changes_of_the_call_are_explained(inside):
    done = inside("explain", "plan.toml", "--set", "rules.west=off", "--zone", "四川省")
    assert done.code == 0
    assert "rules.west" in done.out
    assert "保底:不少于 20.00 万元,取整前恰为此数" in done.out


def test_files_are_written_and_said(inside, folder):
    done = inside("explain", "plan.toml", "--zone", "江苏", "--out", "letters")
    assert done.code == 0
    names = [f"explain-320000.{ending}" for ending in ("txt", "html", "png")]
    assert done.out.count("已写出") == 4
    assert sorted(path.name for path in (folder / "letters").iterdir()) == sorted(
        ["explain.csv", *names]
    )
    assert "分配对象:江苏省" in (folder / "letters" / names[0]).read_text(encoding="utf-8-sig")


def test_unknown_names_are_all_refused_before_anything_is_done(inside, folder):
    done = inside("explain", "plan.toml", "--zone", "四穿", "--zone", "北京", "--out", "letters")
    assert (done.code, done.out) == (2, "")
    assert "L1-unknown-unit" in done.err
    assert "L10-no-part" in done.err
    assert not (folder / "letters").exists()


CHANGES = """
[override.less_west]
reason = "西部少些"
set = { rules.west.least = "25%" }
[override.less_floor]
reason = "保底少些"
set = { rules.floor.amount = "10万元" }
"""


@pytest.fixture
def changed(folder):
    path = folder / "plan.toml"
    path.write_text(path.read_text(encoding="utf-8") + CHANGES, encoding="utf-8")
    return folder


def test_a_change_is_told_apart(inside, changed):
    arguments = ("plan.toml", "plan.toml@less_west,less_floor", "--attribute", "--out", "x.csv")
    done = inside("compare", *arguments)
    assert (done.code, done.err) == (0, "")
    rows = [line.split() for line in done.out.splitlines() if "江苏省" in line]
    assert rows == [["江苏省", "+15.00", "+10.00", "+5.00"]]
    assert "less_west:新方案才有的改动;理由:西部少些" in done.out
    with (changed / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {row["name"]: row for row in csv.DictReader(file)}
    assert found["四川省"]["part_less_west_yuan"] == "-50000.00"
    assert found["四川省"]["part_less_floor_yuan"] == "0.00"


@pytest.mark.usefixtures("changed")
def test_a_change_of_the_call_is_one_of_them(inside):
    done = inside(
        "compare",
        "plan.toml@less_west",
        "plan.toml@less_floor",
        "--attribute",
        "--set",
        "pot.amount=200万元",
        "--lang",
        "en",
    )
    assert (done.code, done.err) == (0, "")
    for label in ("-less_west", "less_floor", "pot.amount=200万元"):
        assert label in done.out
    assert "made in the scenario before, not after" in done.out
    assert "8 subsets" in done.out


def test_other_scenarios_are_refused_with_the_remedy(inside):
    done = inside("compare", "plan.toml", "national-2022", "--attribute")
    assert done.code == 2
    assert "L10-other-scenario" in done.err
    assert "--attribute" in done.err

import csv
import re
import unicodedata

import pytest


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scenario", ["plan.toml", "national-2022", "henan-2023", "guangxi-2018"])
def test_the_table_fits_in_both_languages(inside, scenario, language):
    ended = inside("sensitivity", scenario, "--lang", language)
    assert (ended.code, ended.err) == (0, "")
    assert max(map(width, ended.out.splitlines())) <= 100
    ended.out.encode("gbk")
    assert (("资金总额" in ended.out) or ("方向合计" in ended.out)) == (language == "zh")


def test_values_worth_and_ranges(inside):
    out = inside("sensitivity", "plan.toml").out
    # Floor 20 for Liaoning, 30 % for Sichuan; Jiangsu has the rest: 50 of 80 it is entitled to.
    # From a floor of 70 / 9 down, Liaoning gets its 1 of 9 parts of what the west leaves.
    assert re.search(r"资金总额\s+100\.00\s+\+0\.875000\s+", out)
    assert re.search(r"保底\(各提高,3 个\)\s+20\.00\s+-1\.250000\s+7\.78 至 30\.00", out)
    assert re.search(r"西部占比\(下限\)\s+30\.00\s+-1\.250000\s+20\.00 至 ", out)
    assert "增 1 个:辽宁省 +10,000.00" in out
    assert "减 1 个:江苏省 -10,000.00" in out


def test_zones_and_files(bokuan, tmp_path):
    ended = bokuan(
        "sensitivity", "plan.toml", "--zone", "江苏省", "--from", "50%", "--to", "300万元",
        "--out", "new/here",
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    assert "江苏省:金额随资金总额变化" in ended.out
    # Under 60 the three floors of 20 cannot all hold.
    assert "曲线到此为止" in ended.out
    folder = tmp_path / "new" / "here"
    names = {"sensitivity.csv", "gains.csv", "curve.csv", "sensitivity.png", "curve.png"}
    assert {path.name for path in folder.iterdir()} == names
    assert all((folder / name).read_bytes()[:4] == b"\x89PNG" for name in names if "png" in name)
    table = {(row["key"], row["side"]): row for row in read(folder / "sensitivity.csv")}
    assert table["west.least", "more"]["worth"] == "-1.25"
    assert table["floor", "less"]["reach_yuan"] == "122222.22"
    gains = [row for row in read(folder / "gains.csv") if row["key"] == "pot"]
    more = {row["id"]: float(row["gain_yuan"]) for row in gains if row["side"] == "more"}
    assert more == {"320000": 7000.0, "510000": 3000.0}
    kinks = [row for row in read(folder / "curve.csv") if row["id"] == "320000"]
    assert (kinks[0]["pot_yuan"], kinks[-1]["pot_yuan"]) == ("600000", "3000000")
    assert [row["amount_fen_exact"] for row in kinks][-1] == "(560000000/3)"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--zone", "江苏县"), "L1-unknown-recipient"),
        (("--from", "90%"), "L1-curve-for-nobody"),
        (("--zone", "江苏省", "--from", "120%"), "L1-curve-end"),
        (("--zone", "江苏省", "--to", "50万元"), "L1-curve-end"),
        (("--zone", "江苏省", "--from", "much"), "L1-curve-end"),
        (("--zone", "江苏省", "--from", "-1%"), "L1-curve-end"),
    ],
)
def test_what_cannot_be_asked(inside, arguments, code):
    ended = inside("sensitivity", "plan.toml", *arguments)
    assert ended.code == 2
    assert f"[{code}]" in ended.err
    assert not ended.out


def test_rules_that_conflict_are_told_as_ever(inside):
    ended = inside("sensitivity", "plan.toml", "--set", "rules.floor.amount=40万元")
    assert ended.code == 1
    assert "[L11-" in ended.err


def test_awards_say_why(inside):
    ended = inside("sensitivity", "fujian-2021", "--zone", "漳州台商投资区")
    assert ended.code == 0
    assert "奖励为定额" in ended.out
    assert "不能再减" in ended.out
    english = inside("sensitivity", "fujian-2021", "--lang", "en").out
    assert "not piecewise linear" in english

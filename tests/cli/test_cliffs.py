"""``bokuan cliffs``: the study in a terminal and in files, in both languages."""

import csv
import io
import re
import sys
import unicodedata

import pytest

from allocation.cli.cmd_cliffs import _progress


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def tables(out):
    """Return the lines of tables: from a head over dashes to the next blank line or bullet."""
    found = []
    for block in re.split(r"\n(?=\S.*\n-{20,})", out)[1:]:
        found += block.split("\n\n")[0].splitlines()
    return found


def test_figures_and_audit(bokuan):
    ended = bokuan("cliffs", "plan.toml")
    assert (ended.code, ended.err) == (0, "")
    # 30 of 100 for the west, 20 at the floor, Jiangsu the rest: no figure moves anything.
    assert "上报数:多报、少报得失最大的 3 项(共 3 项)" in ended.out
    assert re.search(r"江苏省\s+trade\s+80\s+0\s+0\s+0\s+0\n", ended.out)
    assert "位次:没有可变动的已知位次" in ended.out
    # The scenario names the west: without Sichuan it is refused, and that is said.
    assert "四川省 退出,钱留下:" in ended.out
    assert re.search(r"一家退出、钱留下,别家不少得\s+取整前\s+2\s+0\s+0\s+1\n", ended.out)


def test_english_has_no_chinese_but_names(bokuan):
    ended = bokuan("cliffs", "liaoning-2022", "--lang", "en")
    assert ended.code == 0
    assert "nobody gains by reporting less" in ended.out
    assert re.search(r"\d+ cases were judged: no violation was found\n", ended.out)
    assert re.search(r"nobody gains by reporting less +exact +0 +— ", ended.out)
    said = re.sub(r"\S*开发区\S*|\d万元", "", ended.out)
    assert not re.search("[一-鿿]", said)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["henan-2023", "fujian-2021"])
def test_tables_fit_and_every_sign_is_in_gbk(inside, name, language):
    ended = inside("cliffs", name, "--lang", language)
    assert ended.code == 0
    assert len(tables(ended.out)) > 15
    assert max(map(width, tables(ended.out))) <= 100
    ended.out.encode("gbk")


def test_examples_are_cut_short_and_listed_in_full(inside):
    ended = inside("cliffs", "national-2022", "--zone", "北京", "--zone", "上海市")
    assert ended.code == 0
    assert "37 个对象中的 2 个:北京市、上海市" in ended.out
    assert re.search("例\\(--all 全部列出,--out 写入 audit.csv\\)", ended.out)
    assert "起因:中西部和东北占比不低于50%" in ended.out
    everything = inside("cliffs", "national-2022", "--zone", "北京", "--zone", "上海市", "--all")
    assert "--all" not in everything.out
    violations = int(re.search(r"共发现违反 (\d+) 例", everything.out)[1])
    assert everything.out.count(";起因:") == violations > 3


def test_files(inside, tmp_path):
    ended = inside("cliffs", "jiangsu-2024", "--out", "out", "--zone", "昆山", "--zone", "南通")
    assert ended.code == 0
    folder = tmp_path / "out"
    names = {"cliffs.csv", "statistics.csv", "audit.csv", "checks.csv", "cliffs.png"}
    assert {path.name for path in folder.iterdir()} == names
    assert all(name in ended.out for name in names)
    assert (folder / "cliffs.png").read_bytes().startswith(b"\x89PNG")
    with (folder / "cliffs.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} == {"昆山经济技术开发区", "南通经济技术开发区"}
    # Each move to a better place pays; exact to the eighth decimal, whole to the fen.
    for row in rows:
        better = int(row["to_rank"]) < int(row["from_rank"])
        assert (float(row["exact_change_yuan"]) >= 0) if better else True
        assert re.fullmatch(r"-?\d+\.\d\d", row["change_yuan"])


def test_nothing_to_draw_is_said(inside, tmp_path):
    ended = inside("cliffs", "guangxi-2018", "--out", "out", "--lang", "en")
    assert ended.code == 0
    assert "Nothing to draw" in ended.out
    assert not (tmp_path / "out" / "cliffs.png").exists()


def test_a_name_that_means_nobody(inside):
    ended = inside("cliffs", "jiangsu-2024", "--zone", "昆山经济技术开发", "--lang", "en")
    assert ended.code == 2
    assert not ended.out
    assert "[L1-unknown-recipient]" in ended.err
    assert "昆山经济技术开发区" in ended.err


def test_a_scenario_whose_rules_conflict_to_begin_with(inside):
    ended = inside("cliffs", "plan.toml", "--set", "rules.floor.amount=40万元")
    assert ended.code == 1
    assert "[L11-conflict]" in ended.err


def test_progress_is_for_terminals(monkeypatch):
    assert _progress("zh") is None

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr("allocation.cli.cmd_cliffs._PAUSE", -1)
    tell = _progress("zh")
    tell(1, 2)
    tell(2, 2)
    assert shown.getvalue() == "\r测算 1/2\r\x1b[K"

import csv
import re
import unicodedata

import pytest


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


GRID = (
    "--vary",
    "rules.west.least=30%,50%,90%",
    "--vary",
    "rules.floor.amount=10万元:30万元:10万元",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_said_in_both_languages(inside, language):
    ended = inside("sweep", "plan.toml", *GRID, "--lang", language)
    assert (ended.code, ended.err) == (0, "")
    assert max(map(width, ended.out.splitlines())) <= 100
    ended.out.encode("gbk")
    assert ("个测算" in ended.out) == (language == "zh")
    assert "L11-" in ended.out
    if language == "en":
        assert not re.search("[\u3000-\u9fff]", ended.out.replace("万元", ""))


def test_files(inside, tmp_path):
    ended = inside("sweep", "plan.toml", *GRID, "--table", "江苏", "--out", "out")
    assert (ended.code, ended.err) == (0, "")
    folder = tmp_path / "out"
    names = {path.name for path in folder.iterdir()}
    assert names >= {"cases.csv", "amounts.csv", "sweep.xlsx", "sweep.png", "sweep.jsonl"}
    assert (folder / "sweep.png").read_bytes()[:4] == b"\x89PNG"
    cases = read(folder / "cases.csv")
    assert [case["state"] for case in cases].count("conflict") == 4
    amounts = read(folder / "amounts.csv")
    for case, row in zip(cases, amounts, strict=True):
        found = [row[key] for key in row if key[:1].isdigit()]
        assert len(found) == 3
        if case["state"] == "allocated":
            assert sum(map(float, found)) == 1_000_000
        else:
            assert found == ["", "", ""]
            assert case["why"].startswith("plan.toml") or "[L11-" in case["why"]


def test_a_two_way_table_opens_with_amounts_and_conflicts(inside, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    assert inside("sweep", "plan.toml", *GRID, "--table", "江苏", "--out", "out").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "out" / "sweep.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert rows[0][1:] == ("10万元", "20万元", "30万元")
    assert [row[0] for row in rows[2:]] == ["30%", "50%", "90%"]
    assert rows[1][1] == 50
    # By hand: the west has 30 (or 50) of 100, Liaoning its floor, Jiangsu the rest.
    assert rows[2][1:] == (60, 50, 40)
    assert rows[3][1:] == (40, 30, "规则冲突")
    assert rows[4][1:] == ("规则冲突",) * 3
    assert "L11-" in sheet["B8"].comment.text


def test_a_one_way_table(inside, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    tables = ("--table", "江苏", "--table", "四川")
    assert inside("sweep", "plan.toml", *GRID[2:], *tables, "--out", "out").code == 0
    (sheet,) = openpyxl.load_workbook(tmp_path / "out" / "sweep.xlsx").worksheets
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert rows[0] == ("rules.floor.amount", "江苏省", "四川省")
    assert [row[1] + row[2] for row in rows[2:]] == [90, 80, 70]


def test_parquet_holds_every_case_and_recipient(inside, tmp_path):
    pytest.importorskip("pyarrow")
    import pandas as pd

    assert inside("sweep", "plan.toml", *GRID, "--out", "out").code == 0
    frame = pd.read_parquet(tmp_path / "out" / "sweep.parquet")
    assert len(frame) == 9 * 3
    assert frame["amount_fen"].isna().sum() == 12
    assert set(frame.groupby("case")["amount_fen"].sum()) == {0, 100_000_000}


def test_started_again_it_goes_on(inside):
    assert inside("sweep", "plan.toml", *GRID, "--out", "out").code == 0
    again = inside("sweep", "plan.toml", *GRID, "--out", "out")
    assert "其中 9 个先前已做完" in again.out
    other = inside("sweep", "plan.toml", *GRID, "--set", "pot.amount=90万元", "--out", "out")
    assert other.code == 2
    assert "[L6-other-sweep]" in other.err


def test_other_designs(inside):
    single = inside("sweep", "plan.toml", *GRID, "--one-at-a-time")
    assert "6 个测算(每次只改一项)" in single.out
    sample = ("--sample", "latin-hypercube", "--n", "7", "--vary", "pot.amount=70万元:120万元")
    assert "7 个测算(拉丁超立方抽样)" in inside("sweep", "plan.toml", *sample).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "L1-vary-cases"),
        (("--vary", "pot.amount"), "L1-vary-syntax"),
        (("--vary", "pot.amout=1万元"), "L1-unknown-key"),
        (("--vary", "pot.amount=1"), "L3-amount"),
        ((*GRID, "--n", "5"), "L1-sample-size"),
        ((*GRID, "--sample", "latin-hypercube"), "L1-sample-size"),
        ((*GRID, "--sample", "latin-hypercube", "--n", "5", "--one-at-a-time"), "L1-two-designs"),
        ((*GRID, "--sample", "random", "--n", "5"), "L1-option-value"),
        ((*GRID, "--workers", "0"), "L1-workers"),
        ((*GRID, "--workers", "2", "--dask", "tcp://x:1"), "L1-two-executors"),
        ((*GRID, "--table", "江苏县"), "L1-unknown-recipient"),
        ((*GRID, "--one-at-a-time", "--table", "江苏"), "L1-table-needs-grid"),
    ],
)
def test_what_is_refused(inside, arguments, code):
    ended = inside("sweep", "plan.toml", *arguments)
    assert ended.code == 2
    assert f"[{code}]" in ended.err
    assert not ended.out


def test_frontier(inside, tmp_path):
    ended = inside("frontier", "national-2022", "--weights", "trade_2021", "--out", "out")
    assert (ended.code, ended.err) == (0, "")
    assert max(map(width, ended.out.splitlines())) <= 100
    ended.out.encode("gbk")
    folder = tmp_path / "out"
    names = {path.name for path in folder.iterdir()}
    assert names == {"frontier.csv", "steps.csv", "frontier.png"}
    corners = read(folder / "frontier.csv")
    assert [row["point"] for row in corners][-2:] == ["fair", "chosen"]
    moved = [float(row["change_yuan"]) for row in read(folder / "steps.csv")]
    assert sum(moved) == 0
    refused = inside("frontier", "national-2022")
    assert refused.code == 2
    assert "[L1-frontier-weights]" in refused.err

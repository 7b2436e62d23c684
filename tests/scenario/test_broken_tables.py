# ruff: noqa: E501  # one case a line reads as a table
"""A table broken in one place: the code, the cell, the remedy; and the encodings that must read."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocation.scenario import load

TRADE, EXTRA = "data/trade.csv", "data/extra.csv"

# name, file, old text, new text, code, marker of the line, column, word in the Chinese sentence
BROKEN = [
    ("duplicate header", TRADE, "name,trade,last_year,note", "name,trade,trade,note", "L1-duplicate-column", "name", "", "trade"),
    ("ragged row", TRADE, "四川,10000", "四川,,10000", "L1-ragged-row", "四川", "", "逗号"),
    ("unquoted thousands", TRADE, '"8,000"', "8,000", "L1-ragged-row", "辽宁", "", "加引号"),
    ("key twice", TRADE, "河南,", "辽宁,", "L1-duplicate-recipient", "辽宁,8500", "name", "第 2 行"),
    ("two names of one", TRADE, "河南,", "辽宁省,", "L1-duplicate-recipient", "辽宁省", "name", "第 2 行"),
    ("blank key", TRADE, "河南,", ",", "L1-blank-key", ",8500", "name", "代码"),
    ("unknown unit", TRADE, "河南,", "河喃省,", "L1-unknown-unit", "河喃", "name", "河南省"),
    ("nameless column", TRADE, "name,trade,last_year,note", "name,trade,last_year,", "L1-column-without-name", "四川", "", "列名"),
    ("NaN", TRADE, "江苏省,54000,", "江苏省,NaN,", "L3-amount", "江苏省", "trade", "金额"),
    ("infinity", EXTRA, "320000,27,1", "320000,inf,1", "L1-not-a-number", "320000", "zones", "普通数字"),
    ("number as text", EXTRA, "320000,27,1", "320000,27家,1", "L1-not-a-number", "320000", "zones", "江苏省"),
    ("a long number", EXTRA, "320000,27,1", f"320000,{'9' * 5000},1", "L1-not-a-number", "320000", "zones", "数字"),
    ("a 2 GB number", EXTRA, "320000,27,1", f"320000,{'9' * 200_000},1", "L1-cell-too-long", "320000", "", "131072"),
    ("no such money unit", TRADE, "江苏省,54000,", "江苏省,54000美元,", "L3-amount", "江苏省", "trade", "亿元"),
    ("negative factor", EXTRA, "320000,27,1", "320000,-27,1", "L1-negative-value", "320000", "zones", "below_zero"),
    ("negative last year", TRADE, "1000.5", "-1000.5", "L1-negative-value", "辽宁", "last_year", "-1000.5"),
    ("missing factor", EXTRA, "320000,27,1", "320000,,1", "L1-missing-value", "320000", "zones", "江苏省"),
    ("no row", EXTRA, "320000,27,1\n", "", "L1-missing-value", None, "zones", "江苏省"),
    ("rank of zero", EXTRA, "320000,27,1", "320000,27,0", "L1-not-a-rank", "320000", "rank", "未参评"),
    ("rank of a half", EXTRA, "320000,27,1", "320000,27,1.5", "L1-not-a-rank", "320000", "rank", "整数"),
    ("part unit has a figure", EXTRA, "320000,27,1", "320000,27,1\nXPCC,3,", "L1-split-has-figure", "XPCC", "zones", "新疆"),
    ("parent has no figure", EXTRA, "650000,9,", "650000,,", "L1-split-no-figure", "650000", "zones", "新疆"),
    ("region contradicts", EXTRA, "id,zones,rank\n210000,8,", "id,zones,fiscal_region\n210000,8,east", "L5-contradicts-registry", "210000", "fiscal_region", "northeast"),
    ("name contradicts", EXTRA, "id,zones,rank\n210000,8,", "id,zones,name\n210000,8,辽宁", "L1-contradicts-registry", "210000", "name", "辽宁省"),
    ("column in two tables", EXTRA, "id,zones,rank", "id,zones,note", "L1-column-twice", "id", "note", "trade.csv"),
    ("open quote", TRADE, '"多行\n备注"', '"多行\n备注', "L1-csv-syntax", None, "", "成对"),
    ("stray quote", TRADE, '"8,000"', '"8,000"x', "L1-csv-syntax", "辽宁", "", "引号"),
]  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case[1:], id=case[0]) for case in BROKEN])
def test_broken_table(plan, case):
    file, old, new, code, marker, column, word = case
    plan.edit(old, new, file)
    problems = plan.problems()
    found = [problem for problem in problems if problem.code == code]
    assert found, [problem.text() for problem in problems]
    problem = found[0]
    assert word in problem.text("zh")
    assert problem.text("en")
    assert (problem.place.file, problem.place.column) == (file, column)
    if marker:
        assert problem.place.line == plan.line(marker, file)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("id,zones,rank\n", "L1-no-rows"),
        ("id,zones,rank\n合 计,3,\n", "L1-no-rows"),
        ("", "L1-empty-file"),
        ("\ufeff", "L1-empty-file"),
        (",,\n,,\n", "L1-empty-file"),
        ("id\tzones\trank\n210000\t8\t\n", "L1-no-commas"),
        ("id;zones;rank\n210000;8;\n", "L1-no-commas"),
        ("id\uff0czones\uff0crank\n210000\uff0c8\uff0c\n", "L1-no-commas"),
        ("id,zones,rank\n210000,8,\n".encode("utf-16"), "L1-not-utf8"),
        ("id,zones,rank\n210000,8,Café Zürich\n".encode("latin-1"), "L1-unknown-encoding"),
        ("id,zones,rank\n210000,8,éteéteéte\n".encode("latin-1"), "L1-unknown-encoding"),
        (b"PK\x03\x04\x00\x00xl/workbook", "L1-binary-file"),
    ],
)
def test_content_that_is_no_table(plan, content, code):
    plan.write(content, EXTRA)
    problems = [problem for problem in plan.problems() if problem.code == code]
    assert problems
    assert problems[0].place.line
    assert "extra.csv" in str(problems[0].place) or problems[0].place.line == plan.line(EXTRA)


def test_a_table_over_the_limit(plan, monkeypatch):
    monkeypatch.setattr("allocation.scenario.tables.TABLE_LIMIT", 10)
    assert "L1-file-too-large" in {problem.code for problem in plan.problems()}


def test_a_table_that_cannot_be_read(plan, monkeypatch):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (problem,) = plan.problems()
    assert problem.code == "L1-unreadable-file"
    assert "Permission denied" in problem.text("en")


def test_excel_gb18030_is_read_and_noted(plan):
    before = load(plan.path)
    plan.write(plan.text(TRADE).encode("gb18030"), TRADE)
    after = load(plan.path)
    assert [warning.code for warning in after.warnings] == ["L1-gb18030"]
    assert after.frame.text["note"].cells == before.frame.text["note"].cells
    assert after.hashes[TRADE] != before.hashes[TRADE]


def test_a_byte_order_mark_is_read(plan):
    plan.write(b"\xef\xbb\xbf" + plan.text(TRADE).encode(), TRADE)
    assert plan.problems() == []


def test_full_width_figures_are_read(plan):
    plan.edit("320000,27,1", "320000,\uff12\uff17,1", EXTRA)
    assert plan.problems() == []


def test_rows_after_a_cell_of_two_lines_keep_their_lines(plan):
    frame = load(plan.path).frame
    index = frame.names.index("新疆维吾尔自治区")
    assert frame.text["trade"].place(index, "trade").line == plan.line("新疆", TRADE)


def test_totals_and_blank_rows_are_no_recipients(plan):
    plan.write(plan.text(TRADE) + ",,,\n\n小计,1,2,\n", TRADE)
    assert plan.problems() == []


def test_a_cell_missing_where_it_is_not_used_is_fine(plan):
    plan.edit("河南,8500.25,900,", "河南,8500.25,,", TRADE)
    assert plan.problems() == []


def test_a_missing_factor_of_an_excluded_recipient_is_fine(plan):
    plan.edit("320000,27,1", "320000,,1", EXTRA)
    plan.edit(
        "[rules.most]", '[rules.out]\nkind = "exclude"\nwhere = { id = "江苏省" }\n[rules.most]'
    )
    assert plan.problems() == []

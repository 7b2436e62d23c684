"""Officers' own mappings, heads of two rows, units, merged cells, and what is wrong with them."""

import re
from pathlib import Path

import openpyxl
import pytest

from allocation.errors import InputError
from allocation.ledger.imports.mapping import FIELDS, KINDS, MOVES, read_mapping, usual_mapping
from allocation.ledger.imports.rows import read_rows
from allocation.ledger.records import WAYS
from allocation.scenario.workbook.sheets import open_file

ROW = ["2023-06-25", "江宁经开区", 100, "拨付"]
HEAD = ["支付日期", "收款单位", "金额(元)", "业务类型"]


@pytest.fixture
def read(tmp_path):
    """Return a function that reads rows from a workbook of one sheet or several."""

    def read(*rows, mapping=None, merged=(), hidden=None, **sheets):
        book = openpyxl.Workbook()
        for at, (name, cells) in enumerate({"明细": rows, **sheets}.items()):
            page = book.active if at == 0 else book.create_sheet(name)
            page.title = name
            for row in cells:
                page.append(row)
            if name == hidden:
                page.sheet_state = "hidden"
        for cells in merged:
            book.active.merge_cells(cells)
        book.save(tmp_path / "x.xlsx")
        meaning = usual_mapping()
        if mapping is not None:
            (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
            meaning = read_mapping(tmp_path / "m.toml")
        return read_rows(open_file(tmp_path / "x.xlsx", meaning.sheets), meaning)

    return read


def codes(reading):
    return [problem.code for problem in reading.problems]


def fen(reading):
    assert codes(reading) == []
    return [row.fen for row in reading.rows]


def test_every_field_and_kind_has_its_usual_words():
    usual = usual_mapping()
    assert set(usual.columns) == set(FIELDS)
    assert set(usual.kinds.values()) == set(KINDS)
    names = [name for names in usual.columns.values() for name in names]
    assert len(set(names)) == len(names)
    for movement, source, target in MOVES.values():
        assert source in WAYS[movement].sources
        assert target in WAYS[movement].targets


def test_the_mapping_of_the_manual(read):
    page = Path(__file__).parents[2] / "docs/imports.md"
    (example,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    head = ["清算日期", "付款单位", "实际支付金额", "业务类型"]
    found = read(head, [*ROW[:3], "零余额支付"], mapping=example)
    assert fen(found) == [10_000]
    assert (found.rows[0].year, found.rows[0].kind) == (2023, "disburse")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[columns]\ndat = "日期"', "L1-"),
        ('[kinds]\n"奖励" = "award"', "L1-not-allowed"),
        ('unit = "千万"', "L1-not-allowed"),
        ("[given]\nyear = 23", "L1-out-of-range"),
        ('colums = "x"', "L1-unknown-key"),
    ],
)
def test_broken_mappings(tmp_path, text, code):
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_mapping(path)
    (problem,) = caught.value.problems
    assert problem.code.startswith(code)
    assert problem.place.line
    assert "pydantic" not in problem.text("zh")


def test_a_head_of_two_rows(read):
    top = ["支付日期", "收款单位", "本次", None, "业务类型"]
    below = [None, None, "用途", "金额(万元)", None]
    rows = [
        ["2023-06-25", "江宁", "产业园", 1, "拨付"],
        ["2023-06-25", "江宁", "产业园", 2, "拨付"],
    ]
    merged = ["A1:A2", "B1:B2", "C1:D1", "E1:E2"]
    found = read(top, below, *rows, merged=merged)
    assert fen(found) == [10**6, 2 * 10**6]
    assert [row.purpose for row in found.rows] == ["产业园", "产业园"]


def test_a_first_row_that_is_badly_written_is_no_second_head(read):
    found = read(HEAD, ["三月", "江宁", "百元", "拨付"], ROW)
    assert codes(found) == ["L14-not-a-day-cell", "L2-not-an-amount"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["支付日期", "收款单位", "金额", "业务类型"], ROW], "L2-amount-without-unit"),
        ([["单位:万元"], HEAD, ROW], "L2-units-differ"),
        ([[*HEAD, "支付金额"], ROW], "L1-column-means-twice"),
        ([["支付日期", "收款单位", "金额(元)"], ROW[:3]], "L1-no-such-column"),
        ([["a", "b"], ["c", "d"]], "L1-no-head"),
        ([HEAD], "L1-no-rows"),
        ([HEAD, [*ROW[:2], 0, "拨付"]], "L12-zero-amount"),
        ([HEAD, [*ROW[:2], "(100)", "拨付"]], "L12-negative-amount"),
        ([HEAD, [*ROW[:2], "1,23", "拨付"]], "L2-not-an-amount"),
        ([HEAD, [*ROW[:2], 1.005, "拨付"]], "L2-not-an-amount"),
        ([HEAD, [*ROW[:2], 1e14, "拨付"]], "L2-not-an-amount"),
        ([HEAD, [45102, *ROW[1:]]], "L14-not-a-day-cell"),
        ([HEAD, [True, *ROW[1:]]], "L14-not-a-day-cell"),
        ([HEAD, [*ROW[:2], True, "拨付"]], "L2-not-an-amount"),
        ([HEAD, ["1923-06-25", *ROW[1:]]], "L14-not-a-day-cell"),
        ([[*HEAD, "年度"], [*ROW, "二三"]], "L14-not-a-year"),
        ([[*HEAD, "直达资金"], [*ROW, "也许"]], "L1-unknown-direct"),
        ([[*HEAD, "金额单位"], [*ROW, "美元"]], "L2-unknown-unit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(read, rows, code):
    found = read(*rows)
    assert codes(found) == [code]
    for language in ("zh", "en"):
        assert code in found.problems[0].text(language)


def test_units_by_cell_column_and_mapping(read):
    assert fen(read(HEAD, [*ROW[:2], "1.5万元", "拨付"])) == [1_500_000]
    assert fen(read([*HEAD, "金额单位"], [*ROW, "万元"])) == [100_000_000]
    bare = ["支付日期", "收款单位", "金额", "业务类型"]
    assert fen(read(bare, ROW, mapping='unit = "万元"')) == [100_000_000]
    assert fen(read(["单位：万元"], bare, ROW)) == [100_000_000]


def test_sums_of_floats_are_what_the_sheet_shows(read):
    assert fen(read(HEAD, [*ROW[:2], 0.1 + 0.2, "拨付"])) == [30]


def test_merged_cells(read):
    rows = [HEAD, ROW, [None, None, 200, None]]
    found = read(*rows, merged=["A2:A3", "B2:B3", "D2:D3"])
    assert [(str(r.day), r.recipient, r.fen, r.kind) for r in found.rows] == [
        ("2023-06-25", "江宁经开区", 10_000, "disburse"),
        ("2023-06-25", "江宁经开区", 20_000, "disburse"),
    ]
    found = read(*rows, merged=["A2:A3", "B2:B3", "C2:C3", "D2:D3"])
    assert "L2-merged-amount" in codes(found)


def test_totals_that_do_not_fit_are_a_warning(read):
    good = read(HEAD, ROW, ["小计", None, 100, None], ROW, ["合计", None, 200, None])
    assert good.warnings == []
    bad = read(HEAD, ROW, ROW, ["合计", None, 300, None])
    assert [problem.code for problem in bad.warnings] == ["L2-total-differs"]
    assert [str(problem.place) for problem in bad.warnings] == ["x.xlsx:明细!C4"]
    assert fen(bad) == [10_000, 10_000]


def test_a_note_that_mentions_a_total_is_a_movement(read):
    assert fen(read([*HEAD, "备注"], [*ROW, "三月工资合计"])) == [10_000]


def test_the_head_once_more_is_passed_over(read):
    assert fen(read(HEAD, ROW, HEAD, ROW)) == [10_000, 10_000]


def test_several_sheets(read):
    assert fen(read(HEAD, ROW, 二月=[HEAD, ROW])) == [10_000, 10_000]
    assert codes(read(HEAD, ROW, 说明=[["这是说明"]])) == ["L1-no-head"]
    assert fen(read(HEAD, ROW, 说明=[["这是说明"]], mapping='sheets = "明细"')) == [10_000]
    hidden = read(HEAD, ROW, 旧=[HEAD, ROW], hidden="旧")
    assert [problem.code for problem in hidden.opened.notes] == ["L1-hidden-sheet"]
    with pytest.raises(InputError, match="L1-no-such-sheet"):
        read(HEAD, ROW, mapping='sheets = "明 细"')


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023-06-25,江宁,1,234.50,拨付", "L1-ragged-row"),
        ("2023-06-25,江宁,1", "L1-ragged-row"),
        ('2023-06-25,江宁,"1,234.50",拨付,,', None),
    ],
)
def test_rows_of_a_csv_file_have_the_cells_of_its_head(tmp_path, text, code):
    path = tmp_path / "x.csv"
    path.write_text(f"日期,单位名称,金额(元),类型\n{text}\n", encoding="utf-8")
    found = read_rows(open_file(path), usual_mapping())
    assert codes(found)[:1] == ([code] if code else [])
    assert [str(problem.place)[:7] for problem in found.problems[:1]] == ["x.csv:2"] * bool(code)

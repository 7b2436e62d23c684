import re
import zipfile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from allocation.report import layout
from allocation.report.workbook import write_workbook


@pytest.fixture
def written(tmp_path):
    def write(result, language="zh"):
        path = tmp_path / "a.xlsx"
        write_workbook(result, path, language)
        return path

    return write


def calamine(path, sheet=0):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python()


def test_values_are_there_without_recalculating(build, by_unit, written):
    rows = calamine(written(by_unit))
    assert rows[3][1:3] == ["合计", by_unit.heading.pot / build.WAN]
    groups = {row[1]: row[2] for row in rows if row[1] in ("东部地区", "西部地区")}
    labels = {group.label: group.members for group in layout.groups(by_unit, "zh")}
    for name, value in groups.items():
        assert value == by_unit.amounts[list(labels[name])].sum() / build.WAN


def test_totals_are_live_sums(by_unit, written):
    sheet = openpyxl.load_workbook(written(by_unit))["分配表"]
    assert re.fullmatch(r"=SUM\(C\d+(,C\d+){3}\)", sheet["C4"].value)
    assert sheet["C5"].value == "=SUM(C6:C19)"


def test_both_margins_of_a_two_way_table_are_live(two_way, written):
    sheet = openpyxl.load_workbook(written(two_way))["分配表"]
    assert sheet["C4"].value == "=SUM(C5:C8)"
    assert sheet["H5"].value == "=SUM(C5:G5)"
    assert sheet["H4"].value == "=SUM(C4:G4)"
    assert sheet["E6"].value is None


@pytest.mark.parametrize("name", ["by_unit", "two_way"])
def test_recomputed_formulas_equal_the_engine(request, name, written):
    import formulas

    path = written(request.getfixturevalue(name))
    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    cells = {key: value for key, value in solution.items() if isinstance(key, str)}
    compared = 0
    live = openpyxl.load_workbook(path)
    stored = openpyxl.load_workbook(path, data_only=True)
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    key = f"'[{path.name}]{sheet.title}'!{cell.coordinate}".upper()
                    again = next(v for k, v in cells.items() if k.upper() == key).value[0, 0]
                    assert again == pytest.approx(
                        stored[sheet.title][cell.coordinate].value, abs=1e-9
                    )
                    compared += 1
    assert compared > 8


def test_nothing_is_blank_not_zero(by_unit, written):
    rows = calamine(written(by_unit))
    assert next(row for row in rows if row[1] == "深圳市")[2] == ""


def test_planned_cities_follow_their_province(by_unit, written):
    names = [row[1] for row in calamine(written(by_unit))]
    assert names[names.index("辽宁省") + 1] == "大连市"


def test_hostile_names_stay_text(build, hostile, written):
    path = written(hostile)
    sheet = openpyxl.load_workbook(path)["分配表"]
    cells = [sheet.cell(row, 2) for row in range(5, 5 + len(build.HOSTILE))]
    assert [cell.value for cell in cells] == list(layout.names(hostile, "zh"))
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    assert not any(word in text for text in sheets for word in ("<f>HYPERLINK", "<hyperlink"))


def test_page_is_set_up_for_a4(by_unit, two_way, written):
    sheet = openpyxl.load_workbook(written(by_unit))["分配表"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    # One page wide is the default, which the file leaves out; 0 is as many pages high as it takes.
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.freeze_panes == "C4"
    assert sheet.oddFooter.center.text == "第 &P 页,共 &N 页"
    wide = openpyxl.load_workbook(written(two_way))["分配表"]
    assert wide.page_setup.orientation == "landscape"


def test_official_fonts_and_number_format(by_unit, written):
    sheet = openpyxl.load_workbook(written(by_unit))["分配表"]
    assert (sheet["A1"].font.name, sheet["B6"].font.name) == ("黑体", "仿宋")
    assert sheet["C6"].number_format.startswith("#,##0.00;")
    assert [str(cells) for cells in sheet.merged_cells.ranges] == ["A1:D1"]


def test_more_decimals_where_the_quantum_is_small(build, written):
    frame = build.make_frame(["a", "b"], ["甲", "乙"], ["", ""])
    sheet = openpyxl.load_workbook(
        written(build.make_result(frame, [[build.WAN + 100], [build.WAN]]))
    )["分配表"]
    assert sheet["C5"].number_format.startswith("#,##0.0000;")


def test_illustrative_figures_say_so(by_unit, written):
    rows = calamine(written(by_unit))
    assert rows[0][0].endswith("(示例)")
    assert "示例" in rows[1][0]
    assert rows[1][3] == "单位:万元"


def test_notes_name_rules_sources_and_checksums(by_unit, written):
    text = "\n".join(str(cell) for row in calamine(written(by_unit), 1) for cell in row)
    for words in (
        "每省不低于600万元",
        "示例办法第3条",
        "最大余数法",
        "ab" * 32,
        "规则逐级嵌套",
        "0.1.0",
    ):
        assert words in text


def test_steps_sheet_leads_to_the_amount(by_unit, written):
    rows = calamine(written(by_unit), 2)
    assert rows[2] == [
        "代码",
        "分配对象",
        "进出口额",
        "地区倾斜系数",
        "公式份额",
        "分配金额",
        "金额/份额",
    ]
    assert rows[3][2] == pytest.approx(1)
    beijing = next(row for row in rows if row[0] == "110000")
    assert beijing[5] == 600.0
    assert beijing[6] == pytest.approx(beijing[5] / beijing[4])


def test_english_workbook_has_english_words(by_unit, written):
    book = CalamineWorkbook.from_path(str(written(by_unit, "en")))
    assert book.sheet_names == ["Allocation", "Notes", "Entitlement"]
    assert book.get_sheet_by_index(0).to_python()[3][1] == "Total"


def test_same_result_same_bytes(by_zone, tmp_path):
    write_workbook(by_zone, tmp_path / "a.xlsx")
    write_workbook(by_zone, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_more_groups_than_a_function_takes_arguments(build, written):
    count = 600
    frame = build.make_frame(
        [f"r{i}" for i in range(count)],
        ["甲"] * count,
        [""] * count,
        unit=[f"u{i // 2}" for i in range(count)],
    )
    path = written(build.make_result(frame, [[build.WAN]] * count))
    formula = openpyxl.load_workbook(path)["分配表"]["C4"].value
    assert formula.startswith("=SUM(SUM(")
    assert formula.count("C") == 300


def test_long_heads_and_names_get_rows_high_enough(build, written):
    frame = build.make_frame(["a", "b"], ["很长的名称" * 10, "乙"], ["", ""])
    path = written(build.make_result(frame, [[build.WAN], [build.WAN]], title="很长的标题" * 30))
    sheet = openpyxl.load_workbook(path)["分配表"]
    assert sheet.row_dimensions[5].height >= 45
    assert sheet.row_dimensions[1].height > 90
    assert sheet.row_dimensions[6].height in (None, 15)

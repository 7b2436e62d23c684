"""A settlement on paper: whole, issued, this issue; who left; what is recovered."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from rich.console import Console

from allocation.engine import allocate
from allocation.report.csv_file import write_csv
from allocation.report.terminal import WIDTH, print_allocation
from allocation.report.workbook import write_workbook

PLAN = """title = "结算"
level = "national"
year = 2023
as_of = 2023-02-28
pot = { amount = "600万元", source = "示例" }
recipients = { kind = "zones", units = ["河南省", "江西省"] }
factors.each = { weight = "100%", column = "each" }
issued = { table = "sent", recover = true, source = "示例" }
[tables.sent]
file = "sent.csv"
key = "zone"
amounts = { issued = "元" }
"""
#: The last is of another province: it left.
SENT = "zone,issued\n郑州经开区,410000.01\n漯河经开区,60000\n南昌经开区,\n昆山经开区,70000\n"


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("settled")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "sent.csv").write_text(SENT, encoding="utf-8")
    return allocate(str(folder / "plan.toml"))


def printed(result, language="zh"):
    out = io.StringIO()
    print_allocation(result, language, on=Console(file=out, width=WIDTH, color_system=None))
    return out.getvalue().splitlines()


def test_the_terminal_shows_whole_issued_and_this_issue(settled):
    said = printed(settled)
    head = next(line for line in said if line.startswith("分配对象"))
    assert head.split()[:4] == ["分配对象", "总额", "已经下达", "此次下达"]
    kunshan = next(line for line in said if "昆山" in line)
    assert kunshan.split()[1:] == ["7.000000", "-7.000000", "●收回"]
    zhengzhou = next(line for line in said if "郑州" in line)
    assert zhengzhou.split()[2:] == ["41.000001", "-10.000001", "●收回"]
    assert said.index(next(line for line in said if "已不在名单" in line)) > 20
    assert "总额 600.00 = 已经下达 54.000001 + 此次下达 545.999999(万元)" in said
    assert "此次下达为负数的是收回:2 个对象,合计 17.000001 万元" in said
    "\n".join(said).encode("gbk")


def test_english_has_no_chinese_heads(settled):
    said = printed(settled, "en")
    assert any(line.split()[:4] == ["Recipient", "Whole", "Issued", "This"] for line in said)
    assert any("No longer on the list" in line for line in said)
    assert any(line.strip().startswith("Kunshan ") for line in said)


def test_the_workbook_recomputes_to_what_it_shows(settled, tmp_path):
    import formulas

    path = tmp_path / "a.xlsx"
    write_workbook(settled, path)
    live, stored = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    sheet, values = live["分配表"], stored["分配表"]
    assert [sheet.cell(3, at).value for at in range(3, 7)] == [
        "总额",
        "已经下达",
        "此次下达",
        "备注",
    ]
    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    found = {str(key).upper(): value for key, value in solution.items()}
    compared = 0
    for row in sheet.iter_rows(min_row=4):
        assert row[4].value == f"=C{row[4].row}-D{row[4].row}"
        for cell in row:
            if cell.data_type == "f":
                again = found[f"'[{path.name}]分配表'!{cell.coordinate}".upper()].value[0, 0]
                assert again == pytest.approx(values[cell.coordinate].value, abs=1e-9)
                compared += 1
    assert compared > 20
    rows = {row[1].value: row for row in values.iter_rows(min_row=4)}
    assert rows["合计"][4].value == pytest.approx(545.999999)
    assert rows["昆山经开区"][4].value == -7
    assert rows["南昌经济技术开发区"][3].value is None
    notes = "\n".join(str(cell.value) for row in stored["说明"].iter_rows() for cell in row)
    assert "此次下达 545.999999" in notes


def test_the_csv_file_adds_up_to_the_fen(settled, tmp_path):
    write_csv(settled, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() for row in rows)
    assert len(rows) == len(settled.recipients) + 1
    named = {row["name"]: row for row in rows}
    assert named["南昌经济技术开发区"]["issued_yuan"] == ""
    assert named["昆山经开区"]["this_issue_yuan"] == "-70000.00"

    def total(column):
        return sum(round(100 * float(row[column] or 0)) for row in rows)

    assert total("amount_yuan") == total("issued_yuan") + total("this_issue_yuan") == 600_000_000


def test_who_left_has_a_row_in_the_frame(settled):
    table = settled.table
    assert table["amount_fen"].dtype == "int64"
    assert table.index.name == "id"
    assert table.loc["32-kunshan", "this_issue_fen"] == -7_000_000
    assert table["this_issue_fen"].sum() == table["amount_fen"].sum() - table["issued_fen"].sum()


def test_without_anything_issued_nothing_changes(by_unit):
    assert "issued_fen" not in by_unit.table
    assert not any("此次下达" in line for line in printed(by_unit))

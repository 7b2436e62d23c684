"""The sheets that need the run: 金额由来, 与上年比较, 数据来历; and compare."""

import generated
import openpyxl
import pytest

import allocation
from allocation.report.comparison_file import save_comparison
from allocation.report.workbook import write_workbook
from allocation.wording import LANGUAGES

WAN = 1_000_000


@pytest.fixture(scope="module")
def national():
    return allocation.allocate("national-2022", sets=["coefficients.tilt.values.west=1.8"])


@pytest.fixture(scope="module")
def yearly(tmp_path_factory):
    folder = tmp_path_factory.mktemp("yearly")
    return allocation.allocate(str(generated.write_scenario(folder, 1, "nested")))


def written(result, folder, language="zh"):
    path = folder / "a.xlsx"
    write_workbook(result, path, language)
    return path


def recomputed(path):
    """Return each formula cell's value, stored and computed again by another program."""
    import formulas

    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    cells = {k.upper(): v for k, v in solution.items() if isinstance(k, str)}
    live, stored = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    key = f"'[{path.name}]{sheet.title}'!{cell.coordinate}".upper()
                    yield stored[sheet.title][cell.coordinate].value, cells[key].value[0, 0]


@pytest.mark.parametrize("name", ["national", "yearly"])
def test_recomputed_formulas_equal_the_engine(request, name, tmp_path):
    pairs = list(recomputed(written(request.getfixturevalue(name), tmp_path)))
    assert len(pairs) > 60
    for stored, again in pairs:
        assert stored is not None
        assert again == (stored if isinstance(stored, str) else pytest.approx(stored, abs=1e-9))


def test_the_chosen_recipient_is_looked_up(national, tmp_path):
    """Another name in the drop-down's cell gives that recipient's sum."""
    path = written(national, tmp_path)
    book = openpyxl.load_workbook(path)
    page = book["金额由来"]
    page["B3"] = "四川省"
    book.save(path)
    import formulas

    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    found = {k.upper(): v for k, v in solution.items() if isinstance(k, str)}
    last = next(row[0].row for row in page.iter_rows(min_row=6) if row[0].value == "分配金额")
    value = found[f"'[A.XLSX]金额由来'!B{last}"].value[0, 0]
    at = national.recipients.names.index("四川省")
    assert round(value * WAN) == national.amounts[at]


def test_the_waterfall_has_a_drop_down_and_a_native_chart(national, tmp_path):
    page = openpyxl.load_workbook(written(national, tmp_path))["金额由来"]
    [rule] = page.data_validations.dataValidation
    assert str(rule.sqref) == "B3"
    first, last = (int(part.rpartition("$")[2]) for part in rule.formula1.split(":"))
    assert last - first + 1 == len(national.recipients)
    assert len(page._charts) == 1


def test_alike_names_are_told_apart(yearly, tmp_path):
    page = openpyxl.load_workbook(written(yearly, tmp_path))["金额由来"]
    rule = page.data_validations.dataValidation[0].formula1
    first, last = (int(part.rpartition("$")[2]) for part in rule.split(":"))
    names = [page.cell(row, 1).value for row in range(first, last + 1)]
    assert len(set(names)) == len(names)


def test_last_year_stands_beside_this_year(yearly, national, tmp_path):
    page = openpyxl.load_workbook(written(yearly, tmp_path), data_only=True)["与上年比较"]
    before, _ = yearly.recipients.money("last_year")
    assert page["B4"].value == pytest.approx(sum(before.values) / WAN)
    assert page["C4"].value == pytest.approx(int(yearly.amounts.sum()) / WAN)
    assert "与上年比较" not in openpyxl.load_workbook(written(national, tmp_path)).sheetnames


def test_every_value_names_its_origin(national, tmp_path):
    page = openpyxl.load_workbook(written(national, tmp_path))["数据来历"]
    rows = {row[1]: (row[0], row[2], row[3]) for row in page.iter_rows(min_row=4, values_only=True)}
    assert rows["pot.amount"] == ("资金总额 · 金额", "200,000.00万元", "national-2022.toml:10")
    assert rows["coefficients.tilt.values.west"][1:] == ("1.8", "命令行")
    assert rows["rounding.method"][1:] == ("最大余数 largest_remainder", "缺省")
    assert len(rows) == len(national.record["origins"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_is_a_workbook_too(language, tmp_path):
    a, b = allocation.allocate("national-2022"), allocation.allocate("national-2022@west_only")
    path = save_comparison(a, b, tmp_path / "c.xlsx", language)
    page = openpyxl.load_workbook(path, data_only=True).active
    assert page["B4"].value == page["C4"].value == 200_000
    found = {row[0].value: row[3].value for row in page.iter_rows(min_row=5, max_row=41)}
    called = a.recipients.names if language == "zh" else a.recipients.names_en
    for name, change in zip(called, (b.amounts - a.amounts).tolist(), strict=True):
        assert found[name] == pytest.approx(change / WAN)
    for stored, again in recomputed(path):
        assert again == (stored if isinstance(stored, str) else pytest.approx(stored, abs=1e-9))


def test_text_is_never_a_formula(tmp_path):
    source = generated.write_scenario(tmp_path / "s", 2, "nested")
    text = source.read_text(encoding="utf-8").replace('source = "生成"', 'source = "=1+1"')
    source.write_text(text, encoding="utf-8")
    table = source.with_name("t.csv").read_text(encoding="utf-8").replace("区00", "=cmd()")
    source.with_name("t.csv").write_text(table, encoding="utf-8")
    book = openpyxl.load_workbook(written(allocation.allocate(str(source)), tmp_path))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    said = [cell for cell in cells if cell.value in ("=1+1", "=cmd()")]
    assert len(said) >= 4
    assert {cell.data_type for cell in said} == {"s"}

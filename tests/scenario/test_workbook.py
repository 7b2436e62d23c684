"""A workbook says what a TOML file says: the same scenario, the same fen, every problem's cell."""

import shutil
from datetime import date, datetime
from typing import get_args

import generated
import openpyxl
import pytest
import workbooks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocation
from allocation.errors import InputError
from allocation.report.template import template
from allocation.scenario import check, load, shipped
from allocation.scenario.workbook.cells import cell_of, choice, table_text, value_of
from allocation.scenario.workbook.layout import blocks, sheets
from allocation.scenario.workbook.types import choices, label, type_of
from allocation.wording import LANGUAGES, sentences

#: As calamine gives a day cell.
MIDNIGHT = datetime(2022, 12, 1)  # noqa: DTZ001 (a cell has no zone)
CHANGED = ("national-2022@west_only", "jiangsu-2023@recover", "national-2022-zones@steeper")


def same(a, b):
    """Assert that two scenarios are one, and give the same fen."""
    assert workbooks.settled(a) == workbooks.settled(b)
    assert a.frame.ids == b.frame.ids
    assert {name: c.cells for name, c in a.frame.text.items()} == {
        name: c.cells for name, c in b.frame.text.items()
    }
    before, after = allocation.allocate(a), allocation.allocate(b)
    assert (before.cells == after.cells).all()
    assert before.unrounded == after.unrounded


def problems(path, **more):
    with pytest.raises(InputError) as caught:
        load(str(path), **more)
    return [(p.code, p.place.column) for p in caught.value.problems]


@pytest.fixture
def book(plan, tmp_path):
    """Return the workbook of the sound scenario that the tests break."""
    path = tmp_path / "book" / "plan.xlsx"
    path.parent.mkdir()
    template(path, plan.path)
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_is_the_same_in_a_workbook(name, language, tmp_path):
    path = workbooks.filled(tmp_path / "s.xlsx", name, language=language)
    same(load(name), load(path))


@pytest.mark.parametrize("reference", CHANGED)
def test_changes_are_the_same_in_a_workbook(reference, tmp_path):
    name, _, change = reference.partition("@")
    path = workbooks.filled(tmp_path / "s.xlsx", name)
    same(load(reference), load(f"{path}@{change}"))


@pytest.mark.parametrize("kind", generated.KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_generated_scenarios_are_the_same_in_a_workbook(kind, seed, tmp_path):
    source = generated.write_scenario(tmp_path / "toml", seed, kind)
    same(load(str(source)), load(workbooks.filled(tmp_path / "s.xlsx", source)))


def test_a_workbook_of_a_workbook_is_the_same_in_the_other_language(book, tmp_path):
    again = workbooks.filled(tmp_path / "again.xlsx", book, language="en")
    same(load(str(book)), load(again))


def test_one_value_of_a_list_may_hold_a_separator():
    assert value_of(cell_of("辽宁、江苏", tuple[str, ...], "zh"), tuple[str, ...]) == ["辽宁、江苏"]


def test_origins_name_the_cell(book):
    loaded = load(str(book))
    assert loaded.origins["pot.amount"].endswith("plan.xlsx:方案!B13")
    assert str(loaded.place("factors", "trade")).endswith("plan.xlsx:因素!A6")


def test_the_record_keeps_the_workbook_and_is_proved(book, tmp_path):
    result = allocation.allocate(str(book))
    assert list(result.record["hashes"]) == ["plan.xlsx"]
    result.save(tmp_path / "record.json")
    assert allocation.verify(tmp_path / "record.json").proved


BROKEN = [
    ("missing", "方案", "B13", None, ("L1-missing-key", "方案!B13")),
    ("no unit", "方案", "B13", 100, ("L3-amount", "方案!B13")),
    ("not a ratio", "因素", "D6", "六成", ("L3-ratio", "因素!D6")),
    ("not a kind", "规则", "B6", "封帽", ("L1-unknown-kind", "规则!B6")),
    ("no kind", "规则", "B6", None, ("L1-missing-key", "规则!B6")),
    ("not a choice", "因素", "H6", "算了", ("L1-not-allowed", "因素!H6")),
    ("not a day", "方案", "B10", "明年", ("L1-not-a-day", "方案!B10")),
    ("not a flag", "方案", "B11", "也许", ("L1-not-a-flag", "方案!B11")),
    ("no name", "因素", "A6", None, ("L1-row-without-name", "因素!A6")),
    ("name twice", "因素", "A7", "trade", ("L1-said-twice", "因素!A7")),
    ("formula without value", "因素", "D6", "=1/2", ("L1-formula-without-value", "因素!D6")),
    ("unknown key", "规则", "C5", "rules.*.nane", ("L1-unknown-column", "规则!C5")),
    ("same key twice", "规则", "C5", "rules.*.kind", ("L1-duplicate-column", "规则!C5")),
    ("unknown key of the form", "方案", "D13", "pot.amont", ("L1-unknown-form-key", "方案!D13")),
    ("a value beside no key", "方案", "B60", "见附件", ("L1-cell-without-key", "方案!B60")),
    ("a stray note", "因素", "Z9", "见附件", ("L1-cell-without-key", "因素!Z9")),
    ("a cell of a table", "数据 trade", "B6", "很多", ("L3-amount", "数据 trade!B6")),
    ("a column without a name", "数据 trade", "Z9", 1, ("L1-column-without-name", "数据 trade!Z9")),
    ("a table that is not there", "数据表", "B6", "数据 x", ("L1-no-such-file", "数据表!B6")),
]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "expected"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_what_is_wrong_names_its_cell(book, sheet, cell, value, expected):
    workbooks.edit(book, [(sheet, cell, value)])
    try:
        loaded = load(str(book))
    except InputError as error:
        found = list(error.problems)
    else:
        found = check(loaded)
    assert expected in [(p.code, p.place.column) for p in found]
    for problem in found:
        assert problem.text("zh") != problem.text("en")


def test_pairs_name_an_entry_and_have_a_value(book):
    owner = workbooks.column_of(book, "规则", "rules.*.where")
    value = workbooks.column_of(book, "规则", "rules.*.where.*=")
    workbooks.edit(book, [("规则", f"{owner}6", "wst"), ("规则", f"{value}6", "x")])
    assert ("L1-unknown-owner", f"规则!{owner}6") in problems(book)
    workbooks.edit(book, [("规则", f"{owner}6", "west"), ("规则", f"{value}6", None)])
    assert ("L1-blank-value", f"规则!{value}6") in problems(book)


def test_merged_cells_are_refused(book):
    made = openpyxl.load_workbook(book)
    made["数据 trade"].merge_cells("B6:B7")
    made["因素"].merge_cells("D6:D7")
    made.save(book)
    found = problems(book)
    assert ("L1-merged-cells", "数据 trade!B6") in found
    assert ("L1-merged-cells", "因素!D6") in found


def test_all_problems_come_at_once(book):
    workbooks.edit(book, [("方案", "B13", None), ("因素", "D6", "x"), ("规则", "B6", "y")])
    assert len(problems(book)) == 3


def test_a_sheet_of_ones_own_with_names_in_the_first_row_is_a_table(book):
    made = openpyxl.load_workbook(book)
    rows = list(made["数据 trade"].iter_rows(min_row=4, values_only=True))
    page = made.create_sheet("我的数据")
    for row in rows:
        page.append(row)
    made["数据表"]["B6"] = "我的数据"
    made.save(book)
    loaded = load(str(book))
    assert "我的数据!B2" in str(loaded.frame.text["trade"].place(0, "trade"))
    assert [p.code for p in loaded.warnings] == ["L1-unused-sheet"]


@pytest.mark.parametrize(
    ("cell", "annotation", "value"),
    [
        ("007", str, "007"),
        (7.0, str, "7"),
        (0.12, allocation.scenario.schema.Share, "0.12"),
        (0.1 + 0.2, allocation.scenario.schema.Share, "0.3"),
        ("3/40", allocation.scenario.schema.Share, "3/40"),
        (MIDNIGHT, date, date(2022, 12, 1)),
        ("2022-12-01", date, "2022-12-01"),
        (True, bool, True),
        ("否", bool, False),
        ("4、9", tuple[int, ...], [4, 9]),
        (62.0, tuple[int, ...], [62]),
        ("a,b\nc", tuple[str, ...], ["a", "b", "c"]),
        ('["a、b", "c"]', tuple[str, ...], ["a、b", "c"]),
        ("[0]区", str, "[0]区"),
        ('""', str, ""),
    ],
)
def test_a_cell_is_read_as_typed(cell, annotation, value):
    found = value_of(cell, annotation)
    assert [*map(str, found)] == [*map(str, value)] if isinstance(value, list) else found == value


def test_cells_of_tables_are_read_as_a_csv_file_has_them():
    cells = ["007", 7.0, 0.1 + 0.2, MIDNIGHT, True, "  a "]
    assert [table_text(c) for c in cells] == ["007", "7", "0.3", "2022-12-01", "true", "a"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)))
def test_lists_are_read_again(values):
    stripped = [v.strip() for v in values if v.strip()]
    assert value_of(cell_of(stripped, tuple[str, ...], "zh"), tuple[str, ...]) == stripped


def test_every_choice_and_key_has_words_in_both_languages():
    keys = [key for block in blocks().values() for key in block.keys]
    for key in keys:
        codes = choices(key.annotation) if type_of(key.annotation) == "choice" else ()
        for code in codes:
            assert not code.isascii() or f"template-choice-{code.replace('_', '-')}" in sentences()
        assert len({choice(code, "zh").split()[0] for code in codes}) == len(codes)
        for said in key.said[-1:]:
            assert label(said, "zh")
            assert label(said, "en")
            assert label(said, "zh") != label(said, "en")


def test_every_key_of_the_schema_has_a_column():
    codes = set(blocks())
    assert {"rules.*.least", "tables.*.amounts.*=", "coefficients.*.rank.tiers[].to"} <= codes
    form = {".".join(key.path) for key in sheets()[0].blocks[0].keys}
    for name, field in allocation.scenario.schema.Scenario.model_fields.items():
        there = name in form or any(code.startswith(f"{name}.") for code in {*codes, *form})
        assert there, (name, get_args(field.annotation))


CELLS = st.sampled_from(["A", "B", "C", "D", "E", "H", "M", "Z", "AK"])
ROWS = st.integers(1, 45)
VALUES = st.sampled_from(
    [None, "", " ", 0, 1.5, 1e300, -1, True, "off", "[", "{}", "[1]", "{a = 1}", "=1", "合计",
     "x" * 400, date(2022, 1, 1), MIDNIGHT.replace(hour=12), "rules.*", "rules.*.kind", "#value",
     "#key", "#aside", "pot", "a.b", "\u3000", "_x0041_", "保底 floor", "objective.segments[].to"]
)  # fmt: skip
SHEETS = st.sampled_from(
    ["方案", "数据表", "拆分", "因素", "调节系数", "规则", "方向", "改动", "测算", "数据 trade"]
)
EDIT = st.tuples(SHEETS, st.builds("{}{}".format, CELLS, ROWS), VALUES)
EDITS = st.lists(EDIT, min_size=1, max_size=4)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    source = generated.write_scenario(folder / "toml", 3, "two_way")
    template(folder / "s.xlsx", str(source))
    made = openpyxl.load_workbook(folder / "s.xlsx")
    made["数据 t"].title = "数据 trade"
    made["数据表"]["B6"] = "数据 trade"
    made.save(folder / "s.xlsx")
    return folder / "s.xlsx"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=EDITS)
def test_any_damage_is_an_answer(original, edits):
    path = original.with_name("damaged.xlsx")
    shutil.copy(original, path)
    workbooks.edit(path, edits)
    try:
        loaded = load(str(path))
        found = [*loaded.warnings, *check(loaded)]
    except InputError as error:
        found = list(error.problems)
        assert found
    for problem in found:
        assert problem.text("zh") != problem.text("en")

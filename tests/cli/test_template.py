"""``bokuan template``, and a workbook wherever a scenario is asked for."""

import io
import re
import zipfile

import openpyxl
import pytest
import workbooks

from allocation.scenario.find import scenarios_folder
from allocation.wording import LANGUAGES


def shipped_plan(name):
    return scenarios_folder() / "plans" / f"{name}.toml"


def unplaced(text):
    """Return what was said without places and hashes, which differ."""
    return re.sub(r"plan\.(toml|xlsx)(:[^ :]+)?|[0-9a-f]{64}", "…", text)


@pytest.fixture
def book(inside, folder):
    ended = inside("template", "--from", "plan.toml", "plan.xlsx")
    assert ended.code == 0
    assert "plan.xlsx" in ended.out
    return folder / "plan.xlsx"


@pytest.mark.parametrize(
    "command",
    [
        ("run", "{}", "--no-chart", "--out", "out"),
        ("check", "{}"),
        ("explain", "{}", "--zone", "四川"),
        ("compare", "plan.toml", "{}"),
        ("sensitivity", "{}"),
        ("cliffs", "{}"),
        ("export", "{}", "m.lp"),
    ],
)
def test_every_command_takes_a_workbook(book, inside, command):
    toml = inside(*(part.format("plan.toml") for part in command))
    ended = inside(*(part.format(book.name) for part in command))
    assert (ended.code, toml.code) == (0, 0), ended.err
    assert unplaced(ended.out) == unplaced(toml.out)


def test_a_schedule_takes_a_workbook(inside):
    plan = shipped_plan("linhe-2023")
    assert inside("template", "--from", "linhe-2023", "l.xlsx").code == 0
    toml = inside("schedule", "linhe-2023", "--plan", str(plan))
    ended = inside("schedule", "l.xlsx", "--plan", str(plan))
    assert (ended.code, ended.out) == (toml.code, toml.out)
    assert ended.code == 0, ended.err


def test_notice_takes_a_workbook(book, inside):
    ended = inside("notice", book.name, "--out", "n")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_blank_template_says_all_it_lacks_and_comes_back_marked(inside, folder, language):
    assert inside("template", "new.xlsx", "--lang", language).code == 0
    ended = inside("check", "new.xlsx", "--lang", language)
    assert ended.code == 2
    assert ended.err.count("L1-missing-key") >= 6
    assert "new.marked.xlsx" in ended.err.splitlines()[-1]
    assert (folder / "new.marked.xlsx").exists()


def test_an_old_file_is_not_overwritten(book, inside):
    before = book.read_bytes()
    ended = inside("template", "plan.xlsx")
    assert ended.code == 2
    assert "L1-template-exists" in ended.err
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("template", "x.toml"), "L1-template-name"),
        (("template", "--from", "national-2022@more_west", "x.xlsx"), "L1-template-of-change"),
        (("template", "--from", "nope", "x.xlsx"), "L1-unknown-scenario"),
        (("template", "plan.toml/x.xlsx"), "L1-cannot-write"),
        (("run", "x.xlsx"), "L1-no-such-file"),
    ],
)
def test_wrong_arguments(inside, folder, arguments, code):
    ended = inside(*arguments)
    assert ended.code == 2
    assert code in ended.err
    assert not list(folder.glob("*.xlsx"))


def test_a_wrong_workbook_comes_back_marked(book, inside, folder):
    workbooks.edit(book, [("规则", "B6", "封帽"), ("因素", "D6", "六成")])
    ended = inside("run", "plan.xlsx", "--out", "out")
    assert ended.code == 2
    assert "L1-marked-scenario" in ended.err
    marked = openpyxl.load_workbook(folder / "plan.marked.xlsx")
    for sheet, cell, code in (("规则", "B6", "L1-unknown-kind"), ("因素", "D6", "L3-ratio")):
        assert marked[sheet][cell].fill.fgColor.rgb == "FFFFC7CE"
        assert code in marked[sheet][cell].comment.text
    assert marked["规则"].data_validations.count > 0
    listed = [row[0].value for row in marked["问题"].iter_rows(min_row=4)]
    assert listed == ["因素!D6", "规则!B6"]
    assert not (folder / "out").exists()


def test_the_marked_copy_is_corrected_and_run(book, inside, folder):
    workbooks.edit(book, [("规则", "B6", "封帽"), ("因素", "D6", "六成")])
    inside("check", "plan.xlsx")
    copy = folder / "plan.marked.xlsx"
    workbooks.edit(copy, [("规则", "B6", "保底 floor")])
    assert inside("check", copy.name).code == 2
    again = openpyxl.load_workbook(folder / "plan.marked-2.xlsx")
    assert again["规则"]["B6"].comment is None
    assert again["因素"]["D6"].comment is not None
    workbooks.edit(copy, [("因素", "D6", "100%")])
    assert inside("check", copy.name).code == 0


def repacked(content, name, part):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, part)
    return out.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("name", "part", "code"),
    [
        ("xl/vbaProject.bin", b"x", "L1-macros"),
        ("docProps/app.xml", ENTITY, "L1-xml-entities"),
        ("xl/worksheets/sheet1.xml", b"<a>" + b" " * 90_000_000, "L1-unpacks-too-large"),
    ],
)
def test_harmful_workbooks_are_refused_unread(book, inside, folder, name, part, code):
    (folder / "bad.xlsx").write_bytes(repacked(book.read_bytes(), name, part))
    ended = inside("run", "bad.xlsx")
    assert ended.code == 2
    assert code in ended.err
    assert not list(folder.glob("*.marked*"))


def test_workbooks_with_macros_and_text_called_a_workbook_are_refused(book, inside, folder):
    (folder / "m.xlsm").write_bytes(book.read_bytes())
    assert "L1-macros" in inside("run", "m.xlsm").err
    (folder / "t.xlsx").write_text("title = 1", encoding="utf-8")
    assert "L1-not-a-workbook" in inside("run", "t.xlsx").err


def test_formulas_without_values_are_refused_with_the_remedy(book, inside):
    workbooks.edit(book, [("因素", "D6", "=1/1")])
    ended = inside("run", "plan.xlsx")
    assert ended.code == 2
    assert "因素!D6: [L1-formula-without-value]" in ended.err
    assert "保存一次" in ended.err

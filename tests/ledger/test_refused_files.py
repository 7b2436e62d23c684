"""Files that are refused before anything reads them, and cells that read as blank and are not."""

import io
import random
import struct
import zipfile
from contextlib import suppress

import openpyxl
import pytest
import xlsxwriter

from allocation.errors import InputError
from allocation.ledger.imports.mapping import usual_mapping
from allocation.ledger.imports.rows import read_rows
from allocation.scenario.workbook.sheets import open_file

HEAD = ["支付日期", "收款单位", "金额(元)", "业务类型"]
ROW = ["2023-06-25", "江宁经开区", 100, "拨付"]


def workbook(*rows):
    file = io.BytesIO()
    book = openpyxl.Workbook()
    for row in rows or (HEAD, ROW):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def repacked(content, **changes):
    """Return a workbook with parts replaced or added; ``__`` stands for a slash in a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, change in changes.items():
            key = name.replace("__", "/")
            parts[key] = change(parts[key]) if callable(change) else change
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def codes(path):
    with pytest.raises(InputError) as caught:
        open_file(path)
    return [problem.code for problem in caught.value.problems]


SHEET = "xl__worksheets__sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BLANKS = b"<a>" + b" " * 90_000_000
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'


def with_entity(part):
    return ENTITY + part[part.index(b"<worksheet") :]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.xlsm", workbook(), "L1-macros"),
        ("x.xlsx", repacked(workbook(), **{"xl/vbaProject.bin": b"x"}), "L1-macros"),
        ("x.xls", OLE + "_VBA_PROJECT".encode("utf-16-le"), "L1-macros"),
        ("x.xlsx", repacked(workbook(), **{SHEET: with_entity}), "L1-xml-entities"),
        ("x.xlsx", repacked(workbook(), **{"docProps__x.xml": ENTITY}), "L1-xml-entities"),
        (
            "x.xlsx",
            repacked(workbook(), **{SHEET: lambda part: part.decode().encode("utf-16")}),
            "L1-xml-entities",
        ),
        ("x.xlsx", repacked(workbook(), **{SHEET: BLANKS}), "L1-unpacks-too-large"),
        (
            "x.xlsx",
            repacked(workbook(), **{f"m/{i}.xml": b"<a/>" for i in range(2_100)}),
            "L1-unpacks-too-large",
        ),
        ("x.xlsx", b"PK\x03\x04 nothing of the kind", "L1-not-a-workbook"),
        ("x.xlsx", workbook()[:-40], "L1-not-a-workbook"),
        ("x.xls", OLE + b"\0" * 600, "L1-not-a-workbook"),
        ("x.xls", b"<html><table><tr><td>1</td></tr></table></html>", "L1-markup-not-table"),
        ("x.csv", "\ufeff<table>".encode(), "L1-markup-not-table"),
        ("x.csv", b"a\0b,c", "L1-binary-file"),
        ("x.csv", "日期;金额\n1;2".encode(), "L1-no-commas"),
        ("x.csv", b"  \n ", "L1-empty-file"),
        ("x.xlsx", workbook([]), "L1-empty-file"),
    ],
)  # fmt: skip
def test_refused(tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    assert codes(tmp_path / name) == [code]


def test_a_cell_at_the_end_of_the_world(tmp_path):
    """The reader would ask for half a terabyte and take the process down."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    book.save(tmp_path / "x.xlsx")
    assert codes(tmp_path / "x.xlsx") == ["L1-sheet-too-wide"]


def test_a_part_that_lies_about_its_size(tmp_path):
    content = bytearray(repacked(workbook(), **{SHEET: BLANKS}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as package:
        info = package.getinfo("xl/worksheets/sheet1.xml")
    real, said = struct.pack("<I", info.file_size), struct.pack("<I", 1_000)
    assert content.count(real) == 2
    (tmp_path / "x.xlsx").write_bytes(bytes(content).replace(real, said))
    assert codes(tmp_path / "x.xlsx") == ["L1-not-a-workbook"]


def test_whatever_is_broken_is_said(tmp_path, campaign):
    """Any damage gives rows or problems: nothing else gets out."""
    whole = workbook(HEAD, *[ROW] * 20)
    path = tmp_path / "x.xlsx"
    for seed in range(campaign(small=150, full=5_000)):
        rng = random.Random(seed)
        content = bytearray(whole)
        for _ in range(rng.randrange(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(bytes(content))
        with suppress(InputError):
            read_rows(open_file(path), usual_mapping())


def test_damage_inside_the_parts(tmp_path, campaign):
    whole, path = workbook(HEAD, *[ROW] * 5), tmp_path / "x.xlsx"
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        names = [name for name in package.namelist() if name.startswith("xl/")]
    for seed in range(campaign(small=150, full=5_000)):
        rng = random.Random(seed)

        def damage(part, rng=rng):
            content = bytearray(part)
            for _ in range(rng.randrange(1, 5)):
                content[rng.randrange(len(content))] = rng.randrange(256)
            return bytes(content)

        path.write_bytes(repacked(whole, **{rng.choice(names): damage}))
        with suppress(InputError):
            read_rows(open_file(path), usual_mapping())


def marks(path):
    reading = read_rows(open_file(path), usual_mapping())
    return [(mark.problem.code, str(mark.problem.place)) for mark in reading.marks]


def test_formulas_without_a_value(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook(HEAD, ["2023-06-25", "江宁经开区", "=1+1", "拨付"]))
    assert marks(path) == [("L1-formula-without-value", "x.xlsx:Sheet!C2")]
    path.write_bytes(workbook(HEAD, ['="2023"', '="江宁"', "=1+1", '="拨付"']))
    assert [code for code, _ in marks(path)] == ["L1-formula-without-value"] * 4


def test_formulas_with_a_value_and_errors(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "x.xlsx")
    page = book.add_worksheet("付款")
    page.write_row(0, 0, [*HEAD, "批次"])
    for row in (1, 2):
        page.write_row(row, 0, ROW)
        page.write_formula(row, 2, "=50*2", None, 100)
        page.write_formula(row, 4, "=B1", None, "一" if row == 1 else "#N/A")
    book.close()
    assert marks(tmp_path / "x.xlsx") == [("L1-error-in-cell", "x.xlsx:付款!E3")]


def test_an_empty_text_is_a_value(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "x.xlsx")
    page = book.add_worksheet()
    page.write_row(0, 0, [*HEAD, "批次"])
    page.write_row(1, 0, ROW)
    page.write_formula(1, 4, '=""', None, "")
    book.close()
    whole = (tmp_path / "x.xlsx").read_bytes()
    typed = repacked(
        whole, **{SHEET: lambda part: part.replace(b'<c r="E2">', b'<c r="E2" t="str">')}
    )
    (tmp_path / "y.xlsx").write_bytes(typed)
    assert marks(tmp_path / "y.xlsx") == []
    assert marks(tmp_path / "x.xlsx") == [("L1-formula-without-value", "x.xlsx:Sheet1!E2")]

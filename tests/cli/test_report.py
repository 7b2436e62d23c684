"""``bokuan report`` as a person runs it."""

import pytest


def test_a_report_of_a_record_beside_its_scenario(bokuan, folder):
    assert bokuan("run", "plan.toml", "--out", "out").code == 0
    done = bokuan("report", "out/record.json", "plan.toml", "--out", "pages/report.html")
    assert done.code == 0, done.err
    assert done.out.strip() == "已写出 pages/report.html"
    page = (folder / "pages/report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert "方案 2 与方案 1 金额相同" in page


def test_it_begins_in_the_language_spoken(inside, folder):
    assert inside("report", "plan.toml", "--lang", "en").out.strip() == "Wrote report.html"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "Three units" in page


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "L1-missing-argument"),
        (["plan.toml"] * 5, "L1-report-count"),
        (["plan.toml", "--as-of", "2022-13-01"], "L14-not-a-day"),
        (["plan.toml", "--book", "none.db"], "L12-no-book"),
        (["plan.toml", "--plan", "none"], "L1-unknown-plan"),
        (["none.json"], "L1-not-a-record"),
        (["plan.toml", "--out", "t.csv/report.html"], "L1-cannot-write"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(inside, folder, arguments, code):
    done = inside("report", *arguments)
    assert done.code == 2
    assert f"[{code}]" in done.err
    assert not (folder / "report.html").exists()


def test_a_wrong_workbook_comes_back_marked(inside, folder):
    assert inside("template", "--from", "plan.toml", "plan.xlsx").code == 0
    from openpyxl import load_workbook

    book = load_workbook(folder / "plan.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    next(cell for cell in cells if cell.value in {"100万元", 100}).value = "很多"
    book.save(folder / "plan.xlsx")
    done = inside("report", "plan.toml", "plan.xlsx")
    assert done.code == 2
    assert (folder / "plan.marked.xlsx").exists()

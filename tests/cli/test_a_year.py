"""A year of life at 230 zones: issued, paid, watched, foreseen, moved, closed, reported.

The book is made up (合成数据): four years, each of 24 issues and 20 000 payments.
"""

import csv
import json

import openpyxl
import pytest

from allocation.ledger.book import Book

DAY = "2022-09-30"
PLAN = """title = "2022年九月调剂"
as_of = 2022-09-30
scenario = "{scenario}"
illustrative = true
order = ["use", "moved", "fair"]
[use]
file = "wanted.csv"
unit = "万元"
rest = "forecast"
source = "示例:各区申报"
[uncertain]
tail = "10%"
source = "账簿预测"
"""


@pytest.fixture
def year(bokuan):
    def ask(*arguments):
        ended = bokuan(*arguments)
        assert ended.code == 0, (arguments, ended.err)
        return ended.out

    ask("book", "example", "bokuan-book.db", "--years", "4", "--until", DAY)
    return ask


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fen(table, kind):
    return int(table.loc[table["kind"] == kind, "amount"].sum())


def reallocated(folder, ask, plan, *options):
    """Reallocate, confirm, and return the record; what is held in all stays to the fen."""
    with Book.open(folder / "bokuan-book.db") as book:
        before = book.positions()["available"].sum()
    said = ask("reallocate", "--plan", plan, "--book", "bokuan-book.db", *options, "--out", "out")
    assert "预测(估计)" in said
    record = json.loads((folder / "out/reallocation.json").read_text(encoding="utf-8"))
    ask("reallocate", "--confirm", "out/reallocation.json", "--document", "示例〔2022〕9号")
    with Book.open(folder / "bokuan-book.db") as book:
        table = book.positions()
        assert table["available"].sum() + table["recovered"].sum() == before
        assert not any(finding.places for finding in book.check())
    return record


def wanted(folder, ask, *codes):
    """Write what the recipients ask for: a third more than they have."""
    ask("book", "forecast", "--as-of", DAY, "--out", "foreseen")
    found = {
        row["recipient"]: int(row["budget_fen"]) for row in rows(folder / "foreseen/forecast.csv")
    }
    lines = [f"{code},{found[code] * 4 // 3 // 10**6}" for code in codes]
    (folder / "wanted.csv").write_text("\n".join(["id,use", *lines]) + "\n", encoding="utf-8")
    return found


def test_a_year(folder, year):
    with Book.open(folder / "bokuan-book.db") as book:
        flows = book.flows(daily=False).query("year == 2022")
        entries = book.entries()
        last = entries["valid_on"].max()
    assert str(last)[:10] <= DAY
    of_2022 = entries[entries["valid_on"].astype(str) >= "2022"]
    assert of_2022.query("kind == 'issue'")["document"].nunique() == 24
    assert entries.query("kind in ('disburse', 'spend')").shape[0] > 70_000
    assert "合成数据" in year("book", "status", "--as-of", DAY)
    assert set(wanted(folder, year, "21-jinzhou")) == set(
        flows.query("level == 'zone'")["recipient"]
    )

    (folder / "plan.toml").write_text(PLAN.format(scenario="liaoning-2022"), encoding="utf-8")
    reallocated(folder, year, "plan.toml", "--uncertain")
    with Book.open(folder / "bokuan-book.db") as book:
        moved = book.flows(daily=False).query("year == 2022")
    given = fen(moved, "recover") - fen(flows, "recover")
    assert given == fen(moved, "issue") - fen(flows, "issue") > 0

    year("book", "close", "2022", "--yes")
    year("book", "papers", "--as-of", "2022-12-31", "--out", "papers")
    with Book.open(folder / "bokuan-book.db") as book:
        ended = book.flows()
        assert book.synthetic
    spent = fen(ended[(ended["valid_on"] >= "2022") & (ended["valid_on"] <= "2022-12-31")], "spend")
    book = openpyxl.load_workbook(next((folder / "papers").glob("*.xlsx")), data_only=True)
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert any("合成数据" in str(value) for value in cells)
    assert any(isinstance(v, int | float) and round(v * 10**6) == spent for v in cells), spent
    assert "账簿完好" in year("book", "check")


def test_idle_money_moves_all_over_the_country(folder, year, campaign):
    if not campaign(small=0, full=1):
        pytest.skip("takes a quarter of a minute: with --campaign")
    wanted(folder, year, "21-jinzhou", "42-jingzhou", "51-yaan")
    (folder / "plan.toml").write_text(PLAN.format(scenario="national-2022-zones"), encoding="utf-8")
    record = reallocated(folder, year, "plan.toml")
    assert record

"""A year in the book, all synthetic: the commands in turn, and their files opened again.

Small: the zones of Liaoning. In a campaign: 230 zones, 24 issues and 20 000 payments of the year.
"""

import csv
import re
from decimal import Decimal

import docx
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from allocation import Book

DAY, SYNTHETIC, WAN = "2022-09-30", "合成数据", 10**6
PLAN = """title = "九月调剂"
as_of = 2022-09-30
scenario = "{scenario}"
quantum = "{quantum}"
order = ["use", "moved"]
[use]
file = "use.csv"
unit = "万元"
rest = "forecast"
source = "示例:来函要求增加"
[uncertain]
tail = "10%"
scenarios = {scenarios}
seed = 5
source = "示例:账簿的预测"
"""
#: Movements as a treasury's export calls them.
KINDS = {"commit": "承诺", "disburse": "拨付", "spend": "支出", "refund": "退回"}


def fen(text):
    """Return whole fen of an amount in 万元 as it is printed."""
    found = Decimal(text.replace(",", "")) * WAN
    assert found == int(found)
    return int(found)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheets(path):
    """Return the cells of each sheet of a workbook by its name."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def entries(folder, name="bokuan-book.db"):
    with Book.open(folder / name) as book:
        return book.entries()


def spent_in_2022(table):
    """Return what was spent in the year, reversals against it."""
    spent = table[(table["kind"] == "spend") & (table["valid_on"].dt.year == 2022)]
    return int(spent["amount"].where(spent["reverses"] == 0, -spent["amount"]).sum())


def held(table):
    """Return what each zone has of the year's money, by code: issued less recovered."""
    own = table[(table["year"] == 2022) & table["kind"].isin(["issue", "recover"])]
    signed = own["amount"].where(own["kind"] == "issue", -own["amount"])
    return signed.groupby(own["recipient"]).sum()


@pytest.fixture
def year(folder, inside, campaign):
    """Return the folder and a function that runs a command and wants it done."""
    scenario = ("liaoning-2022", "national-2022-zones")[campaign(small=0, full=1)]

    def done(*arguments):
        ended = inside(*arguments)
        assert (ended.code, ended.err) == (0, ""), ended.err
        return ended.out

    example = ("--scenario", scenario, "--years", "4", "--seed", "7")
    done("book", "example", "full.db", *example)
    done("book", "example", "bokuan-book.db", *example, "--until", DAY)
    plan = PLAN.format(
        scenario=scenario,
        quantum=("1万元", "10万元")[campaign(small=0, full=1)],
        scenarios=campaign(small=20, full=10),
    )
    (folder / "reallocation.toml").write_text(plan, encoding="utf-8")
    return folder, done


def ask_for_more(folder, table):
    """Write down that two zones which spend quickly can use a third more than they have."""
    given = held(table)
    spent = table[(table["kind"] == "spend") & (table["year"] == 2022)]
    quick = (spent.groupby("recipient")["amount"].sum() / given).nlargest(2).index
    lines = [f"{code},{(given[code] * 4 // 3) // WAN}" for code in quick]
    (folder / "use.csv").write_text("\n".join(["id,use", *lines]) + "\n", encoding="utf-8")
    (folder / "by-purpose.csv").write_text(f"id,purpose,use\n{quick[0]},,1\n", encoding="utf-8")
    plan = (folder / "reallocation.toml").read_text(encoding="utf-8")
    plan = plan.replace("use.csv", "by-purpose.csv")
    (folder / "by-purpose.toml").write_text(plan, encoding="utf-8")
    return list(quick)


def rest_of_the_year(folder, moves):
    """Write a treasury's export: who gave stops paying, who got pays and spends it."""
    later = entries(folder, "full.db").query("valid_on > @DAY and made_by == 'import'")
    later = later[(later["year"] == 2022) & (later["reversed_by"] == 0)]
    later = later[later["recipient"].map(moves).fillna(0) >= 0]
    kinds = later["kind"].astype(str).map(KINDS)
    kinds = kinds.mask((later["kind"] == "disburse") & (later["source"] == "committed"), "合同支付")
    table = pd.DataFrame(
        {
            "日期": later["valid_on"].dt.strftime("%Y-%m-%d"),
            "单位编码": later["recipient"],
            "类型": kinds,
            "金额": later["amount"].map(lambda amount: f"{amount // 100}.{amount % 100:02d}"),
            "凭证号": later["document"],
        }
    )
    got = {code: move for code, move in moves.items() if move > 0}
    for kind, day in (("拨付", "2022-11-20"), ("支出", "2022-12-10")):
        more = [[day, code, kind, f"{move // 100}", f"调剂{code}"] for code, move in got.items()]
        table = pd.concat([table, pd.DataFrame(more, columns=table.columns)])
    table.assign(金额单位="元", 年度=2022).to_csv(folder / "rest.csv", index=False)
    return len(table)


def test_a_year_from_the_first_issue_to_the_papers(year, inside, campaign):
    folder, done = year
    before = entries(folder)
    assert_the_same_life(folder, before, campaign)
    assert_status_and_forecast(folder, done, before)
    asked = ask_for_more(folder, before)
    refused = inside("reallocate", "--plan", "by-purpose.toml", "--book", "bokuan-book.db")
    assert "by-purpose.csv:1: [L1-forecast-by-purpose]" in refused.err
    moves = assert_reallocated(folder, done, before, asked)
    count = rest_of_the_year(folder, moves)
    assert f"{count} 笔" in done("book", "import", "rest.csv")
    assert_closed(folder, done)
    assert_papers(folder, done)
    assert "账簿完好" in done("book", "check")


def assert_the_same_life(folder, before, campaign):
    """Until the day the book is the one that lives on, entry for entry."""
    full = entries(folder, "full.db")
    same = ["entry", "kind", "recipient", "amount", "valid_on", "document"]
    assert before[same].equals(full[full["valid_on"] <= DAY][same].reset_index(drop=True))
    of_year = full[full["valid_on"].dt.year == 2022]
    issues = of_year[of_year["made_by"] == "issue"]["journal"].nunique()
    paid = of_year[(of_year["year"] == 2022) & of_year["kind"].isin(["disburse", "spend"])]
    zones = of_year[of_year["made_by"] == "issue"].query("kind == 'issue'")["recipient"].nunique()
    # The last two spendings are a mistake and its reversal.
    seen = zones, issues, len(paid) - 2
    assert seen == ((6, 2, 520), (230, 24, 20_000))[campaign(small=0, full=1)]


def assert_status_and_forecast(folder, done, before):
    said = done("book", "status", "--as-of", DAY)
    assert SYNTHETIC in said
    shown = re.search(r"支出 ([\d,.]+) 万元 ÷ 全年预算数\S+ ([\d,.]+) 万元", said)
    spent = spent_in_2022(before)
    assert fen(shown[1]) == spent
    said = done("book", "forecast", "--as-of", DAY, "--out", "forecast")
    assert SYNTHETIC in said
    table = rows(folder / "forecast/forecast.csv")
    assert sum(int(row["spent_fen"]) for row in table) == spent
    assert sum(int(row["budget_fen"]) for row in table) == fen(shown[2])
    assert all(SYNTHETIC in row["note"] for row in table)
    assert SYNTHETIC in done("book", "show", "--last", "3")
    assert SYNTHETIC in done("book", "export", "--out", "tables")
    written = rows(folder / "tables/entries.csv")
    assert sum(int(row["amount"]) for row in written) == int(before["amount"].sum())
    assert {row["label"] for row in written} == {"合成数据,不是真实账目"}


def assert_reallocated(folder, done, before, asked):
    """Reallocate and confirm; return the moves by code."""
    plan = ("reallocate", "--plan", "reallocation.toml", "--book", "bokuan-book.db")
    certain = done(*plan, "--out", "certain")
    said = done(*plan, "--uncertain", "--out", "out")
    zones = held(before)
    for words in (certain, said):
        assert SYNTHETIC in words
        assert f"其中 {len(zones) - 2} 个对象的预计使用是账簿截至 {DAY} 的预测(估计)" in words
    table = rows(folder / "out/reallocation.csv")
    assert {row["id"]: int(row["before_fen"]) for row in table} == zones.to_dict()
    moves = {row["id"]: int(row["move_fen"]) for row in table}
    assert sum(moves.values()) == 0
    assert {code for code, move in moves.items() if move > 0} >= set(asked[:1])
    assert all(SYNTHETIC in row["label"] for row in table)
    for sheet in sheets(folder / "out/reallocation.xlsx").values():
        assert SYNTHETIC in str(sheet)
    record = ("--confirm", "out/reallocation.json", "--document", "示例〔2022〕调剂1号")
    done("reallocate", *record, "--book", "bokuan-book.db")
    after = entries(folder)
    posted = after.iloc[len(before) :]
    moved = sum(move for move in moves.values() if move > 0)
    assert moved > 0
    assert posted.groupby("kind", observed=True)["amount"].sum().to_dict() == {
        "recover": moved,
        "issue": moved,
    }
    assert (held(after) - zones).to_dict() == moves
    return moves


def assert_closed(folder, done):
    """What is not spent of the year's money is carried over, to the fen."""
    table = entries(folder)
    spent = table[(table["kind"] == "spend") & (table["year"] == 2022)]["amount"].sum()
    done("book", "close", "2022", "--yes")
    with Book.open(folder / "bokuan-book.db") as book:
        end = book.positions(pd.Timestamp("2022-12-31").date()).query("year == 2022")
    assert int(end["carried_over"].sum()) == int(held(table).sum()) - int(spent)
    assert int(end["spent"].sum()) == int(spent)


def assert_papers(folder, done):
    """The papers are opened again: each total is that of the entries, to the fen."""
    done("book", "papers", "--as-of", "2022-12-31", "--out", "papers")
    after = entries(folder)
    spent = spent_in_2022(after)
    table = rows(folder / "papers/utilisation.csv")
    assert sum(int(row["spent_fen"]) for row in table) == spent
    assert {row["label"] for row in table} == {"合成数据,不是真实账目"}
    papers = sheets(folder / "papers/papers.xlsx")
    for name, sheet in papers.items():
        assert SYNTHETIC in str(sheet[0]) or name == "说明", name
    budget, spent_there = total(papers["支出进度表"], "全年预算数", "支出数")
    assert spent_there == spent
    assert budget == sum(int(row["denominator_fen"]) for row in table)
    recovered = after[(after["kind"] == "recover") & (after["valid_on"].dt.year == 2022)]
    assert total(papers["收回清单"], "金额") == [int(recovered["amount"].sum())]
    with Book.open(folder / "bokuan-book.db") as book:
        end = book.positions(pd.Timestamp("2022-12-31").date())
    unspent = total(papers["结转结余清单"], "未支出合计", "结余")
    assert unspent == [int(end["carried_over"].sum()), int(end["surplus"].sum())]
    assert SYNTHETIC in docx_text(folder / "papers/monthly.docx")


def total(sheet, *heads):
    """Return the figures of the row 合计 below heads that start so, whole fen."""
    (at,) = [at for at, row in enumerate(sheet) if row[0] == "序号"]
    places = [next(k for k, cell in enumerate(sheet[at]) if cell.startswith(h)) for h in heads]
    (row,) = [row for row in sheet[at + 1 :] if row[1] == "合计"]
    return [round(row[place] * WAN) for place in places]


def docx_text(path):
    return "\n".join(paragraph.text for paragraph in docx.Document(path).paragraphs)

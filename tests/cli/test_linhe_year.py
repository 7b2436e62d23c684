"""Linhe 2023, a small real fund in the book: 2 355 万元, two notices, 11 projects.

Published are the total, the projects' amounts and both document numbers; how much came by which
notice, and the days of payment, were not and are illustrative (示例).
"""

import csv
import re
import shutil
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from allocation import Book
from allocation.scenario.find import scenarios_folder

WAN = 10**6
FIRST, SECOND = ("提前下达", "内财贸〔2022〕1831号"), ("第二批", "内财贸〔2023〕162号")
#: Illustrative: three fifths in advance, as the projects' first milestones ask.
SHARES = ("received.advance.amount=1413万元", "received.main.amount=942万元")
SETTLES = """
[issued]
record = "advance/record.json"
source = "示例"

[rules.issued]
kind = "already_issued"
source = "示例"
"""
HEADS = ["日期", "项目单位", "类型", "金额", "金额单位", "批次", "凭证号"]


@pytest.fixture
def linhe(folder, inside):
    """Return the folder and a function that runs a command and wants it done."""

    def done(*arguments):
        ended = inside(*arguments)
        assert (ended.code, ended.err) == (0, ""), ended.err
        return ended.out

    shipped = scenarios_folder()
    (folder / "data").mkdir()
    shutil.copy(shipped / "data/linhe-2023.csv", folder / "data")
    text = (shipped / "linhe-2023.toml").read_text(encoding="utf-8")
    (folder / "linhe.toml").write_text(text + SETTLES, encoding="utf-8")
    return folder, done


def issue(done, record, on, batch, document):
    return done(
        *("book", "issue", record, "--on", on, "--under", "内蒙古"),
        *("--batch", batch, "--document", document),
    )


def planned(path):
    """Return what each project is to be paid in each month, fen, by name and month."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    months = [head for head in table[0] if re.match(r"\d{4}-\d{2}_fen", head)]
    cells = {(row["name"], month[:7]): int(row[month]) for row in table for month in months}
    return {key: fen for key, fen in cells.items() if fen}


def write_payments(path, payments, first):
    """Write a treasury's export: the advance is paid out first; all before October is spent."""
    rows, left = [], dict(first)
    for number, ((name, month), fen) in enumerate(payments.items(), start=1):
        advance = min(left[name], fen)
        left[name] -= advance
        for (batch, _), part in ((FIRST, advance), (SECOND, fen - advance)):
            cells = [f"{part // 100}.{part % 100:02d}", "元", batch, f"示例{number:03d}"]
            days = {"拨付": f"{month}-25", "支出": f"{month}-28"}
            kinds = ("拨付", "支出") if month < "2023-10" else ("拨付",)
            rows += [[days[kind], name, kind, *cells] for kind in kinds if part]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *rows])


def test_run_schedule_two_issues_payments_status_papers(linhe):
    folder, done = linhe
    done("run", "linhe-2023", "--set", "pot.amount=1413万元", "--out", "advance", "--no-chart")
    done("run", "linhe.toml", "--out", "whole", "--no-chart")
    sets = [part for change in SHARES for part in ("--set", change)]
    done("schedule", "linhe-2023", *sets, "--out", "plan")
    done("book", "init", "bokuan-book.db", "--title", "临河区2023年中央外经贸发展资金")
    assert "1,413.00" in issue(done, "advance/record.json", "2023-01-06", *FIRST)
    assert "942.00" in issue(done, "whole/record.json", "2023-04-28", *SECOND)
    with Book.open(folder / "bokuan-book.db") as book:
        issued = book.entries().query("kind == 'issue'")
    sums = issued.groupby("name")["amount"].sum()
    payments = planned(folder / "plan/schedule.csv")
    assert len(sums) == 11
    assert int(sums.sum()) == sum(payments.values()) == 2355 * WAN
    first = issued[issued["batch"] == FIRST[0]].set_index("name")["amount"].to_dict()
    write_payments(folder / "payments.csv", payments, first)
    done("book", "import", "payments.csv", "--year", "2023")
    assert "没有新" in done("book", "import", "payments.csv", "--year", "2023")
    check_status(done, payments)
    check_papers(folder, done, payments)
    assert "账簿完好" in done("book", "check")


def sum_of(payments, before):
    return sum(fen for (_, month), fen in payments.items() if month < before)


def check_status(done, payments):
    """By the end of June what is paid is what was planned, to the fen, of 2 355 万元."""
    said = done("book", "status", "--as-of", "2023-06-30", "--plan", "plan/schedule.csv")
    paid = sum_of(payments, "2023-07")
    shown = re.search(r"拨付 ([\d,.]+) 万元 ÷ \S+ ([\d,.]+) 万元 = ([\d.]+)%", said)
    figures = [round(float(text.replace(",", "")) * WAN) for text in shown.groups()[:2]]
    assert figures == [paid, 2355 * WAN]
    assert shown[3] == f"{(20_000 * paid // (2355 * WAN) + 1) // 2 / 100:.2f}"
    (total,) = [line.split() for line in said.splitlines() if line.startswith("合计")][:1]
    assert total.count(shown[1]) >= 2, "planned is paid"


def check_papers(folder, done, payments):
    done("book", "papers", "--as-of", "2023-12-31", "--out", "papers")
    book = CalamineWorkbook.from_path(str(folder / "papers/papers.xlsx"))
    sheet = book.get_sheet_by_name("支出进度表").to_python()
    (row,) = [row for row in sheet if row[1] == "合计"]
    money = [round(row[at] * WAN) for at in (2, 3, 5)]
    assert money == [2355 * WAN, 2355 * WAN, sum_of(payments, "2023-10")]
    assert len([row for row in sheet if isinstance(row[0], float)]) == 11
    with Book.open(folder / "bokuan-book.db") as opened:
        end = opened.positions(date(2023, 12, 31)).query("level == 'project'")
    assert int(end["disbursed"].sum() + end["spent"].sum()) == 2355 * WAN
    assert int(end["available"].sum()) == 0

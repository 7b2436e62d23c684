"""One sum of money through the six steps of an officer's year, in one notebook.

Steps 1 to 3 are cells of this file, steps 4 to 6 the notebook of the year; all in one kernel, with
the public names alone.
"""

from __future__ import annotations

import csv
from io import StringIO

import docx
import nbformat
import openpyxl
from running import ran

from docs import notebooks

WAN = 10**6

JANUARY = """
import allocation

base = allocation.allocate("liaoning-2022")
gains = {}
for best in ("1.2", "1.6", "2"):
    tiers = f'[{{to = 30, value = "{best}"}}, {{value = "0.9"}}]'
    other = allocation.allocate("liaoning-2022", sets=[f"coefficients.rank.rank.tiers={tiers}"])
    change = allocation.compare(base, other)["change_fen"]
    gains[best] = [int(change.max()), int(change.sum())]
why = allocation.explain(base).reasons("沈阳")
"""

NOTICE = """
from datetime import date
from pathlib import Path
import tempfile

paper = Path(tempfile.mkdtemp())
little = ["pot.amount=600万元"]
members = allocation.conflicting("liaoning-2022", sets=little)
repair = allocation.repairs("liaoning-2022", sets=little).iloc[0]
pot_only = repair["sets"][0].startswith("pot.amount=")
mended = allocation.allocate("liaoning-2022", sets=list(repair["sets"]) if pot_only else little)
terms = 'issuer = "辽宁省财政厅"'
(paper / "notice.toml").write_text(terms, encoding="utf-8")
allocation.notice(base, paper / "notice.toml").save(paper)
clock = allocation.clock(received=date(2022, 2, 20), issued=date(2022, 3, 1))
passed = clock.table.loc["pass_down"]
"""

PAYMENTS = """
PLAN_OF_PAYMENTS = '''title = "按月拨付"
first = "2022-03"
last = "2022-12"
illustrative = true
received.main = { day = 2022-02-20, amount = "1200万元", source = "示例" }
cash = { limit = "150万元", source = "示例" }
need.curve = "even"
deadlines.year_end = { day = 2022-12-31, share = "100%", source = "示例" }
'''
(paper / "payments.toml").write_text(PLAN_OF_PAYMENTS, encoding="utf-8")
payments = allocation.schedule(issued, paper / "payments.toml")
payments.save(paper / "payments")
"""

QUESTION = """
monthly = payments.table.filter(like="-").sum().tolist()
first = [gains, list(why), list(members.index), int(mended.amounts.sum()), str(passed["state"])]
second = [monthly, payments.table["total_fen"].to_dict(), september.alerts["level"].tolist()]
third = [moves.table["move_fen"].tolist(), figures.to_csv(), int(following.amounts.sum()), amiss]
[[str(paper), str(folder)], first, second, third]
"""


def values(path):
    """Return everything in the first sheet of a workbook, formulas by their values."""
    page = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return {value for row in page.iter_rows(values_only=True) for value in row}


def test_the_six_steps(tmp_path):
    notebook = notebooks.read(notebooks.paths()[-1])
    cells = {name: nbformat.v4.new_code_cell(text.strip()) for name, text in _ADDED.items()}
    at = next(at for at, cell in enumerate(notebook.cells) if "book.issue(" in cell.source)
    notebook.cells.insert(at + 1, cells["payments"])
    notebook.cells[:0] = [cells["january"], cells["notice"]]
    _, ((paper, folder), first, second, third) = ran(notebook, tmp_path, QUESTION)
    _january_and_notice(paper, *first)
    _months(paper, folder, *second)
    _september_and_december(folder, *third)


_ADDED = {"january": JANUARY, "notice": NOTICE, "payments": PAYMENTS}


def _january_and_notice(paper, gains, why, members, mended, state):
    assert [total for _, total in gains.values()] == [0, 0, 0], "who gains gains what others lose"
    assert gains["2"][0] > 0
    assert why, "and why"
    assert members == ["floor", "pot"], "six floors of 120 exceed 600"
    assert mended == 720 * WAN, "the cheapest repair: the pot that the floors need"
    assert state == "met", "issued within 30 days"
    words = "\n".join(p.text for p in docx.Document(f"{paper}/notice.docx").paragraphs)
    assert "辽宁省财政厅" in words
    assert "壹仟贰佰万元整" in words
    assert {263, "沈阳经济技术开发区"} <= values(f"{paper}/attachments.xlsx"), "attachment 1"


def _months(paper, folder, monthly, totals, levels):
    assert sum(monthly) == sum(totals.values()) == 1200 * WAN
    assert max(monthly) <= 150 * WAN, "the treasury's cash"
    calendar = values(f"{paper}/payments/schedule.xlsx")
    assert {263, 1200, "沈阳经济技术开发区"} <= calendar, "the calendar with its totals"
    assert levels, "who is stuck is warned of in September"
    assert len(openpyxl.load_workbook(f"{folder}/papers/papers.xlsx").sheetnames) >= 6


def _september_and_december(folder, moves, figures, following, amiss):
    assert sum(moves) == 0 < max(moves)
    rows = list(csv.DictReader(StringIO(figures)))
    assert all(int(r["could_spend"]) == int(r["spent"]) + int(r["unspent"]) for r in rows)
    assert sum(int(row["last_year"]) for row in rows) == 1200 * WAN
    papers = openpyxl.load_workbook(f"{folder}/papers/papers.xlsx")
    assert any("自评" in name for name in papers.sheetnames), "the self-evaluation"
    assert following == 1200 * WAN, "the next year's scenario runs on this year's figures"
    assert amiss == []

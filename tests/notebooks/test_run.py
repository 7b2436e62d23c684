"""Every notebook runs and shows what is stored; its key numbers are those of the engine or in print.

Each question moves the slider too, as a person would.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import docx
import openpyxl
import pytest
from running import ran, shown

import allocation
from docs import notebooks

ROOT = Path(__file__).resolve().parents[2]
WAN = 10**6
POT = 2 * 10**5 * WAN


@pytest.fixture
def asked(tmp_path):
    """Return a function that runs the notebook of a number and returns the answer to a question."""

    def run(number, question):
        [path] = [path for path in notebooks.paths() if path.name.startswith(number)]
        found, answer = ran(notebooks.read(path), tmp_path, question)
        assert shown(found) == shown(notebooks.read(path)), "if not: python -m docs.notebooks"
        return answer

    return run


def test_first_allocation(asked):
    answer = asked(
        "01",
        """
slider.children[0].value = "2000万元"
least = slider.result["金额(万元)"].min()
slider.children[0].value = "500万元"
amounts, base = result.table["amount_fen"], sorted(slider.result["金额(万元)"])
folder, due = str(folder), str(days["due"].iloc[0])
[int(amounts.sum()), amounts.to_dict(), shares.to_dict(), proof.proved, due, folder, least, base]
""",
    )
    total, amounts, shares, proved, due, folder, least, base = answer
    own = allocation.allocate("national-2022").table["amount_fen"]
    assert total == POT
    assert amounts == own.to_dict()
    assert max(amounts.values()) == POT * 8 // 100, "the cap"
    assert POT // 2 <= sum(shares[region] for region in ("中部", "西部", "东北"))
    assert proved
    assert due == str(date(2022, 5, 10) + timedelta(30)), "30 days, article 52"
    assert least == 2000
    assert base == sorted(fen / WAN for fen in own.nsmallest(6))
    assert any("贰拾亿元整" in p.text for p in docx.Document(f"{folder}/notice.docx").paragraphs)
    sheet = openpyxl.load_workbook(f"{folder}/attachments.xlsx").worksheets[0]
    numbers = [v for row in sheet.iter_rows(values_only=True) for v in row if v == 16000]
    assert numbers, "Jiangsu stands in attachment 1"


def test_what_if(asked):
    answer = asked(
        "02",
        """
slider.children[0].value = "1.5"
same = slider.result["增减(万元)"].abs().sum()
slider.children[0].value = "2.0"
moves = slider.result["增减(万元)"].to_dict()
steep = moved(advance, steeper)["增减(万元)"]
[same, moves, steep.sum(), steep.to_dict(), cases.loc["1.8", "510000"] * 1_000_000, ranks["change"].tolist()]
""",
    )
    same, moves, steep, by_zone, sichuan, ranks = answer
    assert same == 0
    changed = allocation.allocate("national-2022", sets=["coefficients.tilt.values.west=2.0"])
    change = allocation.compare(allocation.allocate("national-2022"), changed)
    own = dict(zip(change["name"], change["change_fen"], strict=True))
    assert all(own[name] == wan * WAN for name, wan in moves.items())
    assert steep == 0, "who gains gains what others lose"
    assert {name for name, wan in by_zone.items() if wan == 35} == {
        "昆山经济技术开发区",
        "苏州工业园区",
        "江宁经济技术开发区",
    }, "the three of the first ten"
    west = allocation.allocate("national-2022", sets=["coefficients.tilt.values.west=1.8"])
    assert sichuan == west.table.loc["510000", "amount_fen"]
    assert ranks[0] < 0 < ranks[1], "a worse rank costs, a better one brings"


def test_why_this_amount(asked):
    answer = asked(
        "03",
        """
slider.children[0].value = "西藏自治区"

said = slider.out.outputs[0]["text"]
by_step = {key: int(steps.loc[key].sum()) for key in steps.index}
rest = parts["change_fen"] - parts.filter(like="part_").sum(axis=1)
[by_step, page, said, int(rest.abs().sum()), float(gains.iloc[0]), gains.index[0]]
""",
    )
    by_step, page, said, rest, most, who = answer
    result = allocation.allocate("national-2022")
    assert by_step == result.table["amount_fen"].to_dict()
    assert "2,706.00 万元" in page
    assert "500.00 万元" in said
    assert rest == 0
    assert (who, most) == ("江苏省", pytest.approx(0.08)), "it is at the cap, 8 % of the pot"


def test_conflicts(asked):
    answer = asked(
        "04",
        """
slider.children[0].value = "1.85亿元"
exact = slider.result["金额(万元)"].tolist()
slider.children[0].value = "1亿元"
prices = slider.result["代价(万元)"].tolist()
sums = [int(found["asked_fen"].sum()), int(found["given_fen"].sum())]
[*sums, int(repaired.amounts.min()), int(repaired.amounts.sum()), exact, prices]
""",
    )
    needed, there, least, total, exact, prices = answer
    assert needed == 37 * 500 * WAN
    assert there == total == 10_000 * WAN
    assert prices == [(needed - there) / WAN] * 2
    assert least == there // 37 // WAN * WAN, "the highest floor that can be"
    assert exact == [500] * 4, "just enough"


def test_frontier_and_uncertainty(asked):
    answer = asked(
        "05",
        """
slider.children[0].value = "0.7"
ratios = slider.result["金额÷公式份额"].tolist()
exact = frontier.corners.set_index("point")["ratio"]
ratio = exact["fair"]
sums = swept.wide[list(names.index)].astype("int64").sum(axis=1).unique().tolist()
states = swept.cases["state"].unique().tolist()
same = exact[exact.index[-3]] == ratio
[str(ratio), same, ratios, sums, states, len(swept.cases), spread.loc["江苏省"].tolist()]
""",
    )
    ratio, same, ratios, sums, states, count, jiangsu = answer
    result = allocation.allocate("national-2022")
    by_formula = dict(zip(result.recipients.ids, result.entitlements, strict=True))
    assert Fraction(ratio) == Fraction(POT * 8, 100) / by_formula["320000"], "Jiangsu at its cap"
    assert same, "the last corner is as fair as fair is"
    assert min(ratios) >= 0.7
    assert (sums, states, count) == ([POT], ["allocated"], 60)
    assert max(jiangsu) == 16_000


def test_schedule(asked):
    published = ROOT / "scenarios/data/linhe-2023.csv"
    with published.open(encoding="utf-8") as file:
        rows = {row["id"]: int(row["amount"]) * WAN for row in csv.DictReader(file)}
    answer = asked(
        "06",
        """
slider.children[0].value = "150万元"

said, nothing = slider.out.outputs[0]["text"], slider.result is None
slider.children[0].value = "500万元"
idle = slider.result["闲置"].tolist()
due = payments.comparison["unmet_fen_months"].to_dict()
[payments.table["total_fen"].to_dict(), months.sum().to_dict(), said, nothing, idle, due]
""",
    )
    totals, by_month, said, nothing, idle, due = answer
    assert totals == rows, "what was published, to the fen"
    assert sum(rows.values()) == 2355 * WAN
    assert by_month["2023-04"] <= 300 * WAN
    assert max(by_month.values()) <= 400 * WAN
    paid = [sum(by_month[f"2023-{month:02d}"] for month in range(1, last)) for last in (5, 7)]
    assert paid[0] <= 1400 * WAN, "no more than was received before the second receipt"
    assert paid[1] >= 2355 * WAN * 40 // 100, "the deadline of June"
    assert due["optimal"] == 0 == min(due.values())
    assert idle < [288], "more cash, less paid ahead of need"
    assert nothing
    assert "L11-pay-cash" in said


def test_the_year_in_the_book(asked):
    answer = asked(
        "07",
        """
slider.children[0].value = "2022-03-31"
early = slider.result["支出(万元)"].sum()
moved = moves.table.set_index("id")[["before_fen", "frozen_fen", "move_fen", "after_fen"]]
written = (folder / "2022.csv").read_text(encoding="utf-8-sig")
following = following.table["amount_fen"].to_dict()
[early, moved.to_dict("index"), written, following, figures["last_year"].to_dict(), amiss]
""",
    )
    early, moved, written, following, last, amiss = answer
    assert early == 0
    assert sum(row["move_fen"] for row in moved.values()) == 0
    assert sum(row["after_fen"] for row in moved.values()) == 1200 * WAN
    assert all(row["frozen_fen"] <= row["after_fen"] for row in moved.values())
    shipped = ROOT / "scenarios/data/liaoning-2023.csv"
    assert written == shipped.read_text(encoding="utf-8"), "the figures a scenario ships with"
    assert sum(following.values()) == 1200 * WAN
    for code, rise in (("21-yingkou", 37), ("21-jinzhou", 66), ("21-tieling", 30)):
        most = last[code] - Fraction(30, 100) * rise * WAN
        assert following[code] <= most, "cut by at least 30 % of what was left over"
    assert amiss == []

"""What the files of a schedule say beside its figures."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from openpyxl import load_workbook

import allocation
from allocation.report.schedule_chart import _by_year
from allocation.report.schedule_text import notes


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schedule")
    found = allocation.schedule("linhe-2023", sets=["direct=true"])
    found.save(folder, compare=True)
    return found, folder


def test_days_are_days_and_receipts_and_limits_are_said(saved):
    book = load_workbook(saved[1] / "schedule.xlsx")
    days = [row[1] for row in book["拨付明细"].iter_rows(min_row=5, values_only=True)]
    assert days
    assert all(isinstance(day, datetime) for day in days)
    said = "\n".join(str(row[0]) for row in book["说明"].iter_rows(values_only=True))
    assert "资金到位:2023-01-06 收到 1,400.00 万元" in said
    assert "库款上限:2023-04 300.00 万元" in said


def test_strategies_stand_in_workbook_and_record(saved):
    found, folder = saved
    book = load_workbook(folder / "schedule.xlsx")
    rows = list(book["方式比较"].iter_rows(min_row=4, max_row=7, values_only=True))
    table = found.comparison
    assert [round(row[2] * 1e6) for row in rows] == table["idle_fen_months"].tolist()
    record = json.loads((folder / "schedule.json").read_text(encoding="utf-8"))
    assert list(record["strategies"]) == table.index.tolist()
    for name, values in record["strategies"].items():
        assert values["unmet_fen_months"] == table.loc[name, "unmet_fen_months"]


def test_a_direct_fund_has_its_duties_by_day_with_their_articles(saved):
    said = [line for line in notes(saved[0].schedule, "zh") if "直达资金" in line]
    assert any("标识" in line for line in said)
    assert any("2023-05-28" in line and "财办〔2021〕9号" in line for line in said)
    assert any("逐月" in line and "2023-05-07" in line for line in said)
    plain = allocation.schedule("linhe-2023").schedule
    assert not any("直达" in line for line in notes(plain, "zh"))


def test_what_it_is_fits_a_line(saved):
    assert repr(saved[0]) == (
        "Scheduled(<Schedule optimal: 11 recipients, 2023-01 … 2023-12, 2,355.00万元>)"
    )


def test_many_months_are_drawn_by_year(saved):
    payments = saved[0].schedule.payments.repeat(4, axis=1)
    months = [f"{year}-{month:02d}" for year in range(2023, 2027) for month in range(1, 13)]
    heads, fen = _by_year(months, payments)
    assert heads == ["2023", "2024", "2025", "2026"]
    assert (fen.sum(axis=1) == payments.sum(axis=1)).all()
    assert (fen[:, 0] == payments[:, :12].sum(axis=1)).all()
    assert _by_year(months[:12], payments[:, :12])[0] == months[:12]


def test_english_attachments_have_english_names(tmp_path):
    result = allocation.allocate("jiangsu-2023")
    allocation.notice(result).save(tmp_path, "en")
    book = load_workbook(tmp_path / "attachments.xlsx")
    names = [row[1] for row in book.worksheets[0].iter_rows(min_row=6, values_only=True)]
    known = [name for name in result.recipients.names_en if name]
    assert "Kunshan" in known
    assert {*known} <= {*names}
    assert "昆山经济技术开发区" not in names

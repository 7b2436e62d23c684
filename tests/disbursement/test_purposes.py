"""Several purposes: rows for each, and a schedule's own table as what was paid."""

from __future__ import annotations

import csv

import pytest

import allocation
from allocation.errors import InputError
from allocation.report.schedule_lines import labels, lines_of

PLAN = """title = "广西(示例)"
first = "2018-01"
last = "2018-12"
[received.a]
day = 2018-01-10
share = "100%"
[cash]
limit = "3000万元"
"""


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_purpose_has_its_rows(plan, tmp_path):
    found = allocation.schedule("guangxi-2018", plan)
    lines = lines_of(found.schedule)
    assert (lines.payments.sum(axis=1) == lines.amounts).all()
    assert lines.amounts.sum() == found.schedule.issue.total
    assert "南宁经济技术开发区·加工贸易" in labels(found.schedule, lines, "zh")
    found.save(tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "schedule.csv")
    assert len(rows) == len(lines.amounts) > len(found.schedule.issue.ids)
    assert [int(row["total_fen"]) for row in rows] == lines.amounts.tolist()
    months = allocation.notice("guangxi-2018", schedule=tmp_path / "out" / "schedule.csv").months
    assert months.cells.sum() == found.schedule.issue.total


def test_its_own_table_says_what_was_paid_up_to_a_month(plan, tmp_path):
    first = allocation.schedule("guangxi-2018", plan)
    first.save(tmp_path / "out")
    table = tmp_path / "out" / "schedule.csv"
    with pytest.raises(InputError, match="L14-until-needed"):
        allocation.schedule("guangxi-2018", plan, paid=table)
    again = allocation.schedule("guangxi-2018", plan, paid=table, sets=["paid.until=2018-04"])
    assert again.schedule.prepared.frozen == 4
    assert (again.schedule.cells[:, :, :4] == first.schedule.cells[:, :, :4]).all()
    assert (again.schedule.cells == first.schedule.cells).all()


@pytest.mark.parametrize("purpose", ["加工贸易", "processing_trade"])
def test_a_purpose_goes_by_name_or_key(plan, tmp_path, purpose):
    paid = tmp_path / "paid.csv"
    text = f"id,purpose,month,amount\n45-nanning,{purpose},2018-02,100万元\n"
    paid.write_text(text, encoding="utf-8")
    found = allocation.schedule("guangxi-2018", plan, paid=paid).schedule
    at = found.issue.ids.index("45-nanning"), found.issue.purposes.index("加工贸易")
    assert found.cells[at][1] == 100_000_000


def test_an_unknown_purpose_is_told_with_names_and_keys(plan, tmp_path):
    paid = tmp_path / "paid.csv"
    paid.write_text("id,purpose,month,amount\n45-nanning,x,2018-02,1万元\n", encoding="utf-8")
    with pytest.raises(InputError, match="L1-unknown-paid-purpose") as told:
        allocation.schedule("guangxi-2018", plan, paid=paid)
    assert "加工贸易(processing_trade)" in told.value.problems[0].text("zh")

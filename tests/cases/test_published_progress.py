from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import allocation
from allocation.disbursement.issue import issue_of
from allocation.ledger.elapsed import elapsed_share
from allocation.ledger.records import Line, Movement
from allocation.ledger.self_evaluation import Split, execution_score
from allocation.money import format_ratio
from allocation.report.utilised_words import points, rate

if TYPE_CHECKING:
    from pathlib import Path

MAY, YEAR = date(2021, 5, 31), 2021


def test_jiangmen_is_ahead_of_time_by_the_points_printed(tmp_path: Path) -> None:
    line = Line("江门", YEAR)
    with allocation.Book.create(tmp_path / "book.db") as book:
        book.post([Movement("receive", line, "440000", 100_000_000, "2021-01-05")])
        book.post([Movement("disburse", line, "440000", 90_000_000, "2021-03-05")])
        book.post([Movement("spend", line, "440000", 85_050_000, "2021-05-31")])
        row = allocation.utilisation(book, MAY).total.iloc[0]
    assert rate(row["spent_rate"]) == "85.05%"
    assert format_ratio(row["elapsed"]) == "41.67%"
    assert points(row["ahead"]) == "+43.38"


def test_july_is_58_point_33_and_not_58() -> None:
    assert format_ratio(elapsed_share(date(2021, 7, 31), YEAR)) == "58.33%"


def test_twenty_points_for_execution_are_twenty_times_the_rate() -> None:
    assert execution_score(9_500, 10_000, Split(execution=Fraction(20))) == 19


@pytest.fixture
def linhe(tmp_path: Path) -> allocation.Utilised:
    issue = issue_of(allocation.allocate("linhe-2023"))
    with allocation.Book.create(tmp_path / "linhe.db") as book:
        book.issue(issue, fund="外经贸发展专项资金", on=date(2023, 6, 1), under="150000")
        return allocation.utilisation(book, date(2023, 6, 30), year=2023)


def test_linhe_adds_up_to_the_published_total(linhe: allocation.Utilised) -> None:
    assert int(linhe.total["denominator"].iloc[0]) == 2355 * 1_000_000
    projects = linhe.table["denominator"]
    assert len(projects) == 11
    assert sorted((projects // 1_000_000).tolist()) == sorted(
        [200, 180, 175, 200, 200, 250, 250, 250, 250, 200, 200]
    )

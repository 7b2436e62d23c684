from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from allocation.errors import ConflictError

STUDENTS = 5012


@pytest.fixture
def figures(case: Any) -> dict[str, Fraction]:
    return {row["item"]: Fraction(row["value"]) for row in case.published()}


def test_rounding_per_student_leaves_the_published_shortfall(
    case: Any, figures: dict[str, Fraction]
) -> None:
    result = case.run()
    (total,) = case.whole(result).values()
    assert total == figures["total_after_rounding"]
    assert total / STUDENTS == figures["adjusted_per_student"]
    assert Fraction(result.heading.unspent, 100) == figures["shortfall_from_minimum"]


def test_the_gap_per_student_is_the_published_one(case: Any, figures: dict[str, Fraction]) -> None:
    result = case.run("@gap_only")
    (total,) = case.whole(result).values()
    assert Fraction(result.heading.pot, 100) == figures["total_upward_adjustment"]
    assert total / STUDENTS == figures["per_student_adjustment_rounded"]
    assert Fraction(result.heading.unspent, 100) == figures["shortfall_from_minimum"]


def test_the_base_takes_exactly_the_published_total(
    case: Any, figures: dict[str, Fraction]
) -> None:
    result = case.run("@base_only")
    assert list(case.whole(result).values()) == [figures["total_base"]]
    assert result.heading.unspent == 0
    with pytest.raises(ConflictError):
        case.run("@base_only", "pot.amount=34708099.99元")


def test_rounding_at_the_end_spends_everything(case: Any) -> None:
    result = case.run("@exact_total")
    assert list(case.whole(result).values()) == [35_000_000]
    assert result.heading.unspent == 0

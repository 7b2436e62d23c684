from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest


@pytest.mark.parametrize("year", ["2020", "2021", "2022"])
def test_the_guarantee_runs_off_as_published(case: Any, year: str) -> None:
    result = case.run(f"@{year}")
    published = {row["insee"]: int(row[year]) for row in case.published()}
    whole, exact = case.whole(result), case.exact(result)
    assert len(published) == 19
    assert max(abs(whole[key] - published[key]) for key in published) <= Fraction("1.5")
    assert max(abs(exact[key] - published[key]) for key in published) <= Fraction("1.5")


def test_a_guarantee_is_rounded_up_and_the_rest_goes_to_the_others(case: Any) -> None:
    result = case.run("@2020")
    whole, exact = case.whole(result), case.exact(result)
    others = whole.pop("others")
    assert all(0 <= whole[key] - exact[key] < 1 for key in whole)
    assert others + sum(whole.values()) == 100_000_000


def test_the_guarantee_ends_with_its_last_tenth(case: Any) -> None:
    assert case.whole(case.run("@2022"))["61464"] == 0
    assert case.whole(case.run("@2022", "rules.exit.taper.elapsed=9"))["49307"] == 0

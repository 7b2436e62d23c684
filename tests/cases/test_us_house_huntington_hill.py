from __future__ import annotations

from typing import Any

import pytest

CHANGES = {"1930": ""} | {year: f"@{year}" for year in map(str, range(1940, 2000, 10))}


@pytest.mark.parametrize("year", CHANGES)
def test_every_state_has_its_published_seats(case: Any, year: str) -> None:
    published = {row["state"]: int(row[year]) for row in case.published() if row[year]}
    assert len(published) == (48 if year < "1959" else 50)
    assert case.whole(case.run(CHANGES[year])) == published
    assert sum(published.values()) == 435

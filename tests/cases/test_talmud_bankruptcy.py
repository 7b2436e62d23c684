from __future__ import annotations

import csv
from fractions import Fraction
from itertools import groupby
from typing import Any

import pytest

CHANGES = {
    ("claims", "100"): "",
    ("claims", "200"): "@estate_200",
    ("claims", "300"): "@estate_300",
    ("garment", "1"): "@garment",
}


def claims_of(case: Any, table: str) -> dict[str, Fraction]:
    with (case.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row["creditor"]: Fraction(row["claim"]) for row in csv.DictReader(file)}


def test_every_estate_is_divided_as_in_the_talmud(case: Any) -> None:
    rows = case.published()
    assert len(rows) == 11
    for key, group in groupby(rows, lambda row: (row["table"], row["estate"])):
        published = {row["creditor"]: Fraction(row["award"]) for row in group}
        claims, shares = claims_of(case, key[0]), case.exact(case.run(CHANGES[key]))
        losses = 2 * Fraction(key[1]) > sum(claims.values())
        assert published == {
            name: claims[name] - share if losses else share for name, share in shares.items()
        }


@pytest.mark.parametrize("estate", [30, 120, 150, 180, 240, 290])
def test_nobody_is_above_half_before_all_are_at_it(case: Any, estate: int) -> None:
    shares = case.exact(case.run("", f"pot.amount={estate}元"))
    equal = max(shares.values())
    half = {name: claim / 2 for name, claim in claims_of(case, "claims").items()}
    assert shares == {name: min(equal, half[name]) for name in half}
    assert sum(shares.values()) == estate


def test_the_smallest_coin_of_a_third_goes_to_the_first_in_order(case: Any) -> None:
    assert case.run().amounts.tolist() == [3334, 3333, 3333]

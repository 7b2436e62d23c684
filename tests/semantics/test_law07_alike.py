"""Law 7: alike recipients get alike amounts; better ranks no less; more money hurts nobody."""

from __future__ import annotations

import csv
from fractions import Fraction

import numpy as np
import pytest
from generated import write_scenario, write_table

from allocation.engine import allocate
from allocation.errors import ConflictError


def with_clones(path):
    """Double every recipient of a generated scenario's table."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    clones = [row | {"id": row["id"] + "x", "name": row["name"] + "x"} for row in rows]
    write_table(path, [row | {"rank": ""} for row in rows + clones])


def feasible(path, **arguments):
    try:
        return allocate(str(path), **arguments)
    except ConflictError:
        return None


def test_clones_get_the_same_up_to_one_quantum(tmp_path, campaign):
    checked = 0
    for seed in range(campaign(small=6, full=60)):
        path = write_scenario(tmp_path / str(seed), seed, "nested")
        with_clones(path.parent / "t.csv")
        result = feasible(path)
        if result is None:
            continue
        half = len(result.amounts) // 2
        exact = np.array(result.unrounded, dtype=object)
        assert np.all(exact[:half] == exact[half:])
        gap = np.abs(result.amounts[:half] - result.amounts[half:])
        assert gap.max() <= result.heading.quantum
        checked += 1
    assert checked


@pytest.mark.parametrize("name", ["national-2022-zones", "jiangsu-2024"])
def test_better_rank_never_gets_less_where_the_rule_is_on(name):
    result = allocate(name)
    column = "rank_2021" if name.startswith("national") else "rank_2023"
    ranks, _, _ = result.recipients.ranks(column)
    units = np.array(result.recipients.attribute("unit"))
    for unit in np.unique(units):
        who = np.flatnonzero((units == unit) & ~ranks.missing)
        ordered = who[np.argsort(ranks.values[who].astype(int))]
        assert np.all(np.diff(result.amounts[ordered]) <= 0)


def test_more_money_makes_nobody_worse_off_under_nested_rules(tmp_path, campaign):
    checked = 0
    for seed in range(campaign(small=8, full=80)):
        path = write_scenario(tmp_path / str(seed), seed, "nested")
        text = path.read_text(encoding="utf-8")
        # Bounds that are shares of the pot move with it; the law is about fixed rules.
        if "group_share" in text:
            continue
        poor = feasible(path)
        if poor is None:
            continue
        richer = poor.heading.pot * 11 // 10 // poor.heading.quantum
        rich = feasible(path, sets=[f"pot.amount={richer}万元"])
        if rich is None:
            continue
        assert all(a <= b for a, b in zip(poor.unrounded, rich.unrounded, strict=True))
        checked += 1
    assert checked


def test_the_tilt_favours_the_regions_the_notice_names():
    tilted = allocate("national-2022", sets=["rules.inland=off"])
    regions = ("central", "west", "northeast")
    untilted = [f"coefficients.tilt.values.{region}=1" for region in regions]
    level = allocate("national-2022", sets=["rules.inland=off", *untilted])
    regions = np.array(tilted.recipients.attribute("fiscal_region"))
    east = regions == "east"
    assert tilted.amounts[~east].sum() > level.amounts[~east].sum()
    assert Fraction(int(tilted.amounts.sum())) == Fraction(int(level.amounts.sum()))

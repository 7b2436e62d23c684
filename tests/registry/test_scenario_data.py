"""The shipped tables agree with the registry and with what was published."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from allocation.registry import (
    Unit,
    Zone,
    published_ranks,
    resolve_unit,
    resolve_zone,
    units,
    zones,
)

DATA = Path(__file__).parents[2] / "scenarios" / "data"
IN_2021 = date(2021, 12, 31)
ZONE_TABLES = {
    "zones-2022": (IN_2021, 230),
    "jiangsu-2023": (date(2022, 10, 31), 27),
    "jiangsu-2024": (date(2024, 1, 1), 27),
    "henan-2023": (date(2023, 1, 1), 9),
    "liaoning-2022": (IN_2021, 9),
    "fujian-2021": (IN_2021, 10),
    "guangxi-2018": (date(2018, 1, 1), 4),
}


def read(name):
    return list(csv.DictReader((DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("name", ZONE_TABLES)
def test_a_zone_table_names_listed_zones_of_its_units_once(name):
    as_of, count = ZONE_TABLES[name]
    found = [resolve_zone(row["zone"], as_of) for row in read(name)]
    assert all(isinstance(zone, Zone) for zone in found)
    assert len({zone.id for zone in found}) == len(found) == count
    assert [(zone.name, zone.unit) for zone in found] == [
        (row["name"], row["unit"]) for row in read(name)
    ]
    wanted = {zone.unit for zone in found}
    assert found == [zone for zone in zones(as_of) if zone.unit in wanted]


@pytest.mark.parametrize(
    ("name", "number", "ranked"),
    [
        ("zones-2022", 2021, 32),
        ("jiangsu-2023", 2021, 6),
        ("jiangsu-2023", 2022, 6),
        ("jiangsu-2024", 2023, 9),
        ("henan-2023", 2023, 7),
        ("liaoning-2022", 2021, 2),
    ],
)
def test_ranks_are_the_published_ones_and_blank_otherwise(name, number, ranked):
    ranks = published_ranks(number)
    rows = read(name)
    took_part = [row for row in rows if row.get("standing") != "data_only"]
    assert [row[f"rank_{number}"] for row in took_part] == [
        str(ranks.get(row["zone"], "")) for row in took_part
    ]
    assert sum(bool(row[f"rank_{number}"]) for row in took_part) == ranked
    assert {row[f"rank_{number}"] for row in rows if row not in took_part} <= {"未参评"}


def test_standing_says_why_a_rank_is_missing():
    new = {zone.id for zone in zones(IN_2021) if zone.listed[0] == date(2021, 6, 1)}
    rows = read("zones-2022")
    assert {row["zone"] for row in rows if row["standing"] == "data_only"} == new
    assert len(new) == 13
    for row in rows:
        if row["zone"] not in new:
            assert row["standing"] == ("ranked" if row["rank_2021"] else "unknown")


def test_units_stand_in_ministry_order_with_their_zones():
    rows = read("units-2022")
    found = [resolve_unit(row["unit"]) for row in rows]
    assert all(isinstance(unit, Unit) for unit in found)
    assert tuple(found) == units()
    assert [row["name"] for row in rows] == [unit.name for unit in units()]
    counts = [sum(zone.unit == row["unit"] for zone in zones(IN_2021)) for row in rows]
    assert [int(row["zones_2021"]) for row in rows] == counts


@pytest.mark.parametrize("column", ["trade_2019", "trade_2020", "trade_2021", "gdp_2021"])
def test_a_unit_inside_a_province_has_no_figure_of_its_own(column):
    blank = {row["unit"] for row in read("units-2022") if not row[column]}
    assert blank == {unit.id for unit in units() if unit.parent}


def test_illustrative_ranks_of_fujian_leave_xiamen_out():
    ranks = {row["unit"]: [] for row in read("fujian-2021")}
    for row in read("fujian-2021"):
        ranks[row["unit"]].append(row["provincial_rank"])
    assert ranks == {"350000": [str(rank) for rank in range(1, 10)], "350200": [""]}


def test_the_five_directions_of_guangxi_add_up_to_the_published_total():
    assert sum(int(row["amount"]) for row in read("guangxi-2018-purposes")) == 24_475


def test_every_table_and_column_has_its_source():
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    for path in DATA.glob("*.csv"):
        assert f"## {path.name}" in sources
        section = sources.split(f"## {path.name}")[1].split("\n## ")[0]
        for column in path.read_text(encoding="utf-8").splitlines()[0].split(","):
            assert f"`{column}`" in section, f"{path.name}: {column}"

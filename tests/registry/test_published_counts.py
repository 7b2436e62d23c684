"""Every count that was seen in print is recomputed from the registry."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from allocation.registry import AssessmentRegion, FiscalRegion, resolve_zone, units, zones

ROWS = list(
    csv.DictReader(
        Path(__file__).with_name("published_counts.csv").read_text(encoding="utf-8").splitlines()
    )
)
#: A round N assesses the zones of the end of N-1; the zones upgraded in 2021-06 are ranked from
#: round 2023 on (商资函〔2021〕523号 七), those of 2024-10 after round 2024.
FIRST, SECOND, THIRD = date(2015, 9, 1), date(2021, 6, 1), date(2024, 10, 1)


def in_province(as_of, code):
    """Zones lying in a province, those of its planned city included, as the press counts."""
    return [zone for zone in zones(as_of) if zone.province == code]


def upgraded(day):
    return [zone for zone in zones(day) if zone.listed[0] == day]


def assessed_2022(chosen):
    """Round 2022: the zones on the 2021 list without the 13 of 2021-06."""
    return len([zone for zone in zones(SECOND) if chosen(zone)]) - len(
        [zone for zone in upgraded(SECOND) if chosen(zone)]
    )


def east_central_west():
    pools = Counter(zone.assessment_region.value for zone in zones(FIRST))
    return "/".join(str(pools[region.value]) for region in AssessmentRegion)


def xian():
    return sum(zone.city == "西安市" for zone in zones(FIRST))


COMPUTED = {
    ("2015-09", "全国"): lambda: len(zones(FIRST)),
    ("2015-09", "江苏"): lambda: len(in_province(FIRST, "320000")),
    ("2015-09", "浙江"): lambda: len(in_province(FIRST, "330000")),
    ("2015-09", "山东"): lambda: len(in_province(FIRST, "370000")),
    ("2018", "山东"): lambda: len(in_province(date(2018, 8, 1), "370000")),
    ("2018", "黑龙江"): lambda: len(in_province(date(2018, 1, 1), "230000")),
    ("2018", "甘肃"): lambda: len(in_province(date(2018, 3, 24), "620000")),
    ("2018", "上海"): lambda: len(in_province(date(2018, 3, 9), "310000")),
    ("2018", "西安"): xian,
    ("2018", "东/中/西 of 219"): east_central_west,
    ("2021-06", "全国"): lambda: len(zones(SECOND)),
    ("2021-06", "安徽"): lambda: len(in_province(SECOND, "340000")),
    ("2022 round", "全国参评"): lambda: assessed_2022(lambda _: True),
    ("2022 round", "西部参评"): lambda: assessed_2022(
        lambda zone: zone.assessment_region is AssessmentRegion.WEST
    ),
    ("2022 round", "河南"): lambda: assessed_2022(lambda zone: zone.province == "410000"),
    ("2022 round", "浙江参评"): lambda: assessed_2022(lambda zone: zone.province == "330000"),
    ("2022 round", "广西参评"): lambda: assessed_2022(lambda zone: zone.province == "450000"),
    ("2023 round", "全国参评"): lambda: len(zones(date(2022, 12, 31))),
    ("2024 round", "全国参评"): lambda: len(zones(THIRD)) - len(upgraded(THIRD)),
    ("2024-10", "新升级"): lambda: len(upgraded(THIRD)),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['as_of']} {row['scope']}")
def test_a_published_count_is_what_the_registry_counts(row):
    computed = COMPUTED[row["as_of"], row["scope"]]()
    assert str(computed) == row["count"].split(" ")[0]


def test_every_computation_has_its_printed_count():
    assert {(row["as_of"], row["scope"]) for row in ROWS} == set(COMPUTED)


def test_the_zones_named_in_print_are_the_ones_counted():
    named = {
        "230000": "哈尔滨、哈尔滨利民、宾西、双鸭山、大庆、牡丹江、海林、绥化",
        "610000": "西安、陕西航天、陕西航空、汉中、榆林",
    }
    for province, names in named.items():
        found = {resolve_zone(name, FIRST).id for name in names.split("、")}
        assert found == {zone.id for zone in in_province(FIRST, province)}


@pytest.mark.parametrize(
    ("as_of", "count"),
    [
        (date(2015, 9, 1), 219),
        (date(2020, 1, 16), 219),
        # Round 2020 assessed 218 and round 2021 assessed 217: the two dated exits.
        (date(2020, 12, 31), 218),
        (date(2021, 5, 31), 217),
        (date(2021, 6, 1), 230),
        (date(2024, 9, 30), 230),
        (date(2024, 10, 1), 233),
        (date(2030, 1, 1), 233),
    ],
)
def test_the_list_changes_only_on_known_days(as_of, count):
    assert len(zones(as_of)) == count


def test_zones_by_fiscal_region_add_up():
    pools = Counter(zone.fiscal_region for zone in zones(SECOND))
    assert sum(pools.values()) == 230
    assert pools[FiscalRegion.NORTHEAST] == 22


def test_zhejiang_in_print_is_two_budget_units():
    by_unit = Counter(zone.unit for zone in in_province(FIRST, "330000"))
    assert by_unit == {"330000": 17, "330200": 4}


def test_shenzhen_is_a_unit_without_a_zone():
    with_zones = {zone.unit for zone in zones(SECOND)}
    assert {unit.id for unit in units()} - with_zones == {"440300"}

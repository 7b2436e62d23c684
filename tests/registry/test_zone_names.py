"""A name means one zone, or is a problem: never a guess."""

from __future__ import annotations

from collections import Counter
from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import InputError, Place, Problem
from allocation.registry import Zone, all_zones, published_ranks, resolve_zone, units, zones

AS_OF = date(2021, 12, 31)
SHARED = {"临港经济技术开发区", "台商投资区"}


def names_of(zone):
    own = {zone.id, zone.name, *zone.aliases} | ({zone.name_en} if zone.name_en else set())
    return sorted(own - SHARED)


def test_ids_and_full_names_are_unique():
    assert len(all_zones()) == 236
    assert len({zone.id for zone in all_zones()}) == 236
    assert len({zone.name for zone in all_zones()}) == 236


def test_only_the_known_shared_aliases_are_shared():
    count = Counter(alias for zone in all_zones() for alias in zone.aliases)
    assert {alias for alias, times in count.items() if times > 1} == SHARED
    assert not {zone.name for zone in all_zones()} & set(count)


@st.composite
def written(draw):
    """A zone, and one of its names as an officer might type it."""
    zone = draw(st.sampled_from([zone for zone in all_zones() if zone.is_listed(AS_OF)]))
    name = draw(st.sampled_from(names_of(zone)))
    cut = draw(st.integers(0, len(name)))
    name = name[:cut] + draw(st.sampled_from(["", " ", "\u3000", "\n"])) + name[cut:]
    name = draw(st.sampled_from([str.upper, str.lower, str.title, str]))(name)
    if draw(st.booleans()):
        name = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    return zone, name


@given(written())
def test_every_name_alias_and_id_means_its_zone(pair):
    zone, name = pair
    assert resolve_zone(name, AS_OF) is zone


@given(st.sampled_from(zones(AS_OF)), st.booleans(), st.booleans())
def test_short_forms_and_prefixes_mean_the_zone(zone, short, prefixed):
    name = zone.name.replace("经济技术开发区", "经开区" if short else "")
    unit = next(unit for unit in units() if unit.id == zone.province)
    prefix = unit.short_name + (zone.city or "").split("/")[0] if prefixed else ""
    assert resolve_zone(prefix + name, AS_OF) is zone


@given(st.text())
def test_any_text_gives_a_zone_or_a_problem_with_words(name):
    found = resolve_zone(name, AS_OF)
    assert isinstance(found, Zone) or (found.text("zh") and found.text("en"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("苏州工业园区", "32-suzhou-industrial-park"),
        ("江苏省苏州工业园区", "32-suzhou-industrial-park"),
        ("suzhou industrial park", "32-suzhou-industrial-park"),
        ("漕河泾", "31-shanghaicaohejing"),
        ("上海漕河泾经开区", "31-shanghaicaohejing"),
        ("国家级昆山经济技术开发区", "32-kunshan"),
        ("Kunshan ETDZ", "32-kunshan"),
        ("襄樊经济技术开发区", "42-xiangyang"),
        ("奎屯—独山子经济技术开发区", "65-kuytun-dushanzi"),
        ("广西东盟经开区", "45-guangxi-asean"),
        ("洋浦", "46-hainanyangpu"),
        ("大榭开发区", "33-ningbodaxie"),
        ("兵团石河子经开区", "65-shihezi"),
    ],
)
def test_zones_are_found_as_officers_write_them(name, expected):
    assert resolve_zone(name, AS_OF).id == expected


def test_an_unknown_zone_is_a_problem_with_the_nearest_names():
    problem = resolve_zone("昆出经济技术开发区", AS_OF, Place("a.csv", 3, "zone"))
    assert isinstance(problem, Problem)
    assert problem.code == "L1-unknown-zone"
    assert "昆山" in problem.words["nearest"]
    assert problem.text("zh").startswith("a.csv:3:zone: [L1-unknown-zone]")


def test_every_suggested_name_is_accepted():
    for name in ("昆上经开区", "苏洲工业园", "Nanjin", "浒墅官"):
        problem = resolve_zone(name, AS_OF)
        for near in problem.words["nearest"].split("、"):
            assert isinstance(resolve_zone(near, AS_OF), Zone), near


def test_a_shared_name_is_a_problem_that_lists_its_zones():
    problem = resolve_zone("临港经开区", AS_OF)
    assert problem.code == "L1-ambiguous-zone"
    for key in ("13-cangzhoulingang", "37-weihailingang", "51-yibinlingang"):
        assert key in problem.words["allowed"]


def test_a_shared_name_with_its_city_means_one_zone():
    assert resolve_zone("威海临港经开区", AS_OF).id == "37-weihailingang"
    assert resolve_zone("泉州市台商投资区", AS_OF).id == "35-quanzhou-taishang"


@pytest.mark.parametrize(
    ("name", "as_of", "code", "day"),
    [
        ("花都", AS_OF, "L1-zone-not-yet-listed", date(2024, 10, 1)),
        ("合肥蜀山", date(2021, 5, 31), "L1-zone-not-yet-listed", date(2021, 6, 1)),
        ("酒泉经开区", AS_OF, "L1-zone-left", date(2020, 1, 17)),
        ("石嘴山", date(2021, 1, 27), "L1-zone-left", date(2021, 1, 27)),
        ("绥化", date(2025, 1, 1), "L1-zone-missing", date(2024, 10, 1)),
    ],
)
def test_a_zone_off_the_list_says_since_when(name, as_of, code, day):
    problem = resolve_zone(name, as_of)
    assert (problem.code, problem.words["day"]) == (code, day)
    assert str(day) in problem.text("zh")
    assert str(day) in problem.text("en")


def test_a_zone_is_on_the_list_until_the_day_of_its_exit():
    assert isinstance(resolve_zone("石嘴山", date(2021, 1, 26)), Zone)
    assert isinstance(resolve_zone("绥化", date(2024, 9, 30)), Zone)


def test_a_zone_still_listed_has_no_end():
    assert resolve_zone("昆山", AS_OF).listed_until is None


def test_before_the_first_list_there_is_no_answer():
    before = date(2015, 8, 31)
    assert resolve_zone("昆山", before).code == "L1-no-zone-list"
    with pytest.raises(InputError, match="2015-09-01"):
        zones(before)


def test_zones_stand_in_unit_order():
    order = {unit.id: unit.order for unit in units()}
    positions = [order[zone.unit] for zone in zones(AS_OF)]
    assert positions == sorted(positions)


def test_a_zone_has_the_regions_of_its_unit():
    by_id = {unit.id: unit for unit in units()}
    for zone in all_zones():
        unit = by_id[zone.unit]
        assert zone.fiscal_region is unit.fiscal_region
        assert zone.assessment_region is unit.assessment_region
        assert zone.province in {unit.id, unit.parent}


def test_a_table_of_300_names_resolves_at_once():
    resolve_zone("昆山", AS_OF)
    start = perf_counter()
    for _ in range(300):
        resolve_zone("江苏昆山经开区", AS_OF)
    assert perf_counter() - start < 0.1


def test_every_ranked_zone_is_in_the_registry():
    known = {zone.id for zone in all_zones()}
    assert set(published_ranks(2021)) <= known

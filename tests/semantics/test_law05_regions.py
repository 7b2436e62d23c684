"""Law 5: assessment pools and fiscal regions never mix."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from allocation.registry import AssessmentRegion, FiscalRegion, resolve_zone, units, zones

AS_OF = date(2022, 6, 30)
TILT = {FiscalRegion.NORTHEAST: 3, FiscalRegion.EAST: 1}
POOLS = {AssessmentRegion.EAST: 1, AssessmentRegion.CENTRAL: 2}


def of_unit(unit):
    return [zone for zone in zones(AS_OF) if zone.unit == unit]


def test_dalian_ranks_in_the_east_and_is_tilted_as_northeast():
    assert len(of_unit("210200")) == 3
    for zone in of_unit("210200"):
        assert zone.assessment_region is AssessmentRegion.EAST
        assert zone.fiscal_region is FiscalRegion.NORTHEAST
        assert (POOLS[zone.assessment_region], TILT[zone.fiscal_region]) == (1, 3)


def test_changchun_ranks_in_central_and_is_tilted_as_northeast():
    zone = resolve_zone("长春经开区", AS_OF)
    assert zone.assessment_region is AssessmentRegion.CENTRAL
    assert zone.fiscal_region is FiscalRegion.NORTHEAST


def test_only_the_northeast_differs_between_the_systems():
    differ = {
        unit.short_name
        for unit in units()
        if unit.fiscal_region.value != unit.assessment_region.value
    }
    assert differ == {"辽宁", "大连", "吉林", "黑龙江"}


@pytest.mark.parametrize("assessed", AssessmentRegion)
@pytest.mark.parametrize("fiscal", FiscalRegion)
def test_comparing_the_two_raises(assessed, fiscal):
    for left, right in ((assessed, fiscal), (fiscal, assessed)):
        with pytest.raises(TypeError, match="never mix"):
            left == right  # noqa: B015
        with pytest.raises(TypeError, match="never mix"):
            left != right  # noqa: B015
        with pytest.raises(TypeError, match="never mix"):
            [right].index(left)


@pytest.mark.parametrize("fiscal", FiscalRegion)
def test_looking_up_one_by_the_other_raises_even_with_a_default(fiscal):
    with pytest.raises(TypeError, match="never mix"):
        POOLS[fiscal]
    with pytest.raises(TypeError, match="never mix"):
        POOLS.get(fiscal)
    with pytest.raises(TypeError, match="never mix"):
        fiscal in set(POOLS)  # noqa: B015


def test_text_is_not_a_region():
    with pytest.raises(TypeError, match="never mix"):
        FiscalRegion.EAST == "east"  # noqa: B015


@pytest.mark.parametrize("system", [AssessmentRegion, FiscalRegion])
def test_regions_of_one_system_behave_as_values(system):
    assert len(set(system)) == len(list(system))
    for region in system:
        assert system(region.value) is region
        assert pickle.loads(pickle.dumps(region)) is region  # noqa: S301
        assert [other for other in system if other == region] == [region]


def test_regions_have_names_in_both_languages():
    assert FiscalRegion.NORTHEAST.label() == "东北地区"
    assert AssessmentRegion.EAST.label("zh") == "东部"
    assert AssessmentRegion.EAST.label("en") == "East"

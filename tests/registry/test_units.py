from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from allocation.errors import Problem
from allocation.registry import Unit, resolve_unit, units


def test_there_are_37_units_with_ids_of_their_own():
    assert len({unit.id for unit in units()}) == len(units()) == 37
    assert [unit.order for unit in units()] == list(range(37))


def test_the_kinds_are_31_provinces_5_planned_cities_and_the_corps():
    kinds = Counter(unit.kind for unit in units())
    assert kinds.pop("separately planned city") == 5
    assert kinds.pop("production and construction corps") == 1
    assert sum(kinds.values()) == 31


def test_each_planned_city_stands_right_after_its_province():
    cities = [
        (before.id, unit.parent)
        for before, unit in pairwise(units())
        if unit.kind == "separately planned city"
    ]
    assert len(cities) == 5
    assert all(before == parent for before, parent in cities)


def test_the_corps_stands_last_after_the_province_it_lies_in():
    assert units()[-1].id == "XPCC"
    assert units()[-2].id == units()[-1].parent == "650000"


def test_provinces_stand_in_code_order():
    provinces = [unit.id for unit in units() if unit.parent is None]
    assert provinces == sorted(provinces)


def test_units_are_frozen_and_read_once():
    assert units() is units()
    with pytest.raises(AttributeError):
        units()[0].name = "x"


@pytest.mark.parametrize("unit", units(), ids=lambda unit: unit.id)
def test_every_name_of_a_unit_means_it(unit):
    for name in (unit.id, unit.name, unit.short_name, unit.name_en, unit.name_en.upper()):
        assert resolve_unit(name) is unit


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("　江苏 省 ", "320000"),
        ("２１０２００", "210200"),
        ("辽宁省大连市", "210200"),
        ("新疆兵团", "XPCC"),
        ("xpcc", "XPCC"),
        ("新疆", "650000"),
        ("吉林", "220000"),
    ],
)
def test_units_are_found_as_officers_write_them(name, expected):
    found = resolve_unit(name)
    assert isinstance(found, Unit)
    assert found.id == expected


def test_an_unknown_unit_is_a_problem_with_the_nearest_names():
    problem = resolve_unit("江西府")
    assert isinstance(problem, Problem)
    assert problem.code == "L1-unknown-unit"
    assert "江西" in problem.text("zh")
    assert "江西" in problem.text("en")


def test_an_empty_unit_is_unknown():
    assert resolve_unit("").code == "L1-unknown-unit"

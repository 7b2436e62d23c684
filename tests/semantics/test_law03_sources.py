"""Law 3: every number in a policy file has a unit, a date in force and a source."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from allocation.engine import allocate
from allocation.errors import InputError
from allocation.scenario import load, shipped


def test_every_parameter_in_force_has_a_source():
    text = files("allocation.policy").joinpath("in_force.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    assert entries
    for name, entry in entries.items():
        assert entry["source"], name
        assert "from" in entry or "未见" in entry["source"], name


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_rule_and_pot_has_a_source(name):
    scenario = load(name).scenario
    assert scenario.pot.source
    assert all(rule.source for rule in scenario.rules.values())
    if "示例" in scenario.pot.source:
        assert scenario.illustrative


def test_a_what_if_without_a_source_says_so_in_the_result():
    result = allocate("liaoning-2022@with_dalian")
    assert any(warning.code == "L3-override-without-source" for warning in result.warnings)


@pytest.mark.parametrize("amount", ["1200", "12块", "1.2e3万元", "0.001分", ""])
def test_an_amount_without_an_exact_unit_is_refused(amount):
    with pytest.raises(InputError, match="L3-amount"):
        load("henan-2023", sets=[f"pot.amount={amount}"])

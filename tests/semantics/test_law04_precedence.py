"""Law 4: call > overrides left to right > scenario > policy in force at its date > default."""

from __future__ import annotations

import pytest

from allocation.errors import InputError
from allocation.scenario import load

TEXT = """
title = "示例"
level = "unit"
year = 2022
as_of = 2022-06-01
[pot]
amount = "1亿元"
source = "示例"
[recipients]
kind = "table"
table = "all"
[tables.all]
file = "all.csv"
[factors.f]
weight = 1
column = "f"
[rules.r]
policy = "import-interest-2022-region-least"
[rules.own]
kind = "zero_or_at_least"
policy = "import-interest-2022-region-least"
amount = "60万元"
[override.a]
reason = "甲"
source = "示例"
set = { rules.r.amount = "70万元", rules.r.below = "raise" }
[override.b]
reason = "乙"
source = "示例"
set = { rules.r.amount = "80万元" }
[what_if.ab]
overrides = ["a", "b"]
[what_if.ba]
overrides = ["b", "a"]
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "all.csv").write_text("id,f\nx,1\ny,2\n", encoding="utf-8")
    file = tmp_path / "plan.toml"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("changes", "sets", "amount", "origin"),
    [
        ("", [], 50, "policy import-interest-2022-region-least"),
        ("@a", [], 70, "override a"),
        ("@b", [], 80, "override b"),
        ("@ab", [], 80, "override b"),
        ("@ba", [], 70, "override a"),
        ("@b,a", [], 70, "override a"),
        ("@ab", ["rules.r.amount=90万元"], 90, "call"),
        ("@ab", ["rules.r.amount=90万元", "rules.r.amount=95万元"], 95, "call"),
    ],
)
def test_the_later_wins(path, changes, sets, amount, origin):
    loaded = load(path + changes, sets=sets)
    assert loaded.scenario.rules["r"].amount == amount * 10**6
    assert loaded.origins["rules.r.amount"] == origin


def test_the_scenario_stands_before_the_policy(path):
    loaded = load(path)
    assert loaded.scenario.rules["own"].amount == 60 * 10**6
    assert loaded.origins["rules.own.amount"] == f"{path}:22"
    # The policy is no source for a number that is not its own.
    assert loaded.scenario.rules["own"].source == ""
    assert "50 万元" in loaded.scenario.rules["r"].source


def test_the_policy_stands_before_the_default(path):
    loaded = load(path)
    assert loaded.origins["rules.r.kind"].startswith("policy")
    assert loaded.origins["rules.r.below"] == "default"
    assert load(path + "@a").origins["rules.r.below"] == "override a"


def test_a_policy_counts_only_on_its_days(path):
    for day in ("2021-12-31", "2023-01-01"):
        with pytest.raises(InputError, match="L3-policy-not-in-force"):
            load(path, sets=[f"as_of={day}"])
    for day in ("2022-01-01", "2022-12-31"):
        assert load(path, sets=[f"as_of={day}"]).scenario.rules["r"].amount == 50 * 10**6


def test_every_value_has_an_origin(path):
    origins = load(path + "@ab", sets=["year=2023"]).origins
    assert origins["year"] == "call"
    assert origins["title"] == f"{path}:2"
    assert origins["rounding.quantum"] == "default"
    assert not any(key.startswith(("override", "what_if")) for key in origins)

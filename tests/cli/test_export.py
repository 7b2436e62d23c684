from fractions import Fraction

import pulp
import pytest

from allocation import allocate
from allocation.model_file import _distinct, _plain

CBC = pulp.PULP_CBC_CMD(msg=False)


def lowest_ratio(reference, sets=()):
    result = allocate(reference, sets=sets)
    width = len(result.purposes) or 1
    starts = range(0, len(result.unrounded), width)
    exact = [sum(result.unrounded[at : at + width], Fraction(0)) for at in starts]
    pairs = zip(exact, result.entitlements, strict=True)
    return float(min(amount / due for amount, due in pairs if due))


@pytest.mark.parametrize(
    ("scenario", "sets"),
    [
        ("national-2022", ()),
        ("national-2022", ("rules.floor.amount=3000万元",)),
        ("national-2022-zones", ()),
        ("jiangsu-2024", ()),
        ("plan.toml", ()),
        ("plan.toml", ("rules.west.least=70%", "rules.west.priority=1")),
    ],
)
def test_cbc_finds_the_engines_lowest_ratio(inside, scenario, sets):
    changes = [word for change in sets for word in ("--set", change)]
    assert inside("export", scenario, "m.mps", *changes).code == 0
    variables, problem = pulp.LpProblem.fromMPS("m.mps")
    problem.solve(CBC)
    assert problem.sol_status == pulp.LpSolutionOptimal
    assert variables["lowest_ratio"].varValue == pytest.approx(
        lowest_ratio(scenario, sets), abs=1e-6
    )


def test_lp_file_has_names_of_recipients_and_rules(bokuan, tmp_path):
    assert bokuan("export", "plan.toml", "m.lp").code == 0
    text = (tmp_path / "m.lp").read_text(encoding="ascii")
    assert "amount_210000" in text
    assert "rule_west" in text
    assert "rule_pot" in text
    assert "lowest_ratio" in text


def test_export_of_rules_that_conflict(inside, tmp_path):
    ended = inside("export", "plan.toml", "m.lp", "--set", "rules.west.least=70%")
    assert ended.code == 1
    assert not (tmp_path / "m.lp").exists()


def test_names_are_plain_and_distinct():
    assert _plain("更西部", "at3") == "at3"
    assert _plain("a b-c", "x") == "a_b_c"
    assert _plain("--", "x") == "x"
    assert _distinct(["a", "a_min", "b", "b"]) == ["a", "a_min_2", "b", "b_2"]

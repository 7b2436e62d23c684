"""Every reported sensitivity against solving again: exact within its range, different beyond it."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from generated import KINDS, write_scenario
from mixed import write_mixed
from perturbed import Perturbed, disagreements

import allocation
from allocation.explain.moving_rules import moving_program
from allocation.explain.sensitivity import sensitivity_of
from allocation.explain.sides import by_recipient
from allocation.model_file import first_program_of
from allocation_models.solvers.highs import simplex
from allocation_models.solvers.pulp_gateway import pulp_solver
from allocation_models.value_sensitivity import Change, value_sensitivity

WAN = 1_000_000
EXACT = ["national-2022", "henan-2023", "jiangsu-2024", "liaoning-2022", "guangxi-2018"]


def sides(found):
    """Yield every parameter and side that is a rate."""
    for item in found.parameters:
        if not item.reason:
            yield from (
                (item.parameter, side, sign)
                for side, sign in ((item.up, 1), (item.down, -1))
                if side is not None
            )


def wrong(reference):
    """Return how many sides a scenario has, and what is wrong with them."""
    result = allocation.allocate(reference)
    found = sensitivity_of(result)
    said = [disagreements(result.solved, *each) for each in sides(found)]
    return len(said), [text for each in said for text in each]


@pytest.mark.parametrize("name", EXACT)
def test_shipped_scenarios_against_solving_again(name):
    count, said = wrong(name)
    assert said == []
    assert count >= 2


def test_units_of_a_lower_level(campaign):
    result = allocation.allocate("national-2022-zones")
    found = sensitivity_of(result)
    units = set(result.recipients.attribute("unit"))
    assert {item.parameter.key for item in found.parameters} == {f"unit:{unit}" for unit in units}
    chosen = list(sides(found))[:: campaign(small=12, full=1)]
    for parameter, side, sign in chosen:
        assert disagreements(result.solved, parameter, side, sign) == []
        unit = parameter.key.partition(":")[2]
        inside = np.array(result.recipients.attribute("unit")) == unit
        gains = np.array(side.gains, dtype=object)
        assert gains[inside].sum() == 1
        assert not gains[~inside].any()


@pytest.mark.parametrize("kind", KINDS)
def test_generated_scenarios_against_solving_again(tmp_path, campaign, kind):
    total = 0
    for seed in range(campaign(small=2, full=100)):
        path = write_scenario(tmp_path / str(seed), seed, kind)
        try:
            count, said = wrong(str(path))
        except allocation.ConflictError:
            continue
        assert said == [], seed
        total += count
    assert total or kind == "soft"


def test_mixed_rules_against_solving_again(tmp_path, campaign):
    """Bounds of every kind at once, shares of the pot and amounts side by side."""
    total = 0
    for seed in range(campaign(small=3, full=300)):
        try:
            count, said = wrong(str(write_mixed(tmp_path / str(seed), seed)))
        except allocation.ConflictError:
            continue
        assert said == [], seed
        total += count
    assert total >= 6


def set_of(task, parameter, moved):
    """Return the changes an officer would make to move a parameter written as an amount."""
    value = parameter.value + moved
    rule = task.loaded.scenario.rules.get(parameter.rule)
    if parameter.kind == "pot":
        return [f"pot.amount={value}分"]
    if parameter.kind == "rank_step":
        return [f"rules.{parameter.rule}.step={value}分"]
    if parameter.kind in ("floor", "cap") and rule.amount is not None:
        return [f"rules.{parameter.rule}.amount={value}分"]
    if parameter.kind in ("least", "most") and getattr(rule, parameter.kind) is not None:
        share = Fraction(value, task.pot)
        return [f"rules.{parameter.rule}.{parameter.kind}={share}"]
    return None


@pytest.mark.parametrize("name", EXACT[:-1])
def test_the_whole_road_again_with_the_parameter_changed(name):
    """No short cut: the scenario file with ``--set``, to the fen."""
    result = allocation.allocate(name, quantum="1分")
    found = sensitivity_of(result)
    task = result.solved.task
    before = np.array(result.solved.shares.exact(task.cells.count), dtype=object)
    checked = 0
    for parameter, side, sign in sides(found):
        if parameter.value is None:
            continue
        grain = moving_program(task, result.solved.shares.program, parameter).grain()
        reach = 50 * WAN if side.reach is None else int(side.reach)
        moved = sign * (min(reach, parameter.value - 1) * 9 // 10 // grain) * grain
        changes = set_of(task, parameter, moved)
        if changes is None or not moved:
            continue
        other = allocation.allocate(task.loaded.again(*changes)).solved
        after = np.array(other.shares.exact(task.cells.count), dtype=object)
        expected = by_recipient(task, before) + np.array(side.gains, dtype=object) * moved
        assert list(by_recipient(task, after)) == list(expected), parameter.key
        checked += 1
    assert checked >= 2


def change_of(moving, more):
    """Return how the first program's bounds move, per 10,000 yuan; ``more`` rows stand still."""
    matrix, count = moving.matrix, moving.matrix.groups[-1].stop
    members = [tuple(part) for part in np.split(matrix.indices, matrix.indptr[1:-1])]
    rows = []
    for side in (moving.row_lower, moving.row_upper):
        rate = np.array(side.rate, float) / matrix.row_scale
        for copy in range(count, matrix.rows):
            # A group's share of the pot moves in a copy of its row.
            rate[members.index(members[copy], 1)] += rate[copy]
        rows.append(rate[:count])
    columns = [np.array(side.rate, float) for side in (moving.column_lower, moving.column_upper)]
    none = np.zeros(more)
    return Change(
        *(np.concatenate([side, none]) for side in rows),
        *(np.append(side, 0.0) for side in columns),
    )


@pytest.mark.parametrize("solver", [simplex, pulp_solver("PULP_CBC_CMD")], ids=["highs", "cbc"])
@pytest.mark.parametrize("name", ["national-2022", "henan-2023", "jiangsu-2024", "liaoning-2022"])
def test_worth_is_the_multiplier_of_the_exported_program(name, solver):
    """The lowest ratio is maximised: its derivative is minus that of what is minimised."""
    result = allocation.allocate(name)
    found = sensitivity_of(result)
    task = result.solved.task
    rules, program = first_program_of(task)
    compared = len(program.row_lower) - rules.rows
    checked = 0
    for item in found.parameters:
        moving = moving_program(task, result.solved.shares.program, item.parameter)
        moving = moving.closed(task.targets, task.rows.helpers)
        change = change_of(moving, compared)
        values = value_sensitivity(program, change, solver)
        for side, theirs in ((item.up, -values.right), (item.down, -values.left)):
            if side is not None:
                ours = float(side.worth * WAN)
                assert theirs == pytest.approx(ours, abs=1e-7, rel=1e-5), item.parameter.key
                assert np.sign(round(theirs, 9)) == np.sign(round(ours, 9))
                checked += 1
    assert checked >= 4


def test_a_kink_at_a_whole_fen_has_two_sides(tmp_path):
    (tmp_path / "t.csv").write_text("id,a\nx,1\ny,1\n", encoding="utf-8")
    (tmp_path / "s.toml").write_text(
        """title = "弯"
level = "unit"
year = 2024
as_of = 2024-01-31
pot = { amount = "200万元", source = "示例" }
recipients = { kind = "table", table = "t", name = "id" }
tables.t = { file = "t.csv", key = "id" }
factors.a = { weight = "100%", column = "a" }
rules.cap = { kind = "cap", where = { id = "x" }, amount = "100万元", source = "示例" }
""",
        encoding="utf-8",
    )
    found = sensitivity_of(allocation.allocate(str(tmp_path / "s.toml")))
    pot, cap = found["pot"], found["cap"]
    assert pot.up.gains == (0, 1)
    assert pot.down.gains == (Fraction(1, 2), Fraction(1, 2))
    assert not pot.unique
    assert cap.up.gains == (0, 0)
    assert cap.down.gains == (1, -1)
    assert (pot.up.worth, pot.down.worth) == (0, Fraction(1, 2) / (100 * WAN))
    assert len(found.table.loc["pot"]) == 2


def test_awards_say_why_and_give_differences_over_a_step():
    found = sensitivity_of(allocation.allocate("fujian-2021"))
    pot = found["pot"]
    assert pot.reason == "award"
    assert pot.down is None
    assert (pot.up.step, pot.up.reach) == (WAN, None)
    more = allocation.allocate("fujian-2021", sets=["pot.amount=301万元"])
    before = by_recipient(found.solved.task, np.array(found.result.unrounded, dtype=object))
    after = by_recipient(more.solved.task, np.array(more.unrounded, dtype=object))
    assert list((after - before) / WAN) == list(pot.up.gains)
    curve = found.curves()
    assert curve.reason == "award"
    assert all(sum(row.tolist()) == at for at, row in zip(curve.pots, curve.amounts, strict=True))


def test_benefit_and_soft_rules_that_gave_way_are_solved_again(tmp_path):
    benefit = sensitivity_of(allocation.allocate("liaoning-2022", objective="benefit"))
    assert {item.reason for item in benefit.parameters} == {"benefit"}
    pot = benefit["pot"]
    assert sum(pot.up.gains) == 1
    assert pot.up.worth == Fraction(1, 100)
    path = write_scenario(tmp_path, 0, "soft")
    soft = sensitivity_of(allocation.allocate(str(path)))
    assert soft["pot"].reason == "soft"
    assert sum(soft["pot"].up.gains) == 1


@pytest.mark.parametrize("name", ["national-2022", "henan-2023", "jiangsu-2024", "liaoning-2022"])
def test_the_curve_over_the_pot_against_solving_again(name):
    result = allocation.allocate(name, quantum="1分")
    found = sensitivity_of(result)
    curve = found.curves()
    pots = [float(pot) for pot in curve.pots]
    assert pots == sorted(pots)
    task = result.solved.task
    for at, (low, high) in enumerate(zip(curve.pots, curve.pots[1:], strict=False)):
        pot = int((low + high) / 200) * 100
        if not low < pot < high:
            continue
        share = (pot - low) / (high - low)
        ours = curve.amounts[at] + (curve.amounts[at + 1] - curve.amounts[at]) * share
        again = allocation.allocate(task.loaded.again(f"pot.amount={pot}分")).solved
        theirs = by_recipient(task, np.array(again.shares.exact(task.cells.count), dtype=object))
        assert list(ours) == list(theirs)
        assert sum(ours.tolist()) == pot


def test_python_returns_frames():
    found = allocation.sensitivity("national-2022")
    assert found.table.loc[("cap", "more"), "worth_points"] == pytest.approx(0.004419, abs=1e-6)
    assert found.gains.loc[("cap", "more")].sum() == 0
    assert found.gains.loc[("pot", "less")].sum() == 1
    everyone = found.curve()
    assert everyone.index.name == "pot_fen"
    assert [row.sum() for _, row in everyone.iterrows()] == list(everyone.index)
    jiangsu = found.curve("江苏省")
    assert isinstance(jiangsu, pd.DataFrame)
    assert list(jiangsu["320000"] / jiangsu.index) == [Fraction(8, 100)] * 2
    with pytest.raises(allocation.InputError, match="L1-unknown"):
        found.curve("江苏县")


def test_results_can_be_given_instead_of_names():
    result = allocation.allocate("liaoning-2022")
    assert allocation.sensitivity(result).result is result
    perturbed = Perturbed(result.solved, sensitivity_of(result)["pot"].parameter)
    assert list(perturbed.at(0)) == list(perturbed.cells)

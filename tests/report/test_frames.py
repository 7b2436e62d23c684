import numpy as np
import pandas as pd

from allocation.report.frames import allocation_frame, comparison_frame


def test_money_columns_are_whole_fen(build, by_unit):
    frame = allocation_frame(by_unit)
    assert frame.index.name == "id"
    assert frame.loc["440300", "amount_fen"] == 0
    assert frame["amount_fen"].dtype == frame["entitlement_fen"].dtype == np.int64
    assert frame["amount_fen"].sum() == by_unit.heading.pot
    assert frame.loc["440000", "amount_wan"] == frame.loc["440000", "amount_fen"] / build.WAN


def test_steps_and_attributes_are_columns(by_unit):
    frame = allocation_frame(by_unit)
    assert np.isclose(frame["factor_trade"].sum(), 1)
    assert frame["coefficient_tilt"].dtype == float
    assert frame.loc["210200", "fiscal_region"] == "northeast"
    assert frame.loc["210200", "assessment_region"] == "east"


def test_purposes_add_up_to_the_amount(two_way):
    frame = allocation_frame(two_way)
    purposes = [f"{purpose.key}_fen" for purpose in two_way.purposes]
    assert (frame[purposes].sum(axis=1) == frame["amount_fen"]).all()
    assert "unit" not in frame


def test_a_recipient_without_entitlement_has_no_ratio(build):
    result = build.make_result(build.make_frame(["a"], ["甲"], [""]), [[0]])
    assert np.isnan(allocation_frame(result).loc["a", "ratio"])


def test_comparison_says_who_gains_and_by_how_much(build):
    before, after = build.two_way_result(), build.two_way_result(rows=4)
    after.cells[0, 0] += build.WAN
    after.cells[1, 0] -= 2 * build.WAN
    frame = comparison_frame(before, after)
    assert list(frame["outcome"]) == ["gains", "loses", "same", "same"]
    assert list(frame["change_fen"]) == [build.WAN, -2 * build.WAN, 0, 0]
    assert frame.loc["z0", "percent"] == 100 * build.WAN / before.amounts[0]
    assert frame.loc["z1", "change_wan"] == -2


def test_recipients_in_one_only_have_blanks(build):
    frame = comparison_frame(build.two_way_result(rows=3), build.two_way_result(rows=5))
    assert list(frame["outcome"]) == ["same"] * 3 + ["only_after"] * 2
    assert frame.loc["z4", ["before_fen", "change_fen", "percent"]].isna().all()
    back = comparison_frame(build.two_way_result(rows=5), build.two_way_result(rows=3))
    assert back.loc["z4", "outcome"] == "only_before"
    assert back.loc["z4", "after_fen"] is pd.NA


def test_no_percentage_of_nothing(build, by_unit):
    frame = comparison_frame(by_unit, build.unit_result(scale=2))
    assert frame.loc["440300", "percent"] is pd.NA
    assert frame.loc["440300", "outcome"] == "same"

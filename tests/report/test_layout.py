from fractions import Fraction
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from allocation.policy.kinds import Rule
from allocation.report import layout


def test_each_planned_city_stands_right_after_its_province(by_unit):
    rows = [line.label for line in layout.lines(by_unit, "zh") if line.kind == "row"]
    pairs = (("辽宁省", "大连市"), ("浙江省", "宁波市"), ("福建省", "厦门市"), ("广东省", "深圳市"))
    for province, city in (*pairs, ("山东省", "青岛市")):
        assert rows[rows.index(province) + 1] == city


def test_units_are_grouped_by_fiscal_region_not_by_assessment_region(by_unit):
    groups = {group.label: group.members for group in layout.groups(by_unit, "zh")}
    assert [*groups] == ["东部地区", "中部地区", "西部地区", "东北地区"]
    names = by_unit.recipients.names
    assert {names[i] for i in groups["东北地区"]} == {"辽宁省", "大连市", "吉林省", "黑龙江省"}


def test_zones_are_grouped_by_budget_unit(by_zone):
    labels = [group.label for group in layout.groups(by_zone, "zh")]
    assert labels.index("大连市") == labels.index("辽宁省") + 1
    assert "Dalian" in [group.label for group in layout.groups(by_zone, "en")]


def test_every_recipient_stands_in_the_table_once(by_zone):
    rows = [line.members[0] for line in layout.lines(by_zone, "zh") if line.kind == "row"]
    assert sorted(rows) == list(range(len(by_zone.recipients)))


def test_a_few_recipients_get_no_subtotals(two_way):
    assert {line.kind for line in layout.lines(two_way, "zh")} == {"total", "row"}


def test_recipients_without_a_group_are_shown_as_such(build):
    cells = ["320000"] * 6 + [""] * 4
    frame = build.make_frame([f"r{i}" for i in range(10)], ["甲"] * 10, [""] * 10, unit=cells)
    result = build.make_result(frame, [[build.WAN]] * 10)
    assert [group.label for group in layout.groups(result, "zh")] == ["江苏省", "未分组"]


def test_every_rule_kind_has_a_short_mark_that_a_gbk_console_can_show():
    union = get_args(get_args(Rule)[0])
    kinds = [get_args(kind.model_fields["kind"].annotation)[0] for kind in union]
    other = layout.mark("no such kind", "zh")
    assert len(kinds) == len({layout.mark(kind, "zh") for kind in kinds})
    for kind in kinds:
        assert layout.mark(kind, "zh") != other
        assert layout.mark(kind, "zh").encode("gbk")


def test_marks_stand_at_the_recipients_a_rule_holds(by_unit):
    signs = dict(zip(by_unit.recipients.names, layout.marks(by_unit, "zh"), strict=True))
    assert signs["北京市"] == ("●保底",)
    assert signs["辽宁省"] == ("●封顶",)
    assert signs["上海市"] == ()


def test_illustrative_figures_are_labelled_in_the_title(build):
    assert layout.title(build.unit_result(), "zh").endswith("(示例)")
    assert layout.title(build.unit_result(illustrative=False), "zh").endswith("方案")


def test_more_decimals_only_where_amounts_need_them(build):
    assert layout.decimals(build.two_way_result()) == 2
    frame = build.make_frame(["a", "b"], ["甲", "乙"], ["", ""])
    assert layout.decimals(build.make_result(frame, [[build.WAN + 100], [build.WAN]])) == 4
    assert layout.decimals(build.make_result(frame, [[build.WAN + 1], [build.WAN]])) == 6


def test_nothing_is_blank_and_the_rest_rounds_half_up():
    assert layout.wan(0, 2) == ""
    assert layout.wan(123_455_000, 2) == "123.46"
    assert layout.wan(123_454_999, 2) == "123.45"
    assert layout.percent(0, 5) == layout.percent(5, 0) == ""


@given(st.fractions(min_value=-(10**15), max_value=10**15))
def test_half_up_is_the_nearest_fen_and_up_at_the_half(exact):
    fen = int(layout.half_up([exact])[0])
    assert -Fraction(1, 2) < fen - exact <= Fraction(1, 2)


def test_control_characters_cannot_steer_a_terminal(hostile):
    assert not any("\t" in name for name in layout.names(hostile, "zh"))
    assert layout.printable("a\x1b[31mb") == "a [31mb"

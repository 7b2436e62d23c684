import itertools
import struct
import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import pytest

from allocation.report import chart, fonts
from allocation.report.chart_bars import bars, drawn_title


def pixels(path):
    """Return width and height of a PNG."""
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["by_unit", "by_zone", "two_way", "hostile"])
def test_nothing_is_cut_off_and_no_text_overlaps(request, name, language):
    with mpl.rc_context(chart.settings()):
        figure = chart.figure(request.getfixturevalue(name), language)
        figure.draw_without_rendering()
        whole = figure.bbox
        axes = figure.axes[0]
        labels = [label.get_window_extent() for label in axes.get_yticklabels()]
        words = [text.get_window_extent() for text in axes.texts if text.get_text()]
        below = [axes.xaxis.label.get_window_extent(), figure.legends[0].get_window_extent()]
        title = figure._suptitle.get_window_extent()
    for box in (*labels, *words, *below, title):
        assert box.x0 >= whole.x0
        assert box.x1 <= whole.x1
        assert box.y0 >= whole.y0
        assert box.y1 <= whole.y1
    for column in (labels, words):
        assert not any(one.overlaps(two) for one, two in itertools.pairwise(column))
    assert not below[0].overlaps(below[1])


@pytest.mark.parametrize("name", ["by_unit", "by_zone", "two_way", "hostile"])
def test_draws_a_png_without_a_warning(request, name, tmp_path):
    chart.draw(request.getfixturevalue(name), tmp_path / "a.png", "zh")
    width, height = pixels(tmp_path / "a.png")
    assert width == 1500
    assert height > 300


def test_same_result_same_picture(two_way, tmp_path):
    for name in ("a.png", "b.png"):
        chart.draw(two_way, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_without_a_chinese_font_labels_are_english_or_ids(
    by_zone, two_way, hostile, tmp_path, monkeypatch
):
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    monkeypatch.setattr(fonts, "_opened", lambda: None)
    fonts._warn_once.cache_clear()
    with pytest.warns(fonts.ChineseFontWarning):
        chart.draw(by_zone, tmp_path / "a.png", "zh")
    # Warnings are errors here: a second one, or a missing glyph, would fail.
    for result in (two_way, hostile):
        chart.draw(result, tmp_path / "a.png", "zh")


def test_bars_are_ranked_and_nobody_is_lost(by_unit):
    shown = bars(by_unit, "zh").bars
    amounts = [bar.amount for bar in shown]
    assert amounts == sorted(by_unit.amounts.tolist(), reverse=True)
    assert (shown[-1].label, shown[-1].words) == ("深圳市", "")
    assert shown[0].words == "4,092.21 ●封顶"


def test_colours_are_fiscal_regions(by_unit):
    shown = bars(by_unit, "zh")
    colours = {bar.label: shown.legend[bar.parts[0].colour] for bar in shown.bars if bar.parts}
    assert (colours["辽宁省"], colours["吉林省"]) == ("东北地区", "东北地区")
    assert colours["广西壮族自治区"] == "西部地区"


def test_zones_are_segments_of_their_unit(by_zone):
    shown = bars(by_zone, "zh")
    assert len(shown.bars) < 37
    assert sum(len(bar.parts) for bar in shown.bars) == 230
    assert (
        sum(part.held for bar in shown.bars for part in bar.parts)
        == by_zone.rules[0].recipients.sum()
    )
    assert sum(bar.amount for bar in shown.bars) == by_zone.heading.pot


def test_purposes_are_segments_of_a_recipient(two_way):
    shown = bars(two_way, "zh")
    assert shown.legend == tuple(purpose.name for purpose in two_way.purposes)
    assert [len(bar.parts) for bar in shown.bars] == [5, 5, 4, 5]


def test_many_purposes_are_told_apart_by_hatching(build, tmp_path):
    chart.draw(build.two_way_result(rows=9, purposes=16), tmp_path / "a.png")
    looks = {(chart._colour(at), chart._hatch(at)) for at in range(16)}
    assert len(looks) == 16


def test_too_many_without_groups_show_both_ends_and_say_so(build, tmp_path):
    frame = build.make_frame(
        [f"r{i}" for i in range(100)], [f"项目{i}" for i in range(100)], [""] * 100
    )
    result = build.make_result(frame, [[(100 - i) * build.WAN] for i in range(100)])
    shown = bars(result, "zh").bars
    assert len(shown) == 56
    assert shown[40].label == "……略去 45 个,见分配表……"
    assert shown[-1].label == "项目99"
    chart.draw(result, tmp_path / "a.png")


def test_long_titles_and_names_are_wrapped(build, tmp_path):
    frame = build.make_frame(["a", "b"], ["很长的名称" * 12, "乙"], ["", ""])
    result = build.make_result(
        frame, [[build.WAN], [0]], title="关于下达某某年度外经贸发展专项资金预算的分配方案" * 3
    )
    chart.draw(result, tmp_path / "a.png")
    assert chart.wrapped("one two three", 8) == "one two\nthree"
    assert chart.wrapped("一二三四五", 4) == "一二\n三四\n五"


def test_an_allocation_of_nothing_is_drawn(build, tmp_path):
    chart.draw(build.make_result(build.make_frame(["a"], ["甲"], [""]), [[0]]), tmp_path / "a.png")


def test_pyplot_is_never_imported_and_nothing_heavy_at_the_top():
    code = (
        "import sys; import allocation.report.saved, allocation.report.terminal,"
        " allocation.report.chart, allocation.report.frames\n"
        "heavy = {'matplotlib', 'pandas', 'rich', 'xlsxwriter', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "from allocation.report import fonts; fonts.chinese_font()\n"
        "from matplotlib.figure import Figure\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_one_sign_the_font_lacks_does_not_take_the_title_away(by_unit):
    heading = replace(by_unit.heading, title="分配😀方案", illustrative=True)
    shown = drawn_title(replace(by_unit, heading=heading), "zh")
    assert shown == "分配□方案(示例)"

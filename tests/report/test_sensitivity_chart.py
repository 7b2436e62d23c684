"""The pictures of a sensitivity: nothing cut off, no glyph missing, in both languages."""

import itertools
import struct

import matplotlib as mpl
import pytest

import allocation
from allocation.report import chart
from allocation.report.curve_chart import MOST_LINES, draw_curve
from allocation.report.sensitivity_chart import draw_sensitivity, sensitivity_figure


@pytest.fixture(scope="module", params=["national-2022", "guangxi-2018", "jiangsu-2024"])
def found(request):
    return allocation.sensitivity(request.param)


def boxes(figure):
    """Return the boxes of all words but the tick labels, those of the y axis first."""
    figure.draw_without_rendering()
    words = [
        label
        for axes in figure.axes
        for label in axes.get_yticklabels()
        if min(axes.get_ylim()) <= label.get_position()[1] <= max(axes.get_ylim())
    ]
    words += [text for axes in figure.axes for text in (*axes.texts, axes.xaxis.label, axes.title)]
    words += [figure._suptitle, *(t for legend in figure.legends for t in legend.get_texts())]
    return [word.get_window_extent() for word in words if word.get_text()]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_is_cut_off(found, language):
    with mpl.rc_context(chart.settings()):
        for figure in (sensitivity_figure(found, language), found.plot(language=language)):
            whole = figure.bbox
            for box in boxes(figure):
                assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
                assert whole.y0 <= box.y0 <= box.y1 <= whole.y1


def test_bars_and_figures_do_not_overlap(found):
    with mpl.rc_context(chart.settings()):
        figure = sensitivity_figure(found, "zh")
        figure.draw_without_rendering()
        labels = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert not any(one.overlaps(two) for one, two in itertools.pairwise(labels))


def test_both_pictures_are_drawn_without_a_warning(found, tmp_path):
    draw_sensitivity(found, tmp_path / "a.png", "zh")
    draw_curve(found, found.curves(), tmp_path / "b.png", "zh")
    for name in ("a.png", "b.png"):
        width, height = struct.unpack(">II", (tmp_path / name).read_bytes()[16:24])
        assert width > 1200
        assert height > 400


def test_lines_are_the_largest_or_those_asked_for(found):
    assert len(found.plot().axes[0].lines) == min(MOST_LINES, len(found.result.recipients)) + 1
    ids = found.result.recipients.ids
    asked = found.plot(ids[:2], start=int(found.result.heading.pot * 0.9))
    assert len(asked.axes[0].lines) == 3
    with pytest.raises(allocation.InputError):
        found.plot(["nobody"])


def test_kinks_are_marked_and_nothing_else():
    found = allocation.sensitivity("jiangsu-2024")
    line = found.plot(["苏州工业园区"]).axes[0].lines[0]
    at = found.result.recipients.names.index("苏州工业园区")
    assert len(line.get_xdata()) == len(found.curves().knots(at)) > 2
    assert line.get_markevery() == list(range(1, len(line.get_xdata()) - 1))

"""The forecast's pictures and sentences say what the forecast says."""

from datetime import date
from io import BytesIO

import pytest

import allocation
from allocation.disbursement.issue import issue_of
from allocation.ledger.book import Book
from allocation.ledger.example import write_example
from allocation.report.fonts import can_draw
from allocation.report.forecast_chart import draw_fan, fan
from allocation.report.forecast_text import judgement, sentences


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    issue = issue_of(allocation.allocate("national-2022-zones")).take(range(0, 230, 8))
    with Book.create(tmp_path_factory.mktemp("book") / "b.db", synthetic=True) as book:
        write_example(book, issue, "外经贸发展专项资金", 5, 11)
        return allocation.forecast(book.flows(), date(2022, 8, 31))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("one", [False, True])
def test_a_fan_is_legible_and_says_that_it_is_synthetic(found, language, one):
    who = found.recipients[0] if one else ""
    figure = fan(found, language, recipient=who, synthetic=True)
    figure.savefig(BytesIO())
    axes = figure.axes[0]
    assert (
        axes.get_title()
        == {
            "zh": "合成数据,不是真实账目",
            "en": "Synthetic data: no real accounts",
        }[language]
    )
    words = [*axes.texts, *figure.texts, *figure.legends[0].get_texts(), axes.title]
    assert len(figure.legends[0].get_texts()) == 4
    renderer, box = figure.canvas.get_renderer(), figure.bbox
    for text in words:
        place = text.get_window_extent(renderer)
        assert box.x0 <= place.x0
        assert place.x1 <= box.x1, text.get_text()
        assert box.y0 <= place.y0
        assert place.y1 <= box.y1, text.get_text()
        assert can_draw(text.get_text().replace("\n", ""))


def test_the_fan_starts_where_spending_stands(found):
    axes = fan(found, "zh").axes[0]
    ahead, so_far, now, budget = axes.lines
    assert ahead.get_xydata()[0].tolist() == so_far.get_xydata()[-1].tolist()
    assert now.get_xydata()[0].tolist() == [8, int(found.spent.sum()) / 1e6]
    assert budget.get_ydata()[0] == int(found.budget.sum()) / 1e6


def test_the_same_forecast_gives_the_same_picture(found, tmp_path):
    for name in "ab":
        draw_fan(found, tmp_path / f"{name}.png", "zh")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_sentences_carry_both_sides_of_the_rate(found):
    now, ahead = sentences(found, "", "zh")
    from allocation.money import format_amount

    assert format_amount(int(found.spent.sum())) in now
    assert format_amount(int(found.budget.sum())) in now
    assert "有 80% 的把握在" in ahead
    assert len(sentences(found, found.recipients[0], "en")) == 3


def test_a_forecast_that_is_no_better_says_so(found):
    from dataclasses import replace

    table = found.back_test.table.assign(forecast_error=10**12)
    worse = replace(found, back_test=replace(found.back_test, table=table))
    assert len(judgement(worse, "zh")) == len(judgement(found, "zh")) + 1
    assert "并不比简单推算更准" in judgement(worse, "zh")[-1]

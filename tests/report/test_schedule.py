"""The schedule's workbook and pictures say what the schedule says."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import openpyxl
import pytest

import allocation
from allocation.report.schedule_book import write_book
from allocation.report.schedule_chart import save_png


@pytest.fixture(scope="module")
def found():
    return allocation.schedule("linhe-2023")


def test_the_workbook_carries_every_figure_and_live_sums(found, tmp_path):
    path = tmp_path / "s.xlsx"
    write_book(found.schedule, path, "zh", {})
    values, formulas = (
        openpyxl.load_workbook(path, data_only=only).worksheets for only in (True, False)
    )
    count, months = found.schedule.payments.shape
    rows = list(values[0].iter_rows(min_row=4, max_row=4 + count, values_only=True))
    figures = np.array([[cell or 0 for cell in row[2:]] for row in rows], dtype=float) * 1e6
    payments = found.schedule.payments
    assert (np.rint(figures[1:, :months]) == payments).all()
    assert (np.rint(figures[0, :months]) == payments.sum(axis=0)).all()
    assert (np.rint(figures[1:, months]) == payments.sum(axis=1)).all()
    assert str(formulas[0].cell(4, 3).value).startswith("=SUM(")
    total, *dated = values[1].iter_rows(min_row=4, values_only=True)
    assert np.rint(total[3] * 1e6) == payments.sum()
    assert len(dated) == found.schedule.measures.tranches
    assert round(sum(row[3] for row in dated) * 1e6) == payments.sum()
    assert [row[1] for row in dated] == sorted(row[1] for row in dated)


def test_the_same_schedule_gives_the_same_bytes(found, tmp_path):
    for name in ("a", "b"):
        write_book(found.schedule, tmp_path / f"{name}.xlsx", "zh", {})
        save_png(found.plot_calendar(), tmp_path / f"{name}.png")
    for ending in ("xlsx", "png"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_payment_stands_in_the_calendar(found, language):
    figure = found.plot_calendar(language)
    file = BytesIO()
    figure.savefig(file)
    axes = figure.axes[0]
    texts = [text.get_text() for text in axes.texts]
    months = [wan for wan in (found.schedule.payments // 10**6).ravel().tolist() if wan]
    totals = (found.schedule.payments.sum(axis=1) // 10**6).tolist()
    assert texts == [*map(str, months), *map(str, totals)]
    renderer = figure.canvas.get_renderer()
    box = figure.bbox
    for text in (*axes.texts, *axes.get_yticklabels(), *axes.get_xticklabels(), *figure.texts):
        extent = text.get_window_extent(renderer)
        assert box.x0 <= extent.x0
        assert extent.x1 <= box.x1
        assert box.y0 <= extent.y0
        assert extent.y1 <= box.y1


def test_the_curve_ends_where_the_money_ends(found):
    lines = {line.get_label(): line.get_ydata() for line in found.plot_curve("en").axes[0].lines}
    assert lines["paid so far"][-1] == lines["received so far"][-1] == 2355
    assert (
        (lines["paid so far"] <= lines["received so far"]).all()
        if hasattr(lines["paid so far"], "all")
        else all(
            a <= b for a, b in zip(lines["paid so far"], lines["received so far"], strict=True)
        )
    )

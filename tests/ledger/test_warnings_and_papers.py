"""Warning lists, carry-over and self-evaluation: thresholds, days, points; papers opened again."""

from datetime import date
from fractions import Fraction

import docx
import openpyxl
import pytest
from books import UNIT, ZONES, fund, move

from allocation.errors import InputError
from allocation.ledger.alert_settings import Alerts, Threshold, read_alerts, shipped_alerts
from allocation.ledger.book import Book
from allocation.ledger.carried import surplus_day
from allocation.ledger.records import Holder, Line
from allocation.ledger.self_evaluation import (
    Indicator,
    Report,
    Split,
    decimal,
    execution_score,
    read_report,
    score_of,
    total_score,
)
from allocation.report.utilised import utilisation
from allocation.report.utilised_chart import alert_bars, bars
from allocation.report.utilised_words import reason

Q3 = date(2023, 9, 30)
OLD = Line("外经贸发展专项资金", 2022)


def line_at(**more):
    """Return settings with one threshold."""
    usual = {"name": "线", "level": "red", "source": "示例"}
    return Alerts(threshold=(Threshold(**(usual | more)),))


def warned(book, day=Q3, **more):
    return utilisation(book, day, alerts=line_at(**more)).alerts.set_index("recipient")


@pytest.fixture
def spending(book):
    """Zones have 200 each: 120, 119 and 0 are spent."""
    fund(book)
    for zone, fen in zip(ZONES, (120, 119), strict=False):
        book.post(
            [move("disburse", zone, 150, "2023-07-02"), move("spend", zone, fen, "2023-08-01")]
        )
    return book


def test_a_rate_at_the_limit_is_no_warning_and_a_fen_below_is(spending):
    found = warned(spending, measure="spent_rate", share="60%", since="09-30")
    assert sorted(found.index) == sorted([ZONES[1], ZONES[2], UNIT])
    row = found.loc[ZONES[1]]
    assert (row["numerator"], row["denominator"], row["at_stake"]) == (119, 200, 1)
    assert found.loc[ZONES[2], "at_stake"] == 120
    assert warned(
        spending, date(2023, 9, 29), measure="spent_rate", share="60%", since="09-30"
    ).empty


def test_behind_time_by_so_many_points_or_more(spending):
    found = warned(spending, measure="behind_elapsed", share="15%")
    # 75 % of the year are over; 120 / 200 is exactly 15 points behind.
    assert found.loc[ZONES[0], "at_stake"] == 30
    assert found.loc[ZONES[0], "limit"] == Fraction(3, 4)
    assert ZONES[0] not in warned(spending, measure="behind_elapsed", share="15.01%").index


def test_idle_money_by_days(spending):
    found = warned(spending, measure="idle_cash", days=90)
    assert found["at_stake"].to_dict() == {ZONES[0]: 30, ZONES[1]: 31}
    assert found["days"].tolist() == [90, 90]
    assert warned(spending, measure="idle_cash", days=91).empty
    assert (
        warned(spending, measure="idle_authority", days=123)["at_stake"].sum()
        == 400 + 50 + 50 + 200
    )


def test_the_worst_level_of_each_measure_alone_and_small_money_not_at_all(spending):
    lines = [
        Threshold(name=level, level=level, measure="spent_rate", share=share, source="示例")
        for level, share in (("yellow", "60%"), ("red", "10%"), ("orange", "30%"))
    ]
    found = utilisation(spending, Q3, alerts=Alerts(threshold=tuple(lines))).alerts
    levels = dict(zip(found["recipient"], found["level"], strict=True))
    assert levels == {ZONES[1]: "yellow", ZONES[2]: "red", UNIT: "red"}
    assert found["level"].tolist() == ["red", "red", "yellow"]
    assert warned(spending, measure="spent_rate", share="60%", least="1.21元").index.tolist() == [
        UNIT
    ]


def test_a_reason_says_figures_and_money(spending):
    found = utilisation(spending, Q3, alerts=line_at(measure="spent_rate", share="60%"))
    row = next(r for r in found.alerts.itertuples(index=False) if r.recipient == ZONES[1])
    assert reason(found, row, "zh") == (
        "线:支出 0.000119 万元 ÷ 全年预算数(含上年结转) 0.0002 万元 = 59.50%,低于 60.00%,"
        "差 0.000001 万元"
    )


def test_carry_over_once_then_surplus(book):
    book.post([move("receive", UNIT, 300, "2022-05-10", OLD)])
    book.post([move("issue", ZONES[0], 100, "2022-06-01", OLD)])
    book.close_year(2022)
    found = utilisation(book, Q3)
    row = found.carried.set_index("recipient").loc[ZONES[0]]
    assert (row["stage"], row["surplus_on"], row["days_left"]) == (
        "carried_once",
        date(2023, 12, 31),
        92,
    )
    near = warned(book, measure="near_surplus", days=92)
    assert near["at_stake"].to_dict() == {UNIT: 200, ZONES[0]: 100}
    assert warned(book, measure="near_surplus", days=91).empty
    late = utilisation(book, date(2024, 1, 31), alerts=line_at(measure="near_surplus", days=0))
    assert late.carried["stage"].tolist() == ["overdue", "overdue"]
    assert set(late.alerts["days"]) == {-31}
    book.close_year(2023)
    closed = utilisation(book, date(2023, 12, 31))
    assert closed.carried["surplus"].sum() == 300
    assert closed.total["denominator"].tolist() == [300]


def test_money_of_which_no_rule_said_when_has_no_day():
    assert surplus_day(2019) == date(2020, 12, 31)
    assert surplus_day(2018) is None


def test_the_shipped_thresholds_name_their_source():
    found = shipped_alerts().threshold
    assert all(line.source for line in found)
    assert any("60%" in line.source for line in found)
    assert sum("示例" in line.source for line in found) == len(found) - 1


def test_everything_wrong_in_a_file_of_thresholds_is_told(tmp_path):
    file = tmp_path / "alert.toml"
    file.write_text(
        'bands = [30, 10]\n[[threshold]]\nname = "甲"\nlevel = "red"\nmeasure = "spent_rate"\n'
        'days = 3\nsource = "x"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        read_alerts(file)
    assert [p.code for p in refused.value.problems] == ["L13-threshold-kind", "L13-bands"]
    file.write_text(
        '[[threshold]]\nname = "甲"\nlevel = "pink"\nmeasure = "spent_rate"\nshare = 0.6\n'
        'since = "13-01"\nsource = "x"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        read_alerts(file)
    codes = {p.code for p in refused.value.problems}
    assert codes == {"L1-not-allowed", "L3-not-text", "L13-month-day"}
    assert all(p.place.line for p in refused.value.problems)


# ---- self-evaluation -----------------------------------------------------------------------------


def test_execution_is_rate_times_points():
    assert execution_score(200, 940, Split()) == Fraction(200, 94)
    assert execution_score(95, 100, Split(execution=20)) == 19
    assert execution_score(120, 100, Split()) == 10
    assert execution_score(5, 0, Split()) is None
    assert decimal(Fraction(200, 94)) == "2.13"
    assert decimal(Fraction(1, 200)) == "0.01"


def indicator(**more):
    return Indicator(**({"part": "output", "level3": "数量", "points": 20} | more))


@pytest.mark.parametrize(
    ("more", "score"),
    [
        ({"aimed": 10, "reached": 9}, 18),
        ({"aimed": 10, "reached": 12}, 20),
        ({"aimed": "5%", "reached": "10%", "less_is_better": True}, 10),
        ({"aimed": 5, "reached": 0, "less_is_better": True}, 20),
        ({"score": "12.5"}, Fraction(25, 2)),
        ({"aimed": 0, "reached": 3}, None),
        ({}, None),
    ],
)
def test_points_of_an_indicator(more, score):
    assert score_of(indicator(**more)) == score


def test_the_total_is_open_while_a_score_is():
    rows = (
        indicator(points=50, score=45),
        indicator(part="benefit", points=30, score=30),
        indicator(part="satisfaction", points=10, aimed="90%", reached="90%"),
    )
    assert total_score(1, 2, Report(indicators=rows)) == 5 + 45 + 30 + 10
    assert total_score(1, 2, Report(indicators=rows[:2])) is None
    assert total_score(1, 0, Report(indicators=rows)) is None


def test_points_that_do_not_fit_the_split_are_refused(tmp_path):
    file = tmp_path / "papers.toml"
    row = '[[indicators]]\npart = "output"\nlevel3 = "a"\n'
    file.write_text(f"{row}points = 40\nscore = 41\n{row}points = 5\naimed = 3\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_report(file)
    codes = sorted(p.code for p in refused.value.problems)
    assert codes == ["L13-indicator", "L13-points", "L13-score"]


# ---- papers --------------------------------------------------------------------------------------


@pytest.fixture
def direct(tmp_path):
    line = Line("外经贸发展专项资金", 2023, "提前下达", "展会", direct=True)
    with Book.create(tmp_path / "direct.db", title="江苏省", synthetic=True) as book:
        book.post([move("receive", UNIT, 10**8, "2023-01-10", line, document="财〔2023〕1号")])
        book.post(
            [move("issue", ZONES[0], 6 * 10**7, "2023-01-20", line, document="苏〔2023〕2号")]
        )
        book.post([move("disburse", ZONES[0], 4 * 10**7, "2023-08-20", line)])
        book.post([move("disburse", ZONES[0], 10**7, "2023-09-03", line)])
        book.post([move("spend", ZONES[0], 3 * 10**7, "2023-09-10", line)])
        book.post([move("recover", ZONES[0], 5 * 10**6, "2023-09-20", line)])
        yield utilisation(book, Q3)


def cells(sheet):
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_papers_open_again(direct, tmp_path, language):
    report = Report(office="江苏省财政厅", effect="支持企业参展。")
    paths = direct.save(tmp_path, language, report=report)
    assert {path.name for path in paths} == {
        *("papers.xlsx", "monthly.docx", "utilisation.csv"),
        *("progress.png", "curve.png", "alerts.png"),
    }
    book = openpyxl.load_workbook(tmp_path / "papers.xlsx", data_only=True)
    texts = [str(cell) for sheet in book for row in cells(sheet) for cell in row]
    if language == "zh":
        assert not [text for text in texts if text.isascii() and text.isalpha() and len(text) > 1]
        monthly = cells(book["直达资金月报表"])
        zone = next(row for row in monthly if "昆山经济技术开发区" in row)
        assert zone[2:] == [55, 10, 50, 0.9091, 30, 30, 0.5455]
        assert "苏〔2023〕2号" in texts
        assert "收回未拨付资金" in texts
        assert any("合成数据" in text for text in texts)
    said = [p.text for p in docx.Document(tmp_path / "monthly.docx").paragraphs]
    assert "支持企业参展。" in said
    assert said.count("〔\u00a0\u00a0\u00a0〕") == 3


def test_a_book_without_direct_funds_says_so(funded, tmp_path):
    utilisation(funded, Q3).save(tmp_path)
    said = [p.text for p in docx.Document(tmp_path / "monthly.docx").paragraphs]
    assert said.count("账簿中没有标为直达的资金") == 2


def test_names_of_any_length_leave_room_for_the_bars(book):
    name = "很长的名字" * 30
    line = Line("外经贸发展专项资金", 2023)
    book.post(
        [
            move("receive", UNIT, 100, "2023-01-10", line),
            move("issue", "p1", 90, "2023-01-11", line),
        ],
        holders=[Holder("p1", name, "project", UNIT)],
    )
    found = utilisation(book, Q3)
    for figure in (bars(found, "zh"), alert_bars(found, "zh")):
        (axes,) = figure.axes
        assert axes.get_position().width > 0.25
        assert len(axes.get_xticks()) < 20

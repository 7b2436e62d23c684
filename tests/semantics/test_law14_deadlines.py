"""Law 14: dates and deadlines come from rules that name their article."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import allocation
from allocation.disbursement.calendar import (
    ROLLS,
    Calendar,
    parse_calendar,
    read_calendar,
    shipped_calendar,
)
from allocation.disbursement.clock import Received, deadlines, notes, unknown_years
from allocation.disbursement.rules import rules
from allocation.errors import InputError

NOTHING = Calendar()
SOON = date(2023, 1, 1)


def on(received, as_of=SOON, calendar=NOTHING, roll="none"):
    """Return the deadlines by key."""
    return {d.key: d for d in deadlines(received, calendar, as_of, roll)}


def codes(received):
    with pytest.raises(InputError) as caught:
        deadlines(received, NOTHING, SOON)
    return [problem.code for problem in caught.value.problems]


# ---- the rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.key)
def test_every_rule_names_its_article_and_its_source(rule):
    assert all((rule.name, rule.name_en, rule.article, rule.article_en, rule.source))
    ways = [rule.days is not None, rule.day is not None, rule.monthly is not None]
    assert sum(ways) == 1
    assert (rule.kind == "share") == (rule.share is not None)
    assert not (rule.hard and ("未见" in rule.source or "请核对" in rule.source))


def test_no_day_of_the_law_stands_in_code():
    """Every number of days is the rule file's: changing it there changes the clock."""
    found = on(Received(advance=date(2022, 10, 20), main=date(2023, 5, 10), direct=True))
    by_key = {rule.key: rule for rule in rules()}
    for deadline in found.values():
        assert deadline.article == by_key[deadline.key].article
        if deadline.days is not None:
            assert deadline.due == deadline.basis_date + timedelta(by_key[deadline.key].days)


# ---- worked by hand -----------------------------------------------------------------------------

PROVINCE = Received(advance=date(2022, 11, 1), main=date(2023, 5, 10))
CASES = [
    # Budget Law art. 52(3): 31 days in May, so 30 days after the 10th is 9 June.
    (PROVINCE, "pass_down", date(2023, 6, 9)),
    (PROVINCE, "advance_pass_down", date(2022, 12, 1)),
    # 20 days after the last day to issue.
    (PROVINCE, "publish_issue", date(2023, 6, 29)),
    (Received(main=date(2023, 5, 10), issued=date(2023, 5, 20)), "publish_issue", date(2023, 6, 9)),
    (PROVINCE, "spend_opens", date(2023, 1, 1)),
    (PROVINCE, "carry_over", date(2023, 12, 31)),
    (PROVINCE, "surplus", date(2024, 12, 31)),
    (PROVINCE, "recover", date(2025, 12, 31)),
    # Over the end of a year, and of a February with and without a leap day.
    (Received(main=date(2023, 12, 15)), "pass_down", date(2024, 1, 14)),
    (Received(main=date(2023, 1, 30)), "pass_down", date(2023, 3, 1)),
    (Received(main=date(2024, 1, 30)), "pass_down", date(2024, 2, 29)),
    (Received(main=date(2024, 2, 29)), "pass_down", date(2024, 3, 30)),
    # A province's own money: 60 days after its congress, 20 to publish.
    (Received(approved=date(2024, 1, 25)), "own_issue", date(2024, 3, 25)),
    (Received(approved=date(2024, 1, 25)), "publish_budget", date(2024, 2, 14)),
    # The centre: 90 days after the NPC, and 31 October for next year's notice.
    (Received(approved=date(2024, 3, 11), level="central"), "central_issue", date(2024, 6, 9)),
    (Received(budget_year=2024, level="central"), "advance_notice", date(2023, 10, 31)),
    (Received(main=date(2023, 5, 10), direct=True), "direct_issue", date(2023, 6, 9)),
]


@pytest.mark.parametrize(("received", "key", "due"), CASES)
def test_days_worked_by_hand(received, key, due):
    found = on(received)[key]
    assert found.due == due
    assert found.days_left == (due - SOON).days


def test_the_share_of_the_advance_notice_is_a_share_and_no_day():
    found = on(PROVINCE)["advance_share"]
    assert (found.share, found.due, found.days_left) == (Fraction(7, 10), None, None)
    assert not found.hard


@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        (date(2023, 5, 10), date(2023, 6, 7)),
        (date(2023, 6, 7), date(2023, 6, 7)),
        (date(2023, 6, 8), date(2023, 7, 7)),
        (date(2023, 12, 7), date(2023, 12, 7)),
        (date(2023, 12, 8), date(2024, 1, 7)),
        (date(2024, 1, 7), date(2024, 1, 7)),
        # December was the last month there was to report.
        (date(2024, 5, 5), date(2024, 1, 7)),
    ],
)
def test_the_report_of_direct_funds_comes_every_month(as_of, due):
    found = on(Received(main=date(2023, 5, 10), direct=True), as_of)["direct_report"]
    assert found.due == due
    assert found.state == ("passed" if as_of > due else "today" if as_of == due else "ahead")


def test_only_direct_funds_have_their_deadlines():
    assert not {key for key in on(PROVINCE) if key.startswith("direct")}


def test_levels_have_their_own_duties():
    centre = on(Received(approved=date(2024, 3, 11), level="central"))
    assert "own_issue" not in centre
    assert "central_issue" not in on(PROVINCE)


def test_a_rule_counts_only_on_its_days():
    """The law of 2015 says nothing of 2014; the regulation of 2020 nothing of 2019."""
    assert set(on(Received(main=date(2014, 5, 10)))) == {"recover"}
    assert "surplus" not in on(Received(main=date(2018, 5, 10)))
    assert "surplus" in on(Received(main=date(2020, 5, 10)))


# ---- done, overdue, order -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "as_of", "state"),
    [
        (None, date(2023, 6, 8), "ahead"),
        (None, date(2023, 6, 9), "today"),
        (None, date(2023, 6, 10), "overdue"),
        (date(2023, 6, 9), date(2023, 6, 10), "met"),
        (date(2023, 6, 10), date(2023, 6, 10), "late"),
        # What is announced for tomorrow is not done today.
        (date(2023, 6, 9), date(2023, 6, 1), "ahead"),
    ],
)
def test_what_became_of_a_deadline(issued, as_of, state):
    found = on(Received(main=date(2023, 5, 10), issued=issued), as_of)["pass_down"]
    assert found.state == state


def test_the_advance_notice_is_done_by_its_own_issue():
    passed = Received(advance=date(2022, 11, 1), advance_issued=date(2022, 12, 2))
    assert on(passed)["advance_pass_down"].state == "late"
    centre = Received(budget_year=2023, level="central", advance_issued=date(2022, 10, 31))
    assert on(centre)["advance_notice"].state == "met"


def test_overdue_comes_first_then_the_nearest():
    found = deadlines(PROVINCE, NOTHING, date(2023, 6, 12))
    open_ones = [d for d in found if d.state in {"overdue", "ahead"}]
    assert list(found[: len(open_ones)]) == open_ones
    assert [d.due for d in open_ones] == sorted(d.due for d in open_ones)
    assert found[0].key == "advance_pass_down"
    assert found[-1].key == "advance_share"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (Received(), ["L14-nothing-received"]),
        (Received(issued=date(2023, 5, 1)), ["L14-nothing-received"]),
        (
            Received(main=date(2023, 5, 10), advance=date(2023, 6, 1), budget_year=2023),
            ["L14-days-out-of-order"],
        ),
        (
            Received(main=date(2023, 5, 10), issued=date(2023, 5, 9)),
            ["L14-days-out-of-order"],
        ),
        (Received(main=date(2032, 5, 10), budget_year=2023), ["L14-other-year"]),
        (Received(main=date(9999, 5, 10)), ["L14-far-year"]),
        (Received(budget_year=1), ["L14-far-year"]),
        (Received(approved=date(2022, 3, 1), budget_year=2023), ["L14-other-year"]),
        (Received(main=date(2023, 5, 10), level="central"), ["L14-central-receives"]),
    ],
)
def test_days_that_contradict_each_other_are_refused(received, expected):
    assert codes(received) == expected


# ---- rest days ----------------------------------------------------------------------------------


def test_a_day_of_the_law_stands_on_a_holiday_unless_asked():
    """30 days after 1 September 2023 is 1 October, a holiday until the 6th; the 7th is worked."""
    received = Received(main=date(2023, 9, 1))
    stands = on(received, calendar=shipped_calendar())["pass_down"]
    assert (stands.due, stands.rest, stands.statutory) == (
        date(2023, 10, 1),
        "中秋节、国庆节",
        None,
    )
    after = on(received, calendar=shipped_calendar(), roll="next")["pass_down"]
    assert (after.due, after.statutory) == (date(2023, 10, 7), date(2023, 10, 1))
    before = on(received, calendar=shipped_calendar(), roll="previous")["pass_down"]
    assert before.due == date(2023, 9, 28)


def test_the_end_of_a_year_never_moves():
    """31 December 2023 is a Sunday."""
    for roll in ROLLS:
        found = on(Received(main=date(2023, 5, 10)), calendar=shipped_calendar(), roll=roll)
        assert found["carry_over"].due == date(2023, 12, 31)
        assert found["carry_over"].rest == ""


@pytest.mark.parametrize(
    ("day", "rest"),
    [
        (date(2022, 12, 31), "元旦"),
        (date(2023, 1, 27), "春节"),
        (date(2023, 1, 28), ""),
        (date(2023, 4, 23), ""),
        (date(2023, 4, 22), "weekend"),
        (date(2024, 2, 9), ""),
        (date(2024, 2, 10), "春节"),
        (date(2024, 6, 9), "weekend"),
        (date(2025, 10, 8), "国庆节、中秋节"),
        (date(2026, 2, 28), ""),
        (date(2030, 10, 1), ""),
    ],
)
def test_shipped_holidays_and_worked_weekends(day, rest):
    assert shipped_calendar().rest(day) == rest


def test_holidays_are_as_many_as_the_notices_say():
    """Days off by the notices of 2021 to 2026, those of the year's first notice included."""
    counts = dict.fromkeys(range(2021, 2027), 0)
    for day in shipped_calendar().holidays:
        counts[day.year + (day == date(2022, 12, 31))] += 1
    assert counts == {2021: 31, 2022: 31, 2023: 27, 2024: 28, 2025: 28, 2026: 33}


def test_a_year_without_a_table_has_weekends_only_and_says_so():
    received = Received(main=date(2031, 5, 10))
    found = deadlines(received, shipped_calendar(), date(2031, 5, 10))
    assert unknown_years(found, shipped_calendar()) == (2031,)
    (note,) = notes(found, shipped_calendar())
    assert (note.code, note.warning) == ("L14-no-holiday-table", True)
    assert "2031" in note.text()
    known = deadlines(Received(main=date(2023, 5, 10)), shipped_calendar(), date(2023, 5, 10))
    assert notes(known, shipped_calendar()) == []


HEAD = "date,kind,name,source\n"


def test_an_officers_table_comes_before_the_shipped_ones(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text(
        HEAD + "2023-10-01,workday,加班,本厅通知\n2027-01-01,holiday,元旦,通知\n",
        encoding="gb18030",
    )
    calendar = read_calendar(path)
    assert calendar.rest(date(2023, 10, 1)) == ""
    assert calendar.rest(date(2023, 10, 2)) == "中秋节、国庆节"
    assert calendar.rest(date(2027, 1, 1)) == "元旦"
    assert 2027 in calendar.years


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-1-1,holiday,元旦,通知", "L14-not-a-day"),
        ("2023-02-29,holiday,元旦,通知", "L14-not-a-day"),
        ("2023-01-01,off,元旦,通知", "L14-holiday-kind"),
        ("2023-01-01,holiday,,通知", "L14-holiday-unsourced"),
        ("2023-01-01,holiday,元旦,", "L14-holiday-unsourced"),
        ("2023-01-02,workday,元旦,通知", "L14-workday-in-week"),
        ("2023-01-01,holiday,元旦,通知\n2023-01-01,holiday,元旦,通知", "L14-holiday-twice"),
        ("2023-01-01,holiday,元旦", "L1-ragged-row"),
        ("2023-01-01,holiday,元旦,通知,多", "L1-ragged-row"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(text, expected):
    _, problems = parse_calendar((HEAD + text).encode(), "days.csv")
    assert [problem.code for problem in problems] == [expected]
    assert problems[0].place.line == 2 + text.count("\n")


def test_a_table_without_its_columns(tmp_path):
    _, problems = parse_calendar(b"date,kind\n2023-01-01,holiday\n", "days.csv")
    assert [problem.code for problem in problems] == ["L1-unknown-column"] * 2
    with pytest.raises(InputError, match="L1-no-such-file"):
        read_calendar(tmp_path / "none.csv")


# ---- properties ---------------------------------------------------------------------------------

DAYS = st.dates(date(2016, 1, 1), date(2060, 12, 31))


@given(day=DAYS, later=st.integers(0, 366), as_of=DAYS, roll=st.sampled_from(ROLLS))
def test_no_last_day_comes_before_its_basis_and_later_receipt_never_brings_it_forward(
    day, later, as_of, roll
):
    calendar = shipped_calendar()
    first = on(Received(main=day, budget_year=day.year, direct=True), as_of, calendar, roll)
    moved = day + timedelta(later)
    second = on(Received(main=moved, budget_year=moved.year, direct=True), as_of, calendar, roll)
    for key, deadline in first.items():
        if deadline.due is None:
            continue
        if deadline.days is not None or deadline.monthly is not None:
            assert deadline.due >= deadline.basis_date
        assert deadline.days_left == (deadline.due - as_of).days
        assert key not in second or second[key].due >= deadline.due


@given(day=DAYS, roll=st.sampled_from(ROLLS))
def test_a_moved_day_is_worked_and_nothing_worked_lies_between(day, roll):
    calendar = shipped_calendar()
    moved = calendar.rolled(day, roll)
    if roll == "none" or not calendar.rest(day):
        assert moved == day
        return
    assert not calendar.rest(moved)
    low, high = sorted((day, moved))
    between = [low + timedelta(i) for i in range(1, (high - low).days)]
    assert all(calendar.rest(d) for d in between)
    assert (moved > day) == (roll == "next")


# ---- the Python twin ----------------------------------------------------------------------------


def test_the_table_holds_every_deadline():
    found = allocation.clock(date(2023, 5, 10), advance=date(2022, 11, 1), as_of=date(2023, 6, 1))
    assert list(found.table.index) == [d.key for d in found.deadlines]
    assert found.table.loc["pass_down", "due"] == date(2023, 6, 9)
    assert found.table.loc["pass_down", "days_left"] == 8
    assert found.table["days_left"].isna().sum() == 1
    assert found.warnings == []


def test_the_clock_counts_from_today_if_not_told():
    from allocation.report.clock import today

    before = today()
    found = allocation.clock(date(2023, 5, 10))
    assert before <= found.as_of <= today()

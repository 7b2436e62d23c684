"""``bokuan clock`` and ``bokuan notice``."""

import re
import unicodedata

import pytest


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_the_clock_is_printed_nearest_first(bokuan, encoding):
    done = bokuan(
        *("clock", "--received", "2023-05-10", "--as-of", "2023-06-01"), encoding=encoding
    )
    assert (done.code, done.err) == (0, "")
    days = re.findall(r"(20\d\d-\d\d-\d\d) +(\d+) 天", done.out)
    assert days[0] == ("2023-06-09", "8")
    assert days == sorted(days)
    assert "不顺延" in done.out
    assert "?" not in done.out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_clock_is_narrow_in_both_languages(inside, language):
    done = inside(
        *("clock", "--received", "2023-05-10", "--advance", "2022-11-01", "--direct"),
        *("--issued", "2023-06-20", "--as-of", "2023-07-01", "--roll", "next", "--lang", language),
    )
    assert done.code == 0
    assert max(map(width, done.out.splitlines())) <= 100
    late, overdue = ("! 迟办 2023-06-20", "! 已过 212 天")
    if language == "en":
        late, overdue = ("! late 2023-06-20", "! 212 days ago")
    assert late in done.out
    assert overdue in done.out


def test_a_year_without_holidays_is_said(inside):
    assert "L14-no-holiday-table" in inside("clock", "--received", "2031-05-10").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "L14-nothing-received"),
        (["--received", "2023-5-10", "--year", "23"], "L14-not-a-year"),
        (["--received", "10.5.2023"], "L14-not-a-day"),
        (["--received", "2023-05-10", "--roll", "nxt"], "L1-option-value"),
        (["--received", "2023-05-10", "--holidays", "none.csv"], "L1-no-such-file"),
    ],
)
def test_wrong_days_are_refused(inside, arguments, code):
    done = inside("clock", *arguments)
    assert (done.code, done.out) == (2, "")
    assert f"[{code}]" in done.err


def test_a_notice_is_written_and_its_blanks_said(inside, folder):
    done = inside("notice", "plan.toml", "--out", "paper")
    assert (done.code, done.err) == (0, "")
    assert sorted(path.name for path in (folder / "paper").iterdir()) == [
        "attachments.xlsx",
        "notice.docx",
    ]
    assert done.out.count("已写出") == 2
    assert "L1-notice-blank" in done.out


def test_one_notice_each_from_a_record(inside, folder):
    assert inside("run", "plan.toml", "--no-chart", "--out", "run").code == 0
    done = inside("notice", "run/record.json", "--by", "unit", "--out", "paper")
    assert done.code == 0
    assert (folder / "paper/notice-001-辽宁省.docx").exists()
    assert len(list((folder / "paper").iterdir())) == 6


def test_a_notice_needs_a_folder_and_sound_terms(inside, folder):
    assert "L1-missing-argument" in inside("notice", "plan.toml").err
    (folder / "notice.toml").write_text('isuer = "厅"', encoding="utf-8")
    done = inside("notice", "plan.toml", "--notice", "notice.toml", "--out", "paper")
    assert done.code == 2
    assert "notice.toml:1: [L1-unknown-key]" in done.err
    assert not (folder / "paper").exists()

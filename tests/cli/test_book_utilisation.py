"""``bokuan book status`` and ``bokuan book papers`` as a person types them."""

import pytest


@pytest.fixture
def book(inside):
    post = ("book", "post")
    assert inside("book", "init", "bokuan-book.db", "--title", "江苏省").code == 0
    assert inside("book", "issue", "jiangsu-2023-advance", "--on", "2023-01-20").code == 0
    given = ("--recipient", "昆山", "--on", "2023-03-10")
    assert inside(*post, "disburse", "--amount", "20万元", *given).code == 0
    assert inside(*post, "spend", "--amount", "5万元", *given).code == 0
    return inside


def test_status(book):
    done = book("book", "status", "--as-of", "2023-09-30")
    assert done.code == 0
    assert "支出 5.00 万元 ÷ 全年预算数(含上年结转)" in done.out
    assert "序时进度:9 个月 ÷ 12 个月 = 75.00%" in done.out
    assert "预警" in done.out
    english = book("book", "status", "--as-of", "2023-09-30", "--by", "unit", "--lang", "en")
    assert english.code == 0
    assert "Budget unit" in english.out


def test_papers(book, folder):
    done = book("book", "papers", "--as-of", "2023-09-30", "--out", "papers")
    assert done.code == 0
    written = {path.name for path in (folder / "papers").iterdir()}
    assert written == {
        *("papers.xlsx", "monthly.docx", "utilisation.csv"),
        *("progress.png", "curve.png", "alerts.png"),
    }


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--by", "region"), "L1-option-value"),
        (("--as-of", "昨天"), "L14-not-a-day"),
        (("--year", "二三"), "L14-not-a-year"),
        (("--plan", "nothing.csv"), "L1-no-such-file"),
        (("--alerts", "nothing.toml"), "L1-no-such-file"),
        (("--as-of", "2020-01-01"), "L12-nothing-held"),
    ],
)
def test_what_is_wrong_is_told(book, options, code):
    done = book("book", "status", *options)
    assert done.code == 2
    assert code in done.err

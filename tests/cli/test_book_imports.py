"""``bokuan book import`` and ``bokuan book reconcile`` as a person types them."""

import csv
import re

import pytest

MONEY = """日期,单位名称,金额(万元),业务类型,用途,文号
2023-05-10,江苏省,1000,收到,产业园,苏财〔2023〕1号
2023-05-20,江宁,600,下达,产业园,苏商〔2023〕2号
2023-05-20,昆山经开区,400,下达,产业园,苏商〔2023〕2号
合计,,2000,,,
"""
PAID = """支付日期,收款单位,支付金额(元),业务类型,支付令号,经办人
2023-06-25,江宁经济技术开发区,"1,005,000.00",直接支付,ZF1,张三
2023-07-25,昆山经开区,3,授权支付,ZF2,李四
"""
GIVEN = ("--fund", "外经贸发展专项资金", "--year", "2023", "--direct", "no")


@pytest.fixture
def book(folder, inside):
    (folder / "money.csv").write_text(MONEY, encoding="utf-8")
    (folder / "paid.csv").write_text(PAID, encoding="gb18030")
    assert inside("book", "init", "bokuan-book.db").code == 0
    assert inside("book", "import", "money.csv", *GIVEN).code == 0
    return inside


def test_import_twice(book):
    done = book("book", "import", "paid.csv")
    assert done.code == 0
    assert "新记 2 笔,共 100.5003 万元" in done.out
    assert "没有用到的列:经办人" in done.out
    assert "L1-gb18030" in done.out
    again = book("book", "import", "paid.csv")
    assert again.code == 0
    assert "没有新的内容" in again.out
    assert book("book", "check").code == 0


def test_in_english(book):
    done = book("--lang", "en", "book", "import", "paid.csv")
    assert "Imported 'paid.csv': 2 new movements" in done.out
    assert not re.search("[一-鿿]", done.out.replace("经办人", ""))


def test_in_a_process_of_its_own(book, bokuan):
    assert book("book", "import", "paid.csv").code == 0
    done = bokuan("book", "import", "paid.csv")
    assert (done.code, done.err) == (0, "")
    assert bokuan("book", "import", "--help").code == 0


def test_a_bad_file_leaves_a_marked_copy_and_the_book_as_it_was(book, folder):
    before = (folder / "bokuan-book.db").read_bytes()
    (folder / "paid.csv").write_text(PAID.replace("昆山", "昆珊").replace("06-25", "06-31"))
    done = book("book", "import", "paid.csv", "--out", "marked")
    assert done.code == 2
    assert "paid.csv:2:支付日期: [L14-not-a-day-cell]" in done.err
    assert "paid.csv:3:收款单位: [L12-unknown-recipient]" in done.err
    assert "昆山经济技术开发区" in done.err
    assert (folder / "marked/paid.marked.xlsx").is_file()
    assert book("book", "import", "paid.csv", "--out", "marked").code == 2
    assert (folder / "marked/paid.marked-2.xlsx").is_file()
    assert (folder / "bokuan-book.db").read_bytes() == before


def test_reconcile(book, folder):
    book("book", "import", "paid.csv")
    assert book("book", "reconcile", "paid.csv").code == 0
    (folder / "later.csv").write_text(PAID.replace(",3,", ",4,").replace("ZF1", "ZF7"))
    done = book("book", "reconcile", "later.csv", "--out", "out")
    assert done.code == 1
    assert "金额不同" in done.out
    assert "0.0004 / 0.0003" in done.out
    with (folder / "out/reconcile.csv").open(encoding="utf-8-sig") as file:
        results = [row["result"] for row in csv.DictReader(file)]
    assert results == ["differs", "only_file", "only_book"]
    until = book("book", "reconcile", "paid.csv", "--since", "2023-01-01", "--until", "2023-02-30")
    assert until.code == 2
    assert "--until" in until.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nothing.csv",), "L1-no-such-file"),
        (("paid.csv", "--kind", "pay"), "L1-option-value"),
        (("paid.csv", "--year", "23"), "L14-not-a-year"),
        (("paid.csv", "--map", "plan.toml"), "L1-unknown-key"),
        (("paid.csv", "--map", "nothing.toml"), "L1-no-such-file"),
        (("paid.csv", "--book", "nothing.db"), "L12-no-book"),
        (("paid.csv", "--sheet", "明细"), "L1-no-such-sheet"),
    ],
)
def test_what_cannot_be_done_is_said(book, arguments, code):
    done = book("book", "import", *arguments)
    assert done.code == 2
    assert f"[{code}]" in done.err

"""``bokuan book`` as a person types it."""

import csv
import re
import sqlite3

import pytest

ISSUE = ("book", "issue", "jiangsu-2023-advance", "--on", "2022-11-20", "--document", "苏财建9号")
PAY = ("book", "post", "disburse", "--recipient", "昆山", "--on", "2023-06-10", "--amount")


@pytest.fixture
def book(inside):
    assert inside("book", "init", "bokuan-book.db", "--title", "江苏省").code == 0
    done = inside(*ISSUE)
    assert (done.code, done.err) == (0, "")
    assert "27 个对象" in done.out
    return inside


def cells(done, start):
    """Return the cells of the row that starts with a text."""
    (row,) = [line for line in done.out.splitlines() if line.startswith(start)]
    return re.split(r" {2,}", row.strip())


def test_from_issue_to_status(book):
    assert book(*PAY, "20万元").code == 0
    spend = ("book", "post", "spend", "--recipient", "昆山", "--on", "2023-06-25", "--amount")
    assert book(*spend, "3万元", "--document", "凭证17").code == 0
    shown = book("book", "show", "--recipient", "昆山")
    assert [line.split()[2] for line in shown.out.splitlines()[2:]] == ["下达", "拨付", "支出"]
    row = cells(book("book", "balances"), "昆山")
    assert row[-2:] == ["17.00", "3.00"]
    early = cells(book("book", "balances", "--as-of", "2023-06-24"), "昆山")
    assert early[-1] == "20.00"
    assert "没有内容" in book("book", "balances", "--known-on", "2020-01-01").out
    assert book("book", "balances", "--known-on", "2099-01-01T12:00").code == 0


def test_a_correction(book):
    book(*PAY, "20万元")
    entry = cells(book("book", "show", "--last", "1"), "29")[0]
    assert book("book", "reverse", entry, "--reason", "记错", "--on", "2023-06-11").code == 0
    assert f"冲销第 {entry} 笔" in book("book", "show", "--last", "1").out
    again = book("book", "reverse", entry, "--reason", "记错")
    assert again.code == 2
    assert "[L12-reversed]" in again.err


def test_the_same_issue_is_posted_once(book):
    again = book(*ISSUE)
    assert (again.code, again.out) == (2, "")
    assert "[L12-issued-already]" in again.err
    assert book(*ISSUE[:-1], "苏财建10号").code == 0


def test_a_reversed_issue_can_be_posted_again(book):
    for entry in range(28, 0, -1):
        assert book(*ISSUE).code == 2
        assert book("book", "reverse", str(entry), "--reason", "错", "--on", "2022-12-01").code == 0
    assert book(*ISSUE).code == 0


def test_a_new_recipient_is_declared_by_its_parent(book):
    receive = ("book", "post", "receive", "--recipient", "江苏", "--on", "2023-06-01")
    assert book(*receive, "--amount", "5万元").code == 0
    issue = ("book", "post", "issue", "--on", "2023-06-02", "--amount", "1万元", "--recipient")
    assert "[L12-unknown-holder]" in book(*issue, "海外仓甲").err
    assert book(*issue, "海外仓甲", "--under", "江苏").code == 0
    assert book(*issue, "海外仓甲").code == 0
    assert cells(book("book", "balances"), "海外仓甲")[1] == "2.00"
    assert "[L12-other-holder]" in book(*issue, "海外仓甲", "--under", "浙江").err
    assert "[L12-other-holder]" in book(*issue, "昆山", "--under", "江苏").err
    assert book(*issue, "苏州市", "--under", "江苏", "--level", "city").code == 0


def test_several_lines_are_not_guessed_between(book):
    assert book(*ISSUE[:-1], "另一文", "--batch", "第二批").code == 0
    asked = book(*PAY, "20万元")
    assert asked.code == 2
    assert "[L12-which-line]" in asked.err
    assert book(*PAY, "20万元", "--batch", "第二批").code == 0


def test_everything_wrong_is_said_at_once(book):
    done = book(*PAY[:4], "昆珊", "--on", "2023-06-10", "--amount", "20", "--year", "23")
    assert done.code == 2
    codes = re.findall(r"\[(L[\w-]+)\]", done.err)
    assert codes == ["L12-unknown-holder", "L3-amount", "L14-not-a-year"]
    assert book("book", "balances", "--known-on", "昨天").err.startswith("[L12-not-a-time]")
    assert "[L1-option-value]" in book("book", "post", "give", *PAY[3:], "1万元").err
    assert "[L12-no-book]" in book("book", "check", "--book", "none.db").err


@pytest.mark.parametrize("number", ["9" * 30, "0", "-1", "一"])
def test_numbers_that_are_none(book, number):
    assert book("book", "reverse", "--reason", "错", "--", number).err.startswith("[L12-no-entry]")
    assert "[L1-option-value]" in book("book", "show", f"--last={number}").err


def test_closing_asks_first(book):
    asked = book("book", "close", "2023")
    assert "--yes" in asked.out
    assert "结转" in asked.out
    assert book("book", "balances", "--as-of", "2023-12-31").out.count("结转") == 0
    assert book("book", "close", "2023", "--yes").code == 0
    assert "结转" in book("book", "balances", "--as-of", "2023-12-31").out


def test_a_changed_book_is_told(book, folder):
    assert book("book", "check").code == 0
    with sqlite3.connect(folder / "bokuan-book.db") as raw:
        raw.execute("DROP TRIGGER entry_kept")
        raw.execute("UPDATE entry SET amount = amount + 1 WHERE id = 5")
    raw.close()
    done = book("book", "check")
    assert done.code == 1
    assert "entry_kept" in done.out
    assert "账簿有误" in done.out


def test_exported_tables_start_no_formula(book, folder):
    assert book(*PAY, "1万元", "--note", "=1+1", "--document", "@x").code == 0
    assert book("book", "export", "--out", "tables").code == 0
    with (folder / "tables" / "entries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 29
    assert rows[-1]["note"] == "'=1+1"
    assert rows[-1]["document"] == "'@x"
    assert sum(int(row["amount"]) for row in rows if row["kind"] == "issue") == 2520_0000_00


def test_in_a_process_of_its_own_in_both_languages(book, bokuan):
    assert book(*PAY, "20万元").code == 0
    for language, said in (("zh", "账簿完好"), ("en", "The book is sound")):
        done = bokuan("book", "check", "--lang", language)
        assert (done.code, done.err) == (0, "")
        assert said in done.out
        helped = bokuan("book", "post", "--help", "--lang", language)
        assert ("必填" in helped.out) is (language == "zh")
        assert ("required" in helped.out) is (language == "en")

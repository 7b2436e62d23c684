"""Law 12: importing the same file twice changes nothing, and nothing counts twice by accident."""

import dataclasses
import itertools
from random import Random

import known as book
import pytest

from allocation.ledger.imports.intake import take_in
from allocation.ledger.imports.mapping import usual_mapping

PAID = "2023-06-25,江宁经开区,100,拨付,产业园,"


def codes(intake):
    return [problem.code for problem in intake.reading.problems]


@pytest.fixture
def read(tmp_path):
    numbers = itertools.count()
    return lambda *rows, **more: book.reading(tmp_path / f"{next(numbers)}.csv", *rows, **more)


def test_the_same_file_twice(read):
    rows = [PAID + "A1", PAID, PAID, "2023-06-26,昆山,3,支出,绿色改造,"]
    first = book.imported(book.BOOK, read(*rows))
    assert len(first.entered) == 4
    again = take_in(read(*rows), first)
    assert (len(again.new), len(again.present), again.same_file) == (0, 4, True)
    assert codes(again) == []


def test_two_honest_equal_rows_are_two(read):
    once = book.imported(book.BOOK, read(PAID + "A1"))
    twice = book.imported(once, read(PAID + "A1", PAID + "A1"))
    assert len(once.entered) == 1
    assert len(twice.entered) == 2


def test_a_file_whose_import_was_reversed_is_imported_again(read):
    rows = [PAID + "A1", PAID, PAID]
    first = take_in(read(*rows), book.BOOK)
    state = book.entered(book.BOOK, first)
    state = dataclasses.replace(state, entered=(), reversed=state.entered, files={})
    again = take_in(read(*rows), state)
    assert len(again.new) == 3
    hashes = [posting.row_hash for posting in (*first.new, *again.new)]
    assert len(set(hashes)) == 6


def test_an_overlap_that_is_sure(read):
    first = book.imported(book.BOOK, read(PAID + "A1", PAID + "A2"))
    later = take_in(read(PAID + "A1", PAID + "A2", PAID + "A3"), first)
    assert codes(later) == []
    assert [posting.content.document for posting in later.new] == ["A3"]
    assert len(later.present) == 2


def test_an_overlap_that_is_not_sure_waits_for_the_answer(read):
    first = book.imported(book.BOOK, read(PAID))
    rows = [PAID, "2023-06-30,昆山,5,拨付,产业园,"]
    assert codes(take_in(read(*rows), first)) == ["L12-maybe-the-same"]
    assert len(book.imported(first, read(*rows), "skip").entered) == 2
    added = book.imported(first, read(*rows), "add")
    assert len(added.entered) == 3
    assert codes(take_in(read(*rows), added)) == []
    assert take_in(read(*rows), added).new == []


def test_an_entry_made_by_hand_is_known_too(read):
    """Whoever entered it: the officer on the day, then the treasury's export."""
    by_hand = book.imported(book.BOOK, read(PAID + "A1"))
    by_hand = dataclasses.replace(by_hand, files={})
    assert take_in(read(PAID + "A1"), by_hand).new == []


def test_the_same_file_read_otherwise(read):
    head = book.HEAD.replace("业务类型", "种类")
    as_paid = usual_mapping().with_given(kind="disburse")
    as_spent = usual_mapping().with_given(kind="spend")
    first = book.imported(book.BOOK, read(PAID + "A1", head=head, mapping=as_paid))
    again = take_in(read(PAID + "A1", head=head, mapping=as_spent), first)
    assert codes(again) == ["L12-file-read-otherwise"]


def test_a_voucher_with_something_else_in_it(read):
    first = book.imported(book.BOOK, read(PAID + "A1"))
    changed = PAID.replace("100", "120") + "A1"
    assert codes(take_in(read(changed), first)) == ["L12-document-changed"]
    assert len(book.imported(first, read(changed), "add").entered) == 2
    more = take_in(read(PAID + "A1", changed), first)
    assert codes(more) == []
    assert len(more.new) == 1


def test_any_split_into_exports_that_overlap(read, campaign):
    """However the year's vouchers are exported, the book ends with each once."""
    for seed in range(campaign(small=20, full=400)):
        rng = Random(seed)
        rows = [
            f"2023-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d},"
            f"{rng.choice(['江宁', '昆山经开区'])},{rng.randrange(1, 9)},拨付,产业园,A{number}"
            for number in range(rng.randrange(1, 15))
        ]
        whole = book.contents(book.imported(book.BOOK, read(*rows)))
        state = book.BOOK
        for _ in range(4):
            part = [row for row in rows if rng.random() < 0.6] or rows
            rng.shuffle(part)
            state = book.imported(state, read(*part))
        state = book.imported(state, read(*rows))
        assert book.contents(state) == whole, seed


@pytest.mark.parametrize(
    ("row", "head", "code", "found"),
    [
        ("2023-06-25,江宁经开曲,1,拨付,产业园,", None, "L12-unknown-recipient", "江宁经济技术"),
        ("2023-06-25,江宁,100,拨付,船厂,", None, "L12-unknown-money", "产业园"),
        ("2023-06-25,江宁,100,拨付,,", None, "L12-which-money", "绿色改造"),
        ("2023-06-25,江宁,1,收到,产业园,", None, "L12-line-incomplete", "--fund、--year、--direct"),
        (
            "2023-06-25,江宁,100,拨付,产业园,32-kunshan",
            book.HEAD.replace("凭证号", "单位代码"),
            "L12-code-and-name",
            "昆山经济技术开发区",
        ),
    ],
)  # fmt: skip
def test_who_and_which_money_are_never_guessed(read, row, head, code, found):
    intake = take_in(read(row, head=head or book.HEAD), book.BOOK)
    assert codes(intake) == [code]
    text = intake.reading.problems[0].text("zh")
    assert ".csv:2" in text
    assert found in text


def test_the_only_line_it_can_be(read):
    one = dataclasses.replace(book.BOOK, held={"32-jiangning": frozenset((book.GREEN,))})
    intake = take_in(read("2023-06-25,江宁,100,拨付,,"), one)
    assert [posting.content.line for posting in intake.new] == [book.GREEN]


def test_every_problem_at_once_and_nothing_else(read):
    rows = (PAID, "2023-06-31,,-5,奖励,产业园,", PAID, PAID.replace("100", "x").replace("江", "汪"))
    intake = take_in(read(*rows), book.BOOK)
    assert codes(intake) == [
        "L14-not-a-day-cell",
        "L1-missing-cell",
        "L12-negative-amount",
        "L12-unknown-movement",
        "L12-unknown-recipient",
        "L2-not-an-amount",
    ]
    assert intake.new == []

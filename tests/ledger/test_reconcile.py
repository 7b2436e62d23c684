"""A file against the book."""

from dataclasses import replace
from datetime import date
from random import Random

import known as book

from allocation.ledger.imports.reconcile import reconcile

PAID = "2023-06-25,江宁经开区,100,拨付,产业园,"


def compared(tmp_path, in_book, in_file, **more):
    state = book.imported(book.BOOK, book.reading(tmp_path / "book.csv", *in_book))
    return reconcile(book.reading(tmp_path / "file.csv", *in_file), state, **more)


def test_the_same(tmp_path):
    rows = [PAID, PAID, PAID + "A1"]
    found = compared(tmp_path, rows, rows[::-1])
    assert found.complete
    assert len(found.agreed) == 3


def test_what_only_one_has(tmp_path):
    found = compared(tmp_path, [PAID + "A1", PAID + "A2"], [PAID + "A1", PAID + "A3"])
    assert [row.content.document for row in found.only_file] == ["A3"]
    assert [entry.document for entry in found.only_book] == ["A2"]
    assert not found.pairs


def test_amounts_days_and_lines_that_differ(tmp_path):
    in_book = [
        "2023-06-25,江宁经开区,100,拨付,产业园,A1",
        "2023-06-25,江宁经开区,200,拨付,产业园,",
        "2023-06-25,昆山,300,拨付,产业园,",
        "2023-06-26,昆山,500,支出,绿色改造,A9",
    ]
    in_file = [
        "2023-08-30,江宁经开区,110,拨付,产业园,A1",
        "2023-06-27,江宁经开区,200,拨付,产业园,",
        "2023-06-25,昆山,301,拨付,产业园,",
        "2023-06-26,昆山,500,支出,产业园,A9",
    ]
    found = compared(tmp_path, in_book, in_file)
    assert [pair.differs for pair in found.pairs] == [
        ("amount", "day"),
        ("day",),
        ("amount",),
        ("line",),
    ]
    assert not found.only_file
    assert not found.only_book


def test_only_days_and_kinds_of_the_file_are_missed(tmp_path):
    in_book = [PAID + "A1", "2023-07-02,昆山,5,拨付,产业园,B", "2023-06-25,昆山,5,支出,产业园,C"]
    found = compared(tmp_path, in_book, [PAID + "A1"])
    assert found.complete
    wider = compared(tmp_path, in_book, [PAID + "A1"], until=date(2023, 7, 31))
    assert [entry.document for entry in wider.only_book] == ["B"]


def test_far_days_are_not_the_same_payment(tmp_path):
    found = compared(tmp_path, [PAID], [PAID.replace("06-25", "11-25")])
    assert len(found.only_file) == 1
    assert not found.pairs


def test_everything_is_said_once(tmp_path, campaign):
    """Whatever the two hold: each row and each entry in scope has one place in the answer."""
    for seed in range(campaign(small=30, full=1_000)):
        rng = Random(seed)

        def row(rng=rng):
            return (
                f"2023-06-{rng.randrange(1, 29):02d},{rng.choice(['江宁', '昆山'])},"
                f"{rng.randrange(1, 4)},{rng.choice(['拨付', '支出'])},"
                f"{rng.choice(['产业园', '绿色改造'])},{rng.choice(['', 'A1', 'A2'])}"
            )

        rows = [row() for _ in range(rng.randrange(1, 12))]
        state = book.imported(book.BOOK, book.reading(tmp_path / "b.csv", *rows), "add")
        read = book.reading(tmp_path / "f.csv", *[row() for _ in range(rng.randrange(1, 12))])
        found = reconcile(replace(read), state, date(2023, 1, 1), date(2023, 12, 31))
        places = [p.row[:2] for p in (*found.agreed, *found.only_file)]
        places += [pair.row.row[:2] for pair in found.pairs]
        assert sorted(places) == [r[:2] for r in read.rows], seed
        entries = [e.entry for e in found.only_book] + [pair.entry.entry for pair in found.pairs]
        assert len(set(entries)) == len(entries), seed
        others = [e for e in state.entered if e.kind not in found.kinds]
        assert len(entries) + len(found.agreed) + len(others) == len(state.entered), seed
        assert all(pair.differs for pair in found.pairs), seed

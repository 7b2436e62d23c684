"""The book of synthetic data: whole, sound, the same for the same seed, and labelled."""

import pytest

import allocation
from allocation.disbursement.issue import issue_of
from allocation.ledger.book import Book
from allocation.ledger.example import write_example

FUND = "外经贸发展专项资金"


@pytest.fixture(scope="module")
def issue():
    return issue_of(allocation.allocate("national-2022-zones"))


def written(path, issue, years, seed):
    book = Book.create(path, synthetic=True)
    write_example(book, issue, FUND, years, seed)
    return book


def test_a_year_has_what_an_office_sees(issue, tmp_path):
    with written(tmp_path / "a.db", issue, 1, 1) as book:
        entries = book.entries()
        assert not any(finding.places for finding in book.check())
    counts = entries["kind"].value_counts()
    made = entries.groupby("made_by")["journal"].nunique()
    assert made["issue"] == 24
    assert made["reverse"] == 1
    # The last two spendings are the mistake and its reversal.
    assert counts["disburse"] + counts["spend"] - 2 == 20_000
    assert counts["commit"] > 100
    assert counts["refund"] > 100
    assert (entries["amount"] > 0).all()
    spent = entries[entries["kind"] == "spend"].groupby("recipient")["amount"].sum()
    issued = entries[entries["kind"] == "issue"].groupby("recipient")["amount"].sum()
    shares = (spent / issued).sort_values()
    assert len(shares) == 230
    assert shares.iloc[20] < 0.6
    assert shares.iloc[-60] > 0.85


def test_the_same_seed_gives_the_same_entries(issue, tmp_path):
    few = issue.take(range(0, 230, 6))
    found = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        with written(tmp_path / f"{name}.db", few, 2, seed) as book:
            found.append(book.entries().drop(columns="recorded_at"))
    assert found[0].equals(found[1])
    assert not found[0].equals(found[2])


def test_years_are_closed_and_what_is_carried_over_is_used(issue, tmp_path):
    with written(tmp_path / "a.db", issue.take(range(0, 230, 6)), 3, 5) as book:
        entries = book.entries()
        assert not any(finding.places for finding in book.check())
    assert sorted(entries["year"].unique()) == [2020, 2021, 2022]
    assert set(entries[entries["made_by"] == "close"]["kind"]) == {"carry_over", "reopen", "lapse"}
    late = entries[(entries["valid_on"].dt.year > entries["year"]) & (entries["kind"] == "spend")]
    assert len(late) > 20

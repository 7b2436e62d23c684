"""What was there to spend, month by month, is what the book's own balances say."""

from datetime import date

import numpy as np
import pytest
from books import LINE, UNIT, ZONES, fund, move

from allocation.ledger.records import Holder, Line
from allocation.ledger.spending_history import spending_of

KINDS = ["available", "committed", "disbursed", "recovered"]
NEXT = Line(LINE.fund, 2024, "提前", "外贸")


def there(spending):
    """Return what each recipient has to spend, by code."""
    fen = spending.opening[:, -1] + (spending.income - spending.spent)[:, -1].sum(axis=1)
    sums = {}
    for code, amount in zip(spending.recipients, fen.tolist(), strict=True):
        sums[code] = sums.get(code, 0) + amount
    return {code: amount for code, amount in sums.items() if amount}


def balances(book, day):
    table = book.positions(day)
    table = table[(table["level"] != "central") & (table["year"] <= day.year)]
    sums = table[KINDS].sum(axis=1).groupby(table["recipient"]).sum()
    return {code: amount for code, amount in sums.to_dict().items() if amount}


@pytest.fixture
def lived(book):
    """Return a book with every kind of movement in three years, and a reversal."""
    fund(book)
    first, second, third = ZONES
    book.post(
        [move("commit", first, 60, "2023-06-02"), move("disburse", second, 150, "2023-06-05")]
    )
    book.post([move("disburse", first, 50, "2023-07-01", source="committed")])
    book.post([move("spend", second, 90, "2023-08-09"), move("refund", second, 20, "2023-08-10")])
    book.post([move("spend", first, 30, "2023-09-09")])
    book.reverse(int(book.entries(last=1)["entry"].iloc[0]), "重复", date(2023, 10, 2))
    book.post([move("recover", third, 80, "2023-10-10")])
    book.post([move("issue", second, 50, "2023-10-20", source="recovered")])
    book.post([move("return", UNIT, 30, "2023-11-01")])
    book.post([move("receive", UNIT, 700, "2023-11-20", line=NEXT)])
    book.post([move("issue", third, 300, "2023-11-25", line=NEXT)])
    book.close_year(2023)
    book.post([move("spend", second, 25, "2024-03-01")])
    book.close_year(2024)
    book.post([move("recover", third, 40, "2025-02-01", source="surplus")])
    return book


@pytest.mark.parametrize(
    "day",
    [
        *("2023-06-03", "2023-08-09", "2023-09-30", "2023-10-15", "2023-12-30", "2024-02-29"),
        *("2024-03-01", "2024-12-30", "2025-01-31", "2025-03-01"),
    ],
)
def test_what_is_there_is_what_the_balances_say(lived, day):
    day = date.fromisoformat(day)
    assert there(spending_of(lived.flows(), day)) == balances(lived, day)


def test_money_of_next_year_waits_for_its_first_of_january(lived):
    before = spending_of(lived.flows(), date(2023, 12, 31))
    assert there(before).get(ZONES[2], 0) == 120
    after = spending_of(lived.flows(), date(2024, 1, 1))
    cells = list(zip(after.recipients, after.purposes, strict=True))
    assert {code for code, purpose in cells if purpose == "外贸"} == {UNIT, ZONES[2]}
    assert after.income[cells.index((ZONES[2], "外贸")), -1, 0] == 300


def test_reversals_count_in_their_own_month(lived):
    found = spending_of(lived.flows(), date(2023, 12, 31))
    at = found.recipients.index(ZONES[0])
    assert found.spent[at, -1].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 30, -30, 0, 0]


def test_months_that_have_passed():
    import pandas as pd

    empty = pd.DataFrame(
        {
            **{key: pd.Series(dtype=str) for key in ("fund", "batch", "purpose", "recipient")},
            **{key: pd.Series(dtype=str) for key in ("name", "level", "parent", "kind")},
            "year": pd.Series(dtype="int64"),
            "direct": pd.Series(dtype=bool),
            "valid_on": pd.Series(dtype="datetime64[ns]"),
            "amount": pd.Series(dtype="int64"),
        }
    )
    found = spending_of(empty, date(2024, 2, 10))
    assert found.recipients == ()
    assert found.seen[-1, :3].tolist() == [1, 10 / 29, 0]
    assert not found.seen[-1, 3:].any()


def test_alikes_have_level_purpose_and_fiscal_region_in_common(book):
    fund(book)
    project = Holder("P1", "项目一", "project", UNIT)
    book.post([move("issue", "P1", 7)], holders=[project])
    found = spending_of(book.flows(), date(2023, 12, 31))
    groups = dict(zip(found.recipients, found.groups, strict=True))
    assert groups["P1"] == ("project", "", "east")
    assert groups[ZONES[0]] == groups[ZONES[1]] == ("zone", "", "east")
    assert groups[UNIT] == ("unit", "", "east")
    assert len(np.unique(found.history().group)) == 3

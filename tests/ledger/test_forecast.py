"""The forecast on a book: bounded, adding up, repeatable, refused where nothing is known."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from books import fund, move

import allocation
from allocation.disbursement.issue import issue_of
from allocation.errors import InputError
from allocation.ledger.book import Book
from allocation.ledger.example import write_example
from allocation.ledger.forecast import forecast, use_scenarios

DAY = date(2022, 8, 31)


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """Return five years of every fifth zone."""
    issue = issue_of(allocation.allocate("national-2022-zones")).take(range(0, 230, 5))
    with Book.create(tmp_path_factory.mktemp("book") / "b.db", synthetic=True) as book:
        write_example(book, issue, "外经贸发展专项资金", 5, 7)
        return book.flows()


@pytest.fixture(scope="module")
def found(flows):
    return forecast(flows, DAY)


def used_in(flows, year, until=None):
    chosen = flows[(flows["kind"] == "spend") & (flows["valid_on"].dt.year == year)]
    chosen = chosen[chosen["valid_on"] <= np.datetime64(until)] if until else chosen
    return chosen.groupby("recipient")["amount"].sum()


def test_use_lies_between_what_is_spent_and_what_is_there(found):
    assert found.draws.dtype == found.expected.dtype == np.int64
    assert (found.draws >= found.spent).all()
    assert (found.draws <= found.budget).all()
    low, high = found.ends
    assert (found.spent <= low).all()
    assert (low <= high).all()
    assert (high <= found.budget).all()
    assert (found.left == found.budget - found.expected).all()
    assert (found.left >= 0).all()


def test_spent_is_what_the_book_says(flows, found):
    known = used_in(flows, 2022, DAY)
    assert dict(zip(found.recipients, found.spent.tolist(), strict=True)) == known.to_dict()


def test_the_end_of_the_year_lies_in_most_intervals(flows, found):
    truth = used_in(flows, 2022).reindex(list(found.recipients)).to_numpy()
    low, high = found.ends
    # 46 zones at 80 %: 28 or fewer would be a chance of one in a thousand.
    assert ((low <= truth) & (truth <= high)).sum() > 28


def test_what_comes_later_is_not_used(flows, found):
    known = flows[flows["valid_on"] <= np.datetime64(DAY)]
    again = forecast(known, DAY)
    assert np.array_equal(found.draws, again.draws)
    assert found.table.equals(again.table)


def test_the_same_seed_gives_the_same_draws(flows, found):
    assert np.array_equal(forecast(flows, DAY).draws, found.draws)
    assert not np.array_equal(forecast(flows, DAY, seed=1).draws, found.draws)
    ids, draws = use_scenarios(flows, DAY, 50, 9)
    assert ids == found.recipients
    assert draws.shape == (50, len(ids))
    assert draws.dtype == np.int64
    assert np.array_equal(draws, use_scenarios(flows, DAY, 50, 9)[1])


def test_chances_count_draws(found):
    sparse = (found.budget - found.draws) * 20 > found.budget
    assert found.chances == tuple(Fraction(int(n), 1000) for n in sparse.sum(axis=0))
    assert 0 < min(found.chances) < max(found.chances) <= 1


def test_a_wider_interval_holds_a_narrower_one(flows, found):
    low, high = forecast(flows, DAY, interval=Fraction(19, 20)).ends
    assert (low <= found.ends[0]).all()
    assert (high >= found.ends[1]).all()


def test_months_of_all_and_of_one(found):
    table = found.months()
    assert table["spent"].dropna().is_monotonic_increasing
    assert table["spent"].count() == 8
    assert table["spent"].iloc[7] == found.spent.sum()
    ahead = table.iloc[8:]
    assert (ahead["low"] <= ahead["middle"]).all()
    assert (ahead["middle"] <= ahead["high"]).all()
    assert ahead[["low", "middle", "high"]].diff().iloc[1:].ge(0).all(axis=None)
    low, high = found.total_ends
    assert table["high"].iloc[-1] == pytest.approx(high, rel=1e-3)
    assert table["low"].iloc[-1] == pytest.approx(low, rel=1e-3)
    one = found.months(found.recipients[3])
    assert one["high"].iloc[-1] == pytest.approx(found.ends[1, 3], rel=1e-2)


def test_on_the_last_day_nothing_is_left_to_foresee(flows):
    last = forecast(flows, date(2022, 12, 31))
    assert np.array_equal(last.draws, np.broadcast_to(last.spent, last.draws.shape))


def test_on_the_first_day_only_what_is_carried_over_is_there(flows):
    first = forecast(flows, date(2022, 1, 1))
    assert not first.spent.any()
    assert first.budget.any()
    assert (first.draws <= first.budget).all()


def test_who_has_nothing_is_foreseen_to_use_nothing(flows):
    gone = flows["recipient"].iloc[len(flows) // 2]
    kept = flows[(flows["recipient"] != gone) | (flows["year"] < 2021)]
    found = forecast(kept, DAY)
    at = found.recipients.index(gone)
    assert found.budget[at] == found.expected[at] == found.chances[at] == 0
    assert not found.draws[:, at].any()


def test_who_has_no_past_leans_on_alikes(flows):
    new = flows["recipient"].iloc[len(flows) // 2]
    kept = flows[(flows["recipient"] != new) | (flows["year"] == 2022)]
    early = date(2022, 2, 28)
    found, old = forecast(kept, early), forecast(flows, early)
    fresh, usual = (one.trust[one.recipients.index(new)] for one in (found, old))
    assert fresh < 0.7 * usual


def test_the_back_test_says_how_wrong_in_money(found):
    test = found.back_test
    assert test.years == (2019, 2020, 2021)
    table = test.table
    assert table["months"].tolist() == list(range(12))
    assert (table["forecast_error"] > 0).all()
    assert test.share("forecast") < min(test.share("proportional"), test.share("last_year"))
    assert 0.65 < test.coverage < 0.97
    assert 0.3 < test.total_coverage <= 1


def test_without_three_years_before_there_is_no_forecast(flows, book):
    with pytest.raises(InputError, match="L1-no-history") as told:
        forecast(flows, date(2020, 8, 31))
    assert "has 2 years" in str(told.value)
    # A year in which nothing was spent is a gap: what was before it does not count.
    with pytest.raises(InputError, match="L1-no-history"):
        forecast(flows, date(2024, 8, 31))
    with pytest.raises(InputError, match="L1-no-history"):
        forecast(book.flows())
    fund(book).post([move("disburse", "32-kunshan", 9)])
    with pytest.raises(InputError, match="L1-no-history"):
        forecast(book.flows(), date(2023, 8, 31))


def test_somebody_else_is_refused(found):
    with pytest.raises(InputError, match="L1-nothing-to-forecast"):
        found.months("nobody")


def test_two_years_to_be_tested_has_no_tested_interval(flows):
    found = forecast(flows, date(2021, 8, 31))
    assert found.back_test.years == (2019, 2020)
    assert found.back_test.coverage is None
    assert (found.draws >= found.spent).all()
    assert found.ends[0].sum() < found.ends[1].sum()

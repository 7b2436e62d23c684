"""Spending curves: what they recover, what they lean on, and what they cannot know."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spending import lived, proportional

from allocation_models.back_test import errors_after, judged, trials
from allocation_models.credibility import credibility
from allocation_models.spending_curves import (
    ALL,
    SHAPES,
    Ahead,
    ahead,
    fit,
    rate_of,
    smooth,
)
from allocation_models.spending_errors import Errors, errors_of, share_at

WEIBULL = np.diff(1.8 * (np.arange(13) / 12) ** 2.2)[None, :]

# ---- credibility --------------------------------------------------------------------------------


def test_two_members_by_hand():
    # Means 2 and 6, each twice with weight 1: σ² = (1+1+1+1)/2 = 2, spread 2·4+2·4 = 16,
    # τ² = (16 − 2) / (4 − 8/4) = 7, Z = 14/16.
    found = credibility(np.array([1.0, 3, 5, 7]), np.ones(4), np.array([0, 0, 1, 1]), 3)
    assert (found.mean, found.within, found.between) == (4, 2, 7)
    assert found.trust.tolist() == [0.875, 0.875, 0]
    assert found.estimate.tolist() == [2.25, 5.75, 4]


def test_no_difference_beyond_chance_means_the_mean_of_all():
    values = np.array([1.0, 3, 1, 3, 1, 3])
    found = credibility(values, np.ones(6), np.array([0, 0, 1, 1, 2, 2]), 3)
    assert found.between == 0
    assert found.estimate.tolist() == [2, 2, 2]


def test_one_member_alone_is_the_mean():
    found = credibility(np.array([1.0, 4]), np.array([1.0, 2]), np.zeros(2, dtype=int), 1)
    assert found.estimate.tolist() == [3]


def test_variances_of_simulated_members_are_recovered():
    rng = np.random.default_rng(3)
    means = rng.normal(1, 0.5, 4000)
    member = np.repeat(np.arange(4000), 6)
    weights = rng.uniform(0.5, 2, len(member))
    values = rng.normal(means[member], 0.8 / np.sqrt(weights))
    found = credibility(values, weights, member, 4000)
    assert found.within == pytest.approx(0.64, rel=0.05)
    assert found.between == pytest.approx(0.25, rel=0.1)
    near, own = (np.abs(e - means).mean() for e in (found.estimate, _own(values, weights, member)))
    assert near < own


def _own(values, weights, member):
    return np.bincount(member, weights * values) / np.bincount(member, weights)


# ---- the curves ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_rates_and_speeds_without_noise_are_found(shape):
    speeds = np.exp(np.random.default_rng(1).normal(0, 0.2, 60))
    history = proportional(1, 60, 3, WEIBULL, speeds)
    found = fit(history, shape)
    product = found.rates[0] * found.speed[:, None]
    assert product == pytest.approx(WEIBULL * speeds[:, None], rel=0.02)


def test_rates_and_speeds_under_noise_are_found():
    rng = np.random.default_rng(2)
    speeds = np.exp(rng.normal(0, 0.3, 400))
    group = np.arange(400) % 2
    rates = np.concatenate([WEIBULL, 0.6 * WEIBULL])
    found = fit(proportional(2, 400, 6, rates, speeds, 0.03, group), "monthly")
    scale = np.array([speeds[group == g].mean() for g in range(2)])
    assert found.rates == pytest.approx(rates * scale[:, None], rel=0.15, abs=0.004)
    assert np.corrcoef(found.speed, speeds / scale[group])[0, 1] > 0.9


def test_a_weibull_curve_keeps_its_parameters():
    assert smooth(WEIBULL) == pytest.approx(WEIBULL, rel=1e-3)


def test_without_a_past_of_its_own_a_recipient_is_as_its_group():
    speeds = np.exp(np.random.default_rng(4).normal(0, 0.4, 80))
    history = proportional(4, 80, 3, WEIBULL, speeds, 0.05)
    new = np.arange(80) == 7
    blank = replace(
        history,
        opening=np.where(new[:, None], 0, history.opening),
        spent=np.where(new[:, None, None], 0, history.spent),
    )
    found = fit(blank, "monthly")
    assert found.trust[7] == 0
    others = found.speed[~new]
    assert found.speed[7] == pytest.approx(1, abs=0.05)
    assert others.min() < found.speed[7] < others.max()


def test_the_longer_its_past_the_more_a_speed_is_its_own():
    trusts = []
    for years in (1, 3, 12):
        speeds = np.exp(np.random.default_rng(5).normal(0, 0.4, 80))
        trusts.append(fit(proportional(5, 80, years, WEIBULL, speeds, 0.1), "monthly").trust.mean())
    assert trusts == sorted(trusts)
    assert trusts[-1] > 0.95


@pytest.mark.parametrize("factor", [1e-2, 100.0])
def test_the_unit_of_money_does_not_matter(factor):
    history = lived(6, 2, 40)
    other = replace(history, income=history.income * factor, spent=history.spent * factor)
    (mine, theirs) = (
        ahead(known, fit(known, "monthly"))
        for known in (part.until(1, 8) for part in (history, other))
    )
    assert theirs.rate == pytest.approx(mine.rate)
    half = np.full(40, 0.5)
    assert theirs.use(half) == pytest.approx(factor * mine.use(half))


@settings(deadline=None)
@given(seed=st.integers(0, 50), month=st.integers(0, 12), share=st.floats(0, 1))
def test_use_never_falls_below_what_is_spent_nor_beyond_what_is_there(seed, month, share):
    known = lived(seed, 2, 12).until(1, month)
    found = ahead(known, fit(known, "monthly"))
    before = found.used
    for end in range(1, 13):
        use = found.use(np.full((3, 12), share), end)
        assert (use >= before).all()
        assert (use <= found.used + found.there).all()
        before = use


def test_half_a_month_ahead_is_half_its_rate():
    history = proportional(1, 5, 2, WEIBULL, np.ones(5))
    known = history.until(1, 11)
    curves = fit(known, "monthly")
    middle = replace(known, seen=known.seen.copy())
    middle.seen[-1, 11] = 0.5
    whole, half = ahead(known, curves), ahead(middle, curves)
    assert half.path[:, -1].tolist() == [0.5] * 5
    share = share_at(whole.rate, 0.0)
    ahead_of = (half.use(share) - half.used) / half.there
    assert ahead_of == pytest.approx(share_at(whole.rate / 2, 0.0))


def test_a_rate_is_what_spends_its_share():
    shares = np.array([0.0, 0.2, 0.9])
    assert share_at(rate_of(shares), 0.0) == pytest.approx(shares)
    assert rate_of(np.array([1.0, 2.0, -1e9])).tolist() == [ALL, ALL, -ALL]


def test_nobody_spends_in_months_in_which_nobody_has_money():
    history = lived(8, 2, 20)
    late = replace(history, income=np.roll(history.income, 3, axis=2), spent=history.spent * 0)
    found = fit(late, "monthly")
    assert (found.rates[:, :3] < 1e-3).all()
    assert np.isfinite(found.speed).all()


# ---- the back-test ------------------------------------------------------------------------------


def test_a_forecast_knows_nothing_of_what_comes_later():
    history = lived(9, 3, 30)
    changed = replace(history, spent=history.spent.copy(), income=history.income.copy())
    changed.spent[:, 1, 7:] *= 0.1
    changed.spent[:, 2] = 0
    changed.income[:, 1, 7:] += 1e9
    mine, theirs = (trials(part, "monthly")[0] for part in (history, changed))
    for month in range(8):
        assert np.array_equal(mine.ahead[month].rate, theirs.ahead[month].rate), month
        assert np.array_equal(mine.proportional[month], theirs.proportional[month])
        assert np.array_equal(mine.last_year[month], theirs.last_year[month])
    assert not np.array_equal(mine.truth[7], theirs.truth[7])


def test_the_rules_of_an_office_by_hand():
    spent = np.zeros((1, 2, 12))
    spent[0, 0, [2, 9]] = 30, 30
    spent[0, 1, [2, 9]] = 20, 70
    history = replace(
        proportional(0, 1, 2, WEIBULL, np.ones(1)), opening=np.full((1, 2), 100.0), spent=spent
    )
    (trial,) = trials(history, "monthly")
    assert trial.truth[:, 0].tolist() == [90] * 12
    # After June: 20 in six months goes on as 40; a year ago 30 of 100 came later.
    assert trial.proportional[6, 0] == 40
    assert trial.last_year[6, 0] == 50
    assert trial.last_year[11, 0] == 90


def foreseen(rates, used=0.0, there=1.0):
    rates = np.asarray(rates, dtype=float)
    whole = np.full(len(rates), there)
    return Ahead(0, np.full(len(rates), used), whole, rates, np.ones((len(rates), 12)))


def test_the_pace_of_a_year_is_found():
    found = foreseen(np.linspace(0.1, 2, 40))
    errors = errors_of([(found, share_at(found.rate, pace)) for pace in (-0.3, 0.4)])
    assert errors.paces == pytest.approx([-0.3, 0.4])
    assert errors.errors == pytest.approx(np.zeros(80), abs=1e-12)


def test_the_pace_is_drawn_from_students_distribution():
    found = foreseen(np.full(3, 0.5))
    paces = np.array([-0.2, 0.0, 0.1])
    errors = Errors(paces, np.empty(0), np.empty(0), np.empty(0))
    shares = errors.draws(found, 40_000, np.random.default_rng(0))
    assert (shares == shares[:, :1]).all()
    drawn = np.log(-np.log1p(-shares[:, 0]) / 0.5)
    scale = paces.std(ddof=1) * np.sqrt(4 / 3)
    # The 90 % quantile of Student's t with two degrees of freedom is 1.886.
    assert np.quantile(drawn, 0.9) == pytest.approx(paces.mean() + 1.886 * scale, abs=0.02)
    with pytest.raises(ValueError, match="1"):
        Errors(paces[:1], np.empty(0), np.empty(0), np.empty(0)).draws(found, 2, None)


def test_errors_come_from_those_foreseen_alike():
    rates = np.linspace(0.1, 2, 200)
    found = foreseen(rates)
    truth = share_at(rates, 0.0) + np.where(rates < 1, 0.05, -0.05)
    errors = errors_of([(found, truth)] * 2)
    drawn = errors._near(np.array([0.2, 1.8]), 300, np.random.default_rng(0))
    assert (drawn[:, 0] > drawn[:, 1]).all()


def test_the_same_seed_draws_the_same():
    made = trials(lived(11, 4, 30), "monthly")
    errors = errors_after(made, 8)
    first, again = (errors.draws(made[0].ahead[8], 50, np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first, again)
    assert ((first >= 0) & (first <= 1)).all()


def test_with_two_years_there_is_no_tested_interval():
    made = trials(lived(10, 3, 20), "monthly")
    assert len(made) == 2
    assert all(np.isnan(one.low).all() for one in judged(made, 0.8))


def held_out(seed):
    """Return share of recipients, and whether the sum, inside 80 %: five years known, August."""
    history, made = lived(seed, 6), []
    for year in range(1, 6):
        known = history.until(year, 8)
        found = ahead(known, fit(known, "monthly"))
        truth = np.clip(history.spent[:, year].sum(axis=1), found.used, found.used + found.there)
        made.append((found, truth))
    found, truth = made.pop()
    use = found.use(errors_of(made).draws(found, 400, np.random.default_rng(seed)))
    low, high = np.quantile(use, [0.1, 0.9], axis=0)
    ends = np.quantile(use.sum(axis=1), [0.1, 0.9])
    return ((low <= truth) & (truth <= high)).mean(), ends[0] <= truth.sum() <= ends[1]


def test_intervals_hold_what_they_promise_in_years_held_out(campaign):
    found = [held_out(seed) for seed in range(3000, 3000 + campaign(small=20, full=100))]
    single, total = np.mean(found, axis=0)
    assert 0.75 < single < 0.88
    # Of 20 sums at 80 %, 12 or fewer would be a chance of three in a hundred.
    assert total > 0.6


def test_the_forecast_beats_the_rules_on_generated_years(campaign):
    for seed in range(200, 200 + campaign(small=2, full=20)):
        made = trials(lived(seed, 4), "monthly")
        errors = np.zeros(3)
        for trial, mine in zip(made, judged(made, 0.8), strict=True):
            for at, use in enumerate((mine.expected, trial.proportional, trial.last_year)):
                errors[at] += np.abs(use - trial.truth)[1:].sum()
        assert errors[0] < errors[1:].min()

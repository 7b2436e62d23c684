"""Spending curves: what they recover, what they lean on, and what they cannot know."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spending import lived, proportional

from allocation_models.back_test import drawn, judged, pool, trials
from allocation_models.credibility import credibility
from allocation_models.spending_curves import (
    ALL,
    SHAPES,
    ahead,
    fit,
    rate_of,
    smooth,
    spent_share,
)

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
    assert theirs.use(np.zeros(40)) == pytest.approx(factor * mine.use(np.zeros(40)))


@settings(deadline=None)
@given(
    seed=st.integers(0, 50),
    month=st.integers(0, 12),
    error=st.floats(-1e6, 1e6),
)
def test_use_never_falls_below_what_is_spent_nor_beyond_what_is_there(seed, month, error):
    known = lived(seed, 2, 12).until(1, month)
    found = ahead(known, fit(known, "monthly"))
    use = found.use(np.full((3, 12), error))
    assert (use >= found.used).all()
    assert (use <= found.used + found.there).all()
    assert (np.diff(found.path, axis=1) >= 0).all()


def test_shares_and_rates_are_each_others_inverse():
    shares = np.array([0.0, 0.2, 0.9])
    assert spent_share(rate_of(shares)) == pytest.approx(shares)
    assert spent_share(np.array([ALL, 9, -1])).tolist() == [1, 1, 0]


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


def test_draws_keep_a_year_together_and_repeat():
    errors = (np.array([-2.0, -1]), np.array([1.0, 2]))
    draws = drawn(errors, 300, 5, np.random.default_rng(0))
    assert (np.sign(draws).min(axis=1) == np.sign(draws).max(axis=1)).all()
    assert 0.4 < (draws[:, 0] > 0).mean() < 0.6
    assert np.array_equal(draws, drawn(errors, 300, 5, np.random.default_rng(0)))
    assert not drawn((), 4, 3, np.random.default_rng(0)).any()


def test_with_one_year_there_is_no_tested_interval():
    made = trials(lived(10, 2, 20), "monthly")
    assert len(made) == 1
    assert np.isnan(judged(made, made[0], 0.8).low).all()


def test_intervals_hold_what_they_promise_in_years_held_out(campaign):
    """Five years known, the sixth foreseen after eight months: 80 % of 230 zones, of each seed."""
    inside = []
    for seed in range(100, 100 + campaign(small=8, full=40)):
        history = lived(seed, 6)
        known = history.until(5, 8)
        found = ahead(known, fit(known, "monthly"))
        rng = np.random.default_rng(seed)
        use = found.use(drawn(pool(trials(known, "monthly"), 8), 400, 230, rng))
        low, high = np.quantile(use, [0.1, 0.9], axis=0)
        truth = history.spent[:, 5].sum(axis=1)
        inside.append(((low <= truth) & (truth <= high)).mean())
    assert 0.75 < np.mean(inside) < 0.85


def test_the_forecast_beats_the_rules_on_generated_years(campaign):
    for seed in range(200, 200 + campaign(small=2, full=20)):
        made = trials(lived(seed, 4), "monthly")
        found = [judged(made, trial, 0.8) for trial in made]
        errors = np.zeros(3)
        for trial, mine in zip(made, found, strict=True):
            for at, use in enumerate((mine.expected, trial.proportional, trial.last_year)):
                errors[at] += np.abs(use - trial.truth)[1:].sum()
        assert errors[0] < errors[1:].min()

"""Years of spending for tests: drawn from the model itself, or from the generator of examples."""

import numpy as np

from allocation_models.spending_curves import History
from allocation_models.synthetic_payments import habits, payments

CUMULATIVE = np.cumsum([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def proportional(seed, count, years, rates, speeds, noise=0.0, group=None):
    """Return years in which the model holds: rates of a group times speeds, and gamma noise."""
    rng = np.random.default_rng(seed)
    group = np.zeros(count, dtype=int) if group is None else group
    mean = np.broadcast_to((rates[group] * speeds[:, None])[:, None, :], (count, years, 12))
    rate = rng.gamma(mean / noise, noise) if noise else mean
    left = np.exp(-np.cumsum(rate, axis=2))
    before = np.concatenate([np.ones((count, years, 1)), left[:, :, :-1]], axis=2)
    money = rng.uniform(1e7, 1e9, (count, years))
    return History(
        opening=money,
        income=np.zeros((count, years, 12)),
        spent=money[:, :, None] * (before - left),
        seen=np.ones((years, 12)),
        group=group,
    )


def lived(seed, years, count=230):
    """Return years of the generator: two issues, no carry-over."""
    rng = np.random.default_rng(seed)
    known = habits(rng, count)
    income, spent = np.zeros((count, years, 12)), np.zeros((count, years, 12))
    for year in range(years):
        whole = rng.integers(5 * 10**8, 2 * 10**9, count)
        given = np.stack([whole * 7 // 10, whole - whole * 7 // 10])
        opened = np.stack([rng.integers(5, 30, count), rng.integers(135, 176, count)])
        found = payments(rng, known, given, opened, 45 * count)
        for part in range(2):
            month = np.searchsorted(CUMULATIVE, opened[part])
            np.add.at(income, (np.arange(count), year, month), given[part])
        month = np.searchsorted(CUMULATIVE, found.spent_on)
        np.add.at(spent, (found.who, year, month), found.spent)
    group = np.arange(count) % 4
    return History(np.zeros((count, years)), income, spent, np.ones((years, 12)), group)

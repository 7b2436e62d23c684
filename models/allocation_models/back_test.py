r"""How wrong a forecast of spending was: made again for each month of each earlier year.

For a year y and m months of it (a rolling origin; Tashman, *Int. J. Forecasting* 16, 2000) the
curves are fitted to what was known then, and nothing else. Foreseen is the use, by the end of the
year, of the money there at that time; what was spent counts for that money first, so the truth is
:math:`\min(S_{12}, S_m + R_m)`.

The errors of a year's forecasts, in usual sizes, are what intervals are made of (:func:`drawn`):
one year is drawn, then for each recipient one error of that year and month, so that a year in which
all were slow stays one. To judge a year's interval the errors of the *other* years are used; the
curves still know earlier years only.

Beside it the rules an office would use: *proportional*, :math:`S_m \cdot 12 / m`, and *last year*,
the share of the budget spent after this month a year ago; both between S and S + R.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.spending_curves import ahead, fit, rate_of

if TYPE_CHECKING:
    from allocation_models.program import Floats
    from allocation_models.spending_curves import Ahead, History, Shape

#: Outcomes drawn for each judged forecast.
_DRAWS = 400


@dataclass(frozen=True)
class Trial:
    """Forecasts of one year, made after m = 0, …, 11 of its months.

    Parameters
    ----------
    year
        Position of the year.
    ahead
        What was foreseen after each m.
    truth, errors
        Shape (12, n): use of the money there, and the error of the rate in usual sizes; errors are
        NaN where nothing was there.
    proportional, last_year
        Shape (12, n): what the rules foresaw.
    """

    year: int
    ahead: tuple[Ahead, ...]
    truth: Floats
    errors: Floats
    proportional: Floats
    last_year: Floats


@dataclass(frozen=True)
class Judged:
    """Forecasts of one year against what happened; shape (12, n) each.

    Parameters
    ----------
    expected, low, high
        The mean, and the ends of the interval; these are NaN where no other year has errors.
    """

    expected: Floats
    low: Floats
    high: Floats


def trials(history: History, shape: Shape) -> tuple[Trial, ...]:
    """Return a trial of every finished year but the first, which has none before it."""
    finished = int((history.seen == 1).all(axis=1).sum())
    return tuple(_trial(history, year, shape) for year in range(1, finished))


def _trial(history: History, year: int, shape: Shape) -> Trial:
    known = [history.until(year, month) for month in range(12)]
    found = tuple(ahead(part, fit(part, shape)) for part in known)
    used, there = (np.stack([getattr(part, key) for part in found]) for key in ("used", "there"))
    final = history.spent[:, year].sum(axis=1)
    # Less may be spent at the end than before, when payments are reversed.
    truth = np.clip(final, used, used + there)
    share = np.divide(truth - used, there, out=np.zeros(used.shape), where=there > 0)
    rate, deviation = (np.stack([getattr(p, key) for p in found]) for key in ("rate", "deviation"))
    errors = np.full(used.shape, np.nan)
    np.divide(rate_of(share) - rate, deviation, out=errors, where=(there > 0) & (deviation > 0))
    return Trial(
        year=year,
        ahead=found,
        truth=truth,
        errors=errors,
        proportional=_proportional(used, there),
        last_year=_last_year(history, year, used, there),
    )


def _proportional(used: Floats, there: Floats) -> Floats:
    """Return spending going on as before; all of it where nothing is known yet."""
    months = np.arange(12)[:, None]
    goes_on = np.where(months > 0, used * 12 / np.maximum(months, 1), used + there)
    found: Floats = np.minimum(goes_on, used + there)
    return found


def _last_year(history: History, year: int, used: Floats, there: Floats) -> Floats:
    """Return the share spent after the same month a year ago, of today's budget."""
    before = history.spent[:, year - 1]
    budget = history.budget[:, year - 1, -1]
    later = before.sum(axis=1)[:, None] - np.concatenate(
        [np.zeros((len(before), 1)), np.cumsum(before, axis=1)[:, :-1]], axis=1
    )
    share = np.divide(later.T, budget, out=np.zeros(used.shape), where=budget > 0)
    found: Floats = np.clip(used + share * (used + there), used, used + there)
    return found


def pool(made: tuple[Trial, ...], month: int) -> tuple[Floats, ...]:
    """Return the errors of forecasts after ``month`` months, an array for each year."""
    found = [trial.errors[month] for trial in made]
    return tuple(errors[~np.isnan(errors)] for errors in found)


def drawn(errors: tuple[Floats, ...], count: int, size: int, rng: np.random.Generator) -> Floats:
    """Return ``count`` draws of the errors of ``size`` recipients: a year, then one of its errors.

    Shape (count, size); all 0 where no errors are known.
    """
    years = [found for found in errors if len(found)]
    draws = np.zeros((count, size))
    which = rng.integers(max(len(years), 1), size=count)
    for at, found in enumerate(years):
        rows = np.flatnonzero(which == at)
        draws[rows] = found[rng.integers(len(found), size=(len(rows), size))]
    return draws


def judged(made: tuple[Trial, ...], trial: Trial, chance: float, seed: int = 0) -> Judged:
    """Return a year's forecasts with errors of the other years.

    Parameters
    ----------
    chance
        Of the interval, in (0, 1).
    """
    rng = np.random.default_rng(seed)
    others = tuple(other for other in made if other.year != trial.year)
    means, ends = [], []
    for month, found in enumerate(trial.ahead):
        errors = drawn(pool(others, month), _DRAWS, len(found.rate), rng)
        use = found.use(errors)
        means.append(use.mean(axis=0))
        ends.append(np.quantile(use, [(1 - chance) / 2, (1 + chance) / 2], axis=0))
    low, high = np.stack(ends, axis=1) if others else np.full((2, *trial.truth.shape), np.nan)
    return Judged(np.stack(means), low, high)

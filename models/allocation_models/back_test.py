r"""How wrong a forecast of spending was: made again for each month of each earlier year.

For a year y and m months of it (a rolling origin; Tashman, *Int. J. Forecasting* 16, 2000) the
curves are fitted to what was known then, and nothing else. Foreseen is the use, by the end of the
year, of the money there at that time; what was spent counts for that money first, so the truth is
:math:`\min(S_{12}, S_m + R_m)`.

To judge a year, its forecasts are given the errors of the *other* years (:mod:`.spending_errors`);
the curves still know earlier years only.

Beside it the rules an office would use: *proportional*, :math:`S_m \cdot 12 / m`, and *last year*,
the share of the budget spent after this month a year ago; both between S and S + R.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.spending_curves import ahead, fit
from allocation_models.spending_errors import errors_of, share_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.program import Floats
    from allocation_models.spending_curves import Ahead, History, Shape
    from allocation_models.spending_errors import Errors

#: Outcomes drawn for each judged forecast.
_DRAWS = 200


@dataclass(frozen=True)
class Trial:
    """Forecasts of one year, made after m = 0, …, 11 of its months.

    Parameters
    ----------
    year
        Position of the year.
    ahead
        What was foreseen after each m.
    truth
        Shape (12, n): the use of the money there.
    proportional, last_year
        Shape (12, n): what the rules foresaw.
    """

    year: int
    ahead: tuple[Ahead, ...]
    truth: Floats
    proportional: Floats
    last_year: Floats


@dataclass(frozen=True)
class Judged:
    """Forecasts of one year against what happened.

    Parameters
    ----------
    expected, low, high
        Shape (12, n): the mean, and the ends of the interval; NaN where there is none.
    total_low, total_high
        Shape (12,): the ends of the interval of the sum, likewise.
    """

    expected: Floats
    low: Floats
    high: Floats
    total_low: Floats
    total_high: Floats


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
    return Trial(
        year=year,
        ahead=found,
        truth=truth,
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


def curve_alone(trial: Trial) -> Floats:
    """Return what the curve says by itself, shape (12, n)."""
    return np.stack([found.use(share_at(found.rate, 0.0)) for found in trial.ahead])


def errors_after(made: Sequence[Trial], months: int) -> Errors:
    """Return what forecasts made after so many months got wrong."""
    return errors_of([(trial.ahead[months], trial.truth[months]) for trial in made])


def judged(made: Sequence[Trial], chance: float, seed: int = 0) -> tuple[Judged, ...]:
    """Return each year's forecasts with the errors of the other years.

    With fewer than two others, what the curve alone says, and no interval.

    Parameters
    ----------
    chance
        Of the interval, in (0, 1).
    """
    rng = np.random.default_rng(seed)
    ends = (1 - chance) / 2, (1 + chance) / 2
    return tuple(
        _judged(trial, [other for other in made if other is not trial], ends, rng) for trial in made
    )


def _judged(
    trial: Trial, others: Sequence[Trial], ends: tuple[float, float], rng: np.random.Generator
) -> Judged:
    if len(others) < 2:
        alone = curve_alone(trial)
        unknown = np.full(alone.shape, np.nan)
        return Judged(alone, unknown, unknown, unknown[:, 0], unknown[:, 0])
    means, single, whole = [], [], []
    for months, found in enumerate(trial.ahead):
        use = found.use(errors_after(others, months).draws(found, _DRAWS, rng))
        means.append(use.mean(axis=0))
        single.append(np.quantile(use, ends, axis=0))
        whole.append(np.quantile(use.sum(axis=1), ends))
    low, high = np.stack(single, axis=1)
    return Judged(np.stack(means), low, high, *np.stack(whole, axis=1))

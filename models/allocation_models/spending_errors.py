r"""What forecasts of spending got wrong in earlier years, and draws of what they may get wrong now.

**The pace of a year**, common to all: :math:`\zeta` with

.. math::

    \textstyle\sum_i w_i \bigl(1 - e^{-e^\zeta \hat y_i}\bigr) = \sum_i w_i a_i

where :math:`\hat y_i` is the rate foreseen, :math:`a_i` the share spent of what was there and
:math:`w_i` the unspent share of the budget: in a year of pace :math:`\zeta` everybody's rate was
:math:`e^\zeta` times the one foreseen. Of the pace of this year no more is known than J paces
tell: it is drawn as :math:`\bar\zeta + s \sqrt{1 + 1/J}\, t_{J-1}` (Student; the predictive
distribution of a normal variable), so that few years make wide intervals.

**The error of each**, :math:`r_i = a_i - (1 - e^{-e^\zeta \hat y_i})`, is drawn from those of all
years for whom nearly the same rate :math:`\hat y` was foreseen: errors are not the same where
little and where all is to be spent. They make up a window of a tenth of the weight, and each is
drawn in proportion to :math:`w_i`, so that the mean of the sum is kept. Alike is who was foreseen
to be alike, whatever the pace: else an odd year would move everybody into others' windows. Analogs
as in Delle Monache et al., *Monthly Weather Review* 141 (2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.program import Floats
    from allocation_models.spending_curves import Ahead

#: A pace of this much, one way or the other, spends all or nothing.
_FASTEST = 4.0
_HALVINGS = 50
#: Half a window: this share of all weight, or so many recipients if that is more.
_HALF, _FEW = 0.05, 15


@dataclass(frozen=True)
class Errors:
    """What was seen in J years of forecasts after the same number of months.

    Parameters
    ----------
    paces
        Shape (J,).
    rates, errors, weights
        Shape (k,): the rate foreseen, in rising order; the error of its share, and its weight.
    """

    paces: Floats
    rates: Floats
    errors: Floats
    weights: Floats

    def draws(self, ahead: Ahead, count: int, rng: np.random.Generator) -> Floats:
        """Return shares of what is there, spent by the end of the year, shape (count, n).

        They count from the start of the month the forecast is made in.

        Raises
        ------
        ValueError
            If there are fewer than two years: nothing is known of how they differ.
        """
        years = len(self.paces)
        if years < 2:
            raise ValueError(years)
        spread = float(self.paces.std(ddof=1)) * np.sqrt(1 + 1 / years)
        paces = self.paces.mean() + spread * rng.standard_t(years - 1, count)
        shares = share_at(ahead.rate, np.clip(paces, -_FASTEST, _FASTEST)[:, None])
        if not len(self.errors):
            return shares
        found: Floats = np.clip(shares + self._near(ahead.rate, count, rng), 0, 1)
        return found

    def _near(self, rates: Floats, count: int, rng: np.random.Generator) -> Floats:
        """Return errors for each rate, drawn from the window around it, shape (count, n)."""
        running = np.cumsum(self.weights)
        whole = running[-1]
        half = whole * min(max(_HALF, _FEW / len(running)), 0.5)
        place = np.append(0.0, running)[np.searchsorted(self.rates, rates)]
        middle = np.clip(place, half, whole - half)
        drawn = np.searchsorted(running, middle + half * rng.uniform(-1, 1, (count, len(rates))))
        found: Floats = self.errors[np.minimum(drawn, len(running) - 1)]
        return found


def share_at(rate: Floats, pace: Floats | float) -> Floats:
    """Return the share spent at a rate in a year of some pace."""
    found: Floats = -np.expm1(-rate * np.exp(pace))
    return found


def errors_of(made: Sequence[tuple[Ahead, Floats]]) -> Errors:
    """Return the errors of forecasts, one of each year, against the use that was the truth."""
    found = [_seen(ahead, truth) for ahead, truth in made]
    rates, errors, weights = (
        np.concatenate([part[at] for _, part in found]) if found else np.empty(0) for at in range(3)
    )
    order = np.argsort(rates, kind="stable")
    paces = np.array([pace for pace, _ in found])
    return Errors(paces, rates[order], errors[order], weights[order])


def _seen(ahead: Ahead, truth: Floats) -> tuple[float, tuple[Floats, Floats, Floats]]:
    """Return a year's pace, and rate, error and weight of everybody who had money."""
    had = ahead.there > 0
    there, used, rate = ahead.there[had], ahead.used[had], ahead.rate[had]
    spent, weights = (truth[had] - used) / there, there / np.maximum(there + used, there)
    pace = _pace(rate, spent, weights)
    return pace, (rate, spent - share_at(rate, pace), weights)


def _pace(rate: Floats, spent: Floats, weights: Floats) -> float:
    """Return the pace at which the weighted shares add up, by bisection."""
    low, high, aim = -_FASTEST, _FASTEST, float(weights @ spent)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if float(weights @ share_at(rate, middle)) < aim:
            low = middle
        else:
            high = middle
    return (low + high) / 2

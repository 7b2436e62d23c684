r"""Spending curves: which share of its money a recipient spends by the end of the year.

Of the money there in month m, recipient i spends the share :math:`1 - e^{-y_{im}}`, with

.. math::

    \mathbb E\, y_{im} = s_i \lambda_{g(i) m}, \qquad
    \operatorname{Var} y_{im} = \sigma^2 \lambda_{g(i) m} / w_{im}

where :math:`\lambda_{gm}` is the month's rate in its group, :math:`s_i` its own speed and
:math:`w_{im}` the unspent share of its budget. So after a time with :math:`\Lambda = \sum_m
\lambda_{gm}` ahead the share :math:`1 - e^{-s_i \Lambda}` of what was there is spent: proportional
hazards, as for lives (Cox, *J. R. Statist. Soc. B* 34, 1972). Rates are those of each month, or
smooth, :math:`\sum_{l \le m} \lambda_{gl} = c_g (m / 12)^{k_g}`, which makes the cumulative share a
Weibull distribution function. Rates of a group lean on those of all, speeds on 1, by credibility
(:mod:`.credibility`); the two are fitted in turn.

What is left unexplained is taken from earlier years as it was: with :math:`\hat y` foreseen and y
seen, :math:`e = (y - \hat y) / \sqrt{\sigma^2 \Lambda / w + \Lambda^2 \tau^2 (1 - Z_i)}`; see
:mod:`.back_test`. Use is :math:`S + R (1 - e^{-\max(\hat y + e \cdot \mathrm{sd}, 0)})` with S
spent and R there, so it never falls below S nor goes beyond S + R.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from allocation_models.credibility import Credibility, credibility

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers

Shape = Literal["monthly", "weibull"]
SHAPES: tuple[Shape, ...] = ("monthly", "weibull")
#: A rate of this much leaves less than a hundredth: it counts as all spent.
ALL = 5.0
#: No month is without any rate: what is seen in it would be infinitely fast.
_LEAST = 1e-4
#: So often rates and speeds are fitted in turn; the test on exact data needs no more.
_ROUNDS = 4


@dataclass(frozen=True)
class History:
    """What n recipients got and spent in Y years, month by month; the last year may be unfinished.

    Parameters
    ----------
    opening
        Shape (n, Y): what was there when the year began.
    income, spent
        Shape (n, Y, 12): what came in (less what was taken back), and what was spent.
    seen
        Shape (Y, 12): which part of each month is known, 0 to 1.
    group
        Shape (n,): number of the group of alikes, from 0.
    """

    opening: Floats
    income: Floats
    spent: Floats
    seen: Floats
    group: Integers

    @property
    def years(self) -> int:
        """How many years."""
        return int(self.opening.shape[1])

    @property
    def groups(self) -> int:
        """How many groups."""
        return int(self.group.max(initial=-1)) + 1

    @cached_property
    def budget(self) -> Floats:
        """Shape (n, Y, 12): what could be spent in the year, by the end of each month."""
        found: Floats = self.opening[:, :, None] + np.cumsum(self.income, axis=2)
        return found

    @cached_property
    def room(self) -> Floats:
        """Shape (n, Y, 12): what was there to spend in each month."""
        found: Floats = self.budget - (np.cumsum(self.spent, axis=2) - self.spent)
        return found

    @property
    def used(self) -> Floats:
        """Shape (n,): spent so far in the last year."""
        found: Floats = self.spent[:, -1].sum(axis=1)
        return found

    @property
    def there(self) -> Floats:
        """Shape (n,): what is there to spend now."""
        found: Floats = np.maximum(self.budget[:, -1, -1] - self.used, 0)
        return found

    def until(self, year: int, months: int) -> History:
        """Return what was known after so many months of a year (a position)."""
        known = np.arange(12) < months
        cut = slice(year + 1)
        income, spent = self.income[:, cut].copy(), self.spent[:, cut].copy()
        income[:, -1, ~known] = spent[:, -1, ~known] = 0
        seen = self.seen[cut].copy()
        seen[-1] = seen[-1] * known
        return replace(self, opening=self.opening[:, cut], income=income, spent=spent, seen=seen)


@dataclass(frozen=True)
class Curves:
    """What was fitted.

    Parameters
    ----------
    rates
        Shape (G, 12): each month's rate in each group.
    speed, trust
        Shape (n,): how fast each is, 1 as its group; the part of that which is its own.
    within, between
        The variances σ² and τ².
    """

    rates: Floats
    speed: Floats
    trust: Floats
    within: float
    between: float


@dataclass(frozen=True)
class Ahead:
    """What is foreseen for the rest of the year.

    Parameters
    ----------
    used, there
        Shape (n,): spent so far, and what is there.
    rate, deviation
        Shape (n,): the rate foreseen, and the size of a usual error of it.
    path
        Shape (n, 12): which part of the rate lies behind at the end of each month, up to 1.
    """

    used: Floats
    there: Floats
    rate: Floats
    deviation: Floats
    path: Floats

    def use(self, errors: Floats) -> Floats:
        """Return the use at the end of the year, for errors in usual sizes, shape (…, n)."""
        found: Floats = self.used + self.there * spent_share(self.rate + self.deviation * errors)
        return found


def spent_share(rate: Floats) -> Floats:
    """Return the share that a rate spends: all from ``ALL`` on, none below 0."""
    found: Floats = np.where(rate >= ALL, 1.0, -np.expm1(-np.maximum(rate, 0.0)))
    return found


def rate_of(share: Floats) -> Floats:
    """Return the rate that spends a share; below 0 if more came back than was spent."""
    with np.errstate(divide="ignore"):
        found: Floats = np.clip(-np.log1p(-np.minimum(share, 1.0)), -ALL, ALL)
    return found


def fit(history: History, shape: Shape) -> Curves:
    """Return the curves fitted to all that is seen; months without money have hardly any rate."""
    room, budget = history.room, history.budget
    part = np.broadcast_to(history.seen, room.shape)
    weights = np.zeros(room.shape)
    np.divide(room, budget, out=weights, where=(room > 0) & (budget > 0) & (part > 0))
    observed = rate_of(np.divide(history.spent, room, out=np.zeros(room.shape), where=weights > 0))
    speed = np.ones(len(room))
    # Who is fast has little left late in the year, so that rates without speeds are too low then.
    for _ in range(_ROUNDS):
        rates = _rates(observed, weights, part, history, np.maximum(speed, _LEAST))
        found = _speeds(observed, weights, rates[history.group][:, None, :] * part)
        speed = np.fmax(found.estimate, 0)
    if shape == "weibull":
        rates = smooth(rates)
        found = _speeds(observed, weights, rates[history.group][:, None, :] * part)
        speed = np.fmax(found.estimate, 0)
    return Curves(rates, speed, found.trust, found.within, found.between)


def _speeds(observed: Floats, weights: Floats, expected: Floats) -> Credibility:
    """Return how fast each is, shape (n,), against what its group's rates let expect."""
    who = np.broadcast_to(np.arange(len(observed))[:, None, None], observed.shape)
    relative = np.divide(observed, expected, out=np.zeros(observed.shape), where=expected > 0)
    return credibility(relative.ravel(), (weights * expected).ravel(), who.ravel(), len(observed))


def _rates(
    observed: Floats, weights: Floats, part: Floats, history: History, speed: Floats
) -> Floats:
    """Return each month's rate in each group, shape (G, 12), leaning on that of all."""
    group = np.broadcast_to(history.group[:, None], observed.shape[:2]).ravel()
    rates = np.empty((history.groups, 12))
    for month in range(12):
        expected = speed[:, None] * part[:, :, month]
        value = np.divide(
            observed[:, :, month], expected, out=np.zeros(expected.shape), where=expected > 0
        )
        weight = weights[:, :, month] * expected
        found = credibility(value.ravel(), weight.ravel(), group, history.groups)
        rates[:, month] = found.estimate
    # A mean over nothing is NaN: in that month nobody had money.
    floored: Floats = np.fmax(rates, _LEAST)
    return floored


def smooth(rates: Floats) -> Floats:
    """Return rates whose sums so far follow c (m / 12)^k in each group, by least squares."""
    from scipy.optimize import curve_fit

    time = np.arange(1, 13) / 12
    found = np.empty(rates.shape)
    for group, sums in enumerate(np.cumsum(rates, axis=1)):
        (scale, power), _ = curve_fit(
            lambda x, c, k: c * x**k, time, sums, p0=(sums[-1], 1.5), bounds=(1e-6, (50.0, 12.0))
        )
        found[group] = np.diff(scale * time**power, prepend=0.0)
    floored: Floats = np.maximum(found, _LEAST)
    return floored


def ahead(history: History, curves: Curves) -> Ahead:
    """Return what is foreseen from where the history ends."""
    rest = curves.rates[history.group] * (1 - history.seen[-1])
    whole = rest.sum(axis=1)
    budget = history.used + history.there
    weight = np.divide(history.there, budget, out=np.ones(len(budget)), where=history.there > 0)
    variance = curves.within * whole / weight
    variance += whole**2 * curves.between * (1 - curves.trust)
    sums = np.cumsum(rest, axis=1)
    path = np.divide(sums, whole[:, None], out=np.ones(rest.shape), where=whole[:, None] > 0)
    return Ahead(history.used, history.there, curves.speed * whole, np.sqrt(variance), path)

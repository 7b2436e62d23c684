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

Of the money there, R, with S spent so far, use by the end of the year is S + R a for a share a
between 0 and 1, so that it never falls below S nor goes beyond S + R. How far a may be from what
the curve says is the business of :mod:`.spending_errors`.
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
#: A rate of this much leaves less than a hundredth: more cannot be told apart.
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
    """

    rates: Floats
    speed: Floats
    trust: Floats


@dataclass(frozen=True)
class Ahead:
    """What is foreseen for the rest of the year.

    Parameters
    ----------
    months
        How many months are over, 11 at most.
    used, there
        Shape (n,): spent so far, and what is there.
    rate
        Shape (n,): the rate of the months that are not over, the present one as a whole.
    path
        Shape (n, 12): which part of that rate comes between now and the end of each month.
    """

    months: int
    used: Floats
    there: Floats
    rate: Floats
    path: Floats

    def use(self, shares: Floats, month: int = 12) -> Floats:
        """Return the use by the end of a month, for shares since the month began, shape (…, n)."""
        part = self.path[:, month - 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            spent = -np.expm1(part * np.log1p(-shares))
        found: Floats = self.used + self.there * np.where(part > 0, spent, 0.0)
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
    return Curves(rates, speed, found.trust)


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
    """Return rates whose sums so far follow c (m / 12)^k in each group.

    Least squares of the logarithms, each with the weight that makes them those of the sums.
    """
    time, sums = np.log(np.arange(1, 13) / 12), np.cumsum(rates, axis=1)
    weights = sums**2 / (sums**2).sum(axis=1, keepdims=True)
    logs = np.log(sums)
    middle = (weights @ time)[:, None]
    level = (weights * logs).sum(axis=1, keepdims=True)
    spread = (weights * (time - middle) ** 2).sum(axis=1, keepdims=True)
    power = (weights * (time - middle) * (logs - level)).sum(axis=1, keepdims=True) / spread
    found = np.exp(level + power * (time - middle))
    floored: Floats = np.maximum(np.diff(found, axis=1, prepend=0.0), _LEAST)
    return floored


def ahead(history: History, curves: Curves) -> Ahead:
    """Return what is foreseen from where the history ends."""
    seen = history.seen[-1]
    months = min(int(seen.sum()), 11)
    rates = curves.rates[history.group]
    rate = rates[:, months:].sum(axis=1)
    path = np.cumsum(rates * (1 - seen), axis=1) / rate[:, None]
    return Ahead(months, history.used, history.there, curves.speed * rate, np.minimum(path, 1.0))

r"""A year of payments, made up: how much each of n recipients pays, on which days, and spends.

Recipient i pays out the share :math:`u_i` of what it gets, its payments spread over the year by

.. math::

    F_i(x) = 1 - (1 - x^{a_i})^{b_i}, \qquad x \in [0, 1]

(Kumaraswamy, *J. Hydrology* 46, 1980). Habits :math:`u, a, b` are drawn once per recipient, slow
or steady; each year they are moved by noise of its own and by a shock common to all. This is not
the curve that :mod:`.spending_curves` fits, so that a back-test on it proves something. All
amounts are whole, nothing is paid before it is there, nor spent before it is paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, Mask

#: The last days of the year on which is paid, and on which is spent.
LAST_PAID, LAST_SPENT = 340, 363
#: Of the recipients slow ones; of the payments those committed before, and those spent in part.
_SLOW, _COMMITTED, _IN_PART = 0.2, 0.05, 0.15
#: Of the payments spent in part, those whose rest is refunded.
_REFUNDED = 0.3
#: Days from commitment to payment; the day on which slow recipients commit part of their rest.
_AHEAD, _PLEDGED_ON = 12, 335
_PLEDGED = 3, 10
#: Relative size of the yearly noise: of one recipient, and of all together.
_OWN, _COMMON, _OWN_USE = 0.15, 0.10, 0.04


@dataclass(frozen=True)
class Habits:
    """How each recipient spends, year after year; shape (n,) each.

    Parameters
    ----------
    slow
        Whether it is one of the slow ones.
    use
        Share of its money that it pays out in a year.
    early, late
        The exponents a and b of its curve.
    lag
        Mean days from a payment to its spending.
    """

    slow: Mask
    use: Floats
    early: Floats
    late: Floats
    lag: Floats


@dataclass(frozen=True)
class Payments:
    """Payments of a year, shape (k,) each; days count from 1, amounts are whole.

    Parameters
    ----------
    who
        Position of the recipient.
    committed_on
        0 where nothing was committed before.
    spent, refunded
        Of ``paid``; what is neither stays paid and unspent.
    """

    who: Integers
    committed_on: Integers
    paid_on: Integers
    paid: Integers
    spent_on: Integers
    spent: Integers
    refunded: Integers


@dataclass(frozen=True)
class Left:
    """What is left of a year's money, shape (n,) each: free, committed, and paid but unspent."""

    free: Integers
    committed: Integers
    paid: Integers


def habits(rng: np.random.Generator, count: int) -> Habits:
    """Return habits of ``count`` recipients: a fifth of them slow and late."""
    slow = rng.random(count) < _SLOW
    return Habits(
        slow=slow,
        use=np.where(slow, rng.beta(6, 5, count), rng.beta(30, 2.5, count)),
        early=np.where(slow, rng.uniform(2.0, 3.5, count), rng.uniform(1.1, 2.0, count)),
        late=np.where(slow, rng.uniform(1.0, 1.6, count), rng.uniform(1.2, 2.4, count)),
        lag=rng.uniform(5, 40, count),
    )


def payments(
    rng: np.random.Generator,
    known: Habits,
    given: Integers,
    opened: Integers,
    count: int,
) -> Payments:
    """Return ``count`` payments of a year (fewer if amounts are too small to be cut so often).

    Parameters
    ----------
    given
        Shape (2, n), whole: what each recipient gets first, and later.
    opened
        Shape (2, n): the days on which it gets them.
    """
    size = given.shape[1]
    who = np.sort(np.concatenate([np.arange(size), rng.integers(size, size=count - size)]))
    use = np.clip(known.use + rng.normal(0, _OWN_USE, size), 0.05, 0.995)
    total = np.floor(use * given.sum(axis=0))
    bounds = np.floor(_within(rng.gamma(3.0, size=count), who, size) * total[who])
    before = np.concatenate([[0.0], bounds[:-1]])
    before[np.concatenate([[True], who[1:] != who[:-1]])] = 0
    day = np.ceil(_moments(rng, known, who, size) * LAST_PAID)
    # What goes beyond the first part waits for the second.
    opening = np.where(bounds <= given[0][who], opened[0][who], opened[1][who]) + 1
    paid_on = np.maximum(day, opening).astype(np.int64)
    paid = (bounds - before).astype(np.int64)
    lag = np.ceil(rng.exponential(known.lag[who]))
    in_part = rng.random(count) < _IN_PART
    fraction = np.where(in_part, rng.uniform(0.3, 0.95, count), 1.0)
    spent = np.ceil(paid * fraction).astype(np.int64)
    ahead = np.where(rng.random(count) < _COMMITTED, np.maximum(paid_on - _AHEAD, opening), 0)
    refunded = np.where(in_part & (rng.random(count) < _REFUNDED), paid - spent, 0)
    kept = paid > 0
    found = Payments(
        who=who,
        committed_on=ahead.astype(np.int64),
        paid_on=paid_on,
        paid=paid,
        spent_on=np.minimum(paid_on + lag, LAST_SPENT).astype(np.int64),
        spent=spent,
        refunded=refunded,
    )
    return found if kept.all() else _only(found, kept)


def pledges(known: Habits, given: Integers, found: Payments) -> tuple[int, Integers]:
    """Return the day on which slow recipients commit part of what they do not pay, and how much."""
    free = given.sum(axis=0) - _sums(found.who, found.paid, given.shape[1])
    return _PLEDGED_ON, np.where(known.slow, free * _PLEDGED[0] // _PLEDGED[1], 0)


def left(given: Integers, found: Payments, pledged: Integers) -> Left:
    """Return what is left at the end of the year."""
    size = given.shape[1]
    paid, refunded = (_sums(found.who, part, size) for part in (found.paid, found.refunded))
    spent = _sums(found.who, found.spent, size)
    free = given.sum(axis=0) - paid + refunded - pledged
    return Left(free, pledged, paid - spent - refunded)


def later(rng: np.random.Generator, rest: Left) -> Payments:
    """Return what is paid and spent of last year's rest: at most two payments a recipient.

    A payment out of what was committed has ``committed_on`` -1: it was so before.
    """
    size = len(rest.free)
    who = np.repeat(np.arange(size), 2)
    out_of = np.stack([rest.free, rest.committed], axis=1).ravel()
    paid = np.floor(out_of * rng.beta(8, 3, 2 * size)).astype(np.int64)
    paid_on = rng.integers(40, 240, 2 * size)
    # What lies paid since last year is spent with the first of the two.
    lying = np.stack([rest.paid, np.zeros(size, dtype=np.int64)], axis=1).ravel()
    spent = np.floor((paid + lying) * rng.beta(20, 2, 2 * size)).astype(np.int64)
    return Payments(
        who=who,
        committed_on=np.tile([0, -1], size),
        paid_on=paid_on,
        paid=paid,
        spent_on=paid_on + rng.integers(3, 90, 2 * size),
        spent=spent,
        refunded=np.zeros(2 * size, dtype=np.int64),
    )


def _moments(rng: np.random.Generator, known: Habits, who: Integers, size: int) -> Floats:
    """Return when in the year each payment is made, in (0, 1), in order within a recipient."""
    common = np.exp(rng.normal(0, _COMMON, 2))
    own = np.exp(rng.normal(0, _OWN, (2, size)))
    early, late = known.early * own[0] * common[0], known.late * own[1] * common[1]
    level = np.sort(rng.random(len(who)) + who) - who
    moments: Floats = (1 - (1 - level) ** (1 / late[who])) ** (1 / early[who])
    return moments


def _within(parts: Floats, who: Integers, size: int) -> Floats:
    """Return the running share of ``parts`` within each recipient, 1 at its last."""
    running = np.cumsum(parts)
    ends = running[np.cumsum(np.bincount(who, minlength=size)) - 1]
    start = np.concatenate([[0.0], ends[:-1]])
    shares: Floats = np.minimum((running - start[who]) / (ends - start)[who], 1.0)
    return shares


def _sums(who: Integers, amounts: Integers, size: int) -> Integers:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, who, amounts)
    return sums


def _only(found: Payments, kept: Mask) -> Payments:
    return Payments(*(getattr(found, name)[kept] for name in Payments.__dataclass_fields__))

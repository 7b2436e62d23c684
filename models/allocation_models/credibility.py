r"""Credibility: the mean of each member, drawn towards the mean of all as far as it is uncertain.

Observations :math:`X_{jt}` of member j have weights :math:`w_{jt}`, mean :math:`\mu_j` and variance
:math:`\sigma^2 / w_{jt}`; the :math:`\mu_j` have mean :math:`\mu` and variance :math:`\tau^2`. The
best linear estimate is

.. math::

    \hat\mu_j = Z_j \bar X_j + (1 - Z_j) \bar X, \qquad
    Z_j = \frac{w_j \tau^2}{w_j \tau^2 + \sigma^2}, \qquad w_j = \textstyle\sum_t w_{jt}

with :math:`\sigma^2` from the spread within members and :math:`\tau^2` from that between them,
no less than 0 (Bühlmann and Straub, *Mitteilungen der Vereinigung schweizerischer
Versicherungsmathematiker* 70, 1970; Bühlmann and Gisler, *A Course in Credibility Theory*, 2005,
chapter 4). A member without observations gets the mean of all, one with many its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import sums_by

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers


@dataclass(frozen=True)
class Credibility:
    """Estimates of J members.

    Parameters
    ----------
    estimate, trust
        Shape (J,): the estimate, and Z, the part that is the member's own.
    mean
        Mean of all.
    within, between
        The variances of an observation of weight 1, and of the members' means.
    """

    estimate: Floats
    trust: Floats
    mean: float
    within: float
    between: float


def credibility(values: Floats, weights: Floats, member: Integers, count: int) -> Credibility:
    """Return the estimates of ``count`` members.

    Parameters
    ----------
    values, weights, member
        Shape (k,): observations, their weights (0: not seen), and whose they are.
    """
    seen = weights > 0
    values, weights, member = values[seen], weights[seen], member[seen]
    weight = sums_by(member, weights, count)
    whole = float(weight.sum())
    mean = float(weights @ values) / whole if whole else float("nan")
    own = np.full(count, mean)
    known = weight > 0
    own[known] = sums_by(member, weights * values, count)[known] / weight[known]
    spare = len(values) - int(known.sum())
    within = float(weights @ (values - own[member]) ** 2) / spare if spare > 0 else 0.0
    spread = float(weight @ (own - mean) ** 2) - (int(known.sum()) - 1) * within
    room = whole - float(weight @ weight) / whole if whole else 0.0
    # One member alone has nobody to differ from.
    between = max(spread / room, 0.0) if room > 1e-12 * whole else 0.0
    trust = np.zeros(count)
    if between > 0:
        trust[known] = weight[known] * between / (weight[known] * between + within)
    return Credibility(trust * own + (1 - trust) * mean, trust, mean, within, between)

r"""Payments of n amounts over T months: a network in time.

With payments :math:`p_{it} \ge 0`, cumulative payments :math:`P_{it} = P_{i,t-1} + p_{it}`, which
are held as :math:`P_{it} = m_{it} + e_{it}`: what meets the need :math:`N_{it}` so far
(:math:`m_{it} \le N_{it}`) and what goes beyond it and lies idle (:math:`e_{it} \ge 0`), money in
the treasury :math:`h_t`, receipts :math:`r_t` and a limit :math:`c_t`:

.. math::

    \operatorname{lex\,min}\quad & \textstyle\sum_{it} (N_{it} - m_{it}), \quad
        \sum_{it} e_{it}, \quad \sum_{it} (T - t)(N_{it} - m_{it}), \quad
        \text{evenness}, \quad \text{smoothness} \\
    \text{s.t.}\quad & m_{i,t-1} + e_{i,t-1} + p_{it} = m_{it} + e_{it} \\
    & h_{t-1} + r_t = h_t + \textstyle\sum_i p_{it}, \qquad \sum_i p_{it} \le c_t, \qquad h \ge 0 \\
    & L_{it} \le P_{it} \le U_{it}, \qquad \underline p_{it} \le p_{it} \le \overline p_{it}

All quantities are whole quanta. The first objective counts an amount once for each month it is late
(amount × months), the second once for each month it lies idle; the third prefers that early need
is met. Evenness cuts each :math:`m_{it}` into equal parts of its need that cost more and more, so
that scarce cash reaches everyone's first part before anyone's second, then each :math:`e_{it}`
into parts of its amount, so that what must be paid ahead of need goes to all; smoothness does the
same to the months' totals. Every month of an amount is a node, so this is a flow (:mod:`.flow`):
whole optima, whole multipliers. Cumulative columns keep the matrix at two entries a column, where
prefix sums of payments would have T.

Deadlines and shares payable on issue are bounds on P; what was paid already is a payment with both
bounds equal. Multi-period flows: Ahuja, Magnanti and Orlin, *Network Flows* (1993), section 1.3 and
chapter 19.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from allocation_models.flow import Network, Objective, least_cost
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.program import Integers
    from allocation_models.solvers import Solver

Aim = Literal["unmet", "idle", "early", "tranches", "even", "smooth"]
#: Into how many parts evenness cuts each need, and each amount for what is paid ahead of need;
#: smoothness each month's total.
EVEN_PARTS, AHEAD_PARTS, SMOOTH_PARTS = 10, 40, 40


@dataclass(frozen=True)
class Payable:
    """What is to be paid, in whole quanta.

    Parameters
    ----------
    need
        Shape (n, T): need so far, never falling.
    least, most
        Shape (n, T): bounds of what is paid so far; ``most`` nowhere above the amount.
    pay_least, pay_most
        Shape (n, T): bounds of the payment of each month.
    received, limit
        Shape (T,): receipts of each month, and the most that is paid in it (``NO_BOUND``: any).
    """

    need: Integers
    least: Integers
    most: Integers
    pay_least: Integers
    pay_most: Integers
    received: Integers
    limit: Integers

    @property
    def size(self) -> tuple[int, int]:
        """The numbers of amounts n and of months T."""
        return self.need.shape[0], self.need.shape[1]


@dataclass(frozen=True)
class Arcs:
    """Where each kind of arc stands: ``held`` and ``total`` (T,), the others (n, T)."""

    held: Integers
    total: Integers
    paid: Integers
    met: Integers
    idle: Integers


def arcs_of(size: tuple[int, int]) -> Arcs:
    """Return the positions of the arcs of n amounts over T months."""
    n, months = size
    starts = np.cumsum([0, months, months, n * months, n * months, n * months])
    runs = [np.arange(low, high) for low, high in pairwise(starts.tolist())]
    table = (n, months)
    return Arcs(runs[0], runs[1], *(run.reshape(table) for run in runs[2:]))


def network_of(payable: Payable) -> Network:
    """Return the network: treasury, paying desk, and a node for each month of each amount."""
    n, months = payable.size
    month = np.arange(months)
    desk, outside = months + month, 2 * months + n * months
    cell = 2 * months + np.arange(n * months).reshape(n, months)
    later = np.full((n, months), outside)
    later[:, :-1] = cell[:, 1:]
    most = payable.most
    met_most = np.minimum(payable.need, most)
    met_least = np.minimum(payable.least, payable.need)
    zero = np.zeros(months, dtype=np.int64)
    return Network(
        tail=_run(month, month, np.broadcast_to(desk, (n, months)), cell, cell),
        head=_run(np.append(month[1:], outside), desk, cell, later, later),
        lower=_run(zero, zero, payable.pay_least, met_least, payable.least - met_least),
        upper=_run(zero + NO_BOUND, payable.limit, payable.pay_most, met_most, most - met_most),
        supply=np.concatenate([payable.received, np.zeros(months + n * months, dtype=np.int64)]),
    )


def _run(*parts: Integers) -> Integers:
    return np.concatenate([part.ravel() for part in parts]).astype(np.int64)


def objectives_of(payable: Payable, aims: Sequence[Aim]) -> list[Objective]:
    """Return the objectives of ``aims`` in their order, then that of equals: first rows first."""
    arcs, (n, months) = arcs_of(payable.size), payable.size
    count, left = 2 * months + 3 * n * months, months - np.arange(months)

    def cost(where: Integers, value: Integers | int) -> Integers:
        found = np.zeros(count, dtype=np.int64)
        found[where] = value
        return found

    size = cost(arcs.met, payable.need) + cost(arcs.total, _most_in_a_month(payable))
    size += cost(arcs.idle, payable.most[:, -1:])
    known = {
        "unmet": [Objective(cost(arcs.met, -1))],
        "idle": [Objective(cost(arcs.idle, 1))],
        "early": [Objective(cost(arcs.met, -left))],
        "even": [
            Objective(cost(arcs.met, 1), EVEN_PARTS, size),
            Objective(cost(arcs.idle, 1), AHEAD_PARTS, size),
        ],
        "smooth": [Objective(cost(arcs.total, 1), SMOOTH_PARTS, size)],
    }
    place = (n - np.arange(n))[:, None] * np.arange(1, months + 1)
    chosen = [objective for aim in aims for objective in known.get(aim, [])]
    return [*chosen, Objective(cost(arcs.paid, place))]


def _most_in_a_month(payable: Payable) -> int:
    """Return what no month pays more of: the largest need of a month, or the largest limit."""
    total = int(payable.most[:, -1].sum())
    limits = payable.limit[payable.limit < NO_BOUND]
    return min(total, int(limits.max())) if len(limits) == len(payable.limit) else total


def pay(payable: Payable, aims: Sequence[Aim], solver: Solver) -> Integers:
    """Return the one best table of payments, shape (n, T), whole quanta.

    Raises
    ------
    InfeasibleError
        If the bounds cannot all hold; its columns are arcs (:func:`arcs_of`).
    UnprovenError
        If nothing was proven.

    >>> from allocation_models.solvers.highs import simplex
    >>> need, most = np.array([[4, 8], [0, 4]]), np.array([[8, 8], [4, 4]])
    >>> free, cash = np.full((2, 2), 12), np.array([3, 9])
    >>> table = Payable(need, 0 * need, most, 0 * need, free, np.array([12, 0]), cash)
    >>> pay(table, ["unmet", "idle"], simplex).tolist()
    [[3, 5], [0, 4]]
    """
    flow = least_cost(network_of(payable), objectives_of(payable, aims), solver)
    return np.asarray(flow[arcs_of(payable.size).paid])


def so_far(payments: Integers) -> Integers:
    """Return what is paid so far at the end of each month, shape (n, T)."""
    return np.cumsum(payments, axis=1)


@dataclass(frozen=True)
class Measures:
    """What a table of payments comes to, in quanta × months, and its payments."""

    unmet: int
    idle: int
    tranches: int
    last: int


def measured(payable: Payable, payments: Integers) -> Measures:
    """Return unmet need, idle money, the number of payments and the last month with one."""
    gap = payable.need - so_far(payments)
    used = np.flatnonzero(payments.any(axis=0))
    return Measures(
        unmet=int(np.maximum(gap, 0).sum()),
        idle=int(np.maximum(-gap, 0).sum()),
        tranches=int(np.count_nonzero(payments)),
        last=int(used[-1]) if len(used) else -1,
    )


def keeps(payable: Payable, payments: Integers) -> bool:
    """Whether whole payments keep every bound, checked without the network."""
    paid = so_far(payments)
    cash = np.cumsum(payable.received) - np.cumsum(payments.sum(axis=0))
    sound = (payments >= payable.pay_least) & (payments <= payable.pay_most)
    sound &= (paid >= payable.least) & (paid <= payable.most)
    return bool(sound.all() and (cash >= 0).all() and (payments.sum(0) <= payable.limit).all())

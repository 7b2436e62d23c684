r"""Payments that follow a target month by month, as far as the cash goes: the rules of thumb.

.. math::

    w_{it} = \min(G_{it}, U_{it}) - P_{i,t-1}, \qquad
    p_{it} = w_{it} \min\!\left(1, \frac{k_t}{\sum_i w_{it}}\right), \qquad
    k_t = \min(c_t, h_{t-1} + r_t)

with targets G so far, wants w, cash k; in whole quanta by largest remainders, equal ones to the
first. What was short is wanted again the month after. Nothing is looked ahead at, which is what an
optimal plan is compared with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocation_models.disbursement import Payable
    from allocation_models.program import Integers


def follow(payable: Payable, target: Integers) -> Integers:
    """Return payments (n, T) that follow ``target`` (n, T) so far, under cash and ``most``.

    >>> from allocation_models.disbursement import Payable
    >>> need = np.array([[3, 6], [1, 2]])
    >>> free = np.full((2, 2), 9)
    >>> table = Payable(need, 0 * need, free, 0 * need, free, np.array([9, 0]), np.array([3, 9]))
    >>> follow(table, need).tolist()
    [[2, 4], [1, 1]]
    """
    n, months = payable.size
    payments, paid, cash = np.zeros((n, months), dtype=np.int64), np.zeros(n, dtype=np.int64), 0
    for month in range(months):
        cash += int(payable.received[month])
        wanted = np.minimum(target[:, month], payable.most[:, month]) - paid
        wanted = np.minimum(np.maximum(wanted, 0), payable.pay_most[:, month])
        settled = payable.pay_least[:, month]
        room = min(int(payable.limit[month]), cash) - int(settled.sum())
        payments[:, month] = settled + _share(np.maximum(wanted - settled, 0), max(room, 0))
        paid += payments[:, month]
        cash -= int(payments[:, month].sum())
    return payments


def _share(wanted: Integers, room: int) -> Integers:
    """Return what each gets of ``room``, in proportion to what is wanted."""
    total = int(wanted.sum())
    if total <= room:
        return wanted
    exact = wanted.astype(object) * room
    whole = (exact // total).astype(np.int64)
    left = room - int(whole.sum())
    first = np.argsort(-(exact % total).astype(np.float64), kind="stable")[:left]
    whole[first] += 1
    return whole

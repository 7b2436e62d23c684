r"""Payments in tranches row by row: a rule of thumb where the whole program is out of reach.

With the others' payments standing, row i is asked for its own best,

.. math::

    \operatorname{lex\,min}\; (\text{unmet}_i, \text{idle}_i, \dots) \quad\text{s.t.}\quad
    p_{it} \le c_t - \textstyle\sum_{j \ne i} p_{jt}, \qquad
    P_{it} \le \min_{s \ge t}\Bigl(\textstyle\sum_{u \le s} r_u - \sum_{j \ne i} P_{js}\Bigr)

and its bounds and rules of tranches (:mod:`.tranches`, twelve binaries and not twelve a row), row
after row, until a whole round changes nothing or :data:`ROUNDS` are done. The start is a list:
month by month whoever lacks the largest share from here on gets an equal part of what is left. No
round makes the first objective worse; nothing proves the end best, which what is possible without
tranches bounds from below. Every step has one answer, so the end is the same on every solver.
Row by row is coordinate descent; lists: Graham, "Bounds on multiprocessing timing anomalies",
*SIAM Journal on Applied Mathematics* 17 (1969).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import InfeasibleError
from allocation_models.disbursement import Payable, pay
from allocation_models.tranches import NoTranchesError, Tranches, pay_in_tranches, with_months

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.disbursement import Aim
    from allocation_models.program import Integers
    from allocation_models.solvers import Solver

#: The most rounds over all rows.
ROUNDS = 4


def pay_in_turn(
    payable: Payable, tranches: Tranches, aims: Sequence[Aim], solver: Solver
) -> Integers:
    """Return payments that keep the bounds and the rules of tranches, shape (n, T), whole quanta.

    Raises
    ------
    NoTranchesError
        If the list does not lead to any, which proves nothing.
    UnprovenError
        If a step was not proven.

    >>> from allocation_models.solvers.highs import simplex
    >>> need, most = np.array([[4, 8], [0, 4]]), np.array([[8, 8], [4, 4]])
    >>> free, cash = np.full((2, 2), 12), np.array([4, 8])
    >>> table = Payable(need, 0 * need, most, 0 * need, free, np.array([12, 0]), cash)
    >>> rules = Tranches(np.array([2, 1]), np.array([4, 4]))
    >>> pay_in_turn(table, rules, ["unmet", "idle", "tranches"], simplex).tolist()
    [[4, 4], [0, 4]]
    """
    one_row: list[Aim] = [aim for aim in aims if aim not in ("even", "smooth")]
    payments = _among_months(payable, tranches, listed(payable, tranches), aims, solver)
    for _ in range(ROUNDS):
        before = payments.copy()
        for row in range(len(payments)):
            payments[row] = _alone(payable, tranches, row, payments, one_row, solver)
        if (payments == before).all():
            break
    return _among_months(payable, tranches, payments, aims, solver)


def listed(payable: Payable, tranches: Tranches) -> Integers:
    """Return the list's payments; where it ends early they do not keep every bound."""
    payments = np.where(payable.pay_least == payable.pay_most, payable.pay_least, 0)
    wanted = np.maximum(payable.need, payable.least)
    left, paid = tranches.most.copy(), np.zeros(len(payments), dtype=np.int64)
    cash = 0
    for month in range(payable.size[1]):
        paid += payments[:, month]
        cash += int(payable.received[month] - payments[:, month].sum())
        settled = int(payments[:, month].sum())
        room = min(int(payable.limit[month]) - settled, cash)
        spent = _month_of(payable, tranches, month, (wanted, left, paid, room))
        payments[:, month] += spent
        paid, left, cash = paid + spent, left - (spent > 0), cash - int(spent.sum())
    return payments


def _month_of(
    payable: Payable,
    tranches: Tranches,
    month: int,
    state: tuple[Integers, Integers, Integers, int],
) -> Integers:
    """Return one month's payments: an equal part of what is left to whoever lacks most."""
    wanted, left, paid, room = state
    rest = payable.most[:, -1] - paid
    part = np.maximum(-(-rest // np.maximum(left, 1)), tranches.least)
    part = np.minimum(part, np.minimum(rest, payable.pay_most[:, month]))
    can = (left > 0) & (part > 0) & (part >= np.minimum(tranches.least, rest))
    can &= paid + part <= payable.most[:, month]
    can &= payable.pay_least[:, month] < payable.pay_most[:, month]
    lacks = np.maximum(wanted[:, month:] - paid[:, None], 0).sum(axis=1)
    share = lacks / np.maximum(payable.most[:, -1], 1)
    found = np.zeros_like(paid)
    for row in np.argsort(-share, kind="stable").tolist():
        if can[row] and part[row] <= room:
            found[row] = part[row]
            room -= int(part[row])
    return found


def _among_months(
    payable: Payable, tranches: Tranches, payments: Integers, aims: Sequence[Aim], solver: Solver
) -> Integers:
    """Return the best payments in the same months as these."""
    try:
        return pay(with_months(payable, tranches, payments > 0), aims, solver)
    except InfeasibleError:
        raise NoTranchesError from None


def _alone(
    payable: Payable,
    tranches: Tranches,
    row: int,
    payments: Integers,
    aims: Sequence[Aim],
    solver: Solver,
) -> Integers:
    """Return the best payments of one row, the others standing."""
    others = np.delete(payments, row, axis=0).sum(axis=0)
    there = np.cumsum(payable.received) - np.cumsum(others)
    for_row = np.minimum.accumulate(there[::-1])[::-1]
    one = slice(row, row + 1)
    alone = replace(
        payable,
        need=payable.need[one],
        least=payable.least[one],
        most=payable.most[one],
        pay_least=payable.pay_least[one],
        pay_most=payable.pay_most[one],
        received=np.diff(for_row, prepend=0),
        limit=payable.limit - others,
    )
    rules = Tranches(tranches.most[one], tranches.least[one])
    return np.asarray(pay_in_tranches(alone, rules, aims, solver)[0])

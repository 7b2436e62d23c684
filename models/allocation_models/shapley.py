r"""Shapley values: the part of a change that is due to each of several causes.

.. math::

    \varphi_p = \sum_{S \subseteq N \setminus p} \frac{|S|!\,(k-|S|-1)!}{k!}
        \bigl(v(S \cup p) - v(S)\bigr)

with k causes (players) and v the outcome when only those in S are at work (Shapley, in
*Contributions to the Theory of Games* II, 1953): the mean, over all orders in which the causes
may set in, of what each adds as it sets in. The parts add up to :math:`v(N) - v(\emptyset)`;
alike causes get alike parts; a cause that never changes anything gets none. Exact up to a few
causes; for more, the mean over sampled orders, each taken forwards and backwards, with its
standard error (Castro, Gómez and Tejada, *Comput. Oper. Res.* 36, 2009; antithetic pairs as in
Mitchell et al., *J. Mach. Learn. Res.* 23, 2022). Outcomes are vectors, one entry per recipient.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import factorial
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation_models.program import BigIntegers, Floats, Integers, Mask


@dataclass(frozen=True)
class Parts:
    """Each player's part of the change.

    Parameters
    ----------
    numerator, denominator
        Shape (k, n), Python integers, over one denominator.
    error
        Shape (k, n): standard errors of sampled parts; None where the parts are exact.
    orders
        How many orders were sampled, 0 where the parts are exact.
    """

    numerator: BigIntegers
    denominator: int
    error: Floats | None = None
    orders: int = 0


def exact_parts(outcome: Callable[[int], Integers], players: int) -> Parts:
    """Return the Shapley values of ``players`` causes from all their subsets.

    Parameters
    ----------
    outcome
        From the players at work, as a bit set, to what comes out: shape (n,), whole numbers.
    """
    values = np.stack([outcome(chosen) for chosen in range(1 << players)]).astype(object)
    sizes = np.array([chosen.bit_count() for chosen in range(1 << players)])
    weights = np.array(
        [factorial(size) * factorial(max(players - size - 1, 0)) for size in range(players + 1)],
        dtype=object,
    )
    parts = []
    for player in range(players):
        without = np.flatnonzero((np.arange(1 << players) >> player) & 1 == 0)
        added = values[without | 1 << player] - values[without]
        parts.append((weights[sizes[without]][:, None] * added).sum(axis=0))
    return Parts(np.array(parts, dtype=object), factorial(players))


def random_orders(players: int, count: int, seed: int = 0) -> list[Integers]:
    """Return ``count`` orders of the players, drawn independently; the same for the same seed."""
    rng = np.random.default_rng(seed)
    return [rng.permutation(players) for _ in range(count)]


def subsets_of(orders: list[Integers]) -> list[int]:
    """Return every subset, as a bit set, that some order passes forwards or backwards."""
    passed = {0}
    for order in orders:
        for way in (order, order[::-1]):
            passed |= set(accumulate((1 << player for player in way.tolist()), or_))
    return sorted(passed)


def sampled_parts(outcome: Callable[[int], Integers], orders: list[Integers]) -> Parts:
    """Return the mean over ``orders``, at least two, each taken forwards and backwards.

    Each order's parts add up to the whole change, so their mean does too. The standard error is
    that of the means of such pairs, which are independent.
    """
    pairs = len(orders)
    both = np.stack([_added(outcome, order) + _added(outcome, order[::-1]) for order in orders])
    spread = both.astype(np.float64) / 2
    error = spread.std(axis=0, ddof=1) / np.sqrt(pairs)
    return Parts(both.astype(object).sum(axis=0), 2 * pairs, error, 2 * pairs)


def _added(outcome: Callable[[int], Integers], order: Integers) -> Integers:
    """Return what each player adds as it sets in, in this order: shape (k, n)."""
    steps, chosen = [outcome(0)], 0
    for player in order.tolist():
        chosen |= 1 << player
        steps.append(outcome(chosen))
    added = np.empty((len(order), len(steps[0])), dtype=steps[0].dtype)
    added[order] = np.diff(np.stack(steps), axis=0)
    return added


def in_whole_numbers(parts: Parts) -> Integers:
    r"""Return the parts as whole numbers, shape (k, n), rows and columns of the table controlled.

    .. math::

        w_{pi} \in \{\lfloor \varphi_{pi} \rfloor, \lceil \varphi_{pi} \rceil\}, \qquad
        \sum_p w_{pi} = \sum_p \varphi_{pi}, \qquad
        \sum_i w_{pi} \in \{\lfloor \Phi_p \rfloor, \lceil \Phi_p \rceil\},\;
        \Phi_p = \sum_i \varphi_{pi}

    Such a table always exists (Bacharach, *Manage. Sci.* 12, 1966). The largest fractions of each
    recipient go up first; then units move along chains of players until each player's sum is
    right.
    """
    whole = parts.numerator // parts.denominator
    rest = parts.numerator - whole * parts.denominator
    missing = rest.sum(axis=0) // parts.denominator
    place = np.argsort(np.argsort(-rest, axis=0, kind="stable"), axis=0, kind="stable")
    up = np.asarray(place < missing, dtype=bool)
    total = rest.sum(axis=1)
    least, most = total // parts.denominator, -(-total // parts.denominator)
    _balance(up, np.asarray(rest > 0, dtype=bool), least, most)
    return np.asarray(whole + up, dtype=np.int64)


def _balance(up: Mask, open_: Mask, least: BigIntegers, most: BigIntegers) -> None:
    """Move units between players in place until each has between ``least`` and ``most``."""
    while True:
        count = up.sum(axis=1)
        over, under = count > most, count < least
        if not (over.any() or under.any()):
            return
        # From a player with one too many to any that has room, or from any that can spare.
        start = over if over.any() else count > least
        end = under if not over.any() else count < most
        for one, other, column in _chain(up, open_, start, end):
            up[one, column], up[other, column] = False, True


def _chain(up: Mask, open_: Mask, start: Mask, end: Mask) -> list[tuple[int, int, int]]:
    """Return a shortest chain of moves (from, to, recipient) from ``start`` to ``end``."""
    came: dict[int, tuple[int, int] | None] = dict.fromkeys(np.flatnonzero(start).tolist())
    queue = list(came)
    for one in queue:
        if end[one]:
            moves, at = [], one
            while (step := came[at]) is not None:
                moves.append((step[0], at, step[1]))
                at = step[0]
            return moves
        can = up[one] & open_ & ~up
        for other in np.flatnonzero(can.any(axis=1)).tolist():
            if other not in came:
                came[other] = (one, int(np.argmax(can[other])))
                queue.append(other)
    raise ArithmeticError("no controlled rounding was found")

"""Rules of thumb for what is still to be paid, beside the optimal plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from allocation_models.follow import follow

if TYPE_CHECKING:
    from allocation.disbursement.prepared import Prepared
    from allocation_models.program import Integers

Strategy = Literal["optimal", "in_turn", "even", "by_need", "catch_up"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
#: Those that know no rules of tranches: they stand beside every plan.
RULES_OF_THUMB: tuple[Strategy, ...] = ("even", "by_need", "catch_up")


def payments_by(prepared: Prepared, strategy: Strategy) -> Integers:
    """Return the payments of a rule of thumb in quanta, shape (m, T); what is past stands.

    ``even``: what is left in equal parts over the months left. ``by_need``: in the proportions of
    the need that is still to come. ``catch_up``: what is behind at once, then as needed.
    """
    payable, frozen = prepared.payable, prepared.frozen
    target = payable.need
    if strategy != "catch_up":
        target = (_even if strategy == "even" else _by_need)(prepared)
    return follow(payable, np.maximum(target, _past(payable.pay_least, frozen)))


def _past(done: Integers, frozen: int) -> Integers:
    """Return what was paid so far, held through the months to come."""
    total = np.cumsum(done, axis=1)
    if frozen:
        total[:, frozen:] = total[:, frozen - 1 : frozen]
    return total


def _left(prepared: Prepared) -> tuple[Integers, Integers, Integers]:
    """Return paid before, still to be paid, and the position of each month after the past."""
    payable, frozen = prepared.payable, prepared.frozen
    before = payable.pay_least[:, :frozen].sum(axis=1)
    month = np.maximum(np.arange(payable.size[1]) - frozen + 1, 0)
    return before[:, None], (payable.most[:, -1] - before)[:, None], month


def _even(prepared: Prepared) -> Integers:
    before, left, month = _left(prepared)
    return np.asarray(before + left * month // max(int(month[-1]), 1))


def _by_need(prepared: Prepared) -> Integers:
    before, left, month = _left(prepared)
    need, frozen = prepared.payable.need, prepared.frozen
    passed = need[:, frozen - 1 : frozen] if frozen else np.zeros_like(left)
    coming = (need - passed) * (month > 0)
    whole = np.maximum(need[:, -1:] - passed, 1)
    share = left.astype(object) * np.maximum(coming, 0) // whole
    rest = np.where(need[:, -1:] > passed, share.astype(np.int64), left * (month > 0))
    return np.asarray(before + rest)

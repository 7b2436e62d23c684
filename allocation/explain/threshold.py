r"""The figure at which a recipient crosses a threshold of its entitlement.

.. math::

    v^* = \min \{ v : e_i(v) \ge a \}

for a rule that gives nothing to whose entitlement :math:`e_i` is under its amount :math:`a`. The
entitlement does not fall as a figure rises that counts for its recipient, so the threshold is
found by bisection on exact figures, to the last decimal the column has.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation import engine
from allocation.errors import BokuanError
from allocation.policy.kinds import ZeroOrAtLeast

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation.explain.what_if import Case
    from allocation.scenario.checks.columns import Use

#: How far from the figure a threshold is looked for, as shares of the figure.
REACH = (Fraction(1, 2), Fraction(3, 2))


def least_amounts(case: Case) -> dict[int, list[int]]:
    """Return for each recipient the thresholds of entitlement that decide whether it is funded."""
    found: dict[int, list[int]] = {}
    for rule in case.loaded.scenario.rules.values():
        if isinstance(rule, ZeroOrAtLeast) and rule.below == "drop":
            for index in np.flatnonzero(case.frame.members(rule.where, rule.exempt)).tolist():
                found.setdefault(index, []).append(rule.amount)
    return found


def across(case: Case, use: Use, index: int, column: tuple[int, int], amount: int) -> int | None:
    """Return the nearest figure on the other side of a threshold, in parts of the column's scale.

    Parameters
    ----------
    column
        The recipient's figure, and the column's scale.
    amount
        The threshold, fen.

    Returns
    -------
    int or None
        None if there is none within ``REACH``, or the changed data are not allowed.
    """
    value, scale = column

    def funded(parts: int) -> bool:
        changed = case.with_figure(use, index, Fraction(parts, scale))
        claims = engine.prepared(changed.loaded, changed.totals).entitlement
        return int(claims.numerator[index]) >= amount * claims.denominator

    low, high = (int(value * share) for share in REACH)
    try:
        if value <= 0 or funded(low) or not funded(high):
            return None
        least = _first(low, high, funded)
        return least - 1 if funded(value) else least
    except BokuanError:
        return None


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the first whole number above ``low`` for which ``holds``, as it does at ``high``."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high

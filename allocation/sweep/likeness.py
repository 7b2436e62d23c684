"""Whether an entry of a scenario is another's like but for numbers.

What is wrong with an entry, whom it is for and which rows it makes depend on its words, its
columns and on which of its numbers are given; the numbers only say how much. So a case whose
entries are all like those of a sound scenario is as sound, and has the same rows with other
bounds. Sums over several entries are looked at by whoever asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.policy.formula import Coefficient, Factor
from allocation.policy.kinds import AtMostRequested, Cap, Floor, GroupShare, GrowthCap, HoldHarmless
from allocation.scenario.schema import Pot, Rounding

if TYPE_CHECKING:
    from allocation.policy.values import Model

_BOUND = ("amount", "share_of_pot", "share_of_last_year")
#: What is only a number, by kind of entry; all else must be the same.
_NUMBERS: dict[type[Model], tuple[str, ...]] = {
    Pot: ("amount",),
    Rounding: ("quantum",),
    Factor: ("weight",),
    Floor: _BOUND,
    Cap: _BOUND,
    HoldHarmless: ("share",),
    GrowthCap: ("growth",),
    AtMostRequested: (),
    GroupShare: ("least", "most", "least_amount", "most_amount"),
}


def alike(before: Model, after: Model) -> bool:
    """Tell whether ``after`` is ``before`` with other numbers at most; if not sure, it is not."""
    if type(before) is not type(after):
        return False
    if isinstance(before, Coefficient) and isinstance(after, Coefficient):
        return before.values.keys() == after.values.keys() and _reads(before) == _reads(after)
    numbers = _NUMBERS.get(type(before))
    if numbers is None:
        return False
    old, new = vars(before), vars(after)
    return all(
        (old[name] is None) == (new[name] is None) if name in numbers else old[name] == new[name]
        for name in old
    )


def _reads(coefficient: Any) -> tuple[str, ...]:
    """Return the columns that a coefficient reads, each for its own end."""
    rank = coefficient.rank
    ranks = (rank.column, rank.among) if rank else ()
    return coefficient.by, coefficient.column, *ranks

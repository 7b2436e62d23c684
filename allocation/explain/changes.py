"""Changes of the pot and of who takes part; and what every change of a what-if has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocation.explain.what_if import Amounts, Case
    from allocation.frame import Mask

#: By how much the pot grows: a quantum, then shares of it rounded down to whole quanta.
POT_STEPS: dict[str, Fraction] = {
    "+1": Fraction(0),
    "+1%": Fraction(1, 100),
    "+10%": Fraction(1, 10),
}


class Change(Protocol):
    """A what-if: ``who`` it is about, who else moves, and the case it leads to."""

    @property
    def who(self) -> int | None:
        """Position of the recipient it is about; None: of nobody in particular."""

    @property
    def other(self) -> int | None:
        """Position of the recipient that changes places with it, if one does."""

    def at(self, index: int) -> int | None:
        """Return where recipient ``index`` stands afterwards; None: it has left."""

    def of(self, case: Case) -> Case:
        """Return the case after the change."""


@dataclass(frozen=True)
class MoreMoney:
    """A larger pot: ``fen`` more, for one ``purpose`` where there are several."""

    step: str
    fen: int
    purpose: str = ""
    who: None = None
    other: None = None

    def at(self, index: int) -> int:
        """Return where recipient ``index`` stands afterwards: where it stood."""
        return index

    def of(self, case: Case) -> Case:
        """Return the case after the change."""
        return case.with_more(self.fen, self.purpose)


@dataclass(frozen=True)
class Leaving:
    """A recipient that leaves; ``taking`` is the fen it takes along by purpose, None: nothing."""

    who: int
    taking: Mapping[str, int] | None = field(default=None, hash=False)
    other: None = None

    def at(self, index: int) -> int | None:
        """Return where recipient ``index`` stands afterwards."""
        return None if index == self.who else index - (index > self.who)

    def of(self, case: Case) -> Case:
        """Return the case after the change."""
        return case.without(self.who, self.taking)

    def settled(self, case: Case, amounts: Amounts) -> Leaving:
        """Return the same recipient taking along what it has in ``amounts``."""
        keys = list(case.loaded.scenario.purposes) or [""]
        cells = amounts.cells[self.who].tolist()
        return replace(self, taking=dict(zip(keys, cells, strict=True)))


@dataclass(frozen=True)
class Likeness:
    """No change: ``who`` and ``other`` are alike in all that the scenario reads of them."""

    who: int
    other: int

    def at(self, index: int) -> int:
        """Return where recipient ``index`` stands afterwards: where it stood."""
        return index

    def of(self, case: Case) -> Case:
        """Return the case as it is."""
        return case


def larger_pots(case: Case) -> Iterator[MoreMoney]:
    """Yield each step of the pot, for each purpose in turn where there are several."""
    scenario = case.loaded.scenario
    quantum, seen = scenario.rounding.quantum, set()
    for step, share in POT_STEPS.items():
        fen = max(int(scenario.pot.amount * share) // quantum, 1) * quantum
        if fen not in seen:
            seen.add(fen)
            yield from (MoreMoney(step, fen, key) for key in scenario.purposes or [""])


def leavings(case: Case, who: Mask) -> list[Leaving]:
    """Return each of the recipients ``who`` (n,) leaving; none where nobody would be left."""
    if len(case.frame) < 2:
        return []
    return [Leaving(index) for index in np.flatnonzero(who).tolist()]

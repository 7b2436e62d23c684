"""The numbers of many cases as arrays: what a case's rules and formula come to, case by recipient.

Each entry is brought to numbers once, by the code that does it for a single run; what depends on
several entries is reckoned for all cases at once. Claims are floats with a known error; everything
that is money is whole fen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.policy.kinds import GroupShare
from allocation.policy.rows import POT, group_limits
from allocation.sweep.ground import Ground, with_pot
from allocation.sweep.likeness import alike
from allocation_models.nested_batch import NestedBatch
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from allocation.policy.bounds import BoundsOf
    from allocation.policy.kinds import RuleBase
    from allocation.scenario.lines import KeyPath
    from allocation_models.program import Floats, Integers

    Entries = dict[KeyPath, Any]

_POT, _ROUNDING = ("pot",), ("rounding",)


class Numbers:
    """Cases that differ from the common ground in numbers only.

    Parameters
    ----------
    ground
        What they have in common.
    cases
        The entries each of them changes; those that do not fit are left out.

    Attributes
    ----------
    fit
        Positions of the cases taken in; arrays have one row for each.
    pot, quantum
        Shape (c,), int64 fen.
    """

    def __init__(self, ground: Ground, cases: Sequence[Entries | None]) -> None:
        self._ground = ground
        #: What entries came to, by the entry's identity: all of them live as long as this does.
        self._known: dict[tuple[int, int], Any] = {}
        self._given = tuple(cases)
        fit = [(at, case) for at, case in enumerate(cases) if case is not None and self._fits(case)]
        self.fit = np.array([at for at, _ in fit], dtype=np.int64)
        self._cases = [case for _, case in fit]
        pots = (entry.amount for entry in self._each(_POT))
        total = sum(ground.task.totals.values())
        self.pot = np.array([total or pot for pot in pots], dtype=np.int64)
        quanta = [entry.quantum for entry in self._each(_ROUNDING)]
        self.quantum = np.array(quanta, dtype=np.int64)

    def batch(self) -> NestedBatch:
        """Return the cases as nested programs, columns in the order of the layout."""
        layout = self._ground.layout
        row_lower, row_upper, lower, upper = self._bounds()
        node_lower = np.full((len(self.fit), layout.tree.nodes), -NO_BOUND)
        node_upper = np.full(node_lower.shape, NO_BOUND)
        # Rows of one group are about different recipients, so no node and no column comes twice.
        for rows in self._ground.rows.values():
            _raise(node_lower, rows.node, row_lower[:, rows.nested])
            _lower(node_upper, rows.node, row_upper[:, rows.nested])
            _raise(lower, rows.column, row_lower[:, rows.single])
            _lower(upper, rows.column, row_upper[:, rows.single])
        # By ``take``, because arrays indexed by columns lie in memory the other way round.
        return NestedBatch(
            layout,
            self._targets().take(layout.order, axis=1),
            self._ground.error,
            lower.take(layout.order, axis=1),
            np.minimum(upper, node_upper[:, :1]).take(layout.order, axis=1),
            node_lower,
            node_upper,
            self._ground.alike[layout.order],
            self._ground.task.order[layout.order],
        )

    # ---- which cases are taken in ---------------------------------------------------------------

    def _fits(self, case: Entries) -> bool:
        """Tell whether a case is sound and its numbers can be brought into the arrays."""
        known = all(self._alike(place, entry) for place, entry in case.items())
        return known and self._adds_up(case)

    def _alike(self, place: KeyPath, entry: Any) -> bool:
        key = (id(entry), -1)
        if key not in self._known:
            before = self._ground.entries.get(place)
            fits = before is not None and alike(before, entry)
            if fits and place[0] == "coefficients":
                fits = self._coefficient(place, entry) is not None
            self._known[key] = fits
        found: bool = self._known[key]
        return found

    def _adds_up(self, case: Entries) -> bool:
        """Tell whether the sums over several entries are as they must be."""
        ground = self._ground
        pot = case.get(_POT, ground.scenario.pot).amount
        if pot % case.get(_ROUNDING, ground.scenario.rounding).quantum:
            return False
        if ground.scenario.upper and pot != ground.scenario.pot.amount:
            return False
        if not any(place[0] == "factors" for place in case):
            return True
        factors = ground.scenario.factors.items()
        total: Fraction = sum(case.get(("factors", key), factor).weight for key, factor in factors)
        return total == 1

    # ---- entries as numbers ---------------------------------------------------------------------

    def _each(self, place: KeyPath) -> Iterator[Any]:
        """Yield every case's entry at a place."""
        before = self._ground.entries[place]
        return (case.get(place, before) for case in self._cases)

    def _varied(self, place: KeyPath) -> bool:
        return any(place in case for case in self._cases)

    def _targets(self) -> Floats:
        """Return what everyone's entitlement is in proportion to, (c, n)."""
        scenario, count = self._ground.scenario, len(self._cases)
        weights = [
            [float(entry.weight) for entry in self._each(("factors", key))]
            for key in scenario.factors
        ]
        score: Floats = np.array(weights).T.reshape(count, -1) @ self._ground.shares
        for key in scenario.coefficients:
            place = ("coefficients", key)
            if self._varied(place):
                entries = self._each(place)
            else:
                entries = iter([self._ground.entries[place]])
            found = [self._coefficient(place, entry) for entry in entries]
            score *= np.stack([values for values in found if values is not None])
        return score

    def _coefficient(self, place: KeyPath, entry: Any) -> Floats | None:
        key = (id(entry), 0)
        if key not in self._known:
            self._known[key] = self._ground.coefficient(str(place[1]), entry)
        found: Floats | None = self._known[key]
        return found

    def _bounds(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Return the bounds of the rows (c, m) and of the columns (c, n), fen."""
        program, count = self._ground.task.rows.program, len(self._cases)
        sides = program.row_lower, program.row_upper, np.zeros(program.columns, dtype=np.int64)
        row_lower, row_upper, lower = (np.repeat(side[None], count, axis=0) for side in sides)
        upper = np.repeat(self.pot[:, None], program.columns, axis=1)
        if not self._ground.task.totals:
            pot = self._ground.rows[POT].rows
            row_lower[:, pot] = row_upper[:, pot] = self.pot[:, None]
        for key, rule in self._ground.scenario.rules.items():
            if isinstance(rule, GroupShare):
                limits = [group_limits(each, pot) for each, pot in self._with_pots(key)]
                rows = self._ground.rows[key].rows
                row_lower[:, rows], row_upper[:, rows] = np.array(limits).T[:, :, None]
                continue
            amount, bounds = self._amounts(key, rule)
            who = np.flatnonzero(bounds.applies)
            if rule.priority:
                side = row_lower if bounds.floor else row_upper
                side[:, self._ground.rows[key].rows] = amount[:, who]
            elif bounds.floor:
                _raise(lower, who, amount[:, who])
            else:
                _lower(upper, who, amount[:, who])
        return row_lower, row_upper, lower, upper

    def _with_pots(self, key: str) -> Iterator[tuple[Any, int]]:
        return zip(self._each(("rules", key)), self.pot.tolist(), strict=True)

    def _amounts(self, key: str, rule: RuleBase) -> tuple[Integers, BoundsOf]:
        """Return the amounts of a rule on single recipients, (c, n) or the same for all (1, n)."""
        if self._varied(("rules", key)) or with_pot(rule):
            found = [self._bounds_of(each, pot) for each, pot in self._with_pots(key)]
        else:
            found = [self._bounds_of(rule, int(self.pot[0]))]
        return np.stack([bounds.amount for bounds in found]), found[0]

    def _bounds_of(self, rule: RuleBase, pot: int) -> BoundsOf:
        key = (id(rule), pot if with_pot(rule) else 0)
        if key not in self._known:
            self._known[key] = self._ground.bounds(rule, pot)
        found: BoundsOf = self._known[key]
        return found


def _raise(bounds: Integers, at: Integers, least: Integers) -> None:
    """Raise columns ``at`` of ``bounds`` (c, …) to ``least`` at least."""
    bounds[:, at] = np.maximum(bounds[:, at], least)


def _lower(bounds: Integers, at: Integers, most: Integers) -> None:
    """Lower columns ``at`` of ``bounds`` (c, …) to ``most`` at most."""
    bounds[:, at] = np.minimum(bounds[:, at], most)

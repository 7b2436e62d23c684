"""From rules to rows: the one program of a scenario, in whole fen.

Columns are the cells recipient × purpose, recipient by recipient, then helper columns. Rules on a
recipient bound the sum of its cells. Every row belongs to a group named after its rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack

from allocation.errors import Problem
from allocation.policy.bounds import BoundsOf, Fen, Integers, Mask, Setting, bounds_of
from allocation.policy.groups import partition
from allocation.policy.kinds import (
    GroupShare,
    RankOrder,
    RankStep,
    RuleBase,
    ZeroOrAtLeast,
)

#: Names of the groups of rows that come from no rule.
POT, PURPOSE, UPPER = "pot", "purposes", "upper"


@dataclass(frozen=True)
class Cells:
    """The cells recipient × purpose: ``allowed`` (n, p); ``totals`` (p,) fen."""

    allowed: Mask
    totals: Fen

    @property
    def count(self) -> int:
        """Number of cells n · p."""
        return int(self.allowed.size)

    def of(self, recipients: Integers) -> Integers:
        """Return the columns of ``recipients``, shape (len, p)."""
        purposes = len(self.totals)
        return np.asarray(recipients)[:, None] * purposes + np.arange(purposes)


@dataclass(frozen=True)
class Rows:
    """The program of a scenario and what its columns and rows are.

    Parameters
    ----------
    program
        Whole fen; soft rows stand in it as if hard.
    priority
        Shape (m,): 0 hard, else the soft rule's priority.
    helpers
        Shape (columns,): columns that are no cells.
    least
        Shape (n,): fen a recipient gets at least if anything, by ``zero_or_at_least`` (0: no rule).
    bounds
        Each rule's bounds on single recipients, by key.
    """

    program: LinearProgram
    priority: Integers
    helpers: Mask
    least: Fen
    bounds: Mapping[str, BoundsOf]


def rows_of_rules(
    rules: Mapping[str, RuleBase],
    setting: Setting,
    cells: Cells,
    fixed_totals: Mapping[str, int] | None = None,
) -> tuple[Rows, list[Problem]]:
    """Return the program of all rules.

    Parameters
    ----------
    rules
        By key, in order.
    setting
        The recipients, the pot and the entitlements the rules are measured against.
    cells
        Which purposes each recipient may use, and their totals.
    fixed_totals
        Total of each unit by id, from the upper level.
    """
    build = _Builder(setting, cells)
    build.totals(fixed_totals or {})
    for key, rule in rules.items():
        build.add(key, rule)
    return build.finish(), build.problems


class _Builder:
    """Collects blocks of rows, bounds and helper columns, rule by rule."""

    def __init__(self, setting: Setting, cells: Cells) -> None:
        self.setting, self.cells = setting, cells
        self.count = len(setting.frame)
        self.purposes = len(cells.totals)
        self.columns = self.count * self.purposes
        self.blocks: list[Block] = []
        self.priorities: list[int] = []
        self.lower = np.zeros(self.count, dtype=np.int64)
        self.upper = np.full(self.count, setting.pot, dtype=np.int64)
        self.least = np.zeros(self.count, dtype=np.int64)
        self.bounds: dict[str, BoundsOf] = {}
        self.problems: list[Problem] = []

    # -- the rows of every scenario --

    def totals(self, fixed: Mapping[str, int]) -> None:
        """Add the pot, the purposes' totals, and the unit totals of the upper level."""
        everyone = np.arange(self.count)
        pot = np.array([self.setting.pot], dtype=np.int64)
        self._sums(POT, np.zeros(self.count, dtype=np.int64), everyone, pot, pot)
        if self.purposes > 1:
            column = np.arange(self.columns)
            totals = self.cells.totals
            self._block(PURPOSE, column % self.purposes, column, None, totals, totals)
        if fixed:
            units = self.setting.frame.attribute("unit")
            rank = {unit: index for index, unit in enumerate(fixed)}
            row = np.array([rank[unit] for unit in units], dtype=np.int64)
            totals = np.array(list(fixed.values()), dtype=np.int64)
            self._sums(UPPER, row, everyone, totals, totals)

    # -- one rule --

    def add(self, key: str, rule: RuleBase) -> None:
        """Add one rule, of whichever kind."""
        found = bounds_of(rule, self.setting)
        if found is not None:
            bounds, problems = found
            self.problems += problems
            self._bound(key, bounds, rule.priority or 0)
            return
        group = self.setting.frame.members(rule.where)
        match rule:
            case GroupShare():
                self._group_share(key, rule, group)
            case RankOrder():
                self._rank_order(key, rule, group)
            case RankStep():
                self._rank_step(key, rule, group)
            case ZeroOrAtLeast():
                self._zero_or_at_least(key, rule, group)

    def _bound(self, key: str, bounds: BoundsOf, priority: int) -> None:
        """Bound single recipients: as bounds where hard, as rows where soft."""
        self.bounds[key] = bounds
        if priority:
            who = np.flatnonzero(bounds.applies)
            none = np.full(len(who), NO_BOUND)
            amount = bounds.amount[who]
            low, high = (amount, none) if bounds.floor else (-none, amount)
            self._sums(key, np.arange(len(who)), who, low, high, priority)
        elif bounds.floor:
            self.lower = np.where(bounds.applies, np.maximum(self.lower, bounds.amount), self.lower)
        else:
            self.upper = np.where(bounds.applies, np.minimum(self.upper, bounds.amount), self.upper)

    def _group_share(self, key: str, rule: GroupShare, group: Mask) -> None:
        """One row per group: its sum within shares of the pot, or amounts."""
        frame = self.setting.frame
        groups = [mask & group for _, mask in partition(frame, rule.each)]
        groups = [mask for mask in groups if mask.any()]
        low, high = self._share_bounds(rule)
        row = np.concatenate([np.full(int(mask.sum()), index) for index, mask in enumerate(groups)])
        who = np.concatenate([np.flatnonzero(mask) for mask in groups])
        bounds = (np.full(len(groups), low), np.full(len(groups), high))
        self._sums(key, row, who, *bounds, rule.priority or 0)

    def _share_bounds(self, rule: GroupShare) -> tuple[int, int]:
        """Return a group's bounds in fen: shares of the pot and amounts, drawn together."""
        low, high, pot = -NO_BOUND, NO_BOUND, self.setting.pot
        if rule.least is not None:
            low = int(-(-(rule.least * pot) // 1))
        if rule.least_amount is not None:
            low = max(low, rule.least_amount)
        if rule.most is not None:
            high = int(rule.most * pot // 1)
        if rule.most_amount is not None:
            high = min(high, rule.most_amount)
        return low, high

    def _rank_order(self, key: str, rule: RankOrder, group: Mask) -> None:
        """One row per neighbouring pair of ranks: the better gets no less."""
        better, worse = self._neighbours(rule.column, rule.within, group)
        ones = np.ones(len(better), dtype=np.int64)
        mine, other = ones, ones
        if rule.per == "target":
            weight = self._whole_entitlements()
            both = (weight[better] > 0).astype(bool) & (weight[worse] > 0).astype(bool)
            better, worse = better[both], worse[both]
            mine, other = weight[worse], weight[better]
        row = np.arange(len(better))
        self._pairs(
            key, row, (better, mine), (worse, other), rule.priority or 0, rule.per == "amount"
        )

    def _neighbours(self, column: str, within: str, group: Mask) -> tuple[Integers, Integers]:
        """Return pairs (better, worse) of neighbouring ranks within each group."""
        frame = self.setting.frame
        ranks, _, problems = frame.ranks(column)
        self.problems += problems
        place = np.where(ranks.missing, 0, ranks.values).astype(np.int64)
        better, worse = [], []
        for _, mask in partition(frame, within):
            who = np.flatnonzero(mask & group & ~ranks.missing)
            levels = [who[place[who] == rank] for rank in np.unique(place[who])]
            for upper, lower in zip(levels[:-1], levels[1:], strict=True):
                better.append(np.repeat(upper, len(lower)))
                worse.append(np.tile(lower, len(upper)))
        none = np.zeros(0, dtype=np.int64)
        return np.concatenate([none, *better]), np.concatenate([none, *worse])

    def _whole_entitlements(self) -> Integers:
        """Return the entitlements as Python integers in one common unit."""
        common = np.lcm.reduce(
            [value.denominator for value in self.setting.entitlement], dtype=object
        )
        return np.array([int(value * common) for value in self.setting.entitlement], dtype=object)

    def _rank_step(self, key: str, rule: RankStep, group: Mask) -> None:
        """Between neighbouring tiers a helper column: no one above under it, no one below near it."""
        frame = self.setting.frame
        ranks, _, problems = frame.ranks(rule.column)
        self.problems += problems
        place = np.where(ranks.missing, 0, ranks.values).astype(np.int64)
        tier = np.searchsorted(np.array(rule.tiers), place, side="left")
        share = rule.step_share or 0
        factor = 1 + share
        step = rule.step or 0
        for _, mask in partition(frame, rule.within):
            known = mask & group & ~ranks.missing
            for index in range(len(rule.tiers)):
                above = np.flatnonzero(known & (tier == index))
                below = np.flatnonzero(known & (tier == index + 1))
                if len(above) and len(below):
                    self._tier_edge(
                        key,
                        above,
                        below,
                        (factor.numerator, factor.denominator),
                        step,
                        rule.priority or 0,
                    )

    def _tier_edge(
        self,
        key: str,
        above: Integers,
        below: Integers,
        factor: tuple[int, int],
        step: int,
        priority: int,
    ) -> None:
        """Add x_above ≥ m for all above, and m ≥ factor · x_below + step for all below."""
        helper = self.columns
        self.columns += 1
        top, bottom = factor
        one, edge = np.ones(len(above), dtype=np.int64), np.full(len(above), helper)
        row = np.arange(len(above))
        entries = self._spread(row, above, one)
        self._append(
            key, [*entries, (row, edge, -one)], np.zeros(len(above), dtype=np.int64), None, priority
        )
        row, edge = np.arange(len(below)), np.full(len(below), helper)
        entries = self._spread(row, below, np.full(len(below), -top))
        low = np.full(len(below), step * bottom)
        self._append(key, [*entries, (row, edge, np.full(len(below), bottom))], low, None, priority)

    def _zero_or_at_least(self, key: str, rule: ZeroOrAtLeast, group: Mask) -> None:
        """``drop``: who is entitled to less gets nothing; ``raise``: left to the binary program."""
        claim = self.setting.entitlement
        amount = np.full(self.count, rule.amount, dtype=np.int64)
        if rule.below == "raise":
            self.least = np.where(group, np.maximum(self.least, amount), self.least)
            self.bounds[key] = BoundsOf(True, amount, group)
            return
        small = np.array([value < rule.amount for value in claim], dtype=bool)
        self.upper = np.where(group & small, 0, self.upper)
        self._bound(key, BoundsOf(True, amount, group & ~small), 0)

    # -- rows and entries --

    def _spread(
        self, row: Integers, recipients: Integers, coefficient: Integers
    ) -> list[tuple[Integers, Integers, Integers]]:
        """Return entries of the sums of recipients' cells."""
        columns = self.cells.of(recipients)
        width = columns.shape[1]
        return [(np.repeat(row, width), columns.ravel(), np.repeat(coefficient, width))]

    def _sums(
        self, key: str, row: Integers, who: Integers, low: Fen, high: Fen, priority: int = 0
    ) -> None:
        """Add rows that sum recipients' cells."""
        entries = self._spread(row, who, np.ones(len(who), dtype=np.int64))
        self._append(key, entries, low, high, priority)

    def _pairs(
        self,
        key: str,
        row: Integers,
        plus: tuple[Integers, Integers],
        minus: tuple[Integers, Integers],
        priority: int,
        whole: bool,
    ) -> None:
        """Add rows plus − minus ≥ 0 of recipients' sums with coefficients."""
        entries = self._spread(row, *plus) + self._spread(row, minus[0], -minus[1])
        self._append(key, entries, np.zeros(len(row), dtype=np.int64), None, priority, whole)

    def _block(
        self, key: str, row: Integers, column: Integers, data: Integers | None, low: Fen, high: Fen
    ) -> None:
        """Add rows entry by entry."""
        ones = np.ones(len(row), dtype=np.int64) if data is None else data
        self._append(key, [(row, column, ones)], low, high, 0)

    def _append(
        self,
        key: str,
        entries: Sequence[tuple[Integers, Integers, Integers]],
        low: Fen,
        high: Fen | None,
        priority: int,
        whole: bool = True,
    ) -> None:
        """Add a block; no upper bound if ``high`` is None."""
        row, column, data = (np.concatenate(part) for part in zip(*entries, strict=True))
        upper = np.full(len(low), NO_BOUND) if high is None else high
        self.blocks.append(Block(key, row, column, data, low, upper, whole))
        self.priorities += [priority] * len(low)

    def finish(self) -> Rows:
        """Stack everything into the program."""
        cells, helpers = self.count * self.purposes, self.columns - self.count * self.purposes
        lower = np.zeros(self.columns, dtype=np.int64)
        upper = np.full(self.columns, self.setting.pot, dtype=np.int64)
        if self.purposes == 1:
            lower[:cells], upper[:cells] = self.lower, self.upper
        else:
            who = np.flatnonzero((self.lower > 0) | (self.upper < self.setting.pot))
            self._sums("recipients", np.arange(len(who)), who, self.lower[who], self.upper[who])
        closed = ~self.cells.allowed.ravel()
        upper[:cells][closed] = 0
        helper = np.arange(self.columns) >= cells
        assert int(helper.sum()) == helpers
        return Rows(
            stack(self.blocks, lower, upper),
            np.array(self.priorities, dtype=np.int64),
            helper,
            self.least,
            self.bounds,
        )

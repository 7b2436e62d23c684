"""From rules to rows: the one program of a scenario, in whole fen.

Columns are the cells recipient × purpose, then helper columns. Every row belongs to a group named
after its rule; what bounds one recipient only is a bound where it is hard and a row where it is
soft.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from allocation.policy.bounds import BoundsOf, Setting, bounds_of
from allocation.policy.cells import Cells, plain_sums
from allocation.policy.groups import partition
from allocation.policy.kinds import GroupShare, RankOrder, RankStep, RuleBase, ZeroOrAtLeast
from allocation.policy.rank_rows import rank_order_rows, rank_step_rows
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.errors import Problem
    from allocation_models.program import Integers, Mask

#: Names of the groups of rows that come from no rule.
POT, PURPOSES, UPPER, RECIPIENTS = "pot", "purposes", "upper", "recipients"


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
    least: Integers
    bounds: Mapping[str, BoundsOf]


@dataclass
class _Draft:
    """What has been collected so far; ``lower``, ``upper``, ``least`` are fen per recipient."""

    lower: Integers
    upper: Integers
    least: Integers
    blocks: list[Block] = field(default_factory=list)
    priorities: list[int] = field(default_factory=list)
    helpers: int = 0
    bounds: dict[str, BoundsOf] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, block: Block, priority: int = 0) -> None:
        """Add a block of rows."""
        self.blocks.append(block)
        self.priorities += [priority] * len(block.lower)


def rows_of_rules(
    rules: Mapping[str, RuleBase], setting: Setting, cells: Cells, totals: Mapping[str, int]
) -> tuple[Rows, list[Problem]]:
    """Return the program of all rules, and what stands against it.

    Parameters
    ----------
    rules
        By key, in order.
    setting
        The recipients, the pot and the entitlements the rules are measured against.
    cells
        Which purposes each recipient may use, and their totals.
    totals
        Fen of each unit by id, from the upper level; empty without one.
    """
    count = len(setting.frame)
    zeros = np.zeros(count, dtype=np.int64)
    draft = _Draft(zeros, np.full(count, setting.pot), zeros)
    _add_totals(draft, setting, cells, totals)
    for key, rule in rules.items():
        _add_rule(draft, key, rule, setting, cells)
    return _finished(draft, setting, cells), draft.problems


def _add_totals(draft: _Draft, setting: Setting, cells: Cells, totals: Mapping[str, int]) -> None:
    """Add the pot, the purposes' totals, and the unit totals of the upper level."""
    everyone = np.arange(len(setting.frame))
    pot = np.array([setting.pot], dtype=np.int64)
    draft.add(cells.sums(POT, plain_sums(np.zeros_like(everyone), everyone), pot, pot))
    if cells.purposes > 1:
        draft.add(cells.purpose_totals(PURPOSES))
    if totals:
        position = {unit: index for index, unit in enumerate(totals)}
        row = np.array([position[unit] for unit in setting.frame.attribute("unit")])
        fixed = np.array(list(totals.values()), dtype=np.int64)
        draft.add(cells.sums(UPPER, plain_sums(row, everyone), fixed, fixed))


def _add_rule(draft: _Draft, key: str, rule: RuleBase, setting: Setting, cells: Cells) -> None:
    """Add one rule, of whichever kind."""
    found = bounds_of(rule, setting)
    priority = rule.priority or 0
    if found is not None:
        bounds, problems = found
        draft.problems += problems
        _bound(draft, key, bounds, cells, priority)
    match rule:
        case GroupShare():
            draft.add(_group_share(key, rule, setting, cells), priority)
        case RankOrder():
            draft.add(rank_order_rows(key, rule, setting, cells), priority)
        case RankStep():
            first = cells.count + draft.helpers
            blocks, helpers = rank_step_rows(key, rule, setting, cells, first)
            draft.helpers += helpers
            for block in blocks:
                draft.add(block, priority)
        case ZeroOrAtLeast():
            _zero_or_at_least(draft, key, rule, setting, cells)


def _bound(draft: _Draft, key: str, bounds: BoundsOf, cells: Cells, priority: int) -> None:
    """Bound single recipients: as bounds where hard, as rows where soft."""
    draft.bounds[key] = bounds
    amount, applies = bounds.amount, bounds.applies
    if priority:
        who = np.flatnonzero(applies)
        low, high = (amount[who], None) if bounds.floor else (-NO_BOUND, amount[who])
        lower = np.broadcast_to(np.asarray(low, dtype=np.int64), who.shape)
        draft.add(cells.sums(key, plain_sums(np.arange(len(who)), who), lower, high), priority)
    elif bounds.floor:
        draft.lower = np.where(applies, np.maximum(draft.lower, amount), draft.lower)
    else:
        draft.upper = np.where(applies, np.minimum(draft.upper, amount), draft.upper)


def _group_share(key: str, rule: GroupShare, setting: Setting, cells: Cells) -> Block:
    """Return one row per group: its sum within shares of the pot, or amounts."""
    inside = setting.frame.members(rule.where)
    groups = [group & inside for _, group in partition(setting.frame, rule.each)]
    groups = [group for group in groups if group.any()]
    row = np.concatenate([np.full(int(group.sum()), index) for index, group in enumerate(groups)])
    who = np.concatenate([np.flatnonzero(group) for group in groups])
    low, high = _limits(rule, setting.pot)
    lower, upper = np.full(len(groups), low), np.full(len(groups), high)
    return cells.sums(key, plain_sums(row, who), lower, upper)


def _limits(rule: GroupShare, pot: int) -> tuple[int, int]:
    """Return a group's bounds in fen: shares of the pot and amounts, drawn together."""
    low, high = -NO_BOUND, NO_BOUND
    if rule.least is not None:
        low = int(-(-(rule.least * pot) // 1))
    if rule.least_amount is not None:
        low = max(low, rule.least_amount)
    if rule.most is not None:
        high = int(rule.most * pot // 1)
    if rule.most_amount is not None:
        high = min(high, rule.most_amount)
    return low, high


def _zero_or_at_least(
    draft: _Draft, key: str, rule: ZeroOrAtLeast, setting: Setting, cells: Cells
) -> None:
    """``drop``: who is entitled to less gets nothing; ``raise``: left to the binary program."""
    group = setting.frame.members(rule.where)
    amount = np.full(len(group), rule.amount, dtype=np.int64)
    if rule.below == "raise":
        draft.least = np.where(group, np.maximum(draft.least, amount), draft.least)
        draft.bounds[key] = BoundsOf(floor=True, amount=amount, applies=group)
        return
    small = np.array([claim < rule.amount for claim in setting.entitlement], dtype=bool)
    draft.upper = np.where(group & small, 0, draft.upper)
    _bound(draft, key, BoundsOf(floor=True, amount=amount, applies=group & ~small), cells, 0)


def _finished(draft: _Draft, setting: Setting, cells: Cells) -> Rows:
    """Stack everything into the program."""
    columns = cells.count + draft.helpers
    lower = np.zeros(columns, dtype=np.int64)
    upper = np.full(columns, setting.pot, dtype=np.int64)
    if cells.purposes == 1:
        lower[: cells.count], upper[: cells.count] = draft.lower, draft.upper
    else:
        # Who is entitled to nothing gets its floor only.
        idle = (setting.entitlement == 0).astype(bool)
        most = np.where(idle, np.minimum(draft.lower, draft.upper), draft.upper)
        who = np.flatnonzero((draft.lower > 0) | (most < setting.pot))
        terms = plain_sums(np.arange(len(who)), who)
        draft.add(cells.sums(RECIPIENTS, terms, draft.lower[who], most[who]))
    upper[: cells.count][~cells.allowed.ravel()] = 0
    return Rows(
        stack(draft.blocks, lower, upper),
        np.array(draft.priorities, dtype=np.int64),
        np.arange(columns) >= cells.count,
        draft.least,
        draft.bounds,
    )

"""From rules to rows: the one program of a scenario, in whole fen.

Columns are the cells recipient × purpose, then helper columns. Every row belongs to a group named
after its rule; what bounds one recipient only is a bound where it is hard and a row where it is
soft.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.policy.bounds import BoundsOf, Setting, bounds_of
from allocation.policy.cells import Cells, plain_sums
from allocation.policy.kinds import (
    AlreadyIssued,
    GroupShare,
    RankOrder,
    RankStep,
    RuleBase,
    ZeroOrAtLeast,
)
from allocation.policy.rank_rows import rank_order_rows, rank_step_rows
from allocation_models.program import NO_BOUND, Block, LinearProgram, stack

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from allocation.errors import Problem
    from allocation_models.program import Integers, Mask

#: Names of the groups of rows that come from no rule.
POT, PURPOSES, UPPER, RECIPIENTS = "pot", "purposes", "upper", "recipients"


@dataclass(frozen=True)
class Limits:
    """A hard rule's bounds on single recipients: ``lower``, ``upper`` (n,), fen.

    Where the rule says nothing, they are 0 and the pot.
    """

    lower: Integers
    upper: Integers


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
        Each rule's bounds on single recipients, by key, hard or soft.
    limits
        What each hard rule that bounds single recipients makes of that, by key.
    cells, idle
        The cells; and (n,) who is entitled to nothing.
    """

    program: LinearProgram
    priority: Integers
    helpers: Mask
    least: Integers
    bounds: Mapping[str, BoundsOf]
    limits: Mapping[str, Limits]
    cells: Cells
    idle: Mask

    def only(self, keys: Collection[str]) -> LinearProgram:
        """Return the program with the rules ``keys`` and no other.

        Its rows are the same; those of the other rules are free. Pot, purposes and the upper
        level hold as ever.
        """
        program = self.program
        lower, upper = program.row_lower.copy(), program.row_upper.copy()
        low, high = _drawn_together(
            [limits for key, limits in self.limits.items() if key in keys], self.cells, self.idle
        )
        for group in program.groups:
            rows = slice(group.start, group.stop)
            if group.name == RECIPIENTS:
                who = program.indices[program.indptr[rows]] // self.cells.purposes
                lower[rows], upper[rows] = low[who], high[who]
            elif group.name not in {POT, PURPOSES, UPPER, *keys}:
                lower[rows], upper[rows] = -NO_BOUND, NO_BOUND
        column_lower, column_upper = _column_bounds(self.cells, program.columns, (low, high))
        return replace(
            program,
            row_lower=lower,
            row_upper=upper,
            column_lower=column_lower,
            column_upper=column_upper,
        )


@dataclass
class _Draft:
    """What has been collected so far; ``least`` is fen per recipient."""

    least: Integers
    blocks: list[Block] = field(default_factory=list)
    priorities: list[int] = field(default_factory=list)
    helpers: int = 0
    bounds: dict[str, BoundsOf] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)
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
    draft = _Draft(np.zeros(len(setting.frame), dtype=np.int64))
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
        _bound(draft, key, bounds, setting, cells, priority)
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
        case AlreadyIssued() if rule.by_purpose and cells.purposes > 1:
            draft.add(_issued_cells(key, rule, setting, cells))
        case ZeroOrAtLeast():
            _zero_or_at_least(draft, key, rule, setting)


def _bound(
    draft: _Draft, key: str, bounds: BoundsOf, setting: Setting, cells: Cells, priority: int
) -> None:
    """Bound single recipients: as bounds where hard, as rows where soft."""
    draft.bounds[key] = bounds
    amount, applies = bounds.amount, bounds.applies
    if priority:
        who = np.flatnonzero(applies)
        low, high = (amount[who], None) if bounds.floor else (-NO_BOUND, amount[who])
        lower = np.broadcast_to(np.asarray(low, dtype=np.int64), who.shape)
        draft.add(cells.sums(key, plain_sums(np.arange(len(who)), who), lower, high), priority)
    else:
        low = np.where(applies & bounds.floor, amount, 0)
        high = np.where(applies & (not bounds.floor), amount, setting.pot)
        draft.limits[key] = Limits(low, np.minimum(high, setting.pot))


def _group_share(key: str, rule: GroupShare, setting: Setting, cells: Cells) -> Block:
    """Return one row per group: its sum within shares of the pot, or amounts."""
    inside = setting.frame.members(rule.where, rule.exempt)
    codes = setting.frame.groups(rule.each)[1] if rule.each else np.zeros_like(inside, dtype=int)
    who = np.flatnonzero(inside & (codes >= 0))
    # Groups in order of appearance, those with nobody inside left out.
    present, row = np.unique(codes[who], return_inverse=True)
    order = np.argsort(row, kind="stable")
    row, who = row[order], who[order]
    low, high = _limits(rule, setting.pot)
    lower, upper = np.full(len(present), low), np.full(len(present), high)
    return cells.sums(key, plain_sums(row, who), lower, upper)


def _issued_cells(key: str, rule: AlreadyIssued, setting: Setting, cells: Cells) -> Block:
    """Return one row per cell with money issued: it keeps at least that."""
    issued = np.zeros((len(setting.frame), cells.purposes), dtype=np.int64)
    for purpose, column in rule.by_purpose.items():
        money = setting.frame.money(column)[0]
        issued[:, cells.names.index(purpose)] = -(-money.values // money.scale)
    issued[~setting.frame.members(rule.where, rule.exempt)] = 0
    cell = np.flatnonzero(issued)
    return Block(
        key,
        np.arange(len(cell)),
        cell,
        np.ones(len(cell), dtype=np.int64),
        issued.ravel()[cell],
        np.full(len(cell), NO_BOUND),
    )


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


def _zero_or_at_least(draft: _Draft, key: str, rule: ZeroOrAtLeast, setting: Setting) -> None:
    """``drop``: who is entitled to less gets nothing; ``raise``: left to the binary program."""
    group = setting.frame.members(rule.where, rule.exempt)
    amount = np.full(len(group), rule.amount, dtype=np.int64)
    if rule.below == "raise":
        draft.least = np.where(group, np.maximum(draft.least, amount), draft.least)
        draft.bounds[key] = BoundsOf(floor=True, amount=amount, applies=group)
        return
    claims = setting.entitlement
    small = (claims.numerator < rule.amount * claims.denominator).astype(bool)
    draft.bounds[key] = BoundsOf(floor=True, amount=amount, applies=group & ~small)
    draft.limits[key] = Limits(
        np.where(group & ~small, amount, 0), np.where(group & small, 0, setting.pot)
    )


def _finished(draft: _Draft, setting: Setting, cells: Cells) -> Rows:
    """Stack everything into the program."""
    columns = cells.count + draft.helpers
    idle = (setting.entitlement.numerator == 0).astype(bool)
    low, high = _drawn_together(list(draft.limits.values()), cells, idle)
    if cells.purposes > 1:
        who = np.flatnonzero((low > 0) | (high < setting.pot))
        terms = plain_sums(np.arange(len(who)), who)
        draft.add(cells.sums(RECIPIENTS, terms, low[who], high[who]))
    return Rows(
        stack(draft.blocks, *_column_bounds(cells, columns, (low, high))),
        np.array(draft.priorities, dtype=np.int64),
        np.arange(columns) >= cells.count,
        draft.least,
        draft.bounds,
        draft.limits,
        cells,
        idle,
    )


def _drawn_together(
    limits: Sequence[Limits], cells: Cells, idle: Mask
) -> tuple[Integers, Integers]:
    """Return the bounds on recipients (n,) that several rules make together."""
    pot = int(cells.totals.sum())
    lower, upper = np.zeros(len(idle), dtype=np.int64), np.full(len(idle), pot)
    for each in limits:
        lower, upper = np.maximum(lower, each.lower), np.minimum(upper, each.upper)
    if cells.purposes > 1:
        # Who is entitled to nothing gets its floor only.
        upper = np.where(idle, np.minimum(lower, upper), upper)
    return lower, upper


def _column_bounds(
    cells: Cells, columns: int, recipients: tuple[Integers, Integers]
) -> tuple[Integers, Integers]:
    """Return the bounds of the program's columns; with several purposes, rows bound recipients."""
    lower = np.zeros(columns, dtype=np.int64)
    upper = np.full(columns, int(cells.totals.sum()), dtype=np.int64)
    if cells.purposes == 1:
        lower[: cells.count], upper[: cells.count] = recipients
    upper[: cells.count][~cells.allowed.ravel()] = 0
    return lower, upper

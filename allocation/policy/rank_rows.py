"""Rules about ranks as rows: better never gets less, and a step between tiers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from allocation.policy.cells import Cells, Terms, plain_sums
from allocation.policy.groups import partition

if TYPE_CHECKING:
    from allocation.frame import Frame
    from allocation.policy.bounds import Claims, Setting
    from allocation.policy.kinds import RankOrder, RankStep
    from allocation_models.program import BigIntegers, Block, Integers, Mask


def rank_order_rows(key: str, rule: RankOrder, setting: Setting, cells: Cells) -> Block:
    """Return one row per pair of neighbouring ranks in a group: the better gets no less.

    By target, the row compares amounts per yuan of entitlement; whole quanta meet it to within
    one quantum.
    """
    place, known = _places(setting, rule)
    better, worse = _neighbours(setting.frame, rule.within, place, known)
    if rule.per == "amount":
        return _at_least(key, better, worse, cells)
    weight = _in_common_unit(setting.entitlement)
    row = np.arange(len(better))
    terms = Terms(
        np.concatenate([row, row]),
        np.concatenate([better, worse]),
        np.concatenate([weight[worse], -weight[better]]),
    )
    zeros = np.zeros(len(row), dtype=np.int64)
    return cells.sums(key, terms, zeros, whole=False)


def _at_least(key: str, better: Integers, worse: Integers, cells: Cells) -> Block:
    """Return rows better − worse ≥ 0."""
    row = np.arange(len(better))
    ones = np.ones(len(row), dtype=np.int64)
    terms = Terms(
        np.concatenate([row, row]),
        np.concatenate([better, worse]),
        np.concatenate([ones, -ones]),
    )
    return cells.sums(key, terms, np.zeros(len(row), dtype=np.int64))


def _places(setting: Setting, rule: RankOrder | RankStep) -> tuple[Integers, Mask]:
    """Return ranks (0 where there is none) and which of them the rule is about.

    Who is entitled to nothing, or excluded, stands in nobody's way.
    """
    ranks, _, _ = setting.frame.ranks(rule.column)
    entitled = (setting.entitlement.numerator > 0).astype(bool) & ~setting.excluded
    members = setting.frame.members(rule.where, rule.exempt)
    return ranks.values.astype(np.int64), ~ranks.missing & members & entitled


def _neighbours(
    frame: Frame, within: str, place: Integers, known: Mask
) -> tuple[Integers, Integers]:
    """Return pairs (better, worse) of neighbouring ranks within each group."""
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for _, group in partition(frame, within):
        who = np.flatnonzero(group & known)
        levels = [who[place[who] == rank] for rank in np.unique(place[who])]
        pairs += [_all_pairs(upper, lower) for upper, lower in pairwise(levels)]
    better, worse = np.concatenate(pairs).T
    return better, worse


def _all_pairs(first: Integers, second: Integers) -> Integers:
    """Return every pair of the two, shape (len · len, 2)."""
    return np.stack([np.repeat(first, len(second)), np.tile(second, len(first))], axis=1)


def _in_common_unit(claims: Claims) -> BigIntegers:
    """Return claims as the smallest whole numbers that are multiples of a fen each."""
    return np.asarray(claims.numerator // gcd(claims.denominator, *claims.numerator.tolist()))


def rank_step_rows(
    key: str, rule: RankStep, setting: Setting, cells: Cells, first_helper: int
) -> tuple[list[Block], int]:
    """Return the rows of a step between tiers, and how many helper columns they use.

    Between neighbouring tiers that have members stands a helper m: everyone above has at least m,
    and m is at least
    ``(1 + step_share) · amount + step`` of everyone below.
    """
    place, known = _places(setting, rule)
    tier = np.searchsorted(np.array(rule.tiers), place, side="left")
    blocks: list[Block] = []
    helper = first_helper
    for _, group in partition(setting.frame, rule.within):
        who = np.flatnonzero(group & known)
        for above, below in pairwise(who[tier[who] == level] for level in np.unique(tier[who])):
            blocks += _edge(key, rule, cells, (above, below), helper)
            helper += 1
    return blocks, helper - first_helper


def _edge(
    key: str, rule: RankStep, cells: Cells, sides: tuple[Integers, Integers], helper: int
) -> list[Block]:
    """Return x_above ≥ m and m ≥ factor · x_below + step, in whole coefficients."""
    above, below = sides
    factor = 1 + (rule.step_share or 0)
    row = np.arange(len(above))
    upper = cells.sums(key, plain_sums(row, above), np.zeros(len(above), dtype=np.int64))
    row = np.arange(len(below))
    terms = Terms(row, below, np.full(len(below), -factor.numerator))
    step = np.full(len(below), (rule.step or 0) * factor.denominator)
    lower = cells.sums(key, terms, step)
    return [_with_helper(upper, helper, -1), _with_helper(lower, helper, factor.denominator)]


def _with_helper(block: Block, helper: int, coefficient: int) -> Block:
    """Return the block with the helper column in every row."""
    rows = np.arange(len(block.lower))
    return replace(
        block,
        row=np.concatenate([block.row, rows]),
        column=np.concatenate([block.column, np.full(len(rows), helper)]),
        coefficient=np.concatenate([block.coefficient, np.full(len(rows), coefficient)]),
    )

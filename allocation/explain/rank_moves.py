"""Moves on a ranking: one place, past the next known rank, across the next edge of a rule.

A rank is a place among others. Where exactly one recipient is known to hold the place moved to,
the two change places and the ranks stay a permutation; where nobody known does, only one rank
changes. Ranks are moved as published, also where a rule counts them again within a group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from allocation.coefficients import counted_again
from allocation.policy.bounds import award_winners, eligible_for
from allocation.policy.groups import partition
from allocation.policy.kinds import RankOrder, RankStep, TopAward
from allocation.scenario.checks.columns import excluded, uses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocation.explain.what_if import Case
    from allocation.frame import Frame, Mask
    from allocation.policy.formula import RankScale
    from allocation.scenario import Scenario
    from allocation_models.program import Integers

#: Why a move is looked at.
PLACE, NEXT, EDGE = "place", "next", "edge"


@dataclass(frozen=True)
class RankMove:
    """A recipient at another place of a ranking.

    Parameters
    ----------
    column
        The rank column.
    who, other
        Positions of the recipient, and of the one it changes places with (None: of nobody).
    before, after
        Its rank.
    why
        Why it is looked at: ``place`` (one place), ``next`` (to the next known rank), ``edge``.
    edges
        The keys of the rules and coefficients that put the recipient into another tier, or give or
        take an award.
    mirrored
        Whether the same two change places in a move before it, seen from the other's side.
    """

    column: str
    who: int
    other: int | None
    before: int
    after: int
    why: tuple[str, ...]
    edges: tuple[str, ...] = ()
    mirrored: bool = False

    @property
    def better(self) -> bool:
        """Whether the move is to a better place."""
        return self.after < self.before

    def at(self, index: int) -> int:
        """Return where recipient ``index`` stands afterwards: where it stood."""
        return index

    def of(self, case: Case) -> Case:
        """Return the case after the move."""
        cells = case.frame.text[self.column].cells
        changed = {self.who: str(self.after)}
        if self.other is not None:
            changed = {self.who: cells[self.other], self.other: cells[self.who]}
        return case.with_cells(self.column, changed)


@dataclass(frozen=True)
class _Ranking:
    """One rank column.

    Parameters
    ----------
    place
        Shape (n,): ranks, 0 where there is none.
    known
        Shape (n,): who has one and takes part.
    last
        The last place there is.
    holders
        Who holds each rank, whether taking part or not.
    """

    column: str
    place: Integers
    known: Mask
    last: int
    holders: Mapping[int, Sequence[int]]

    def holder(self, rank: int) -> int | None:
        """Return the only holder of a rank; None if there is none, or more than one."""
        there = self.holders.get(rank, ())
        return there[0] if len(there) == 1 else None


def rank_columns(scenario: Scenario) -> tuple[str, ...]:
    """Return the rank columns that a scenario reads, in order."""
    return tuple(dict.fromkeys(use.column for use in uses(scenario) if use.reads == "rank"))


def rank_moves(case: Case, who: Mask) -> list[RankMove]:
    """Return every move of the recipients ``who`` (n,) that is looked at, by column."""
    found: list[RankMove] = []
    for column in rank_columns(case.loaded.scenario):
        swaps: set[frozenset[int]] = set()
        ranking = _ranking(case, column)
        targets, standing = _targets(case, ranking), _standing(case, column)
        for index in np.flatnonzero(who & ranking.known).tolist():
            before = int(ranking.place[index])
            for after, why in sorted(targets[index].items()):
                other = ranking.holder(after)
                move = RankMove(column, index, other, before, after, tuple(dict.fromkeys(why)))
                pair = frozenset((index, index if other is None else other))
                edges = _crossed(case, move, standing)
                found.append(replace(move, edges=edges, mirrored=len(pair) > 1 and pair in swaps))
                swaps.add(pair)
    return found


def _crossed(case: Case, move: RankMove, standing: Mapping[str, Integers]) -> tuple[str, ...]:
    """Return the keys of the tiers and awards in which the move changes the recipient's place."""
    if not standing:
        return ()
    later = _standing(move.of(case), move.column)
    return tuple(key for key in standing if standing[key][move.who] != later[key][move.who])


def _standing(case: Case, column: str) -> dict[str, Integers]:
    """Return each recipient's tier (n,) in all that sorts by the column; an award has two."""
    scenario, frame = case.loaded.scenario, case.frame
    ranks, _, _ = frame.ranks(column)
    place, known = ranks.values.astype(np.int64), ~ranks.missing
    found: dict[str, Integers] = {}
    for key, scale in _scales(scenario, column):
        ends = [tier.to for tier in scale.tiers if tier.to is not None]
        own = counted_again(frame, scale.among, place, known) if scale.among else place
        if ends:
            found[key] = np.searchsorted(np.array(ends), own, side="left")
    for name, rule in scenario.rules.items():
        if isinstance(rule, RankStep) and rule.column == column:
            tier = np.searchsorted(np.array(rule.tiers), place, side="left")
            found[f"rules.{name}"] = np.where(frame.members(rule.where, rule.exempt), tier, 0)
        if isinstance(rule, TopAward) and rule.column == column:
            winners, _ = award_winners(rule, frame, excluded(scenario, frame))
            found[f"rules.{name}"] = winners.astype(np.int64)
    return found


def _ranking(case: Case, column: str) -> _Ranking:
    scenario, frame = case.loaded.scenario, case.frame
    ranks, _, _ = frame.ranks(column)
    place = ranks.values.astype(np.int64)
    known = ~ranks.missing & ~excluded(scenario, frame)
    stated = [scale.of or 0 for _, scale in _scales(scenario, column)]
    stated += [end + 1 for end in _published_ends(scenario, column)]
    holders: dict[int, list[int]] = {}
    for index in np.flatnonzero(~ranks.missing).tolist():
        holders.setdefault(int(place[index]), []).append(index)
    return _Ranking(column, place, known, max([int(place.max(initial=0)), *stated]), holders)


def _scales(scenario: Scenario, column: str) -> Iterator[tuple[str, RankScale]]:
    for key, coefficient in scenario.coefficients.items():
        if coefficient.rank is not None and coefficient.rank.column == column:
            yield f"coefficients.{key}", coefficient.rank


def _published_ends(scenario: Scenario, column: str) -> Iterator[int]:
    """Yield the last published rank of each tier: what lies beyond is a place too."""
    for _, scale in _scales(scenario, column):
        if not scale.among:
            yield from (tier.to for tier in scale.tiers if tier.to is not None)
    for rule in scenario.rules.values():
        if isinstance(rule, RankStep) and rule.column == column:
            yield from rule.tiers


def _targets(case: Case, ranking: _Ranking) -> list[dict[int, list[str]]]:
    """Return for each recipient the ranks it is moved to, and why each, shape (n,)."""
    found: list[dict[int, list[str]]] = [{} for _ in ranking.place]

    def add(index: int, rank: int, why: str) -> None:
        if 1 <= rank <= ranking.last and rank != ranking.place[index]:
            found[index].setdefault(rank, []).append(why)

    pairs = chain(_edges(case, ranking), _neighbours(case, ranking), _one_place(ranking))
    for index, rank, why in pairs:
        add(index, rank, why)
    return found


def _one_place(ranking: _Ranking) -> Iterator[tuple[int, int, str]]:
    for index in np.flatnonzero(ranking.known).tolist():
        for step in (-1, 1):
            yield index, int(ranking.place[index]) + step, PLACE


def _neighbours(case: Case, ranking: _Ranking) -> Iterator[tuple[int, int, str]]:
    """Yield each recipient with the next known rank of all, and of each group ranks count in."""
    for attribute in ("", *_groupings(case.loaded.scenario, ranking.column)):
        for _, group in partition(case.frame, attribute):
            inside = np.flatnonzero(group & ranking.known)
            levels = np.unique(ranking.place[inside])
            for index in inside.tolist():
                at = int(np.searchsorted(levels, ranking.place[index]))
                for near in (at - 1, at + 1):
                    if 0 <= near < len(levels):
                        yield index, int(levels[near]), NEXT


def _groupings(scenario: Scenario, column: str) -> list[str]:
    """Return the attributes within which something counts or compares the column's ranks."""
    counted = [scale.among for _, scale in _scales(scenario, column)]
    compared = [
        rule.within
        for rule in scenario.rules.values()
        if isinstance(rule, RankOrder | RankStep) and rule.column == column
    ]
    return [name for name in dict.fromkeys(counted + compared) if name]


def _edges(case: Case, ranking: _Ranking) -> Iterator[tuple[int, int, str]]:
    """Yield each recipient with the ranks just across the next edge of a tier or an award."""
    scenario, frame = case.loaded.scenario, case.frame
    for _, scale in _scales(scenario, ranking.column):
        ends = [tier.to for tier in scale.tiers if tier.to is not None]
        if scale.among:
            yield from _edges_within(frame, ranking, ends, scale.among)
        else:
            yield from _edges_at(ranking, ranking.known, ends)
    for rule in scenario.rules.values():
        if isinstance(rule, RankStep) and rule.column == ranking.column:
            members = ranking.known & frame.members(rule.where, rule.exempt)
            yield from _edges_at(ranking, members, list(rule.tiers))
        if isinstance(rule, TopAward) and rule.column == ranking.column:
            yield from _award_edge(case, ranking, rule)


def _edges_at(ranking: _Ranking, members: Mask, ends: list[int]) -> Iterator[tuple[int, int, str]]:
    """Yield the last place of the tier above and the first place of the tier below."""
    for index in np.flatnonzero(members).tolist():
        rank = int(ranking.place[index])
        above, below = [end for end in ends if end < rank], [end for end in ends if end >= rank]
        if above:
            yield index, max(above), EDGE
        if below:
            yield index, min(below) + 1, EDGE


def _edges_within(
    frame: Frame, ranking: _Ranking, ends: list[int], among: str
) -> Iterator[tuple[int, int, str]]:
    """Likewise where ranks are counted again: the edge lies between two holders of ranks."""
    again = counted_again(frame, among, ranking.place, ~frame.ranks(ranking.column)[0].missing)
    for _, group in partition(frame, among):
        inside = np.flatnonzero(group & ranking.known)
        for end in ends:
            above, below = inside[again[inside] <= end], inside[again[inside] > end]
            if len(above) and len(below):
                last, first = int(ranking.place[above].max()), int(ranking.place[below].min())
                yield from ((index, last, EDGE) for index in below.tolist())
                yield from ((index, first, EDGE) for index in above.tolist())


def _award_edge(case: Case, ranking: _Ranking, rule: TopAward) -> Iterator[tuple[int, int, str]]:
    """Yield winners with the best place without an award, and the others with the last with one."""
    out = excluded(case.loaded.scenario, case.frame)
    winners, _ = award_winners(rule, case.frame, out)
    others = eligible_for(rule, case.frame, out) & ~winners
    if not winners.any() or not others.any():
        return
    last, first = int(ranking.place[winners].max()), int(ranking.place[others].min())
    yield from ((index, last, EDGE) for index in np.flatnonzero(others).tolist())
    yield from ((index, first, EDGE) for index in np.flatnonzero(winners).tolist())

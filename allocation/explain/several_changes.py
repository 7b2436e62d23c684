"""Repairs that change several things together, where no single change is enough.

All figures of the scenario are moved together by one linear program, the cheapest together. Rules
whose figures do not move evenly are taken out of the way first, and then put back as far as can be.
"""

from __future__ import annotations

from functools import reduce
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import Given, Member, Proof, members_of
from allocation.explain.bench import Bench, Draft
from allocation.explain.moves import Move, Step, moves_of
from allocation.explain.single_changes import TRIES, uneven, ways_to_give_up
from allocation_models.relaxation import cheapest_moves

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation_models.relaxation import Slopes

#: A parameter below this has not moved.
_ZERO = 1e-7
_HALVINGS = 6


def several_changes(bench: Bench, proof: Proof) -> list[Draft]:
    """Return repairs of several members at once: with the pot and without it, else the radical."""
    drafts = [*_together(bench, with_pot=True), *_together(bench, with_pot=False)]
    if not drafts:
        drafts = next(filter(None, (_after(bench, first) for first in _firsts(bench, proof))), [])
    return list({draft.sets: draft for draft in drafts}.values())


def _firsts(bench: Bench, proof: Proof) -> Iterator[list[tuple[Member, Move | Draft]]]:
    """Yield what to take out of the way first: a rule of the conflict, another, all of them."""
    keys = [member for member in members_of(bench.task) if isinstance(member, str)]
    keys.sort(key=lambda key: key not in proof.members)
    ways: list[tuple[Member, Move | Draft]] = []
    for key in keys:
        ways += [(key, draft) for draft in ways_to_give_up(bench.task, key)]
        moves = moves_of(bench.task, key)
        ways += [(key, move) for move in moves if uneven(bench, key, move)]
    yield from ([way] for way in ways)
    if len(ways) > 1:
        yield list({key: (key, way) for key, way in reversed(ways)}.values())


def _after(bench: Bench, firsts: list[tuple[Member, Move | Draft]]) -> list[Draft]:
    """Return the repairs that follow once ``firsts`` are out of the way."""
    drafts = [way if isinstance(way, Draft) else _step(key, way, 1.0) for key, way in firsts]
    known = [draft for draft in drafts if draft is not None]
    rest = bench.after(reduce(Draft.and_then, known)) if known else None
    if rest is None:
        return []
    more = (
        [Draft((), (), (), 0)]
        if rest.allocated(()) is not None
        else [*_together(rest, with_pot=True)]
    )
    return [_put_back(bench, firsts, known, each) for each in more]


def _put_back(
    bench: Bench, firsts: list[tuple[Member, Move | Draft]], drafts: list[Draft], rest: Draft
) -> Draft:
    """Return the repair with each move in ``firsts`` made smaller as long as there are amounts."""
    drafts = list(drafts)

    def whole() -> Draft:
        return reduce(Draft.and_then, [*drafts, rest])

    for at, (key, way) in enumerate(firsts):
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            if isinstance(way, Draft):
                break
            middle, before = (low + high) / 2, drafts[at]
            drafts[at] = _step(key, way, middle) or before
            if bench.allocated(whole().sets) is None:
                low, drafts[at] = middle, before
            else:
                high = middle
    return whole()


def _step(member: Member, move: Move, t: float) -> Draft | None:
    """Return the first figure of a move at ``t`` as a draft."""
    return _joined([(member, move, next(move.steps(t), None))])


def _together(bench: Bench, *, with_pot: bool) -> Iterator[Draft]:
    """Yield the cheapest changes of all figures together after which there are amounts."""
    members = [each for each in members_of(bench.task) if with_pot or each is not Given.POT]
    moves = [(member, move) for member in members for move in moves_of(bench.task, member)]
    even = [(*pair, slope) for pair in moves if (slope := bench.slopes_of(pair[1])) is not None]
    if not even:
        return
    slopes = [slope for _, _, slope in even]
    cost = np.array([_cost(bench, member, slope) for member, _, slope in even])
    most = np.array([move.most for _, move, _ in even])
    for margin in (0, bench.quantum):
        ts = cheapest_moves(bench.drawn_in(slopes), slopes, cost, most, margin)
        moved = (
            [] if ts is None else [pair for pair in zip(even, ts, strict=True) if pair[1] > _ZERO]
        )
        for place in range(TRIES if moved else 0):
            steps = [
                (m, move, next(islice(move.steps(t), place, None), None))
                for (m, move, _), t in moved
            ]
            draft = _joined(steps)
            if draft is not None and bench.allocated(draft.sets) is not None:
                yield _needed(bench, steps, draft)
                return


def _needed(bench: Bench, steps: Sequence[tuple[Member, Move, Step | None]], draft: Draft) -> Draft:
    """Return the changes without those that, in short figures, are not needed after all."""
    kept = list(steps)
    for step in steps:
        fewer = [each for each in kept if each is not step]
        shorter = _joined(fewer) if fewer else None
        if shorter is not None and bench.allocated(shorter.sets) is not None:
            kept, draft = fewer, shorter
    return draft


def _joined(steps: Sequence[tuple[Member, Move, Step | None]]) -> Draft | None:
    """Return all steps as one draft; None if one is missing."""
    drafts = [
        Draft(step.sets, ((move.sentence, step.words),), (member,))
        for member, move, step in steps
        if step is not None
    ]
    return reduce(Draft.and_then, drafts) if len(drafts) == len(steps) else None


def _cost(bench: Bench, member: Member, slopes: Slopes) -> float:
    """Return the price of t = 1: the money by which bounds move; of the pot, its change."""
    return float(bench.task.pot) if member is Given.POT else slopes.money

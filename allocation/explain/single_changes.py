"""Repairs that change one thing: the pot, a rule's figure, whom it is for, or whether it holds."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import Given, Member, Proof
from allocation.explain.bench import Bench, Draft
from allocation.explain.moves import Move, Step, moves_of
from allocation.explain.rule_rows import drawn_inwards, rules_as_rows
from allocation.policy import kinds
from allocation.scenario.fields import join_key
from allocation_models.relaxation import cheapest_moves, fewest_let_off

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.task import Task

#: No more recipients than this are let off a rule, and no more than half of those it is for.
_MOST_EXEMPT = 12
#: So many figures of a move are tried, and so often a move that is not even is halved.
TRIES, _HALVINGS = 4, 12
_LAST_PRIORITY = 99


def single_changes(bench: Bench, proof: Proof) -> list[Draft]:
    """Return the repairs that change one member of a conflict, or the pot.

    The pot need not be a member: a cap that is a share of it moves with it.
    """
    rules = [*bench.task.loaded.scenario.rules]
    order = [Given.MIN_RATIO, *rules]
    members = [Given.POT, *(member for member in order if member in proof.members)]
    return [draft for member in members for draft in _of_member(bench, member)]


def _of_member(bench: Bench, member: Member) -> Iterator[Draft]:
    """Yield every repair that changes one member."""
    for move in moves_of(bench.task, member):
        step = next(_steps_that_work(bench, move), None)
        if step is not None:
            yield Draft(step.sets, ((move.sentence, step.words),), (member,))
    if isinstance(member, str):
        yield from _exempting(bench, member)
        yield from _given_up(bench, member)


def _steps_that_work(bench: Bench, move: Move) -> Iterator[Step]:
    """Yield the figures of a move after which there are amounts, the mildest found first."""
    for t in _values(bench, move):
        for step in islice(move.steps(t), TRIES):
            if bench.allocated(step.sets) is not None:
                yield step


def _values(bench: Bench, move: Move) -> Iterator[float]:
    """Yield values of t to try: of the linear program, with room for rounding, then by halving."""
    slopes = bench.slopes_of(move)
    if slopes is not None:
        for margin in (0, bench.quantum):
            ts = cheapest_moves(
                bench.drawn_in([slopes]), [slopes], np.ones(1), np.array([move.most]), margin
            )
            yield from () if ts is None else ts.tolist()
    # What does not move evenly after all, by an entitlement or a binary choice, is found by trying.
    yield from _halved(bench, move)


def uneven(bench: Bench, key: str, move: Move) -> bool:
    """Tell whether a rule's move is no even movement of bounds."""
    rule = bench.task.loaded.scenario.rules[key]
    return isinstance(rule, kinds.ZeroOrAtLeast) or bench.slopes_of(move) is None


def _halved(bench: Bench, move: Move) -> Iterator[float]:
    """Yield values of t about the least that works, found by trying, if the end works."""
    low, high = 0.0, 1.0
    if not _works(bench, move, high):
        return
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _works(bench, move, middle) else (middle, high)
    yield from (low, high)


def _works(bench: Bench, move: Move, t: float) -> bool:
    step = next(move.steps(t), None)
    return step is not None and bench.allocated(step.sets) is not None


def _exempting(bench: Bench, key: str) -> Iterator[Draft]:
    """Yield the repair that lets the fewest recipients off a rule about single recipients."""
    task = bench.task
    rule, bounds = task.loaded.scenario.rules[key], task.rows.bounds.get(key)
    if bounds is None or isinstance(rule, kinds.TopAward | kinds.ZeroOrAtLeast):
        return
    program, rows = rules_as_rows(task)
    inside = drawn_inwards(program, task.loaded.scenario.rounding.quantum)
    mine = np.zeros(program.rows, dtype=bool)
    mine[rows[key]] = bounds.applies
    # Among equals the last in order is let off first.
    cost = np.ones(program.rows)
    cost[rows[key]] += 1e-4 * (1 - task.order / len(task.order))
    off = fewest_let_off(inside, mine, cost, task.pot)
    if off is not None and len(off):
        who = [int(row) - rows[key].start for row in off]
        yield from islice(_fewest(bench, key, who, int(bounds.applies.sum()) // 2), 1)


def _fewest(bench: Bench, key: str, who: list[int], most: int) -> Iterator[Draft]:
    """Yield exemptions after which there are amounts: of one alone, else of the first few.

    ``who`` is let off in part by the linear program, the most needed first.
    """
    limit = min(_MOST_EXEMPT, most)
    sets = [[one] for one in who[:limit]] + [who[:count] for count in range(2, limit + 1)]
    for chosen in sets if limit else []:
        draft = _exemption(bench.task, key, sorted(chosen))
        if bench.allocated(draft.sets) is None:
            continue
        for one in chosen if len(chosen) > 1 else []:
            fewer = _exemption(bench.task, key, sorted({*chosen} - {one}))
            if bench.allocated(fewer.sets) is not None:
                chosen, draft = [at for at in chosen if at != one], fewer  # noqa: PLW2901
        yield draft


def _exemption(task: Task, key: str, who: Sequence[int]) -> Draft:
    """Return the change that lets recipients off a rule."""
    frame, rule = task.loaded.frame, task.loaded.scenario.rules[key]
    called = [(frame.names[at], frame.ids[at]) for at in who]
    names = [name if frame.names.count(name) == 1 else code for name, code in called]
    said = ", ".join(_quoted(name) for name in [*rule.exempt, *names])
    words = _names(task, key) | {
        "who": "、".join(frame.names[at] for at in who),
        "who_en": ", ".join(frame.names_en[at] or frame.names[at] for at in who),
    }
    sets = (f"{join_key(('rules', key, 'exempt'))}=[{said}]",)
    return Draft(sets, (("conflict-exempt", words),), (key,), len(who))


def _quoted(text: str) -> str:
    """Return text as a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def _names(task: Task, key: str) -> dict[str, object]:
    rule = task.loaded.scenario.rules[key]
    return {"name": rule.name or key, "name_en": rule.name_en or rule.name or key}


def _given_up(bench: Bench, key: str) -> Iterator[Draft]:
    """Yield the repair that makes a rule without a strength soft, or takes it out."""
    for draft in ways_to_give_up(bench.task, key):
        if bench.allocated(draft.sets) is not None:
            yield draft


def ways_to_give_up(task: Task, key: str) -> Iterator[Draft]:
    """Yield the change that makes a rule soft, behind all others, or takes it out."""
    rules, path = task.loaded.scenario.rules, ("rules", key)
    match rules[key]:
        case kinds.RankOrder() | kinds.RankStep() | kinds.AtMostRequested():
            used = [rule.priority for rule in rules.values() if rule.priority is not None]
            last = min(max([0, *used]) + 1, _LAST_PRIORITY)
            sets, sentence = (f"{join_key((*path, 'priority'))}={last}",), "conflict-soft"
        case kinds.Exclude():
            sets, sentence = (f"{join_key(path)}=off",), "conflict-off"
        case _:
            return
    yield Draft(sets, ((sentence, _names(task, key)),), (key,))

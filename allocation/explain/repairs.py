"""The cheapest repairs of a conflict, in money (law 11).

Each is computed by one linear program, written in short figures on the safe side, and then really
applied: what does not end in amounts is not offered. The price of a repair is the money by which
the pot changes, or by which the rules as they were are missed by the repaired amounts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import Given, Member, Proof, smallest_conflict
from allocation.engine import allocate_task, solver_named, task_of, whole_task_of
from allocation.errors import BokuanError
from allocation.explain.figures import amount_text
from allocation.explain.moves import Move, Step, Words, moves_of
from allocation.explain.price import price_of
from allocation.explain.rule_rows import drawn_inwards, rules_as_rows
from allocation.money import UNITS
from allocation.policy import kinds
from allocation.scenario.fields import join_key
from allocation_models.relaxation import Moving, between, fewest_let_off, least_move

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.result import Allocation
    from allocation.scenario import Loaded
    from allocation.task import Task

#: No more recipients than this are let off a rule, and no more than half of those it is for.
_MOST_EXEMPT = 12
#: So many figures of a move are tried, and so often a move that is not even is halved.
_TRIES, _HALVINGS = 4, 8
#: So many conflicts one after the other are repaired together, and by so many ways each.
_DEPTH, _WIDTH = 3, 3
_LAST_PRIORITY = 99


@dataclass(frozen=True)
class Repair:
    """A change after which the rules can all hold: applied and found to give amounts.

    Parameters
    ----------
    sets
        ``KEY=VALUE`` changes, as ``--set`` takes them.
    sentences
        What changes: keys of the wording and their words.
    price
        Fen by which the pot changes or the rules as they were are missed.
    count
        How many things change: figures and exempted recipients.
    """

    sets: tuple[str, ...]
    sentences: tuple[tuple[str, Words], ...]
    price: int
    count: int


@dataclass(frozen=True)
class _Draft:
    """Changes that may be a repair, and whom they change."""

    sets: tuple[str, ...]
    sentences: tuple[tuple[str, Words], ...]
    changed: tuple[Member, ...]
    count: int = 1

    def and_then(self, more: _Draft) -> _Draft:
        """Return these changes followed by more."""
        return _Draft(
            self.sets + more.sets,
            self.sentences + more.sentences,
            self.changed + more.changed,
            self.count + more.count,
        )


@dataclass
class _Bench:
    """A scenario in conflict, on which changes are tried."""

    loaded: Loaded
    task: Task
    solver: str
    tried: dict[tuple[str, ...], Allocation | None] = field(default_factory=dict)

    def allocated(self, sets: Sequence[str]) -> Allocation | None:
        """Return the allocation with changes made, or None if there is none."""
        key = tuple(sets)
        if key not in self.tried:
            try:
                task = task_of(self.loaded.again(*sets))
                self.tried[key] = allocate_task(task, solver_named(self.solver), self.solver)
            except BokuanError:
                self.tried[key] = None
        return self.tried[key]

    def task_with(self, sets: Sequence[str]) -> Task | None:
        """Return the task with changes made, or None if they cannot be made."""
        try:
            return whole_task_of(self.loaded.again(*sets))
        except BokuanError:
            return None


def repairs_of(loaded: Loaded, solver: str = "highs") -> tuple[Repair, ...]:
    """Return the repairs of a scenario whose rules conflict, the cheapest first.

    Empty if the rules can all hold, or no change of the pot or of the rules in conflict helps.
    """
    bench = _Bench(loaded, whole_task_of(loaded), solver)
    proof = smallest_conflict(bench.task, solver_named(solver))
    drafts = _of_rounding(bench) if proof is None else _single(bench, proof)
    if proof is not None and not drafts:
        drafts = _several(bench, proof)
    repairs = [_priced(bench, draft) for draft in drafts]
    return tuple(sorted(repairs, key=lambda repair: (repair.price, repair.count)))


def _priced(bench: _Bench, draft: _Draft) -> Repair:
    result = bench.allocated(draft.sets)
    assert result is not None, "only what was applied is priced"
    price = price_of(bench.task, dict.fromkeys(draft.changed), result)
    return Repair(draft.sets, draft.sentences, price, draft.count)


# ---- one change ----------------------------------------------------------------------------------


def _single(bench: _Bench, proof: Proof) -> list[_Draft]:
    """Return the repairs that change one member of a conflict."""
    rules = [*bench.task.loaded.scenario.rules]
    order = [Given.POT, Given.MIN_RATIO, *rules]
    members = [member for member in order if member in proof.members]
    return [draft for member in members for draft in _of_member(bench, member)]


def _of_member(bench: _Bench, member: Member) -> Iterator[_Draft]:
    """Yield every repair that changes one member."""
    for move in moves_of(bench.task, member):
        step = next(_steps_that_work(bench, move), None)
        if step is not None:
            yield _Draft(step.sets, ((move.sentence, step.words),), (member,))
    if isinstance(member, str):
        yield from _exempting(bench, member)
        yield from _given_up(bench, member)


def _steps_that_work(bench: _Bench, move: Move) -> Iterator[Step]:
    """Yield the figures of a move after which there are amounts, the mildest found first."""
    for t in _values(bench, move):
        for step in islice(move.steps(t), _TRIES):
            if bench.allocated(step.sets) is not None:
                yield step


def _values(bench: _Bench, move: Move) -> Iterator[float]:
    """Yield values of t to try: of the linear program, with room for rounding, then by halving."""
    end = bench.task_with(move.end)
    if end is None:
        return
    moving = _movement(bench.task, end)
    if moving is not None:
        for margin in (0, bench.task.loaded.scenario.rounding.quantum):
            t = least_move(moving, move.most, margin)
            if t is not None:
                yield t
    if moving is None or _uneven(bench.task):
        yield from _halved(bench, move)


def _movement(task: Task, end: Task) -> Moving | None:
    """Return how the rules' bounds move; those that stay are drawn in to whole quanta."""
    (start, _), (stop, _) = rules_as_rows(task), rules_as_rows(end)
    moving = between(start, stop) if start.columns == stop.columns else None
    if moving is None:
        return None
    inside = drawn_inwards(start, task.loaded.scenario.rounding.quantum)
    lower = np.where(moving.lower_slope == 0, inside.row_lower, start.row_lower)
    upper = np.where(moving.upper_slope == 0, inside.row_upper, start.row_upper)
    return replace(moving, program=replace(start, row_lower=lower, row_upper=upper))


def _uneven(task: Task) -> bool:
    """Tell whether some rule's bounds do not move evenly: by entitlement, or a binary choice."""
    rules = task.loaded.scenario.rules.values()
    return any(isinstance(rule, kinds.ZeroOrAtLeast | kinds.UtilisationCut) for rule in rules)


def _halved(bench: _Bench, move: Move) -> Iterator[float]:
    """Yield a value of t that works, found by trying, if the end works."""
    low, high = 0.0, 1.0
    if not _works(bench, move, high):
        return
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _works(bench, move, middle) else (middle, high)
    yield high


def _works(bench: _Bench, move: Move, t: float) -> bool:
    step = next(move.steps(t), None)
    return step is not None and bench.allocated(step.sets) is not None


def _exempting(bench: _Bench, key: str) -> Iterator[_Draft]:
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
    limit = min(_MOST_EXEMPT, int(bounds.applies.sum()) // 2)
    if off is None or not 0 < len(off) <= limit:
        return
    who = (off - rows[key].start).tolist()
    draft = _exemption(task, key, who)
    for one in list(who):
        fewer = [at for at in who if at != one]
        if fewer and bench.allocated(_exemption(task, key, fewer).sets) is not None:
            who, draft = fewer, _exemption(task, key, fewer)
    if bench.allocated(draft.sets) is not None:
        yield draft


def _exemption(task: Task, key: str, who: Sequence[int]) -> _Draft:
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
    return _Draft(sets, (("conflict-exempt", words),), (key,), len(who))


def _quoted(text: str) -> str:
    """Return text as a TOML string."""
    import json

    return json.dumps(text, ensure_ascii=False)


def _names(task: Task, key: str) -> dict[str, object]:
    rule = task.loaded.scenario.rules[key]
    return {"name": rule.name or key, "name_en": rule.name_en or rule.name or key}


def _given_up(bench: _Bench, key: str) -> Iterator[_Draft]:
    """Yield the repair that makes a rule without a strength soft, or takes it out."""
    rules = bench.task.loaded.scenario.rules
    path = ("rules", key)
    match rules[key]:
        case kinds.RankOrder() | kinds.RankStep() | kinds.AtMostRequested():
            used = [rule.priority for rule in rules.values() if rule.priority is not None]
            last = min(max([0, *used]) + 1, _LAST_PRIORITY)
            sets, sentence = (f"{join_key((*path, 'priority'))}={last}",), "conflict-soft"
        case kinds.Exclude():
            sets, sentence = (f"{join_key(path)}=off",), "conflict-off"
        case _:
            return
    if bench.allocated(sets) is not None:
        yield _Draft(sets, ((sentence, _names(bench.task, key)),), (key,))


# ---- rounding, and several conflicts at once -----------------------------------------------------


def _of_rounding(bench: _Bench) -> list[_Draft]:
    """Return the largest smaller quantum with which amounts exist, where only rounding fails."""
    quantum = bench.task.loaded.scenario.rounding.quantum
    for fen in sorted(UNITS.values(), reverse=True):
        sets = (f"rounding.quantum={amount_text(fen)}",)
        if fen < quantum and quantum % fen == 0 and bench.allocated(sets) is not None:
            words = {"before": amount_text(quantum), "after": amount_text(fen)}
            return [_Draft(sets, (("conflict-quantum", words),), ())]
    return []


def _several(bench: _Bench, proof: Proof, depth: int = 1) -> list[_Draft]:
    """Return repairs of conflicts one after the other, where no single change repairs them all."""
    found: list[_Draft] = []
    if depth == _DEPTH:
        return found
    for draft in islice(_locally(bench, proof), _WIDTH):
        try:
            loaded = bench.loaded.again(*draft.sets)
            inner = _Bench(loaded, whole_task_of(loaded), bench.solver)
        except BokuanError:
            continue
        rest = smallest_conflict(inner.task, solver_named(bench.solver))
        if rest is None:
            continue
        more = _single(inner, rest) or _several(inner, rest, depth + 1)
        found += [draft.and_then(each) for each in more]
    return [draft for draft in found if bench.allocated(draft.sets) is not None]


def _locally(bench: _Bench, proof: Proof) -> Iterator[_Draft]:
    """Yield changes after which a conflict is gone, whatever other conflicts there are."""
    for member in sorted(proof.members, key=str):
        for move in moves_of(bench.task, member):
            end = bench.task_with(move.end)
            moving = None if end is None else _movement_within(bench.task, end, proof)
            t = None if moving is None else least_move(moving, move.most)
            step = None if t is None else next(move.steps(t), None)
            if step is not None:
                yield _Draft(step.sets, ((move.sentence, step.words),), (member,))


def _movement_within(task: Task, end: Task, proof: Proof) -> Moving | None:
    """Return how the bounds of a conflict's members move, all others left out."""
    (start, _), (stop, _) = (rules_as_rows(each, proof.members) for each in (task, end))
    return between(start, stop) if start.columns == stop.columns else None

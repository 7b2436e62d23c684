"""How much of each recipient's change is due to each change of the scenario.

The players are the overrides and ``--set`` changes that one of two runs of the same scenario has
and the other has not. What comes out of a subset of them is what the scenario allocates with
these changes made, in the order in which they stand; the parts are Shapley values
(:mod:`allocation_models.shapley`), so the order in which they are named does not matter. A
recipient that takes no part gets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import allocate
from allocation.errors import BokuanError, FaultError, InputError, Place, Problem
from allocation.scenario import load
from allocation.scenario.find import Reference
from allocation_models.shapley import (
    exact_parts,
    in_whole_numbers,
    random_orders,
    sampled_parts,
    subsets_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.result import Allocation, Fen
    from allocation.scenario import Loaded
    from allocation_models.program import Floats

#: Up to so many changes every subset is allocated; for more, orders are sampled.
MOST_EXACT = 8
_SAMPLED_ORDERS = 50


@dataclass(frozen=True)
class Player:
    """A change that only one of the two runs has.

    Parameters
    ----------
    name
        The override's name, or ``KEY=VALUE``.
    added
        True if the run after has it, False if only the run before had it.
    named
        True for an override, False for ``KEY=VALUE``.
    reason
        The override's reason, empty for ``KEY=VALUE``.
    """

    name: str
    added: bool
    named: bool
    reason: str = ""

    @property
    def label(self) -> str:
        """The name, with a minus before what is taken away; no two changes share one."""
        name = f"@{self.name}" if self.named and "=" in self.name else self.name
        return name if self.added else f"-{name}"


@dataclass(frozen=True)
class Attribution:
    """Each player's part of each recipient's change.

    Parameters
    ----------
    players
        k of them, by label.
    ids, names, names_en
        Shape (n,): everyone who gets something somewhere, in the order of the run before.
    before, after
        Shape (n,), int64 fen; 0 for whoever takes no part.
    parts
        Shape (k, n), int64 fen: each column adds up to ``after - before``.
    error
        Shape (k, n), fen: standard errors, None where every subset was allocated.
    orders
        How many orders were sampled, 0 where every subset was allocated.
    """

    players: tuple[Player, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    before: Fen
    after: Fen
    parts: Fen
    error: Floats | None
    orders: int


@dataclass(frozen=True)
class _Changes:
    """The changes of both runs in one order; which of them are players, by name."""

    overrides: list[str]
    sets: list[str]
    players: tuple[Player, ...]

    def chosen(self, subset: int, *, named: bool) -> list[str]:
        """Return which overrides, or sets, are made if the players of a bit set are at work."""
        made = {
            player.name: bool(subset >> at & 1) == player.added
            for at, player in enumerate(self.players)
            if player.named == named
        }
        return [name for name in (self.overrides if named else self.sets) if made.get(name, True)]


def attribution(before: Allocation, after: Allocation) -> Attribution:
    """Return what each change between two runs of a scenario does to each recipient.

    Raises
    ------
    InputError
        If they are not runs of the same scenario file, differ in no change, make the common ones
        in another order, or a subset of the changes cannot be allocated.
    FaultError
        If a subset is not proven, or the ends differ from the two runs.
    """
    first, second = _loaded(before), _loaded(after)
    changes = _changes(first, second)
    count = len(changes.players)
    orders = random_orders(count, _SAMPLED_ORDERS) if count > MOST_EXACT else []
    subsets = subsets_of(orders) if orders else range(1 << count)
    results = {subset: _amounts(first, changes, subset) for subset in subsets}
    full = (1 << count) - 1
    if results[0] != _by_id(before) or results[full] != _by_id(after):
        raise FaultError([Problem("L8-check-failed", words={"found": "attribution"})])
    ids = tuple(dict.fromkeys(key for found in (results[0], *results.values()) for key in found))
    values = {
        subset: np.array([found.get(key, 0) for key in ids], dtype=np.int64)
        for subset, found in results.items()
    }
    given = values.__getitem__
    parts = sampled_parts(given, orders) if orders else exact_parts(given, count)
    names = _names(after) | _names(before)
    return Attribution(
        players=changes.players,
        ids=ids,
        names=tuple(names.get(key, (key, key))[0] for key in ids),
        names_en=tuple(names.get(key, (key, key))[1] for key in ids),
        before=values[0],
        after=values[full],
        parts=in_whole_numbers(parts),
        error=parts.error,
        orders=parts.orders,
    )


def players(before: Allocation, after: Allocation) -> tuple[Player, ...]:
    """Return the changes that one of two runs has and the other has not, by label.

    Raises
    ------
    InputError
        If they are not runs of the same scenario file, differ in no change, or make the common ones
        in another order.
    """
    return _changes(_loaded(before), _loaded(after)).players


def _loaded(result: Allocation) -> Loaded:
    assert result.solved is not None, "whoever solves says from what"
    return result.solved.task.loaded


def _by_id(result: Allocation) -> dict[str, int]:
    return dict(zip(result.recipients.ids, result.amounts.tolist(), strict=True))


def _names(result: Allocation) -> dict[str, tuple[str, str]]:
    frame = result.recipients
    return dict(zip(frame.ids, zip(frame.names, frame.names_en, strict=True), strict=True))


def _changes(first: Loaded, second: Loaded) -> _Changes:
    """Return the changes of both runs in one order, and the players, by label."""
    if first.path.resolve() != second.path.resolve() or _content(first) != _content(second):
        raise _refused("L10-other-scenario", first.name, second.name)
    named = _overrides(first), _overrides(second)
    called = list(dict.fromkeys(first.sets)), list(dict.fromkeys(second.sets))
    overrides, sets = _merged(*named), _merged(*called)
    if overrides is None or sets is None:
        raise _refused("L10-other-order", first.name, second.name)
    known = first.scenario.override
    players = [
        Player(name, added=name in named[1], named=True, reason=known[name].reason)
        for name in overrides
        if (name in named[0]) != (name in named[1])
    ]
    players += [
        Player(text, added=text in called[1], named=False)
        for text in sets
        if (text in called[0]) != (text in called[1])
    ]
    if not players:
        raise _refused("L10-no-change", first.name, second.name)
    return _Changes(overrides, sets, tuple(sorted(players, key=lambda player: player.label)))


def _content(loaded: Loaded) -> bytes:
    """Return the scenario file as it was read."""
    return loaded.inputs[loaded.path.name]


def _refused(code: str, before: str, after: str) -> InputError:
    return InputError([Problem(code, Place(), {"before": before, "after": after})])


def _overrides(loaded: Loaded) -> list[str]:
    """Return the overrides applied, what-ifs taken apart, in order."""
    what_ifs = loaded.scenario.what_if
    asked = Reference.parse(loaded.reference).changes
    parts = (what_ifs[name].overrides if name in what_ifs else (name,) for name in asked)
    return list(dict.fromkeys(name for names in parts for name in names))


def _merged(first: Sequence[str], second: Sequence[str]) -> list[str] | None:
    """Return both lists in one order that keeps each; None if they contradict each other.

    Where nothing says which comes first, the first list's does: what the second adds wins.
    """
    common = [name for name in first if name in second]
    if common != [name for name in second if name in first]:
        return None
    merged: list[str] = []
    waiting = list(first)
    for name in second:
        while waiting and waiting[0] not in common:
            merged.append(waiting.pop(0))
        if name in common:
            waiting.remove(name)
        merged.append(name)
    return merged + waiting


def _amounts(loaded: Loaded, changes: _Changes, subset: int) -> Mapping[str, int]:
    """Return what everyone gets, fen by id, with the players of a bit set at work."""
    overrides = changes.chosen(subset, named=True)
    sets = changes.chosen(subset, named=False)
    target = Reference.parse(loaded.reference).target
    reference = f"{target}@{','.join(overrides)}" if overrides else target
    try:
        part = load(reference, sets=sets, beside=loaded.beside, may_repeat=True, partial=True)
        return _by_id(allocate(part))
    except FaultError:
        raise
    except BokuanError as error:
        words = {"found": "、".join([*overrides, *sets]) or "—"}
        problem = Problem("L10-subset-fails", words=words)
        raise InputError([problem, *error.problems]) from error

"""Many cases at once: whoever can be proven in arrays is, everybody else takes the road for one.

A case of a sweep mostly changes numbers. Then its rows are those of all other cases, and its
amounts are found beside theirs, in arrays of cases by recipients. They are the same to the fen:
they are given only if they are proven (:mod:`allocation_models.batch_share`,
:mod:`allocation_models.batch_rounding`). What is refused, conflicts or is not certain is left to
:func:`allocation.sweep.outcome.solve_case`.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import FaultError, Problem
from allocation.sweep.numbers import Numbers
from allocation.sweep.outcome import DONE, Outcome, Start, solve_case
from allocation_models.batch_pins import find_pins
from allocation_models.batch_rounding import batch_rounding
from allocation_models.batch_share import batch_shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.sweep.ground import Ground
    from allocation.sweep.numbers import Entries

#: Fewer cases are quicker one by one.
_LEAST = 4
#: So many rows of an array: more of them do not stay close to the processor.
_ROWS = 256
#: So many of a batch are solved alone too, and compared.
_SAMPLE = 1


def solve_packed(packed: bytes, cases: Sequence[tuple[str, ...]]) -> list[Outcome | None]:
    """Return what becomes of cases in another process."""
    return solve_batch(_unpacked(packed), cases)


def solve_batch(start: Start, cases: Sequence[tuple[str, ...]]) -> list[Outcome | None]:
    """Return what becomes of each case; None for one whose files must be read but may not be here.

    Raises
    ------
    InputError
        If the scenario's files are no longer what they were.
    """
    proven = proven_at_once(start, cases)
    return [proven.get(at) or solve_case(start, sets) for at, sets in enumerate(cases)]


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Start:
    start: Start = pickle.loads(packed)  # noqa: S301 (packed by the sweep that asks)
    return start


def proven_at_once(start: Start, cases: Sequence[tuple[str, ...]]) -> dict[int, Outcome]:
    """Return what becomes of the cases that can be proven in arrays, by their positions.

    One of them is solved by itself as well.

    Raises
    ------
    FaultError
        If it comes out otherwise: a fault of ours.
    """
    ground = start.ground
    if len(cases) < _LEAST or ground is None:
        return {}
    found: dict[int, Outcome] = {}
    for first in range(0, len(cases), _ROWS):
        entries = [start.varied.entries(sets) for sets in cases[first : first + _ROWS]]
        found |= {first + at: outcome for at, outcome in _proven(ground, entries)}
    for at in list(found)[:_SAMPLE]:
        _require_same(start, cases[at], found[at])
    return found


def _proven(ground: Ground, cases: Sequence[Entries | None]) -> Iterator[tuple[int, Outcome]]:
    """Yield the cases that can be proven, each by its position."""
    numbers = Numbers(ground, cases)
    if not len(numbers.fit):
        return
    batch = numbers.batch()
    shares = batch_shares(batch, find_pins(batch))
    amounts, certain = batch_rounding(batch, shares, numbers.quantum)
    # Where nobody is entitled to anything, the road for one says so.
    certain &= (batch.target > 0).any(axis=1)
    fen, pots = batch.layout.restored(amounts).tolist(), numbers.pot.tolist()
    for row in np.flatnonzero(certain).tolist():
        yield int(numbers.fit[row]), Outcome(DONE, tuple(fen[row]), pots[row])


def _require_same(start: Start, sets: tuple[str, ...], found: Outcome) -> None:
    if solve_case(start, sets) != found:
        raise FaultError([Problem("L6-batch-differs", words={"found": "、".join(sets)})])

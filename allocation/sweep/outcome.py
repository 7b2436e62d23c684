"""One case of a sweep: the scenario with its changes made, allocated exactly.

It takes the road that ``bokuan run --set …`` takes, with every check of it, from a scenario that
was read once.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from allocation import engine
from allocation.errors import BokuanError, ConflictError, FaultError, InputError, Problem
from allocation.scenario.varied import Varied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.scenario import Loaded

#: What became of a case: amounts; rules that conflict; data or values that are not allowed; no
#: proof.
DONE, CONFLICT, REFUSED, UNPROVEN = "allocated", "conflict", "refused", "unproven"
#: The pot, as a key.
POT = "pot.amount"


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Parameters
    ----------
    state
        ``allocated``, ``conflict``, ``refused`` or ``unproven``.
    fen
        Whole amounts by recipient and purpose, flattened by recipient; empty without amounts.
    pot
        Fen to share, 0 without amounts.
    codes, words
        Codes of what stands against it, and that in Chinese and in English.
    """

    state: str
    fen: tuple[int, ...] = ()
    pot: int = 0
    codes: tuple[str, ...] = ()
    words: tuple[str, str] = ("", "")

    @classmethod
    def refused_by(cls, error: BokuanError) -> Outcome:
        """Return what an error says of a case."""
        state = UNPROVEN if isinstance(error, FaultError) else REFUSED
        state = CONFLICT if isinstance(error, ConflictError) else state
        codes = tuple(dict.fromkeys(problem.code for problem in error.problems))
        return cls(state, codes=codes, words=(error.text("zh"), error.text("en")))


@dataclass(frozen=True)
class Start:
    """What every case starts from, as small as it can be sent to another process.

    Parameters
    ----------
    varied
        The scenario, read once.
    totals
        Fen of each unit from the upper level; empty without one.
    solver
        Name of the solver for rules that do not nest.
    reads
        Whether the scenario's files may be read again here, for changes that need it.
    """

    varied: Varied
    totals: Mapping[str, int]
    solver: str
    reads: bool = True

    @classmethod
    def of(cls, loaded: Loaded, totals: Mapping[str, int], solver: str) -> Start:
        """Return the start of a sweep over a scenario already loaded."""
        varied = Varied.of(loaded)
        return cls(replace(varied, loaded=replace(loaded, inputs={})), totals, solver)

    def packed(self, *, reads: bool) -> bytes:
        """Return it to be sent to another process, which may read files there or not."""
        return pickle.dumps(replace(self, reads=reads))


def solve_packed(packed: bytes, cases: Sequence[tuple[str, ...]]) -> list[Outcome | None]:
    """Return what becomes of cases in another process; None for one whose files must be read."""
    start = _unpacked(packed)
    return [solve_case(start, sets) for sets in cases]


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Start:
    start: Start = pickle.loads(packed)  # noqa: S301 (packed by the sweep that asks)
    return start


def solve_case(start: Start, sets: tuple[str, ...]) -> Outcome | None:
    """Return what becomes of the scenario with ``KEY=VALUE`` changes.

    None if its files must be read and may not be read here.

    Raises
    ------
    InputError
        If the scenario's files are no longer what they were.
    """
    before = start.varied.loaded
    loaded = start.varied.changed(sets)
    other_pot = loaded is None or loaded.scenario.pot.amount != before.scenario.pot.amount
    if loaded is not None and not (other_pot and before.scenario.upper):
        return _solved(start, loaded, start.totals)
    return _read_again(start, sets) if start.reads else None


def _read_again(start: Start, sets: tuple[str, ...]) -> Outcome:
    """Return what becomes of a case for which the files are read again, the upper level's too."""
    before = start.varied.loaded
    try:
        now = before.again(*sets)
        totals, _, above = engine.upper_totals(now)
        now = now if above is None else now.with_inputs_of(above)
    except BokuanError as error:
        _require_same(before, before.hashes_now())
        return Outcome.refused_by(error)
    _require_same(before, now.hashes)
    return _solved(start, now, totals)


def _solved(start: Start, loaded: Loaded, totals: Mapping[str, int]) -> Outcome:
    try:
        task = engine.prepared(loaded, totals)
        _, whole = engine.solved(task, engine.solver_named(start.solver))
    except BokuanError as error:
        return Outcome.refused_by(error)
    return Outcome(DONE, tuple(whole.cells.ravel().tolist()), task.pot)


def _require_same(before: Loaded, now: Mapping[str, str]) -> None:
    changed = [name for name, found in now.items() if before.hashes.get(name, found) != found]
    if changed:
        raise InputError([Problem("L6-inputs-changed", words={"found": "、".join(changed)})])

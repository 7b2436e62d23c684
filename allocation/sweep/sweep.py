"""A sweep: every case that is not in the journal yet, by whatever executes them."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from itertools import islice
from typing import TYPE_CHECKING

from allocation.errors import BokuanError, FaultError, Problem
from allocation.sweep.journal import Journal, key_of
from allocation.sweep.outcome import Outcome, Start, solve_case, solve_packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    Case = tuple[str, ...]
    Batch = list[Case]

#: Cases sent at once at most, and batches that wait for a worker at most.
_BATCH, _WAITING = 64, 64


def sweep_cases(
    start: Start,
    cases: Sequence[Case],
    *,
    executor: Executor | None = None,
    journal: Journal | None = None,
    progress: Callable[[int, int], None] | None = None,
    reads: bool = True,
) -> list[Outcome]:
    """Return what becomes of every case, in order.

    Parameters
    ----------
    start
        What the cases start from.
    cases
        ``KEY=VALUE`` changes of each.
    executor
        Executes batches of cases; None: this process.
    journal
        Holds what was finished before, and gets what is finished now.
    progress
        Called with how many cases are done, and of how many.
    reads
        Whether the executor's workers can read the scenario's files.

    Raises
    ------
    FaultError
        If the executor breaks; what was finished is in the journal.
    """
    keys = {sets: key_of(sets) for sets in cases}
    found = {
        sets: journal.known[key] for sets, key in keys.items() if journal and key in journal.known
    }
    missing = [sets for sets in keys if sets not in found]
    for batch, outcomes in _solved(start, missing, executor, reads=reads):
        found |= zip(batch, outcomes, strict=True)
        if journal:
            journal.add({keys[sets]: found[sets] for sets in batch})
        if progress:
            progress(len(found), len(keys))
    return [found[sets] for sets in cases]


def _solved(
    start: Start, cases: Batch, executor: Executor | None, *, reads: bool
) -> Iterator[tuple[Batch, list[Outcome]]]:
    """Yield batches of cases as they are finished."""
    size = max(1, min(_BATCH, len(cases) // _WAITING))
    batches = (cases[at : at + size] for at in range(0, len(cases), size))
    if executor is None:
        for batch in batches:
            yield batch, [_here(start, sets) for sets in batch]
        return
    packed = start.packed(reads=reads)
    running: dict[Future[list[Outcome | None]], Batch] = {}
    try:
        while True:
            for batch in islice(batches, _WAITING - len(running)):
                running[executor.submit(solve_packed, packed, batch)] = batch
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(future)
                yield batch, _finished(start, batch, future)
    finally:
        for future in running:
            future.cancel()


def _finished(start: Start, batch: Batch, future: Future[list[Outcome | None]]) -> list[Outcome]:
    try:
        outcomes = future.result()
    except BokuanError:
        raise
    except Exception as error:
        words = {"found": type(error).__name__}
        raise FaultError([Problem("L8-sweep-stopped", words=words)]) from error
    pairs = zip(batch, outcomes, strict=True)
    return [_here(start, sets) if outcome is None else outcome for sets, outcome in pairs]


def _here(start: Start, sets: Case) -> Outcome:
    outcome = solve_case(start, sets)
    assert outcome is not None, "files may be read here"
    return outcome

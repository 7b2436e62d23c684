"""Records: the check without a solver against the allocation itself, and how both grow."""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation import verifier
from allocation.engine import allocate, allocate_task, solver_named, task_of
from allocation.scenario import load
from benchmarks.scenario_files import write_scenario
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 9
#: How much more a non-zero may cost at ten times the size before the check is not linear.
_GROWTH = 2.0
_SIZES = (230, 3_000)


def _record(reference: str) -> dict[str, Any]:
    """Return a record as it is read from its file."""
    record: dict[str, Any] = json.loads(json.dumps(allocate(reference).record))
    assert not any(failures for _, failures in verifier.verify(record)), reference
    return record


def _speed(scope: Scope) -> Iterator[Line]:
    del scope
    name = "national-2022-zones"
    record, task = _record(name), task_of(load(name))
    check = partial(verifier.verify, record)
    solver = solver_named("highs")
    for what, peer in (
        ("allocate, from the files", partial(allocate, name)),
        ("allocate_task, files read", partial(allocate_task, task, solver, "highs")),
    ):
        yield Line.of("verify, 230 zones", what, ratio(check, peer, _ROUNDS), 20.0)


def _growth(scope: Scope) -> Iterator[Line]:
    """Time and size per non-zero at the larger size, against the smaller."""
    if scope.largest < max(_SIZES):
        return
    for ranked in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            paths = [write_scenario(Path(folder, str(n)), n, ranked=ranked) for n in _SIZES]
            small, large = (_record(str(path)) for path in paths)
        entries = [record["certificate"]["rows"]["start"][-1] for record in (small, large)]
        times = entries[1] / entries[0]
        kind = "rank-order rows" if ranked else "nested rules"
        found = ratio(partial(verifier.verify, large), partial(verifier.verify, small), _ROUNDS)
        per_entry = [each / times for each in (found.value, found.low, found.high)]
        against = f"per non-zero, against {_SIZES[0]}"
        yield Line(f"verify, {_SIZES[1]}, {kind}", against, *per_entry, _GROWTH, found.rounds)
        sizes = [len(json.dumps(record["certificate"])) for record in (small, large)]
        size = sizes[1] / sizes[0] / times
        yield Line(f"bytes, {_SIZES[1]}, {kind}", against, size, size, size, _GROWTH, 1)


SPEED = Benchmark("verify", "Records: verified without a solver", _speed)
GROWTH = Benchmark("verify-growth", "Records: what a non-zero costs as they grow", _growth)

"""Sweeps: one case of 230 zones under nested rules, and ten thousand of them on two cores."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from allocation.report.swept import sweep
from allocation.scenario import load
from allocation.sweep.batch import solve_batch
from allocation.sweep.executors import executor_of
from allocation.sweep.outcome import Start, solve_case
from benchmarks import p1, plain_lp
from benchmarks.scenario_files import write_scenario
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator
_SIZE, _ROUNDS, _ALONE, _TOGETHER, _MANY = 230, 9, 50, 1024, 10_000
#: A case against building and solving the plain program anew, as most what-ifs are done.
_TARGET, _SECONDS = 1 / 200, 10.0


def _batches(size: int) -> Iterator[list[tuple[str, ...]]]:
    """Yield what-ifs on the pot and on a tilt, so many at a time; no value comes twice."""
    at = count()
    while True:
        yield [
            (f"pot.amount={220_000_000 + n}元", f"coefficients.tilt.values.r1={1 + n / 10**6:.6f}")
            for n in islice(at, size)
        ]


def _alone(start: Start, batches: Iterator[list[tuple[str, ...]]]) -> None:
    for sets in next(batches):
        assert solve_case(start, sets)


def _together(start: Start, batches: Iterator[list[tuple[str, ...]]]) -> None:
    assert all(found and found.fen for found in solve_batch(start, next(batches)))


def _one(scope: Scope) -> Iterator[Line]:
    with TemporaryDirectory() as folder:
        start = Start.of(load(str(write_scenario(Path(folder), _SIZE))), {}, "highs")
        for words, solve, size, target in (
            (f"one case of {_TOGETHER} together", _together, _TOGETHER, _TARGET),
            ("one case alone", _alone, _ALONE, None),
        ):
            peer = partial(plain_lp.solve_pulp, p1.nested(_SIZE), scope.cbc_limit)
            found = ratio(partial(solve, start, _batches(size)), peer, _ROUNDS)
            parts = (found.value, found.low, found.high)
            value, low, high = (part / size for part in parts)
            each = replace(found, value=value, low=low, high=high)
            what = f"{words}, {_SIZE} recipients"
            yield Line.of(what, "PuLP + CBC, build and solve", each, target)


def _many(scope: Scope) -> Iterator[Line]:
    del scope
    vary = {
        "pot.amount": "22000万元:23000万元",
        "coefficients.tilt.values.r1": "1:1.4",
        "rules.region.least": "25%:30%",
    }
    with TemporaryDirectory() as folder:
        path = str(write_scenario(Path(folder), _SIZE))
        with executor_of(2, None, _MANY) as executor:
            began = perf_counter()
            found = sweep(path, vary, kind="latin-hypercube", n=_MANY, executor=executor)
            took = perf_counter() - began
        assert found.done.all()
        yield Line(f"{_MANY} cases, two processes", "seconds", took, took, took, _SECONDS, 1)


CASE = Benchmark("sweep", "Sweeps: a what-if that reads nothing again, time of one", _one)
MANY = Benchmark("sweep_many", "Sweeps: ten thousand exact allocations", _many)

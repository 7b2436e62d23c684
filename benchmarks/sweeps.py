"""Sweeps: one case of 230 zones under nested rules, and ten thousand of them on two cores."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from allocation.report.swept import sweep
from allocation.scenario import load
from allocation.sweep.executors import executor_of
from allocation.sweep.outcome import Start, solve_case
from benchmarks import p1, plain_lp
from benchmarks.scenario_files import write_scenario
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIZE, _ROUNDS, _CASES, _MANY = 230, 9, 50, 10_000
#: A case against building and solving the plain program anew, as most what-ifs are done.
_TARGET, _SECONDS = 1 / 200, 10.0


def _cases(count: int) -> list[tuple[str, ...]]:
    """Return what-ifs on the pot and on a tilt, each other than the others."""
    return [
        (f"pot.amount={22_000 + at}万元", f"coefficients.tilt.values.r1={1 + at / count:.6f}")
        for at in range(count)
    ]


def _solve(start: Start, cases: list[tuple[str, ...]]) -> None:
    for sets in cases:
        solve_case(start, sets)


def _one(scope: Scope) -> Iterator[Line]:
    with TemporaryDirectory() as folder:
        start = Start.of(load(str(write_scenario(Path(folder), _SIZE))), {}, "highs")
        cases = _cases(_CASES)
        assert all(found.fen for found in (solve_case(start, sets) for sets in cases) if found)
        peer = partial(plain_lp.solve_pulp, p1.nested(_SIZE), scope.cbc_limit)
        found = ratio(partial(_solve, start, cases), peer, _ROUNDS)
        parts = (found.value, found.low, found.high)
        value, low, high = (part / _CASES for part in parts)
        each = replace(found, value=value, low=low, high=high)
        words = f"one case, {_SIZE} recipients"
        yield Line.of(words, "PuLP + CBC, build and solve", each, _TARGET)


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

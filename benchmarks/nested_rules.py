"""Rules that nest: our exact amounts against PuLP with CBC on the plain program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks import ours, p1, plain_lp
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import peak_bytes, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Recipients: rounds, target.
_SIZES: dict[int, tuple[int, float | None]] = {
    230: (21, 1 / 30),
    3_000: (7, None),
    30_000: (3, None),
    300_000: (1, 1 / 300),
}


def _speed(scope: Scope) -> Iterator[Line]:
    for size in scope.sizes(*_SIZES):
        if size > scope.cbc_largest:
            continue
        rounds, target = _SIZES[size]
        problem = p1.nested(size)
        ours.check(problem, ours.amounts(problem))
        peer = partial(plain_lp.solve_pulp, problem, scope.cbc_limit)
        found = ratio(partial(ours.amounts, problem), peer, rounds, warm=rounds > 3)
        stopped = found.peer_longest >= scope.cbc_limit
        yield Line.of(
            f"{size} recipients", "PuLP + CBC, build and solve", found, target, bound=stopped
        )


def _memory(scope: Scope) -> Iterator[Line]:
    for size in scope.sizes(*_SIZES):
        problem = p1.nested(size)
        peak = peak_bytes(partial(ours.amounts, problem)) / size
        yield Line(f"{size} recipients", "bytes per recipient", peak, peak, peak, None, 1)


SPEED = Benchmark("nested", "Rules that nest (P1): exact amounts in whole yuan, time", _speed)
MEMORY = Benchmark("memory", "Rules that nest (P1): most memory held above the data", _memory)

"""Rules that do not nest: our exact amounts against one bare solve of the plain program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks import ours, p1, plain_lp
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Recipients: rounds, target.
_SIZES = {230: (15, 20.0), 3_000: (3, 40.0)}


def _speed(scope: Scope) -> Iterator[Line]:
    for size in scope.sizes(*_SIZES):
        rounds, target = _SIZES[size]
        problem = p1.ranked(size)
        plain = plain_lp.plain_program(problem)
        ours.check(problem, ours.amounts(problem))
        found = ratio(partial(ours.amounts, problem), partial(plain_lp.solve_highs, plain), rounds)
        yield Line.of(f"{size} recipients", "HiGHS, ready arrays, one solve", found, target)


SPEED = Benchmark("general", "P1 with rank-order rows: exact amounts in whole yuan, time", _speed)

"""Explanations: all waterfalls of an allocation against the allocation itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from allocation.engine import DEFAULT_SOLVER, allocate, allocate_task, solver_named
from allocation.explain.waterfall import waterfall
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.result import Allocation

#: Shipped scenarios: 230 zones under an upper level, 37 units with group rules, a two-way table.
_SCENARIOS = ("national-2022-zones", "national-2022", "guangxi-2018")
_ROUNDS, _TARGET = 9, 3.0


def _solve(result: Allocation) -> Allocation:
    """Solve once more what a result was made from, everything read already."""
    assert result.solved is not None
    return allocate_task(result.solved.task, solver_named(DEFAULT_SOLVER), DEFAULT_SOLVER)


def _speed(scope: Scope) -> Iterator[Line]:
    del scope
    for name in _SCENARIOS:
        result = allocate(name)
        ours = partial(waterfall, result)
        alone = ratio(ours, partial(_solve, result), _ROUNDS)
        yield Line.of(name, "the solving and rounding alone", alone, _TARGET)
        whole = ratio(ours, partial(allocate, name), _ROUNDS)
        yield Line.of(name, "the allocation, reading included", whole, _TARGET)


SPEED = Benchmark("explained", "Explanations: every waterfall against the allocation", _speed)

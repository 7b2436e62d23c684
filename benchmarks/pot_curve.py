"""The exact curve of everyone's amount over the pot against one allocation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.laminar import nest
from allocation_models.moving import still
from allocation_models.nested_piece import nested_bounds
from allocation_models.pot_curve import PotCurve, pot_curve
from allocation_models.program import stack
from benchmarks import ours, p1
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.p1 import Problem

#: Recipients: rounds, target.
_SIZES: dict[int, tuple[int, float | None]] = {230: (15, 50.0), 3_000: (9, 50.0)}


def curve(problem: Problem) -> PotCurve:
    """Return the curve over all pots; building the program included, as in ``ours.amounts``."""
    program = stack(problem.blocks, problem.lower, problem.upper)
    tree = nest(program).tree
    assert tree is not None, "P1 nests"
    closed = still(program).closed(problem.targets, np.zeros(problem.size, dtype=bool))
    return pot_curve(nested_bounds(closed, tree, problem.targets))


def _check(problem: Problem) -> None:
    """Raise ArithmeticError unless the curve meets the allocation to less than a quantum."""
    apart = np.abs(curve(problem).amounts(p1.POT) - ours.amounts(problem))
    if not np.all(apart < p1.QUANTUM):
        raise ArithmeticError("the curve passes the amounts by")


def _speed(scope: Scope) -> Iterator[Line]:
    for size in scope.sizes(*_SIZES):
        rounds, target = _SIZES[size]
        problem = p1.nested(size)
        _check(problem)
        found = ratio(partial(curve, problem), partial(ours.amounts, problem), rounds)
        yield Line.of(f"{size} recipients", "one allocation", found, target)


SPEED = Benchmark("curve", "The exact curve over all pots (P1, rules that nest)", _speed)

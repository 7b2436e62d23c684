"""Our answer to a problem: exact amounts in whole quanta, from ready integer arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation_models.fair_share import close_bounds, fair_share
from allocation_models.program import stack
from allocation_models.rounding import controlled_rounding
from allocation_models.solvers.highs import simplex
from benchmarks.p1 import QUANTUM

if TYPE_CHECKING:
    from allocation_models.program import Integers
    from benchmarks.p1 import Problem


def amounts(problem: Problem) -> Integers:
    """Return the fair amounts in whole quanta, shape (n,), fen; building the program included."""
    program = stack(problem.blocks, problem.lower, problem.upper)
    exact = fair_share(program, problem.targets)
    everyone = np.ones(problem.size, dtype=bool)
    closed = close_bounds(program, problem.targets, ~everyone, quantum=QUANTUM)
    quanta = controlled_rounding(
        closed,
        exact.numerator,
        exact.denominator,
        QUANTUM,
        problem.order,
        everyone,
        simplex,
        exact.tree,
    )
    return quanta * QUANTUM


def check(problem: Problem, answer: Integers) -> None:
    """Raise ArithmeticError unless every rule holds exactly at ``answer``."""
    program = stack(problem.blocks, problem.lower, problem.upper)
    rows, columns = program.broken(answer)
    if len(rows) or len(columns):
        raise ArithmeticError(f"{len(rows)} rows and {len(columns)} bounds are broken")

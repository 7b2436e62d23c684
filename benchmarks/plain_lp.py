"""The plain linear program of the same data: least weighted deviation from the targets.

Once term by term in PuLP, solved by CBC, as most people write it; once as ready arrays handed to
HiGHS. Amounts are in units of ten thousand yuan, as whoever knows solvers scales them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.program import NO_BOUND, stack

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, LinearProgram
    from benchmarks.p1 import Problem

#: Ten thousand yuan, in fen.
UNIT = 10**6


@dataclass(frozen=True)
class PlainProgram:
    """Rows in sparse form, in floats; columns are amounts, then shortfalls, then excesses."""

    cost: Floats
    indptr: Integers
    indices: Integers
    data: Floats
    row_lower: Floats
    row_upper: Floats
    column_lower: Floats
    column_upper: Floats


def weights(problem: Problem) -> Floats:
    """Return the weight of each recipient's deviation: 2 for the largest target down to 1."""
    rank = np.empty(problem.size)
    rank[np.argsort(-problem.wanted)] = np.arange(problem.size)
    return 2.0 - rank / problem.size


def plain_program(problem: Problem) -> PlainProgram:
    """Return the rules' rows, then one row per recipient: amount + shortfall - excess = target."""
    rules = stack(problem.blocks, problem.lower, problem.upper)
    size, each = problem.size, np.arange(problem.size)
    parts = np.stack([each, size + each, 2 * size + each], axis=1).ravel()
    wanted = problem.wanted / UNIT
    none, weight = np.zeros(size), weights(problem)
    return PlainProgram(
        cost=np.concatenate([none, weight, weight]),
        indptr=np.concatenate([rules.indptr, rules.indptr[-1] + 3 * (each + 1)]).astype(np.int32),
        indices=np.concatenate([rules.indices, parts]).astype(np.int32),
        data=np.concatenate([rules.data.astype(np.float64), np.tile([1.0, 1.0, -1.0], size)]),
        row_lower=np.concatenate([_floats(rules.row_lower), wanted]),
        row_upper=np.concatenate([_floats(rules.row_upper), wanted]),
        column_lower=np.concatenate([problem.lower / UNIT, none, none]),
        column_upper=np.concatenate([problem.upper / UNIT, np.full(2 * size, np.inf)]),
    )


def solve_highs(program: PlainProgram) -> Floats:
    """Hand ready arrays to HiGHS and solve once, as it comes; return the columns."""
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    rowwise, minimise = 2, 1
    columns = len(program.cost)
    highs.passModel(
        columns,
        len(program.row_lower),
        len(program.data),
        rowwise,
        minimise,
        0.0,
        program.cost,
        program.column_lower,
        program.column_upper,
        program.row_lower,
        program.row_upper,
        program.indptr,
        program.indices,
        program.data,
        np.zeros(columns, dtype=np.int32),
    )
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError("HiGHS did not solve the plain program")
    return np.asarray(highs.getSolution().col_value)


def solve_pulp(problem: Problem, limit: int) -> Floats:
    """Write the program in PuLP's operators and solve it with CBC; return the amounts.

    ``limit`` is CBC's time limit in seconds.
    """
    import pulp

    rules = stack(problem.blocks, problem.lower, problem.upper)
    model = pulp.LpProblem("plain", pulp.LpMinimize)
    bounds = zip((problem.lower / UNIT).tolist(), (problem.upper / UNIT).tolist(), strict=True)
    x = [pulp.LpVariable(f"x{i}", low, high) for i, (low, high) in enumerate(bounds)]
    short = [pulp.LpVariable(f"short{i}", 0) for i in range(problem.size)]
    excess = [pulp.LpVariable(f"excess{i}", 0) for i in range(problem.size)]
    weight = weights(problem).tolist()
    model += pulp.lpSum(
        w * down + w * up for w, down, up in zip(weight, short, excess, strict=True)
    )
    for i, wanted in enumerate((problem.wanted / UNIT).tolist()):
        model += x[i] + short[i] - excess[i] == wanted
    _add_rows(model, rules, x)
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit))
    return np.array([variable.varValue or 0.0 for variable in x])


def _add_rows(model: Any, rules: LinearProgram, x: list[Any]) -> None:
    """Add the rules' rows to a PuLP model."""
    import pulp

    columns, data = rules.indices.tolist(), rules.data.tolist()
    sides = zip(_floats(rules.row_lower).tolist(), _floats(rules.row_upper).tolist(), strict=True)
    for row, (lower, upper) in enumerate(sides):
        span = range(int(rules.indptr[row]), int(rules.indptr[row + 1]))
        total = pulp.lpSum(data[entry] * x[columns[entry]] for entry in span)
        if lower == upper:
            model += total == lower
            continue
        if np.isfinite(lower):
            model += total >= lower
        if np.isfinite(upper):
            model += total <= upper


def _floats(bound: Integers) -> Floats:
    """Return bounds in units, infinite where there is none."""
    floats = bound / UNIT
    floats[bound >= NO_BOUND], floats[bound <= -NO_BOUND] = np.inf, -np.inf
    return np.asarray(floats)

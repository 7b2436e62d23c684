r"""Most weighted benefit with diminishing returns, then fair.

.. math::

    \max \sum_i w_i \sum_s d_s z_{is} \quad\text{s.t.}\quad
    x_i = \sum_s z_{is},\; 0 \le z_{is} \le L_{is},\; x_i \ge \rho\, c_i,\; \text{rules on } x

Segment s of recipient i is :math:`L_{is} = (\tau_s - \tau_{s-1}) c_i` long and counts
:math:`d_s` per unit; :math:`d` falls, so no binaries are needed. Among all optima the
lexicographic max-min of x / t is taken, so the amounts are unique here too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import InfeasibleError, find_conflict
from allocation_models.face import optimal_face
from allocation_models.fair_share import FairShare, close_bounds, fair_share
from allocation_models.program import (
    NO_BOUND,
    BigIntegers,
    Integers,
    LinearProgram,
    Mask,
)
from allocation_models.solvers.highs import simplex

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Benefit:
    """What counts: weights per recipient and diminishing segments.

    Parameters
    ----------
    weights
        Shape (n,), Fractions: benefit per unit of money.
    ends
        Falling segments end at these shares of the claim; the last has no end.
    slopes
        One more than ``ends``: how much of the weight counts on each segment, not rising.
    least_ratio
        Nobody gets less than this share of the claim.
    """

    weights: BigIntegers
    ends: tuple[Fraction, ...]
    slopes: tuple[Fraction, ...]
    least_ratio: Fraction


def benefit_share(
    program: LinearProgram,
    claims: Integers,
    targets: BigIntegers,
    benefit: Benefit,
    helpers: Mask | None = None,
    solver: Solver = simplex,
) -> FairShare:
    """Return the exact amounts of most benefit, ties by the lexicographic max-min.

    Parameters
    ----------
    program
        The rules.
    claims
        Shape (n,), int64: what segments and the least ratio are measured against.
    targets
        Shape (n,), Python integers: what ties are compared by, as in :func:`fair_share`.
    benefit
        What counts.
    helpers, solver
        As in :func:`fair_share`.

    Raises
    ------
    InfeasibleError
        If the rows and the least ratio cannot hold together.
    UnprovenError, ArithmeticError
        If nothing was proven.
    """
    count = program.columns
    helper = np.zeros(count, dtype=bool) if helpers is None else helpers
    wide, cost = with_segments(program, claims, targets, benefit, helper)
    try:
        face = optimal_face(wide, cost.astype(np.float64), solver)
    except InfeasibleError:
        # Segments forbid nothing: the rules and the least ratio alone conflict.
        ruled = _with_least_ratio(program, claims, benefit, helper)
        conflict = find_conflict(ruled) or find_conflict(close_bounds(ruled, targets, helper))
        if conflict is None:
            raise ArithmeticError("infeasible without a proof") from None
        raise InfeasibleError(conflict) from None
    extra = wide.columns - count
    found = fair_share(
        face,
        np.concatenate([targets, np.zeros(extra, dtype=object)]),
        np.concatenate([helper, np.ones(extra, dtype=bool)]),
        solver,
    )
    pinned = (face.row_lower == face.row_upper) & (wide.row_lower < wide.row_upper)
    return replace(
        found,
        numerator=found.numerator[:count],
        denominator=found.denominator[:count],
        tight=(found.tight | pinned)[: program.rows],
    )


def _with_least_ratio(
    program: LinearProgram, claims: Integers, benefit: Benefit, helper: Mask
) -> LinearProgram:
    """Return the program where nobody gets less than the least ratio of the claim."""
    least = benefit.least_ratio
    floor = -((-claims.astype(object) * least.numerator) // least.denominator)
    lower = np.maximum(program.column_lower, np.where(helper, -NO_BOUND, floor).astype(np.int64))
    return replace(program, column_lower=lower)


def with_segments(
    program: LinearProgram,
    claims: Integers,
    targets: BigIntegers,
    benefit: Benefit,
    helper: Mask,
) -> tuple[LinearProgram, BigIntegers]:
    """Return the program with a column per segment and nobody under the least ratio, and its cost.

    The cost is the benefit's negative, shape (columns,), Fractions and zeros; segments stand
    recipient by recipient.
    """
    closed = close_bounds(_with_least_ratio(program, claims, benefit, helper), targets, helper)
    shared = np.flatnonzero(~helper)
    wide = _linked(closed, shared, _lengths(claims[shared], benefit.ends))
    cost = np.zeros(wide.columns, dtype=object)
    slopes = np.array(benefit.slopes, dtype=object)
    cost[program.columns :] = -np.outer(benefit.weights[shared], slopes).ravel()
    return wide, cost


def _lengths(claims: Integers, ends: tuple[Fraction, ...]) -> Integers:
    """Return segment lengths in whole units, shape (n, s); the last has no end."""
    edges = [np.zeros(len(claims), dtype=np.int64)]
    edges += [
        (claims.astype(object) * end.numerator // end.denominator).astype(np.int64) for end in ends
    ]
    endless = np.full((len(claims), 1), NO_BOUND)
    return np.concatenate([np.diff(np.stack(edges, axis=1), axis=1), endless], axis=1)


def _linked(program: LinearProgram, shared: Integers, lengths: Integers) -> LinearProgram:
    """Return the program with a column per segment, tied to its recipient's amount."""
    count, segments = lengths.shape
    link = np.column_stack(
        [shared, program.columns + np.arange(count * segments).reshape(count, segments)]
    )
    sign = np.tile(np.append(1, np.full(segments, -1)), count)
    ends = program.indptr[-1] + (segments + 1) * np.arange(1, count + 1)
    zeros = np.zeros(count, dtype=np.int64)
    return replace(
        program,
        indptr=np.concatenate([program.indptr, ends]),
        indices=np.concatenate([program.indices, link.ravel()]),
        data=np.concatenate([program.data, sign]),
        row_lower=np.concatenate([program.row_lower, zeros]),
        row_upper=np.concatenate([program.row_upper, zeros]),
        column_lower=np.concatenate([program.column_lower, np.zeros(lengths.size, dtype=np.int64)]),
        column_upper=np.concatenate([program.column_upper, lengths.ravel()]),
        groups=(),
    )

r"""Fair shares: lexicographic max-min of x / t under any rules.

.. math::

    \text{lexmax}\ \operatorname{sort}_{i}\ (x_i / t_i)
    \quad\text{s.t.}\quad \ell \le A x \le u,\quad \ell_i \le x_i \le u_i

First the worst-off ratio is made as large as the rules allow, then the second worst, and so on. The
amounts are unique (Radunović and Le Boudec, *IEEE/ACM Trans. Netw.* 15, 2007), so they depend on
the rules and not on a solver. Where the rules nest they are found directly; where other rules are
there as well but hold anyway, likewise; else by a sequence of linear programs. Which way was
taken, and why, is part of the answer.

A column with target 0 has no claim and gets its lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import InfeasibleError, find_conflict
from allocation_models.carried import carried
from allocation_models.laminar import NotNested, Tree, nest
from allocation_models.level_sequence import OutOfReachError, level_sequence
from allocation_models.nested_share import holds_together, nested_share
from allocation_models.program import (
    NO_BOUND,
    BigIntegers,
    Integers,
    LinearProgram,
    Mask,
    rows_of,
)
from allocation_models.solvers.highs import simplex

if TYPE_CHECKING:
    from allocation_models.solvers import Solver


_NUMERATOR = np.frompyfunc(lambda value: value.numerator, 1, 1)
_DENOMINATOR = np.frompyfunc(lambda value: value.denominator, 1, 1)


class Reason(StrEnum):
    """Why the direct method or the sequence was used."""

    NESTED = "nested"
    OTHERS_SLACK = "others_slack"
    COEFFICIENTS = "coefficients"
    CROSSING = "crossing"
    NO_TOTAL = "no_total"
    ASKED = "asked"


@dataclass(frozen=True)
class FairShare:
    """Exact amounts and how they were found.

    Parameters
    ----------
    numerator, denominator
        Shape (n,), Python integers.
    direct
        True if the direct method gave them, False for the sequence of programs.
    reason
        Why.
    tree
        The tree of the nested rows (direct method only).
    governor
        Shape (n,): the tree's node whose scale factor each column follows (direct method only).
    tight
        Shape (m,): the rows that hold the amounts where they are, if they are met with equality
        (many a row is met with equality and would not be missed).
    solves
        How many linear programs were solved.
    """

    numerator: BigIntegers
    denominator: BigIntegers
    direct: bool
    reason: Reason
    tree: Tree | None
    governor: Integers | None
    tight: Mask
    solves: int = 0


def fair_share(
    program: LinearProgram,
    targets: BigIntegers,
    helpers: Mask | None = None,
    solver: Solver = simplex,
    *,
    direct: bool = True,
) -> FairShare:
    """Return the exact lexicographic max-min amounts.

    Parameters
    ----------
    program
        The rules. Lower bounds of shared columns are not negative.
    targets
        Shape (n,), Python integers ≥ 0; only ratios matter.
    helpers
        Shape (n,): columns that only serve the rows and are compared with nobody.
    solver
        Opens a session on a float program (the sequence only).
    direct
        False to use the sequence even where the rules nest (the referee of the direct method).

    Raises
    ------
    InfeasibleError
        If the rows cannot hold together, with those that conflict.
    UnprovenError, ArithmeticError
        If nothing was proven.
    """
    helper = np.zeros(program.columns, dtype=bool) if helpers is None else helpers
    closed = close_bounds(program, targets, helper)
    try:
        answer = _direct(closed, targets, helper) if direct else Reason.ASKED
        if isinstance(answer, FairShare):
            return answer
        return _sequence(closed, targets, helper, solver, answer)
    except OutOfReachError:
        # The rules as they were given name a conflict better than the bounds drawn from them.
        conflict = find_conflict(program) or find_conflict(closed)
        if conflict is None:
            raise ArithmeticError("out of reach without a proof") from None
        raise InfeasibleError(conflict) from None


def close_bounds(
    program: LinearProgram, targets: BigIntegers, helper: Mask, *, quantum: int = 1
) -> LinearProgram:
    """Return the program with bounds closed in by what needs no solver.

    Rows of one column become bounds; nobody gets more than the total; no claim, no more than the
    lower bound rounded up to a whole ``quantum``.
    """
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    sizes = np.diff(program.indptr)
    single = np.flatnonzero(sizes == 1)
    entry = program.indptr[single]
    ones = program.data[entry] == 1
    single, column = single[ones], program.indices[entry[ones]]
    np.maximum.at(lower, column, program.row_lower[single])
    np.minimum.at(upper, column, program.row_upper[single])
    total = _total(program, sizes)
    if total is not None and lower.min(initial=0) >= 0:
        upper = np.where(helper, upper, np.minimum(upper, total))
    idle = ~helper & (targets == 0).astype(bool)
    upper = np.where(idle, np.minimum(upper, -(-lower // quantum) * quantum), upper)
    return replace(program, column_lower=lower, column_upper=upper)


def _total(program: LinearProgram, sizes: Integers) -> int | None:
    """Return the least upper bound of a plain sum of all columns, or None if there is none."""
    bounds = [
        int(program.row_upper[row])
        for row in np.flatnonzero(sizes == program.columns)
        if np.all(program.data[program.indptr[row] : program.indptr[row + 1]] == 1)
    ]
    return min((bound for bound in bounds if bound < NO_BOUND), default=None)


def _direct(program: LinearProgram, targets: BigIntegers, helper: Mask) -> FairShare | Reason:
    """Return the amounts by the direct method, or why it does not apply."""
    if helper.any():
        return Reason.COEFFICIENTS
    nesting = nest(program)
    if nesting.tree is None:
        return Reason(nesting.reason or NotNested.NO_TOTAL)
    if not holds_together(program, nesting.tree):
        raise OutOfReachError
    share = nested_share(program, nesting.tree, targets)
    if nesting.reason is None:
        reason = Reason.NESTED
    elif _hold(rows_of(program, nesting.left), share.numerator, share.denominator):
        reason = Reason.OTHERS_SLACK
    else:
        return Reason(nesting.reason)
    tight = _bounds_as_rows(program)
    tight[nesting.tree.rows] = share.pins.node[nesting.tree.node_of_row] != 0
    return FairShare(
        share.numerator, share.denominator, True, reason, nesting.tree, share.governor, tight
    )


def _bounds_as_rows(program: LinearProgram) -> Mask:
    """Return the rows of one column: drawn into its bounds, they hold it wherever they are met."""
    return np.asarray(np.diff(program.indptr) == 1)


def _hold(program: LinearProgram, numerator: BigIntegers, denominator: BigIntegers) -> bool:
    """Tell, exactly, whether the rows hold at numerator / denominator."""
    amounts = fractions_of(numerator, denominator)
    return not len(program.broken(amounts)[0])


def _sequence(
    program: LinearProgram, targets: BigIntegers, helper: Mask, solver: Solver, reason: Reason
) -> FairShare:
    """Return the amounts by the sequence of programs."""
    narrow = carried(program)
    if np.any(narrow.column_lower > narrow.column_upper):
        raise OutOfReachError
    found = level_sequence(narrow, targets, ~helper & (targets > 0).astype(bool), solver)
    # Where bounds alone fix everyone, no program has said yet that the rows can hold.
    if not found.solves and find_conflict(program):
        raise OutOfReachError
    amounts = found.amounts
    if not helper.any() and any(len(broken) for broken in program.broken(amounts)):
        raise ArithmeticError("the exact amounts break a rule")
    tight = found.tight | _bounds_as_rows(program)
    numerator, denominator = _NUMERATOR(amounts), _DENOMINATOR(amounts)
    return FairShare(numerator, denominator, False, reason, None, None, tight, found.solves)


def fractions_of(numerator: BigIntegers, denominator: BigIntegers) -> BigIntegers:
    """Return numerator / denominator as Fractions, shape (n,)."""
    return np.asarray(np.frompyfunc(Fraction, 2, 1)(numerator, denominator))

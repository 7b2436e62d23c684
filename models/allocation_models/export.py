r"""The first program of the fair sequence, as it is handed to other solvers.

.. math::

    \max \lambda \quad\text{s.t.}\quad \ell \le A x \le u,\quad
    x_i \ge \lambda t_i\ (i \in S),\quad \lambda \ge 0

Its optimum is the lowest ratio :math:`\min_i x_i / t_i` of the lexicographic max-min amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import float_program
from allocation_models.solvers import FloatProgram

if TYPE_CHECKING:
    from allocation_models.program import Floats, LinearProgram, Mask


def first_program(
    program: LinearProgram, targets: Floats, sharing: Mask, unit: float = 1.0
) -> FloatProgram:
    """Return the program that maximises the lowest ratio (minimises its negative).

    Parameters
    ----------
    program
        The rules.
    targets
        Shape (n,), in ``unit``; positive where ``sharing``.
    sharing
        Shape (n,): the columns compared with each other.
    unit
        What the float program counts in.

    Returns
    -------
    FloatProgram
        The columns of ``program`` and the level; its rows, then one per sharing column.

    Examples
    --------
    Two share 10 by targets 1 and 3; nothing is in the way of 2.5 times the target:

    >>> from allocation_models.program import stack
    >>> from allocation_models.solvers.highs import simplex
    >>> from allocation_models.program import Block
    >>> at, one = np.array([0, 0]), np.array([1, 1])
    >>> pot = Block("pot", at, np.array([0, 1]), one, np.array([10]), np.array([10]))
    >>> rules = stack([pot], np.zeros(2, int), np.full(2, 10))
    >>> both = np.array([True, True])
    >>> float(simplex(first_program(rules, np.array([1.0, 3.0]), both)).solve().x[-1])
    2.5
    """
    share = np.flatnonzero(sharing)
    columns, count = program.columns, len(share)
    rules = float_program(program, unit, np.zeros(columns))
    pairs = np.stack([share, np.full(count, columns)], axis=1).ravel()
    weights = np.stack([np.ones(count), -targets[share]], axis=1).ravel()
    return FloatProgram(
        cost=np.append(rules.cost, -1.0),
        indptr=np.concatenate([program.indptr, program.indptr[-1] + 2 * np.arange(1, count + 1)]),
        indices=np.concatenate([program.indices, pairs]),
        data=np.concatenate([rules.data, weights]),
        row_lower=np.concatenate([rules.row_lower, np.zeros(count)]),
        row_upper=np.concatenate([rules.row_upper, np.full(count, np.inf)]),
        column_lower=np.append(rules.column_lower, 0.0),
        column_upper=np.append(rules.column_upper, np.inf),
    )

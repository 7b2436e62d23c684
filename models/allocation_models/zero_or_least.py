r"""Zero or at least: who is funded where nobody may get less than a least amount.

.. math::

    x_i = 0 \;\text{ or }\; x_i \ge m_i:\qquad m_i \delta_i \le x_i \le u_i \delta_i,\;
    \delta \in \{0, 1\}^n

As many as possible are funded; among equal numbers, the lexicographically first in the caller's
order. The amounts then follow from the fair share with the choice fixed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import (
    InfeasibleError,
    find_conflict,
    float_bound,
    float_program,
    natural_unit,
)
from allocation_models.solvers import FloatProgram, Solver, Status

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers, LinearProgram, Mask

_RUN = 20


def fix_funded(
    program: LinearProgram, least: Integers, order: Integers, solver: Solver
) -> LinearProgram:
    """Return the program with every column either at zero or at least ``least``.

    Parameters
    ----------
    program
        The rules, with finite upper bounds.
    least
        Shape (n,), int64: the least amount, 0 where the rule does not apply.
    order
        Shape (n,): who is funded first when not all can be; smaller first.

    Raises
    ------
    InfeasibleError
        If no choice meets the rows.
    """
    choice = np.flatnonzero((least > 0) & (program.column_upper > 0))
    if not len(choice):
        return program
    choice = choice[np.argsort(order[choice])]
    switches = _Switches(program, least, choice, solver)
    count = switches.best(np.ones(len(choice)))
    if count is None:
        conflict = find_conflict(_fixed(program, least, np.zeros(0, dtype=np.int64), choice))
        raise InfeasibleError(conflict) if conflict else ArithmeticError("infeasible, no proof")
    switches.at_least = int(count.sum())
    for start in range(0, len(choice), _RUN):
        run = np.arange(start, min(start + _RUN, len(choice)))
        weight = np.zeros(len(choice))
        weight[run] = 2.0 ** np.arange(len(run) - 1, -1, -1)
        on = switches.best(weight)
        if on is None:
            raise ArithmeticError("a choice that was feasible no longer is")
        switches.low[run] = switches.high[run] = on[run]
    funded = switches.low.astype(bool)
    return _fixed(program, least, choice[funded], choice[~funded])


def can_be_funded(program: LinearProgram, least: Integers, solver: Solver) -> bool:
    """Tell whether some choice meets the rows; arguments as in :func:`fix_funded`."""
    choice = np.flatnonzero((least > 0) & (program.column_upper > 0))
    switches = _Switches(program, least, choice, solver)
    return switches.best(np.zeros(len(choice))) is not None


def _fixed(
    program: LinearProgram, least: Integers, funded: Integers, left_out: Integers
) -> LinearProgram:
    """Return the program with the choice made."""
    lower, upper = program.column_lower.copy(), program.column_upper.copy()
    lower[funded] = np.maximum(lower[funded], least[funded])
    upper[left_out] = 0
    return replace(program, column_lower=lower, column_upper=upper)


class _Switches:
    """The whole-number program of the choice; ``low`` and ``high`` close in as it is made."""

    def __init__(
        self, program: LinearProgram, least: Integers, choice: Integers, solver: Solver
    ) -> None:
        count, columns = len(choice), program.columns
        self.solver, self.columns = solver, columns
        self.low, self.high, self.at_least = np.zeros(count), np.ones(count), 0
        unit = natural_unit(program)
        base = float_program(program, unit, np.zeros(columns))
        switch = columns + np.arange(count)
        pairs = np.stack([choice, switch], axis=1).ravel()
        size = float_bound(least[choice], unit)
        reach = float_bound(program.column_upper[choice], unit)
        ends = base.indptr[-1] + 2 * np.arange(1, 2 * count + 1)
        integer: Mask = np.arange(columns + count) >= columns
        self.base = FloatProgram(
            cost=np.zeros(columns + count),
            indptr=np.concatenate([base.indptr, ends, [int(ends[-1]) + count]]),
            indices=np.concatenate([base.indices, pairs, pairs, switch]),
            data=np.concatenate(
                [base.data, _pairs(1.0, -size), _pairs(1.0, -reach), np.ones(count)]
            ),
            row_lower=np.concatenate(
                [base.row_lower, np.zeros(count), np.full(count, -np.inf), [0]]
            ),
            row_upper=np.concatenate(
                [base.row_upper, np.full(count, np.inf), np.zeros(count), [np.inf]]
            ),
            column_lower=np.concatenate([base.column_lower, self.low]),
            column_upper=np.concatenate([base.column_upper, self.high]),
            integer=integer,
        )

    def best(self, weight: Floats) -> Mask | None:
        """Return the switches of most weight, or None if there are none."""
        base = self.base
        base.row_lower[-1] = self.at_least
        base.column_lower[self.columns :], base.column_upper[self.columns :] = self.low, self.high
        cost = np.concatenate([np.zeros(self.columns), -weight])
        solution = self.solver(replace(base, cost=cost)).solve()
        if solution.status is Status.INFEASIBLE:
            return None
        return np.rint(solution.x[self.columns :]).astype(bool)


def _pairs(first: float, second: Floats) -> Floats:
    """Return ``first, second[0], first, second[1]`` and so on."""
    return np.stack([np.full(len(second), first), second], axis=1).ravel()

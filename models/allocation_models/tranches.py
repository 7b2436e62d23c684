r"""Payments in few and not too small tranches: which months pay, by binaries.

To the network of :mod:`.disbursement` come :math:`z_{it} \in \{0, 1\}` with

.. math::

    a_i z_{it} \le p_{it} \le \overline p_{it} z_{it}, \qquad \textstyle\sum_t z_{it} \le k_i

and :math:`\sum z` as one more objective. Alone these leave a relaxation that pays a little every
month, so each step :math:`d_{it}` of the need says which payments meet it,

.. math::

    y_{ist} \le d_{it} z_{is}, \qquad \textstyle\sum_t y_{ist} \le p_{is}, \qquad
    m_{it} \le \sum_{t' \le t} \sum_{s \le t} y_{ist'}

which every payment plan meets (first paid, first met), and which no fraction of a payment does
(Krarup and Bilde, "Plant location, set covering and economic lot size", 1977).

Binaries cost the network its whole vertices, so floats are asked for z only: once z is fixed the
bounds of p are numbers and the flow is whole again. An objective's best value is taken from that
whole flow, not from the solver, and stands as a row when the next one is asked. Among equal z,
tie costs decide until a program that must differ from the z found somewhere has no answer: then
it is the only one. Fixed charges in networks: Hirsch and Dantzig, "The fixed charge problem",
*Naval Research Logistics Quarterly* 15 (1968).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import InfeasibleError, find_conflict
from allocation_models.disbursement import Payable, arcs_of, network_of, objectives_of, pay
from allocation_models.flow import float_network, least_cost, scale_of, tie_cost
from allocation_models.solvers import FloatProgram, Solver, Status, UnprovenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.disbursement import Aim, Arcs
    from allocation_models.program import Floats, Integers, Mask

_TIES = 6
_TIE_RANGE = 1 << 10
#: What a row of a value reached leaves to a solver's tolerance: part of a quantum, within these.
#: With less CBC lost the best choice.
_STEP, _LEAST_ROOM, _MOST_ROOM = 0.1, 1e-7, 1e-5


@dataclass(frozen=True)
class Tranches:
    """Rules of tranches.

    Parameters
    ----------
    most
        Shape (n,): how many payments are still allowed.
    least
        Shape (n,): the smallest payment, in quanta.
    """

    most: Integers
    least: Integers


class NoTranchesError(Exception):
    """No payments meet the rules of tranches, though payments without them exist."""


def pay_in_tranches(
    payable: Payable, tranches: Tranches, aims: Sequence[Aim], solver: Solver
) -> Integers:
    """Return the one best table of payments under rules of tranches, shape (n, T), whole quanta.

    Raises
    ------
    InfeasibleError
        If the bounds cannot hold even without tranches.
    NoTranchesError
        If they cannot hold with them.
    UnprovenError
        If nothing was proven.
    """
    choice = _Choice(payable, tranches, solver)
    if choice.solve(choice.cost()) is None:
        conflict = find_conflict(choice.network.program())
        if conflict is not None:
            raise InfeasibleError(conflict)
        raise NoTranchesError
    linear: list[Aim] = [aim for aim in aims if aim in ("unmet", "idle", "early", "tranches")]
    for done in range(len(linear)):
        choice.reach(linear[: done + 1])
    return pay(choice.fixed(choice.only(linear)), aims, solver)


def can_pay(payable: Payable, tranches: Tranches, solver: Solver) -> bool:
    """Whether any payments meet the bounds and the rules of tranches."""
    choice = _Choice(payable, tranches, solver)
    return choice.solve(choice.cost()) is not None


def with_months(payable: Payable, tranches: Tranches, chosen: Mask) -> Payable:
    """Return the bounds with open payments in the months of ``chosen`` (n, T), and only there."""
    undecided = payable.pay_least < payable.pay_most
    low = np.where(undecided & chosen, tranches.least[:, None], payable.pay_least)
    high = np.where(undecided & ~chosen, 0, payable.pay_most)
    return replace(payable, pay_least=low, pay_most=high)


class _Choice:
    """The binary program while rows for what is reached are added."""

    def __init__(self, payable: Payable, tranches: Tranches, solver: Solver) -> None:
        self.payable, self.tranches, self.solver = payable, tranches, solver
        self.network = network_of(payable)
        self.open = np.argwhere(payable.pay_least < payable.pay_most)
        self.unit = scale_of(self.network)
        self.steps = _steps(payable, self.open)
        self.best: Integers | None = None
        self.reached: list[tuple[Floats, float]] = []
        self.rows = self._rows()

    def cost(self, arcs: Integers | None = None, binaries: Integers | None = None) -> Floats:
        """Return costs of all columns in floats, arcs first."""
        on_arcs = np.zeros(self.network.arcs) if arcs is None else arcs.astype(np.float64)
        count = len(self.open)
        on_binaries = np.zeros(count) if binaries is None else binaries
        return np.concatenate([on_arcs, on_binaries, np.zeros(self.steps.count)])

    def binaries(self, columns: Floats) -> Floats:
        """Return the part of all columns that are binaries."""
        return columns[self.network.arcs : self.network.arcs + len(self.open)]

    def fixed(self, z: Integers) -> Payable:
        """Return the payments' bounds with the choice made."""
        chosen = np.zeros(self.payable.size, dtype=np.bool_)
        chosen[tuple(self.open.T)] = z > 0
        return with_months(self.payable, self.tranches, chosen)

    @property
    def least(self) -> Integers:
        """Shape (binaries,): the smallest payment of each."""
        return self.tranches.least[self.open[:, 0]]

    def reach(self, aims: Sequence[Aim]) -> None:
        """Find the best value of the last of ``aims``, and hold it from now on."""
        if aims[-1] == "tranches":
            cost = self.cost(binaries=np.ones(len(self.open), dtype=np.int64))
            z = self._solved(cost)
            self.reached.append((cost, float(z.sum())))
        else:
            objective = objectives_of(self.payable, aims[-1:])[0]
            cost = self.cost(objective.cost)
            z = self._solved(cost)
            self.reached.append((cost, self.value(z, aims) / self.unit))
        self.best = z

    def value(self, z: Integers, aims: Sequence[Aim]) -> int:
        """Return the value of the last linear aim for a choice, exactly; the others as reached."""
        linear = [aim for aim in aims if aim != "tranches"]
        objectives = objectives_of(self.payable, linear)[: len(linear)]
        flow = least_cost(network_of(self.fixed(z)), objectives, self.solver)
        found = [int(objective.cost @ flow) for objective in objectives]
        held = [bound for cost, bound in self.reached if cost[: self.network.arcs].any()]
        for now, before in zip(found, held, strict=False):
            if now != round(before * self.unit):
                raise UnprovenError("tranches: an objective reached before is lost")
        return found[-1]

    def only(self, aims: Sequence[Aim]) -> Integers:
        """Return the choice that ties leave."""
        for turn in range(_TIES):
            cost = self.cost(binaries=tie_cost(len(self.open), turn, _TIE_RANGE))
            z = self._solved(cost)
            self.reached.append((cost, float(self.binaries(cost) @ z)))
            if self.solve(cost, other_than=z) is None:
                if any(aim != "tranches" for aim in aims):
                    self.value(z, aims)
                return z
        raise UnprovenError("the choice of months is not unique")

    def _solved(self, cost: Floats) -> Integers:
        z = self.solve(cost)
        if z is None:
            raise UnprovenError("no answer though there was one")
        return z

    def solve(self, cost: Floats, other_than: Integers | None = None) -> Integers | None:
        """Return the binaries of least cost, or None if there are none."""
        size = max(float(np.abs(cost).max(initial=0.0)), 1.0)
        program = _with_rows(self.rows, self._extra(other_than))
        program = replace(program, cost=cost / size)
        solution = self.solver(program).solve()
        if solution.status is Status.INFEASIBLE:
            return None
        return np.rint(self.binaries(solution.x)).astype(np.int64)

    def _extra(self, other_than: Integers | None) -> list[tuple[Floats, float]]:
        """Return the rows ``coefficients · x <= bound`` of what is reached and what is known."""
        rows = []
        for cost, bound in self.reached:
            size = max(float(np.abs(cost).max()), 1.0)
            room = min(max(_STEP / (self.unit * size), _LEAST_ROOM), _MOST_ROOM)
            rows.append((cost / size, bound / size + room))
        if other_than is not None:
            sign = np.where(other_than > 0, 1.0, -1.0)
            rows.append((self.cost(binaries=sign), float(other_than.sum()) - 1.0))
        return rows

    def _rows(self) -> FloatProgram:
        """Return the network with binaries: links to payments, and how many each may have."""
        base = float_network(self.network, np.zeros(self.network.arcs, dtype=np.int64))
        count, arcs = len(self.open), self.network.arcs
        row, month = self.open.T
        paid = arcs_of(self.payable.size).paid[row, month]
        binary = arcs + np.arange(count)
        most = np.minimum(self.payable.pay_most[row, month], self.payable.most[row, -1])
        most = np.minimum(most, self.payable.limit[month])
        few = _Rows(row, binary, np.ones(count), self.tranches.most.astype(np.float64))
        links = _link(paid, binary, most / self.unit), _link(paid, binary, self.least / self.unit)
        blocks = [links[0], replace(links[1], data=-links[1].data), few]
        blocks += self.steps.rows(arcs_of(self.payable.size), arcs, self.unit)
        return _program(base, blocks, count, self.steps.size / self.unit)


@dataclass(frozen=True)
class _Rows:
    """Entries (row from 0, column, coefficient) of rows that are at most ``upper``."""

    row: Integers
    column: Integers
    data: Floats
    upper: Floats


@dataclass(frozen=True)
class _Steps:
    """Which open payment may meet which step of the need: shape (count,) each.

    Parameters
    ----------
    line, paid, due, binary
        The line, the months of payment and of the step, and the payment's binary.
    size
        The step, in quanta.
    settled
        Shape (n, T): what payments that are no choice meet at most.
    binaries
        How many binaries there are.
    """

    line: Integers
    paid: Integers
    due: Integers
    binary: Integers
    size: Integers
    settled: Integers
    binaries: int

    @property
    def count(self) -> int:
        """How many pairs of a payment and a step there are."""
        return len(self.line)

    def rows(self, where: Arcs, arcs: int, unit: float) -> list[_Rows]:
        """Return the rows that tie payments, steps and what is met together."""
        each = np.arange(self.count)
        column = arcs + self.binaries + each
        apart = _Rows(
            np.concatenate([each, each]),
            np.concatenate([column, arcs + self.binary]),
            np.concatenate([np.ones(self.count), -self.size / unit]),
            np.zeros(self.count),
        )
        first = np.unique(self.binary, return_index=True)[1]
        paid = where.paid[self.line[first], self.paid[first]]
        within = _Rows(
            np.concatenate([self.binary, self.binary[first]]),
            np.concatenate([column, paid]),
            np.concatenate([np.ones(self.count), -np.ones(len(first))]),
            np.zeros(self.binaries),
        )
        return [apart, within, self._met(where, column, unit)]

    def _met(self, where: Arcs, column: Integers, unit: float) -> _Rows:
        """Return that what is met of the need is met by payments: a row for each line and month."""
        n, months = where.met.shape
        by = np.arange(months)[:, None]
        month, pair = np.nonzero((self.paid <= by) & (self.due <= by))
        row = self.line[pair] * months + month
        return _Rows(
            np.concatenate([np.arange(n * months), row]),
            np.concatenate([where.met.ravel(), column[pair]]),
            np.concatenate([np.ones(n * months), -np.ones(len(pair))]),
            self.settled.ravel() / unit,
        )


def _steps(payable: Payable, open_: Integers) -> _Steps:
    """Return every pair of an open payment and a step of its line's need."""
    need = np.minimum(payable.need, payable.most)
    step = np.diff(np.maximum.accumulate(need, axis=1), axis=1, prepend=0)
    binary, due = np.nonzero(step[open_[:, 0]])
    line, paid = open_[binary].T
    settled = np.cumsum(np.where(payable.pay_least == payable.pay_most, payable.pay_least, 0), 1)
    return _Steps(line, paid, due, binary, step[line, due], settled, len(open_))


def _link(paid: Integers, binary: Integers, size: Floats) -> _Rows:
    """Return payment less ``size`` times binary, at most zero."""
    each = np.arange(len(paid))
    data = np.concatenate([np.ones(len(paid)), -size])
    row, column = np.concatenate([each, each]), np.concatenate([paid, binary])
    return _Rows(row, column, data, np.zeros(len(paid)))


def _program(base: FloatProgram, blocks: Sequence[_Rows], count: int, more: Floats) -> FloatProgram:
    """Return the network's program with ``count`` binaries, ``more`` bounded columns, and rows."""
    starts = np.cumsum([len(base.row_lower), *(len(block.upper) for block in blocks)])
    row = np.concatenate(
        [base.row_of_entry, *(b.row + at for b, at in zip(blocks, starts[:-1], strict=True))]
    )
    column = np.concatenate([base.indices, *(block.column for block in blocks)])
    data = np.concatenate([base.data, *(block.data for block in blocks)])
    order = np.lexsort((column, row))
    upper, arcs = np.concatenate([block.upper for block in blocks]), len(base.column_lower)
    return FloatProgram(
        cost=np.zeros(arcs + count + len(more)),
        indptr=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=int(starts[-1])))]),
        indices=column[order],
        data=data[order],
        row_lower=np.concatenate([base.row_lower, np.full(len(upper), -np.inf)]),
        row_upper=np.concatenate([base.row_upper, upper]),
        column_lower=np.concatenate([base.column_lower, np.zeros(count + len(more))]),
        column_upper=np.concatenate([base.column_upper, np.ones(count), more]),
        integer=np.isin(np.arange(arcs + count + len(more)) - arcs, np.arange(count)),
    )


def _with_rows(program: FloatProgram, rows: Sequence[tuple[Floats, float]]) -> FloatProgram:
    """Return the program with rows ``coefficients · x <= bound`` below the others."""
    for coefficients, bound in rows:
        at = np.flatnonzero(coefficients)
        program = replace(
            program,
            indptr=np.append(program.indptr, program.indptr[-1] + len(at)),
            indices=np.append(program.indices, at),
            data=np.append(program.data, coefficients[at]),
            row_lower=np.append(program.row_lower, -np.inf),
            row_upper=np.append(program.row_upper, bound),
        )
    return program

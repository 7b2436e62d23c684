r"""Fairness against benefit: every corner of the trade-off, by tangents in fractions.

.. math::

    V(\rho) = \max_x \sum_i w_i \sum_s d_s z_{is} \quad\text{s.t.}\quad
    x_i = \sum_s z_{is},\; 0 \le z_{is} \le L_{is},\; x_i \ge \rho\,t_i,\; \text{rules on } x

is concave and piecewise linear in the least ratio :math:`\rho`. The multipliers y of the rows at
any :math:`\rho` give, with what they leave of the cost, a line that is nowhere below V (weak
duality), and touches it there. Its numbers are fractions: the floats of a solver only say which
fractions are meant, and a line that then does not touch is refused. Two lines meet above or on a
corner; a third at the crossing tells which (Eisner and Severance, *JACM* 23, 1976). So corners come
from crossings of exact lines and not from a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.benefit import with_segments
from allocation_models.blame import float_program, natural_unit
from allocation_models.program import NO_BOUND
from allocation_models.solvers import Status, UnprovenError
from allocation_models.solvers.highs import simplex

if TYPE_CHECKING:
    from allocation_models.benefit import Benefit
    from allocation_models.program import BigIntegers, Floats, Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver

#: A trade-off of more corners than this is not followed.
MOST_CORNERS = 2_000
#: A line touches where it misses the solver's optimum by no more than this, relatively.
_TOUCHES = 1e-7
_NEAR, _FINEST = 1e-6, 10**4
#: The last line is looked for just before the end, where the rules hold without tolerance.
_BEFORE_END = Fraction(1, 10**7)


@dataclass(frozen=True)
class Line:
    """``start + slope · ρ``, exact: nowhere below the most benefit."""

    start: Fraction
    slope: Fraction

    def at(self, ratio: Fraction) -> Fraction:
        """Return the line's value at a ratio."""
        return self.start + self.slope * ratio


@dataclass(frozen=True)
class Corner:
    """A least ratio at which the price of fairness changes, and the most benefit there."""

    ratio: Fraction
    value: Fraction


def frontier(
    program: LinearProgram,
    claims: Integers,
    targets: BigIntegers,
    benefit: Benefit,
    exact_claims: BigIntegers,
    last: Fraction,
    helpers: Mask | None = None,
    solver: Solver = simplex,
) -> list[Corner]:
    """Return both ends of the trade-off and every corner between, by least ratio.

    Parameters
    ----------
    program, claims, targets, benefit, helpers, solver
        As in :func:`allocation_models.benefit.benefit_share`; the benefit's own least ratio is
        where the trade-off begins.
    exact_claims
        Shape (n,), Fractions: what the ratio is measured against; 0 for who is compared with
        nobody.
    last
        The largest least ratio that the rules allow.

    Raises
    ------
    UnprovenError
        If the solver proved nothing, or some line could not be made exact.
    """
    helper = np.zeros(program.columns, dtype=bool) if helpers is None else helpers
    tangents = _Tangents(program, claims, targets, benefit, exact_claims, helper, solver)
    first = benefit.least_ratio
    left = tangents.at(first)
    if first >= last:
        return [Corner(first, left.at(first))]
    right = tangents.at(last - (last - first) * _BEFORE_END)
    found = [Corner(first, left.at(first))]
    waiting = [(left, right, last)]
    while waiting:
        if len(found) + len(waiting) > MOST_CORNERS:
            raise UnprovenError("more corners than can be followed")
        one, two, end = waiting.pop()
        crossing = _crossing(one, two)
        if crossing is None or not found[-1].ratio < crossing < end:
            continue
        third = tangents.at(crossing)
        if third.at(crossing) == one.at(crossing):
            found.append(Corner(crossing, one.at(crossing)))
        else:
            waiting += [(third, two, end), (one, third, crossing)]
    return [*found, Corner(last, right.at(last))]


def _crossing(one: Line, two: Line) -> Fraction | None:
    if one.slope == two.slope:
        return None
    return (two.start - one.start) / (one.slope - two.slope)


class _Tangents:
    """Exact lines that touch the most benefit, asked for one ratio after another."""

    def __init__(
        self,
        program: LinearProgram,
        claims: Integers,
        targets: BigIntegers,
        benefit: Benefit,
        exact_claims: BigIntegers,
        helper: Mask,
        solver: Solver,
    ) -> None:
        self.wide, self.cost = with_segments(program, claims, targets, benefit, helper)
        extra = self.wide.columns - program.columns
        self.claims = np.concatenate([exact_claims, np.zeros(extra, dtype=object)])
        self.upper = _finite(self.wide, np.flatnonzero(~helper), len(benefit.slopes))
        self.compared = np.flatnonzero((self.claims > 0).astype(bool))
        self.unit = natural_unit(self.wide)
        floats = self.cost.astype(np.float64)
        self.size = float(np.abs(floats).max(initial=0.0)) or 1.0
        self.common = lcm(1, *(Fraction(value).denominator for value in self.cost.tolist()))
        self.session = solver(float_program(self.wide, self.unit, floats / self.size))
        self.solved = floats / self.size

    def at(self, ratio: Fraction) -> Line:
        """Return a line that touches the most benefit at a least ratio."""
        who, wide = self.compared, self.wide
        least = (self.claims[who] * ratio).astype(np.float64)
        lower = np.maximum(wide.column_lower[who], least) / self.unit
        self.session.column_bounds(who, lower, self.upper[who].astype(np.float64) / self.unit)
        solution = self.session.solve()
        if solution.status is not Status.OPTIMAL:
            raise UnprovenError(solution.status)
        line = self._line(self._exact(solution.row_dual), ratio)
        value = -float(self.solved @ solution.x) * self.size * self.unit
        if abs(float(line.at(ratio)) - value) > _TOUCHES * (abs(value) + self.size * self.unit):
            raise UnprovenError("a line of the trade-off could not be made exact")
        return line

    def _exact(self, dual: Floats) -> BigIntegers:
        """Return the fractions that the rows' multipliers mean, shape (m,)."""
        found = np.zeros(len(dual), dtype=object)
        for row in np.flatnonzero(np.abs(dual) > _NEAR * _NEAR).tolist():
            value = float(dual[row]) * self.size / float(self.wide.row_scale[row])
            whole = round(value * self.common)
            near = abs(value * self.common - whole) <= _NEAR * self.common * self.size
            kept = Fraction(whole, self.common)
            found[row] = kept if near else Fraction(value).limit_denominator(_FINEST)
        return found

    def _line(self, rows: BigIntegers, ratio: Fraction) -> Line:
        """Return the line that multipliers give: what they make of the bounds, turned to most."""
        wide = self.wide
        left = self.cost.copy()
        np.subtract.at(left, wide.indices, rows[wide.row_of_entry] * wide.data.astype(object))
        start = _weighed(rows, wide.row_lower, wide.row_upper)
        ours = (left > 0).astype(bool) & (self.claims * ratio > wide.column_lower).astype(bool)
        still = np.where(ours, 0, left)
        start += _weighed(still, wide.column_lower, self.upper)
        slope = Fraction((left[ours] * self.claims[ours]).sum())
        return Line(-start, -slope)


def _weighed(factors: BigIntegers, lower: Integers, upper: Integers | BigIntegers) -> Fraction:
    """Return the least that bounded numbers times ``factors`` can come to."""
    on = np.flatnonzero(factors)
    bound = np.where((factors[on] > 0).astype(bool), lower[on], upper[on])
    if np.any(np.abs(bound.astype(np.float64)) >= NO_BOUND):
        raise UnprovenError("a multiplier stands against no bound")
    return Fraction((factors[on] * bound.astype(object)).sum())


def _finite(wide: LinearProgram, shared: Integers, segments: int) -> Integers:
    """Return the upper bounds, shape (columns,): no segment is longer than its whole amount."""
    upper = wide.column_upper.copy()
    whole = np.repeat(upper[shared], segments)
    first = wide.columns - len(whole)
    upper[first:] = np.minimum(upper[first:], whole)
    return upper

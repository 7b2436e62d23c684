r"""Lexicographic max-min of x / t under any linear rows: a sequence of linear programs.

At each stage some recipients are fixed, :math:`U` are not, and the next level is the largest
:math:`\lambda` at which everyone in :math:`U` can have at least
:math:`p_i(\lambda) = \operatorname{clip}(\lambda t_i, \ell_i, u_i)`. The program

.. math::

    s(\lambda) = \min s \quad\text{s.t.}\quad A x \in [\ell, u],\; x \le u,\;
    x_i + s\,t_i \ge p_i(\lambda)\ (i \in U)

is convex in its right-hand side; its multipliers :math:`\mu \ge 0` bound :math:`s` from below by
:math:`s(\lambda) + \sum_i \mu_i (p_i(\lambda') - p_i(\lambda))` at every other :math:`\lambda'`, so
Newton's method on that bound falls onto the level from above in a few warm solves. Levels that
come from a recipient's own floor or cap need no stage of their own, because :math:`p_i` knows them.

At the level, complementary slackness says what can never change again: who has a positive
multiplier stays at :math:`p_i`, a row with a multiplier stays tight. Those facts, and not the
floats, give the amounts: :class:`allocation_models.exact.ExactAmounts` solves them in fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import float_program, natural_unit
from allocation_models.exact import ExactAmounts
from allocation_models.solvers import FloatProgram, Session, Solution, Solver, Status

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Floats, Integers, LinearProgram, Mask

_NEWTON_STEPS = 60


@dataclass(frozen=True)
class Facts:
    """What one stage found to hold the amounts; the amounts follow from it exactly.

    Parameters
    ----------
    at_level
        Columns at the level times their target.
    pinned, at_upper
        Columns held by a bound of their own, and which of them by the upper one.
    capped
        Those of them whose upper bound the level has reached.
    tight, at_lower
        Rows held by a bound, and which of them by the lower one.
    """

    at_level: Integers
    pinned: Integers
    at_upper: Mask
    capped: Integers
    tight: Integers
    at_lower: Mask


@dataclass(frozen=True)
class LevelShare:
    """Exact amounts (n,) as Fractions or integers, the rows found tight, the levels, and why."""

    amounts: BigIntegers
    tight: Mask
    stages: int
    solves: int
    facts: tuple[Facts, ...]


class OutOfReachError(Exception):
    """The rows and bounds cannot hold together."""


@dataclass(frozen=True)
class _Scaled:
    """Floats near one: amounts in units of ``unit``, targets with mean one."""

    unit: float
    target: Floats
    lower: Floats
    upper: Floats

    def profile(self, level: float) -> Floats:
        """Return p(level), shape (n,)."""
        return np.minimum(np.maximum(level * self.target, self.lower), self.upper)

    def level_where(self, weight: Floats, total: float, noise: float) -> float:
        """Return the largest level at which ``weight · profile`` does not exceed ``total``."""
        on = weight > 0
        weight, target = weight[on], self.target[on]
        start, stop = self.lower[on] / target, self.upper[on] / target
        bends = np.concatenate([start, stop])
        change = np.concatenate([weight * target, -weight * target])
        order = np.argsort(bends, kind="stable")
        bends, slope = bends[order], np.cumsum(change[order])
        rise = np.concatenate([[0.0], np.cumsum(slope[:-1] * np.diff(bends))])
        height = float(weight @ self.lower[on]) + rise
        if abs(total - height[0]) <= noise * (1.0 + abs(height[0])):
            total = height[0]
        if total >= height[-1]:
            return float("inf")
        after = int(np.searchsorted(height, total, side="right"))
        if after == 0:
            return float("-inf")
        return float(bends[after - 1] + (total - height[after - 1]) / slope[after - 1])


def level_sequence(
    program: LinearProgram, targets: BigIntegers, sharing: Mask, solver: Solver
) -> LevelShare:
    """Return the exact lexicographic max-min amounts of a program.

    Parameters
    ----------
    program
        The rules. Upper bounds of sharing columns are finite.
    targets
        Shape (n,), Python integers; positive where ``sharing``.
    sharing
        Shape (n,): the columns compared with each other. The others only serve the rows.
    solver
        Opens a session on a float program.

    Raises
    ------
    OutOfReachError
        If the rows and bounds cannot hold together.
    UnprovenError
        If the solver proved nothing.
    ArithmeticError
        If what the solver found tight has no exact solution.
    """
    return _Sequence(program, targets, sharing, solver).run()


class _Sequence:
    """The state of one run: what is fixed so far, and the open session."""

    def __init__(
        self, program: LinearProgram, targets: BigIntegers, sharing: Mask, solver: Solver
    ) -> None:
        self.program, self.targets = program, targets
        self.share = np.flatnonzero(sharing)
        self.scaled = _scaled(program, targets, self.share)
        self.open = np.ones(len(self.share), dtype=bool)
        self.exact = ExactAmounts(program, targets)
        self.tight = np.zeros(program.rows, dtype=bool)
        self.stages = self.solves = 0
        self.facts: list[Facts] = []
        self.session: Session = solver(_stage_program(program, self.share, self.scaled))
        # Levels and bounds this close count as met; exact arithmetic decides what they are.
        self.met = self.session.precision
        # Multipliers under this share of the largest count as zero.
        self.zero = 100.0 * self.met
        self._start()

    def _start(self) -> None:
        """Take as known what has no room to move."""
        program = self.program
        still = program.column_lower == program.column_upper
        none = np.zeros(0, dtype=np.int64)
        columns = np.flatnonzero(still)
        self._close(self.exact.add_stage(none, columns, program.column_lower[columns], none, none))

    def run(self) -> LevelShare:
        """Fix level after level until everyone is fixed."""
        # Any start will do; at the mean target, most pots are shared out.
        level = 1.0
        while self.open.any():
            self.stages += 1
            level, solution = self._next_level(level)
            self._fix(level, solution)
        return LevelShare(
            self.exact.amounts, self.tight, self.stages, self.solves, tuple(self.facts)
        )

    def _next_level(self, start: float) -> tuple[float, Solution]:
        """Return the largest level everyone still open can have, and its solution.

        The multipliers at any level bound the largest one from above, so that the search may
        start where the last stage ended, below it, near the last basis.
        """
        scaled, open_ = self.scaled, self.open
        top = np.where(open_, scaled.upper / scaled.target, 0.0)
        highest = float(top.max())
        level = min(start, highest)
        for step in range(_NEWTON_STEPS):
            solution = self._solve(level)
            short = float(solution.x[-1])
            below = step == 0 and level < highest and short < -self.met * (1.0 + level)
            if short <= self.met * (1.0 + level) and not below:
                return level, solution
            weight = np.where(open_, solution.row_dual[self.program.rows :], 0.0)
            weight[weight < self.zero * weight.max(initial=0.0)] = 0.0
            reached = float(weight @ scaled.profile(level)) - short
            lower = scaled.level_where(weight, reached, self.met)
            if lower >= level * (1.0 - 1e-4 * self.met) and not below:
                return level, solution
            if lower == float("-inf"):
                raise OutOfReachError
            level = min(lower, highest)
        raise ArithmeticError("no level found")

    def _solve(self, level: float) -> Solution:
        """Solve the stage's program at ``level``."""
        self.solves += 1
        rows = self.program.rows + np.flatnonzero(self.open)
        need = self.scaled.profile(level)[self.open]
        self.session.row_bounds(rows, need, np.full(len(rows), np.inf))
        solution = self.session.solve()
        if solution.status is Status.INFEASIBLE:
            raise OutOfReachError
        return solution

    def _fix(self, level: float, solution: Solution) -> None:
        """Fix who can never change again, exactly, and tell the session."""
        program, scaled, share = self.program, self.scaled, self.share
        row_dual, column_dual = solution.row_dual[: program.rows], solution.column_dual[:-1]
        weight = np.where(self.open, solution.row_dual[program.rows :], 0.0)
        noise = self.zero * max(weight.max(initial=0.0), np.abs(row_dual).max(initial=0.0))
        driven, natural = weight > noise, level * scaled.target
        # A column held by a bound of its own, with a multiplier or because its cap is reached.
        pinned = ~self.exact.known & (np.abs(column_dual) > noise)
        upper = column_dual < 0
        at_floor = driven & (natural <= scaled.lower * (1.0 + self.met))
        at_cap = self.open & (natural >= scaled.upper * (1.0 - self.met))
        upper[share[at_floor]], upper[share[at_cap]] = False, True
        pinned[share[at_floor | at_cap]] = True
        if not (driven.any() or pinned[share].any()):
            raise ArithmeticError("a stage fixed nobody")
        tight = np.flatnonzero(np.abs(row_dual) > noise)
        self.tight[tight] = True
        facts = Facts(
            at_level=share[driven & ~pinned[share]],
            pinned=np.flatnonzero(pinned),
            at_upper=upper[pinned],
            capped=share[at_cap],
            tight=tight,
            at_lower=row_dual[tight] > 0,
        )
        self.facts.append(facts)
        self._close(self.exact.add_stage(*taken(program, facts)))

    def _close(self, columns: Integers) -> None:
        """Hold ``columns`` at their exact amounts in the session."""
        value = self.exact.amounts[columns].astype(np.float64) / self.scaled.unit
        self.session.column_bounds(columns, value, value)
        position = np.full(self.program.columns, -1)
        position[self.share] = np.arange(len(self.share))
        closed = position[columns]
        closed = closed[closed >= 0]
        self.open[closed] = False
        endless = np.full(len(closed), np.inf)
        self.session.row_bounds(self.program.rows + closed, -endless, endless)


def taken(
    program: LinearProgram, facts: Facts
) -> tuple[Integers, Integers, Integers, Integers, Integers]:
    """Return what :meth:`ExactAmounts.add_stage` takes: columns, rows, and where they are held."""
    pinned, tight = facts.pinned, facts.tight
    held = np.where(facts.at_upper, program.column_upper[pinned], program.column_lower[pinned])
    sides = np.where(facts.at_lower, program.row_lower[tight], program.row_upper[tight])
    return facts.at_level, pinned, held, tight, sides


def _scaled(program: LinearProgram, targets: BigIntegers, share: Integers) -> _Scaled:
    """Return targets and bounds of the sharing columns in floats near one."""
    target = targets[share].astype(np.float64)
    upper = program.column_upper[share].astype(np.float64)
    unit = natural_unit(program)
    lower = program.column_lower[share] / unit
    mean = float(target.sum()) / max(len(target), 1)
    return _Scaled(unit, target / (mean or 1.0), lower, upper / unit)


def _stage_program(program: LinearProgram, share: Integers, scaled: _Scaled) -> FloatProgram:
    """Return the program of a stage: the rules' rows, then one row per sharing column, and s."""
    columns, count = program.columns, len(share)
    rules = float_program(program, scaled.unit, np.zeros(columns))
    pairs = np.stack([share, np.full(count, columns)], axis=1).ravel()
    weights = np.stack([np.ones(count), scaled.target], axis=1).ravel()
    lower = rules.column_lower.copy()
    # Floors stand in the profile, so that their multipliers land on the profile's rows.
    lower[share] = -np.inf
    return FloatProgram(
        cost=np.append(rules.cost, 1.0),
        indptr=np.concatenate([program.indptr, program.indptr[-1] + 2 * np.arange(1, count + 1)]),
        indices=np.concatenate([program.indices, pairs]),
        data=np.concatenate([rules.data, weights]),
        row_lower=np.concatenate([rules.row_lower, np.zeros(count)]),
        row_upper=np.concatenate([rules.row_upper, np.full(count, np.inf)]),
        column_lower=np.append(lower, -np.inf),
        column_upper=np.append(rules.column_upper, np.inf),
    )

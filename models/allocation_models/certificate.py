r"""Multipliers that prove amounts to be the lexicographic max-min, for anyone to check.

Let :math:`y` weigh the rows (:math:`y_r > 0` with the lower bound, :math:`y_r < 0` with the
upper) and :math:`m = -A^\top y`. Every feasible :math:`z` has
:math:`\sum_j m_j z_j \le -\sum_r y_r b_r`. If at the amounts :math:`x`, for a level
:math:`\lambda`,

.. math::

    m_j > 0 \Rightarrow x_j / t_j \le \lambda \text{ or } x_j = \ell_j, \qquad
    m_j < 0 \Rightarrow x_j = u_j, \qquad
    y_r \ne 0 \Rightarrow a_r x = b_r

then nobody with :math:`m_i > 0` and :math:`x_i / t_i \ge \lambda` can have more unless somebody
at or under that ratio has less. When every :math:`i` under its cap is covered by such a stage,
:math:`x` is the max-min fair point, which is unique (Radunović and Le Boudec, *IEEE/ACM Trans.
Netw.* 15, 2007). Where a condition fails, what it fails by, times the multiplier, bounds how much
more somebody could have: any multipliers give a bound, because every variable has bounds.

Stages come in order of their levels and add up: a stage states what is new in :math:`y`. On nested
rules every row is named at most twice, so that proof and check are linear in the program's size.
An objective before the fair one (benefit, soft rows) is proved by the multipliers of its optimum;
rows and bounds with a multiplier are then equalities for what follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.multipliers import Multipliers, Search, Sides
from allocation_models.solvers.highs import simplex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation_models.laminar import Tree
    from allocation_models.program import BigIntegers, Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver

_PLUS, _MINUS = float("inf"), float("-inf")


class NoProofError(ArithmeticError):
    """No multipliers were found that prove the amounts."""


@dataclass(frozen=True)
class Stage:
    """What a stage adds to the rows' multipliers, and the level it is about (amount / target)."""

    level: Fraction
    rows: Multipliers


@dataclass(frozen=True)
class Point:
    """Exact amounts, and where they stand in a program.

    Parameters
    ----------
    program
        The rules, bounds closed in.
    amounts
        Shape (n,), Fractions.
    targets
        Shape (n,), Python integers; 0 for helper columns and who has no claim.
    """

    program: LinearProgram
    amounts: BigIntegers
    targets: BigIntegers
    at_lower: Mask
    at_upper: Mask
    sides: Sides

    @classmethod
    def of(cls, program: LinearProgram, amounts: BigIntegers, targets: BigIntegers) -> Point:
        """Return the point with what it meets found exactly."""
        sums = program.activity(amounts)
        return cls(
            program,
            amounts,
            targets,
            (amounts == program.column_lower).astype(bool),
            (amounts == program.column_upper).astype(bool),
            Sides(
                (sums == program.row_lower).astype(bool), (sums == program.row_upper).astype(bool)
            ),
        )

    def pinned(self, rows: Multipliers, columns: Mask) -> Point:
        """Return the point where ``rows`` and ``columns`` can no longer move either way."""
        held = np.zeros(self.program.rows, dtype=bool)
        held[list(rows)] = True
        return replace(
            self,
            at_lower=self.at_lower | columns,
            at_upper=self.at_upper | columns,
            sides=Sides(self.sides.low | held, self.sides.high | held),
        )


def pull(program: LinearProgram, rows: Multipliers) -> BigIntegers:
    """Return the columns' sums in the rows weighted with multipliers, shape (n,)."""
    sums = np.zeros(program.columns, dtype=object)
    for row, value in rows.items():
        at = slice(program.indptr[row], program.indptr[row + 1])
        sums[program.indices[at]] += program.data[at].astype(object) * value
    return sums


# ---- an objective before the fair one -----------------------------------------------------------


def objective_multipliers(
    point: Point, cost: BigIntegers, waiting: Mask, solver: Solver = simplex
) -> tuple[Multipliers, Point]:
    """Return multipliers that prove a point to minimise ``cost · x``, and the point pinned there.

    Parameters
    ----------
    cost
        Shape (n,), Fractions or whole numbers.
    waiting
        Shape (m,): the rows that do not hold yet.

    Raises
    ------
    NoProofError
        If there are none.
    """
    lower, upper = cost.copy(), cost.copy()
    # The reduced cost may be below zero at an upper bound, above it at a lower one.
    upper[point.at_upper] = _PLUS
    lower[point.at_lower] = _MINUS
    sides = Sides(point.sides.low & ~waiting, point.sides.high & ~waiting)
    search = Search(point.program, sides, lower, upper, solver)
    rows = search.step()
    if rows is None:
        raise NoProofError("objective")
    return rows, point.pinned(rows, (cost - search.total != 0).astype(bool))


# ---- the fair objective -------------------------------------------------------------------------


def fair_stages(point: Point, tree: Tree | None, solver: Solver = simplex) -> list[Stage]:
    """Return the stages that prove the amounts, in order of their levels.

    Parameters
    ----------
    point
        The amounts.
    tree
        The nested rows, if they alone hold the amounts where they are (the direct method).

    Raises
    ------
    NoProofError
        If no multipliers prove the amounts.
    """
    if tree is not None:
        stages = nested_stages(point, tree)
        if not _uncovered(point, stages):
            return stages
    return list(_searched(point, solver))


def ratios(point: Point) -> list[Fraction | None]:
    """Return amount / target of each column, None without a target."""
    pairs = zip(point.amounts.tolist(), point.targets.tolist(), strict=True)
    return [Fraction(amount) / target if target else None for amount, target in pairs]


def _searched(point: Point, solver: Solver) -> Iterator[Stage]:
    """Yield a stage for each level that somebody is still to be proved at."""
    by_level: dict[Fraction, list[int]] = {}
    for j, at in enumerate(ratios(point)):
        if at is not None:
            by_level.setdefault(at, []).append(j)
    waiting = {j for columns in by_level.values() for j in columns if not point.at_upper[j]}
    # Signs of m = -(A'y): above zero for who may not lose, below zero at a cap.
    lower = np.where(point.at_lower, _MINUS, 0).astype(object)
    upper = np.where(point.at_upper, _PLUS, 0).astype(object)
    search = Search(point.program, point.sides, lower, upper, solver)
    passed: list[int] = []
    for level in sorted(by_level):
        passed += by_level[level]
        here = [j for j in by_level[level] if j in waiting and search.total[j] >= 0]
        waiting.difference_update(set(by_level[level]) - set(here))
        if not here:
            continue
        held = np.array(passed)
        search.limit(held, _MINUS, np.where(point.at_upper[held], _PLUS, 0))
        search.limit(np.array(here), _MINUS, -1)
        rows = (search.nudge(here[0]) if len(here) == 1 else None) or search.step()
        if rows is None or any(search.total[j] >= 0 for j in here):
            raise NoProofError(f"level {float(level)}")
        search.limit(np.array(here), _MINUS, 0)
        waiting.difference_update(here)
        passed = []
        yield Stage(level, rows)


def _uncovered(point: Point, stages: list[Stage]) -> bool:
    """Tell whether stages fail to prove somebody, or break a condition."""
    total: Multipliers = {}
    ratio = ratios(point)
    place = np.array([_PLUS if at is None else float(at) for at in ratio])
    waiting = np.array([at is not None for at in ratio]) & ~point.at_upper
    weight = np.zeros(point.program.columns, dtype=object)
    for stage in stages:
        for row, value in stage.rows.items():
            total[row] = total.get(row, Fraction(0)) + value
            if (total[row] > 0 and not point.sides.low[row]) or (
                total[row] < 0 and not point.sides.high[row]
            ):
                return True
        weight -= pull(point.program, stage.rows)
        above = (weight > 0).astype(bool)
        level = float(stage.level)
        near = 1e-12 * (1.0 + abs(level))
        if np.any(above & ~point.at_lower & (place > level + near)):
            return True
        if np.any((weight < 0).astype(bool) & ~point.at_upper):
            return True
        waiting &= ~(above & (place >= level - near))
    return bool(waiting.any())


def nested_stages(point: Point, tree: Tree) -> list[Stage]:
    """Return the stages of nested rules: one per node that holds the amounts below it.

    A node that holds them down stands with -1, and with +1 the nodes right below it that hold
    theirs up; such a node has a stage of its own, which takes the +1 back.
    """
    return _Nested(point, tree).stages()


class _Nested:
    """The nodes that hold amounts, and the levels of what they govern."""

    def __init__(self, point: Point, tree: Tree) -> None:
        self.point, self.tree = point, tree
        self.row_low, self.row_high = self._rows()
        self.ratio = ratios(point)
        open_ = ~point.at_lower & ~point.at_upper
        self.free: list[Fraction | None] = [None] * tree.nodes
        self.capped: list[Fraction | None] = [None] * tree.nodes
        self.governor = self._governors()
        for j in np.flatnonzero(open_ | point.at_upper).tolist():
            at, node = self.ratio[j], int(self.governor[tree.owner[j]])
            if at is None or (point.at_lower[j] and point.at_upper[j]):
                continue
            kept = self.free if open_[j] else self.capped
            kept[node] = at if kept[node] is None else max(at, kept[node] or at)

    def _rows(self) -> tuple[Integers, Integers]:
        """Return for each node the row whose lower, and whose upper, bound is met; -1: none."""
        low, high = np.full(self.tree.nodes, -1), np.full(self.tree.nodes, -1)
        rows, nodes = self.tree.rows, self.tree.node_of_row
        met = self.point.sides.low[rows]
        low[nodes[met]] = rows[met]
        met = self.point.sides.high[rows]
        high[nodes[met]] = rows[met]
        return low, high

    def _governors(self) -> Integers:
        """Return the nearest node at or above each that holds the amounts below it."""
        from allocation_models.nested_share import governors

        return governors(self.tree, ((self.row_low >= 0) | (self.row_high >= 0)).astype(np.int8))

    def stages(self) -> list[Stage]:
        """Return one stage per holding node, in order of level."""
        holding = np.flatnonzero(self.governor == np.arange(self.tree.nodes)).tolist()
        above = {v: int(self.governor[self.tree.parent[v]]) if v else -1 for v in holding}
        level: dict[int, Fraction] = {}
        up: set[int] = set()
        for v in holding:
            own = self._level(v)
            parent = level.get(above[v])
            upper_met, lower_met = self.row_high[v] >= 0, self.row_low[v] >= 0
            raised = parent is not None and own is not None and own > parent
            if lower_met and v and (raised or not upper_met):
                up.add(v)
            level[v] = own if own is not None else parent or Fraction(0)
        stages = []
        for v in holding:
            rows: Multipliers = {
                int(self.row_low[v] if v in up else self.row_high[v]): Fraction(-1)
            }
            rows |= {
                int(self.row_low[w]): Fraction(1) for w in holding if above[w] == v and w in up
            }
            stages.append((level[v], int(self.tree.depth[v]), Stage(level[v], rows)))
        return [stage for _, _, stage in sorted(stages, key=lambda item: item[:2])]

    def _level(self, node: int) -> Fraction | None:
        """Return the level of what a node governs: its free amounts', else its highest cap's."""
        return self.free[node] if self.free[node] is not None else self.capped[node]

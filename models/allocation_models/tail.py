r"""Moving idle money when its use is uncertain: expected leftover, and the mean of the worst tail.

In scenario s user g can use so much, and what it holds beyond is left over:

.. math::

    w_{sg} \ge e_{sg} + \textstyle\sum_{k \in g} n_k, \quad w \ge 0, \qquad
    L_s = \textstyle\sum_g w_{sg}, \qquad
    \operatorname{CVaR}_\beta = \min_\eta\; \eta + \frac{1}{\beta S} \sum_s (L_s - \eta)^+

with :math:`e_{sg}` what is held now beyond the use. :math:`\min \frac1S \sum_s L_s` under a bound
on the tail, then least moved, then fewest touched if asked, all whole (:mod:`.lexicographic`);
moves, pools and rules as in :mod:`.reallocation`. With :math:`t_s \ge L_s - \eta` the bound is one
row (Rockafellar and Uryasev, "Optimization of conditional value-at-risk", *Journal of Risk* 2,
2000). The scenarios are equally likely; :math:`\beta` is the share of them that is the tail.

The frontier between the two is that of the linear program without whole numbers: its corners are
found by weighing the two against each other along the line between neighbours until no point lies
below it (Aneja and Nair, "Bicriteria transportation problem", *Management Science* 25, 1979).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np

from allocation_models.blame import InfeasibleError, find_conflict, float_program
from allocation_models.lexicographic import Search, Wide, unproven_unless
from allocation_models.program import NO_BOUND, Block, stack
from allocation_models.reallocation import columns_of
from allocation_models.solvers import Status, UnprovenError

if TYPE_CHECKING:
    from allocation_models.program import Floats, Integers
    from allocation_models.reallocation import Exchange
    from allocation_models.solvers import FloatProgram, Solver

_Aim = Literal["leftover", "moved", "few"]
_AIMS: tuple[_Aim, ...] = ("leftover", "moved", "few")
#: No more corners are looked for; there are seldom more than a few dozen.
MOST_CORNERS = 40
#: Corners nearer to a line than this share of its length lie on it.
_ON_LINE = 1e-7
#: Weights that decide between equals at an end of the frontier, if they change nothing else.
_LITTLE, _SAME = (1e-2, 1e-4, 1e-6), 1e-9


@dataclass(frozen=True)
class Uncertain:
    """An exchange under scenarios of use.

    Parameters
    ----------
    exchange
        What may move; its own ``ends`` and ``spare`` are not read.
    excess
        Shape (S, G): quanta each user holds beyond its use, below zero where it can use more.
    tail
        The share of the scenarios that is the tail, above 0 and at most 1.
    """

    exchange: Exchange
    excess: Integers
    tail: Fraction

    def leftover(self, moves: Integers) -> Integers:
        """Return what is left over in each scenario, shape (S,), quanta, exactly."""
        net = np.zeros(self.excess.shape[1], dtype=np.int64)
        np.add.at(net, self.exchange.user, moves)
        left: Integers = np.maximum(self.excess + net, 0).sum(axis=1)
        return left

    def value(self, aim: _Aim, moves: Integers) -> int:
        """Return the value of an aim, exactly; the leftover of all scenarios together."""
        if aim == "leftover":
            return int(self.leftover(moves).sum())
        return self.exchange.value(aim, moves)


def worst_mean(losses: Integers, tail: Fraction) -> Fraction:
    """Return the mean of the worst ``tail`` of equally likely losses, exactly.

    Where the tail holds no whole number of them, the last counts in part.

    >>> worst_mean(np.array([1, 2, 3, 10]), Fraction(3, 8))
    Fraction(23, 3)
    """
    size = tail * len(losses)
    ordered = np.sort(losses)[::-1].tolist()
    whole = int(size)
    total = Fraction(sum(ordered[:whole]))
    if whole < len(ordered):
        total += (size - whole) * ordered[whole]
    return total / size


def reallocate_uncertain(
    problem: Uncertain, most: int | None, solver: Solver, *, few: bool = True
) -> Integers:
    """Return the one move of each cell with the least expected leftover, shape (K,), quanta.

    Parameters
    ----------
    most
        Quanta the mean of the worst tail may be at most; None: any.
    few
        Whether as few cells as can be are touched; without, ties decide sooner.

    Raises
    ------
    InfeasibleError
        If no moves meet the rules and the bound.
    UnprovenError
        If nothing was proven.
    """
    wide = _wide(problem, most)
    search = Search(wide, solver)
    aims = _AIMS if few else _AIMS[:-1]
    for aim in aims:
        cost = _cost(problem, wide, aim)
        moves = search.best(cost)
        search.reach(cost, problem.value(aim, moves))
    moves = search.only(problem.exchange.order)
    exchange = problem.exchange
    reached = [problem.value(aim, moves) for aim in aims]
    unproven_unless(exchange.holds(moves) and reached == search.values, "moves")
    bound = worst_mean(problem.leftover(moves), problem.tail)
    unproven_unless(most is None or bound <= most, "the tail")
    return moves


@dataclass(frozen=True)
class Frontier:
    """Corners of the frontier, the least expected leftover first; quanta, floats.

    Parameters
    ----------
    expected, tail
        Shape (c,): expected leftover, rising; mean of the worst tail, falling.
    complete
        Whether these are all corners.
    """

    expected: Floats
    tail: Floats
    complete: bool


def frontier(problem: Uncertain, solver: Solver) -> Frontier:
    """Return the corners of the frontier between expected leftover and the worst tail.

    Raises
    ------
    InfeasibleError
        If no moves meet the rules.
    UnprovenError
        If nothing was proven.
    """
    weigh = _Weigh(problem, solver)
    low, high = weigh.end(0), weigh.end(1)
    corners, complete = [low, high], True
    # Neighbours in the order found: if not all corners are, those found lie all along it.
    open_pairs = deque([(low, high)])
    while open_pairs:
        first, second = open_pairs.popleft()
        if _near(first, second):
            continue
        if len(corners) >= MOST_CORNERS:
            complete = False
            break
        found = weigh.best(first[1] - second[1], second[0] - first[0])
        if _below(found, first, second):
            corners.append(found)
            open_pairs += [(first, found), (found, second)]
    unique = sorted(set(corners))
    points = [unique[0]]
    points += [point for at, point in enumerate(unique[1:]) if not _near(unique[at], point)]
    table = np.array(points)
    return Frontier(table[:, 0], table[:, 1], complete)


_Point = tuple[float, float]


def _size(first: _Point, second: _Point) -> float:
    return max(1.0, *map(abs, first), *map(abs, second))


def _near(first: _Point, second: _Point) -> bool:
    return max(abs(first[0] - second[0]), abs(first[1] - second[1])) <= 1e-6 * _size(first, second)


def _below(found: _Point, first: _Point, second: _Point) -> bool:
    """Whether a point lies clearly below the line between two others."""
    across, down = second[0] - first[0], first[1] - second[1]
    gap = down * (first[0] - found[0]) + across * (first[1] - found[1])
    return gap > _ON_LINE * _size(first, second) * max(across, down)


class _Weigh:
    """The linear program, asked with weights on expected leftover and on the tail."""

    def __init__(self, problem: Uncertain, solver: Solver) -> None:
        wide = _wide(problem, None)
        scenarios = len(problem.excess)
        self._solver, self._exact = solver, stack(wide.rows, wide.lower, wide.upper)
        self._program = float_program(self._exact, 1.0, np.zeros(self._exact.columns))
        self._cost = np.zeros((2, len(wide.lower)))
        left = slice(wide.first, wide.first + problem.excess.size)
        self._cost[0, left] = 1.0 / scenarios
        self._cost[1, left.stop : left.stop + scenarios] = 1.0 / float(problem.tail * scenarios)
        self._cost[1, -1] = 1.0

    def best(self, expected: float, tail: float) -> _Point:
        """Return the point of least weighted sum."""
        size = max(expected, tail)
        weights = np.array([expected / size, tail / size])
        return self._point(replace(self._program, cost=weights @ self._cost))

    def end(self, first: int) -> _Point:
        """Return the point that is least in one of the two, then in the other."""
        once = self._point(replace(self._program, cost=self._cost[first]))[first]
        for little in _LITTLE:
            weights = (1.0, little) if first == 0 else (little, 1.0)
            found = self.best(*weights)
            if abs(found[first] - once) <= _SAME * max(1.0, abs(once)):
                return found
        raise UnprovenError("no end of the frontier")

    def _point(self, program: FloatProgram) -> _Point:
        solution = self._solver(program).solve()
        if solution.status is Status.INFEASIBLE:
            conflict = find_conflict(self._exact)
            if conflict is None:
                raise UnprovenError("infeasible, no proof")
            raise InfeasibleError(conflict)
        values = self._cost @ solution.x
        return float(values[0]), float(values[1])


def _cost(problem: Uncertain, wide: Wide, aim: _Aim) -> Integers:
    cost, count = np.zeros(len(wide.lower), dtype=np.int64), wide.cells
    match aim:
        case "leftover":
            cost[wide.first : wide.first + problem.excess.size] = 1
        case "moved":
            cost[:count] = 1
        case "few":
            cost[2 * count : 3 * count] = 1
    return cost


def _wide(problem: Uncertain, most: int | None) -> Wide:
    """Return the program: after the common columns w (S, G), t (S,) and η."""
    scenarios, users = problem.excess.shape
    left = scenarios * users
    wide = columns_of(problem.exchange, left + scenarios + 1)
    wide.rows += [_left_over(problem, wide), _beyond(wide, scenarios, users)]
    if most is not None:
        size = problem.tail * scenarios
        column = wide.first + left + np.arange(scenarios + 1)
        data = np.full(scenarios + 1, size.denominator)
        data[-1] = size.numerator
        row = np.zeros(len(column), dtype=np.int64)
        bound = np.array([size.numerator * most])
        wide.rows.append(Block("tail", row, column, data, np.array([-NO_BOUND]), bound))
    return wide


def _left_over(problem: Uncertain, wide: Wide) -> Block:
    """Return w_sg − Σ n ≥ e_sg, a row for each scenario and user."""
    scenarios, users = problem.excess.shape
    cell, count = np.arange(wide.cells), wide.cells
    row = (np.arange(scenarios)[:, None] * users + problem.exchange.user).ravel()
    each = np.arange(scenarios * users)
    cells = np.tile(cell, scenarios)
    return Block(
        "left over",
        np.concatenate([each, row, row]),
        np.concatenate([wide.first + each, cells, count + cells]),
        np.repeat([1, -1, 1], [len(each), len(row), len(row)]),
        problem.excess.ravel(),
        np.full(len(each), NO_BOUND),
    )


def _beyond(wide: Wide, scenarios: int, users: int) -> Block:
    """Return t_s + η − Σ_g w_sg ≥ 0, a row for each scenario."""
    each, left = np.arange(scenarios), scenarios * users
    row = np.concatenate([each, each, np.repeat(each, users)])
    eta = np.full(scenarios, wide.first + left + scenarios)
    column = np.concatenate([wide.first + left + each, eta, wide.first + np.arange(left)])
    data = np.repeat([1, 1, -1], [scenarios, scenarios, left])
    zero = np.zeros(scenarios, dtype=np.int64)
    return Block("beyond", row, column, data, zero, np.full(scenarios, NO_BOUND))

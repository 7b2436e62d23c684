r"""Flows of least cost in a network, objective after objective, exact and unique.

.. math::

    \operatorname{lex\,min}\; (c^1 x, c^2 x, \dots) \quad\text{s.t.}\quad
    \sum_{j:\,\text{tail}_j = v} x_j - \sum_{j:\,\text{head}_j = v} x_j = b_v, \qquad
    \ell \le x \le u

The matrix is a network's, so it is totally unimodular: with whole b, l, u every vertex is whole,
and with whole costs so are the multipliers. The solver's floats therefore only say which arcs are
at a bound in every optimum (a reduced cost of at least one, or none at all); those arcs are fixed
and the next objective is asked on what is left. An objective may be convex: its arcs are cut into
equal parts that cost more and more. Once the free arcs hold no cycle the flow on them follows from
the balances alone, leaf by leaf, in whole numbers. Until then a fixed sequence of tie costs goes
on; the set of optima of each is the same for every solver, so the flow is too.

Ahuja, Magnanti and Orlin, *Network Flows* (1993), chapters 9 and 11; for several objectives,
Isermann, "Linear lexicographic optimization", *OR Spektrum* 4 (1982).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.blame import Conflict, InfeasibleError, find_conflict, float_bound
from allocation_models.program import NO_BOUND, LinearProgram
from allocation_models.solvers import FloatProgram, Solver, Status, UnprovenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation_models.program import Integers, Mask

#: Reduced costs are whole; what is farther from zero than this is no noise.
_HALF = 0.5
#: Tie costs are below this, and so many of them are tried.
_TIE_RANGE, _TIES = 1 << 14, 12
#: Shifts and factors that mix the positions of arcs (Steele, Lea and Flood, SplitMix, 2014).
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Network:
    """Arcs between nodes, with bounds and supplies.

    Parameters
    ----------
    tail, head
        Shape (a,): the nodes of each arc; ``nodes`` stands for the outside, which balances itself.
    lower, upper
        Shape (a,), int64; ``NO_BOUND`` for none.
    supply
        Shape (nodes,), int64: what leaves each node beyond what enters it.
    leaves, arrives
        Shape (a,), int64: what one of an arc takes from its tail and brings to its head, where that
        is not one each (interest). Such a network has no whole optimum: for its program only.
    """

    tail: Integers
    head: Integers
    lower: Integers
    upper: Integers
    supply: Integers
    leaves: Integers | None = None
    arrives: Integers | None = None

    @property
    def nodes(self) -> int:
        """Number of nodes, the outside not counted."""
        return len(self.supply)

    @property
    def arcs(self) -> int:
        """Number of arcs a."""
        return len(self.tail)

    def program(self) -> LinearProgram:
        """Return the balances as rows: what leaves is positive, what enters negative."""
        arc, one = np.arange(self.arcs), np.ones(self.arcs, dtype=np.int64)
        out = one if self.leaves is None else self.leaves
        into = one if self.arrives is None else self.arrives
        row = np.concatenate([self.tail, self.head])
        column = np.concatenate([arc, arc])
        inside = np.flatnonzero(row < self.nodes)
        order = inside[np.argsort(row[inside], kind="stable")]
        counts = np.bincount(row[inside], minlength=self.nodes)
        return LinearProgram(
            indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            indices=column[order],
            data=np.concatenate([out, -into])[order],
            row_lower=self.supply,
            row_upper=self.supply,
            column_lower=self.lower,
            column_upper=self.upper,
        )

    def balance(self, flow: Integers) -> Integers:
        """Return what leaves each node beyond what enters it, shape (nodes,), exactly."""
        return self._sums(self.tail, flow) - self._sums(self.head, flow)

    def _sums(self, node: Integers, flow: Integers) -> Integers:
        total = np.zeros(self.nodes + 1, dtype=np.int64)
        np.add.at(total, node, flow)
        return total[:-1]

    def holds(self, flow: Integers) -> bool:
        """Whether whole numbers meet every balance and every bound."""
        inside = (flow >= self.lower) & (flow <= self.upper)
        return bool(inside.all() and (self.balance(flow) == self.supply).all())


@dataclass(frozen=True)
class Objective:
    """One objective: whole costs of the arcs, to be minimised.

    With ``parts`` above one, each arc with a cost is cut into so many equal parts of ``size``, and
    part k costs k times as much: a convex cost, which evens out.
    """

    cost: Integers
    parts: int = 1
    size: Integers | None = None


@dataclass(frozen=True)
class _Face:
    """The optima so far: arcs, some cut into parts, and the arc of the network each belongs to."""

    network: Network
    origin: Integers

    @property
    def free(self) -> Mask:
        return self.network.lower < self.network.upper


def float_network(network: Network, cost: Integers) -> FloatProgram:
    """Return the program of least cost in floats near one."""
    program, unit = network.program(), scale_of(network)
    largest = max(int(np.abs(cost).max(initial=0)), 1)
    return FloatProgram(
        cost=cost / largest,
        indptr=program.indptr,
        indices=program.indices,
        data=program.data.astype(np.float64),
        row_lower=program.row_lower / unit,
        row_upper=program.row_upper / unit,
        column_lower=float_bound(network.lower, unit),
        column_upper=float_bound(network.upper, unit),
    )


def scale_of(network: Network) -> float:
    """Return the size of a typical flow: the mean of the bounds, none above all there is."""
    total = max(int(np.maximum(network.supply, 0).sum()), 1)
    bound = np.minimum(network.upper[network.upper > 0], total)
    return float(bound.mean()) if len(bound) else 1.0


def least_cost(network: Network, objectives: Sequence[Objective], solver: Solver) -> Integers:
    """Return the one flow that is best for each objective in turn, shape (a,), whole.

    Raises
    ------
    InfeasibleError
        If no flow meets the bounds; its columns are arcs, its rows are nodes.
    UnprovenError
        If a solver proved nothing, or what it proved does not lead to one whole flow.
    """
    assert network.leaves is None, "no whole flow with interest"
    assert network.arrives is None, "no whole flow with interest"
    if np.any(network.lower > network.upper):
        raise InfeasibleError(_conflict(network))
    face = _Face(network, np.arange(network.arcs))
    for objective in objectives:
        face = _best(_cut(face, objective), objective.cost, solver, convex=objective.parts > 1)
    for turn in range(_TIES):
        flow = _forced(face.network)
        if flow is not None:
            break
        face = _best(face, tie_cost(network.arcs, turn), solver)
    else:
        raise UnprovenError("the flow is not unique")
    total = np.zeros(network.arcs, dtype=np.int64)
    np.add.at(total, face.origin, flow)
    if not (face.network.holds(flow) and network.holds(total)):
        raise UnprovenError("the whole flow does not hold")
    return total


def tie_cost(count: int, turn: int, below: int = _TIE_RANGE) -> Integers:
    """Return ``count`` costs without a pattern, the same on every machine."""
    mixed = np.arange(1, count + 1, dtype=np.uint64) + np.uint64((turn + 1) << 32)
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed >> np.uint64(31)) % np.uint64(below)).astype(np.int64)


def _cut(face: _Face, objective: Objective) -> _Face:
    """Return the face with every free arc that has a cost cut into parts."""
    if objective.parts == 1:
        return face
    size = face.network.upper if objective.size is None else objective.size[face.origin]
    cut = face.free & (objective.cost[face.origin] != 0) & (size > 0)
    times = np.where(cut, objective.parts, 1)
    arc = np.repeat(np.arange(face.network.arcs), times)
    part = np.arange(len(arc)) - np.repeat(np.cumsum(times) - times, times)
    start, stop = (size[arc] * (part + more) // objective.parts for more in (0, 1))
    last = part == objective.parts - 1
    lower, upper = face.network.lower[arc], face.network.upper[arc]
    # What an arc may carry beyond its size belongs to its last part.
    inner = np.where(last, NO_BOUND, stop - start)
    parted = replace(
        face.network,
        tail=face.network.tail[arc],
        head=face.network.head[arc],
        lower=np.where(cut[arc], np.clip(lower - start, 0, inner), lower),
        upper=np.where(cut[arc], _part_of(upper, start, inner), upper),
    )
    return _Face(parted, face.origin[arc])


def _part_of(upper: Integers, start: Integers, inner: Integers) -> Integers:
    """Return what may be in the part of an arc that starts at ``start``."""
    return np.where(upper >= NO_BOUND, inner, np.clip(upper - start, 0, inner))


def _best(face: _Face, cost: Integers, solver: Solver, *, convex: bool = False) -> _Face:
    """Return the part of the face where the cost is least: arcs with a reduced cost are fixed."""
    free = np.flatnonzero(face.free)
    network = face.network
    costs = _rising(face, cost) if convex else cost[face.origin]
    rest = _without_fixed(network, free)
    if not len(free):
        return _checked(face)
    program = float_network(rest, costs[free])
    solution = solver(program).solve()
    if solution.status is Status.INFEASIBLE:
        raise InfeasibleError(_conflict(network))
    noise = _HALF / max(int(np.abs(costs[free]).max(initial=0)), 1)
    lower, upper = network.lower.copy(), network.upper.copy()
    dual = solution.column_dual
    upper[free] = np.where(dual > noise, rest.lower, rest.upper)
    lower[free] = np.where(dual < -noise, rest.upper, rest.lower)
    return replace(face, network=replace(network, lower=lower, upper=upper))


def _rising(face: _Face, cost: Integers) -> Integers:
    """Return the cost of each arc; of the parts of one arc, more and more."""
    first = np.flatnonzero(np.diff(face.origin, prepend=-1))
    part = np.arange(len(face.origin)) - np.repeat(first, np.diff([*first, len(face.origin)]))
    return cost[face.origin] * (1 + part)


def _checked(face: _Face) -> _Face:
    """Return a face of one point if the point holds."""
    if not face.network.holds(face.network.lower):
        raise InfeasibleError(_conflict(face.network))
    return face


def _without_fixed(network: Network, free: Integers) -> Network:
    """Return the network of the free arcs; what the others carry is in the supplies."""
    fixed = np.where(network.lower < network.upper, 0, network.lower)
    return Network(
        network.tail[free],
        network.head[free],
        network.lower[free],
        network.upper[free],
        network.supply - network.balance(fixed),
    )


def _conflict(network: Network) -> Conflict:
    """Return which nodes and arcs conflict."""
    conflict = find_conflict(network.program())
    if conflict is None:
        raise UnprovenError("infeasible, no proof")
    return conflict


def _forced(network: Network) -> Integers | None:
    """Return the only flow if the free arcs hold no cycle, else None.

    A node with one free arc left says what that arc carries; the outside says nothing.
    """
    flow = np.where(network.lower < network.upper, 0, network.lower)
    open_arc = np.flatnonzero(network.lower < network.upper)
    missing = network.supply - network.balance(flow)
    while len(open_arc):
        tail, head = network.tail[open_arc], network.head[open_arc]
        degree = np.bincount(tail, minlength=network.nodes + 1)
        degree += np.bincount(head, minlength=network.nodes + 1)
        leaf = degree == 1
        leaf[-1] = False
        at_tail, at_head = leaf[tail], leaf[head]
        now = at_tail | at_head
        if not now.any():
            return None
        chosen, by_tail = open_arc[now], at_tail[now]
        ends = np.where(by_tail, network.tail[chosen], network.head[chosen])
        flow[chosen] = np.where(by_tail, missing[ends], -missing[ends])
        carried = np.zeros_like(flow)
        carried[chosen] = flow[chosen]
        missing = missing - network.balance(carried)
        open_arc = open_arc[~now]
    return flow

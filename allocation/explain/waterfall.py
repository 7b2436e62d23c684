r"""Every amount as a sum of whole fen (law 10).

.. math::

    a_i = \sum_k p_{ik}, \qquad p_{ik} = w_{ik} - w_{i,k-1}, \qquad
    \sum_i w_{ik} = \text{what stage } k \text{ gives out}

with :math:`w_k` the exact amounts of stage k (:mod:`allocation.explain.stages`) brought to whole
fen by the largest remainder over all recipients. The differences telescope, so a recipient's
parts add up to its amount, and each column adds up to what its step adds to the total: nothing,
where a step only moves money. Whose exact amount a stage leaves alone keeps its whole fen too,
as long as the stage's total allows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import FaultError, Problem
from allocation.explain.stages import BOUNDS, GROUP, REDISTRIBUTION, ROUNDING, SOFT, stages
from allocation_models.blame import InfeasibleError
from allocation_models.quanta import split
from allocation_models.solvers import UnprovenError

if TYPE_CHECKING:
    from allocation.explain.stages import Exact, Stage
    from allocation.result import Allocation, Fen, Solved
    from allocation_models.program import Integers, Mask

#: In this order after the formula's steps; ``soft`` only where a soft rule gave way.
_LAST = (BOUNDS, GROUP, SOFT, REDISTRIBUTION, ROUNDING)


@dataclass(frozen=True)
class Step:
    """One column of a waterfall: a step, what it stands for, and a coefficient's own names.

    ``claim`` is True for the steps of the formula, which end at the entitlement.
    """

    key: str
    kind: str
    name: str = ""
    name_en: str = ""
    claim: bool = False


@dataclass(frozen=True)
class Waterfall:
    """Everyone's amount as a sum.

    Parameters
    ----------
    steps
        In order, k of them.
    parts
        Shape (n, k), int64 fen: rows add up to the amounts.
    """

    steps: tuple[Step, ...]
    parts: Fen

    @property
    def amounts(self) -> Fen:
        """Shape (n,), int64 fen."""
        total: Fen = self.parts.sum(axis=1)
        return total

    @property
    def entitlements(self) -> Fen:
        """Shape (n,), int64 fen: the sum of the formula's steps."""
        claim = [step.claim for step in self.steps]
        total: Fen = self.parts[:, claim].sum(axis=1)
        return total


def waterfall(result: Allocation) -> Waterfall:
    """Return every amount of an allocation as a sum of whole fen.

    Raises
    ------
    FaultError
        If a stage is not proven, or the parts do not add up (law 8).
    """
    assert result.solved is not None, "whoever solves says from what"
    try:
        found = _waterfall(result.solved, result.amounts)
    except (InfeasibleError, UnprovenError, ArithmeticError) as error:
        raise FaultError([Problem("L8-unproven", words={"found": str(error)})]) from error
    if not np.array_equal(found.amounts, result.amounts):
        raise FaultError([Problem("L8-check-failed", words={"found": "waterfall"})])
    return found


def _waterfall(solved: Solved, amounts: Fen) -> Waterfall:
    order = solved.task.order
    steps: list[Step] = []
    columns: dict[str, Integers] = {}
    last: Stage | None = None
    stand = np.zeros(len(order), dtype=np.int64)
    for stage in stages(solved):
        unchanged = _unchanged(stage, last)
        whole = whole_fen(stage.exact, stage.total, order, stand, unchanged)
        _add(columns, stage, whole - stand)
        if stage.key not in _LAST:
            steps.append(_step(stage))
        last, stand = stage, whole
    columns[ROUNDING] = amounts - stand
    steps += [Step(key, key) for key in _LAST if key in columns]
    return Waterfall(tuple(steps), np.stack([columns[step.key] for step in steps], axis=1))


def _step(stage: Stage) -> Step:
    return Step(stage.key, stage.kind, stage.name, stage.name_en, claim=stage.claim)


def _add(columns: dict[str, Integers], stage: Stage, change: Integers) -> None:
    """Add a stage's change to the columns it belongs to."""
    none = np.zeros_like(change)
    columns[stage.key] = columns.get(stage.key, none) + np.where(stage.own, change, 0)
    if stage.other:
        columns[stage.other] = columns.get(stage.other, none) + np.where(stage.own, 0, change)


def _unchanged(stage: Stage, last: Stage | None) -> Mask:
    """Return whom a stage leaves exactly where the last one did, shape (n,)."""
    if last is None:
        return np.zeros(len(stage.own), dtype=bool)
    return np.asarray(stage.exact.change_from(last.exact) == 0, dtype=bool)


def whole_fen(
    exact: Exact, total: int, order: Integers, before: Integers, unchanged: Mask
) -> Integers:
    """Return exact amounts in whole fen that add up to ``total``, shape (n,), int64.

    Parameters
    ----------
    exact
        Amounts that add up to ``total``.
    order
        Shape (n,): who comes first among equal fractions.
    before, unchanged
        Shape (n,): whole fen of the last stage; who keeps them if the others can make up the total.
    """
    parts = split(exact.top, exact.bottom, 1, order)
    for kept in (unchanged, np.zeros_like(unchanged)):
        base = np.where(kept, before, parts.whole)
        open_ = np.flatnonzero(~kept & (parts.part > 0))
        missing = total - int(base.sum())
        if 0 <= missing <= len(open_):
            base[open_[np.argsort(parts.place[open_])][:missing]] += 1
            return base
    raise ArithmeticError("a stage does not add up to its total")

"""What-ifs on data: the same scenario with one cell, the pot, or who takes part changed.

Nothing is read again: the frame in memory is changed exactly, and the main road is taken from
there with every check of it. The upper level is not solved again for a recipient's own cell: a
zone's figures are not among what the upper scenario reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from allocation import engine
from allocation.errors import BokuanError, ConflictError
from allocation.frame import Column
from allocation.money import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.errors import Problem
    from allocation.frame import Frame
    from allocation.result import Allocation
    from allocation.scenario import Loaded
    from allocation.scenario.checks.columns import Use
    from allocation.sharing import Shares
    from allocation.whole import Whole
    from allocation_models.program import BigIntegers, Integers, Mask
    from allocation_models.solvers import Solver


@dataclass(frozen=True)
class Amounts:
    """Each recipient's amount in fen.

    Parameters
    ----------
    numerator, denominator
        Shape (n,), Python integers: exact, before rounding.
    cells
        Shape (n, p): whole amounts by purpose.
    """

    numerator: BigIntegers
    denominator: BigIntegers
    cells: Integers

    @cached_property
    def whole(self) -> Integers:
        """Shape (n,): whole amounts."""
        return np.asarray(self.cells.sum(axis=1))

    @classmethod
    def of(cls, shares: Shares, whole: Whole) -> Amounts:
        """Return the recipients' amounts: the sums of their cells."""
        count, purposes = whole.cells.shape
        if purposes == 1:
            return cls(shares.numerator[:count], shares.denominator[:count], whole.cells)
        cells = np.array(shares.exact(count * purposes), dtype=object).reshape(count, purposes)
        sums: list[Fraction] = cells.sum(axis=1).tolist()
        tops, bottoms = zip(*(value.as_integer_ratio() for value in sums), strict=True)
        return cls(np.array(tops, dtype=object), np.array(bottoms, dtype=object), whole.cells)

    def exact(self, index: int) -> Fraction:
        """Return one recipient's amount before rounding, fen."""
        return Fraction(int(self.numerator[index]), int(self.denominator[index]))

    def take(self, chosen: Mask) -> Amounts:
        """Return the amounts of the recipients where ``chosen`` (n,) is True."""
        return Amounts(self.numerator[chosen], self.denominator[chosen], self.cells[chosen])

    def falls(self, later: Amounts, *, whole: bool) -> Mask:
        """Return who gets less in ``later``, in whole amounts or before rounding: shape (n,)."""
        if whole:
            return np.asarray(later.whole < self.whole)
        crossed = later.numerator * self.denominator < self.numerator * later.denominator
        return np.asarray(crossed.astype(bool))


@dataclass(frozen=True)
class Refused:
    """A what-if without amounts: its rules conflict, or the changed data are not allowed."""

    problems: tuple[Problem, ...]
    conflict: bool

    @classmethod
    def by(cls, error: BokuanError) -> Refused:
        """Return what an error says of a what-if."""
        return cls(error.problems, isinstance(error, ConflictError))


@dataclass(frozen=True)
class Effect:
    """What a what-if does to one recipient, fen: before rounding, and in whole amounts."""

    exact_before: Fraction
    exact_after: Fraction
    before: int
    after: int

    @classmethod
    def on(cls, index: int, earlier: Amounts, later: Amounts, at: int | None = None) -> Effect:
        """Return the effect on recipient ``index``, who stands at ``at`` in ``later``."""
        there = index if at is None else at
        return cls(
            earlier.exact(index),
            later.exact(there),
            int(earlier.whole[index]),
            int(later.whole[there]),
        )

    @property
    def moves(self) -> bool:
        """Whether anything changes."""
        return bool(self.exact or self.whole)

    @property
    def exact(self) -> Fraction:
        """The change before rounding, fen."""
        return self.exact_after - self.exact_before

    @property
    def whole(self) -> int:
        """The change in whole amounts, fen."""
        return self.after - self.before


@dataclass(frozen=True)
class Case:
    """A scenario that can be allocated again and again.

    Parameters
    ----------
    totals
        Fen of each unit, as the upper level fixed them; empty without one.
    solver
        For rules that do not nest.
    """

    loaded: Loaded
    totals: Mapping[str, int]
    solver: Solver

    @classmethod
    def of(cls, result: Allocation) -> Case:
        """Return the case of a result: the scenario it was made from, and its upper level."""
        assert result.solved is not None, "whoever solves says from what"
        loaded = result.solved.task.loaded
        totals, _, _ = engine.upper_totals(loaded)
        return cls(loaded, totals, engine.solver_named(result.solved.solver))

    @property
    def frame(self) -> Frame:
        """The recipients."""
        return self.loaded.frame

    def amounts(self) -> Amounts | Refused:
        """Return the amounts, proven and checked, or why there are none."""
        try:
            task = engine.prepared(self.loaded, self.totals)
            return Amounts.of(*engine.solved(task, self.solver))
        except BokuanError as error:
            return Refused.by(error)

    def with_frame(self, frame: Frame) -> Case:
        """Return the case of other recipients or figures."""
        return replace(self, loaded=replace(self.loaded, frame=frame))

    def with_cells(self, column: str, cells: Mapping[int, str]) -> Case:
        """Return the case with some cells of a text column changed, by position."""
        text = self.frame.text[column]
        kept = tuple(cells.get(index, cell) for index, cell in enumerate(text.cells))
        changed = replace(text, cells=kept)
        return self.with_frame(replace(self.frame, text={**self.frame.text, column: changed}))

    def with_figure(self, use: Use, index: int, figure: Fraction) -> Case:
        """Return the case with one recipient's figure changed, in the unit of its column."""
        column = figures(self.frame, use)
        scale = lcm(column.scale, figure.denominator)
        values = column.values * (scale // column.scale)
        values[index] = figure.numerator * (scale // figure.denominator)
        changed = Column(values, scale, column.missing)
        derived = {**self.frame.derived, use.column: changed}
        return self.with_frame(replace(self.frame, derived=derived))

    def with_more(self, fen: int, purpose: str = "") -> Case:
        """Return the case with ``fen`` more in the pot, all of it for ``purpose`` if one is named.

        The upper level, if there is one, shares out the same pot.
        """
        scenario = self.loaded.scenario
        loaded = self.loaded.with_pot(scenario.pot.amount + fen)
        if purpose:
            old = scenario.purposes[purpose]
            more = old.model_copy(update={"amount": old.amount + fen})
            purposes = {**scenario.purposes, purpose: more}
            changed = loaded.scenario.model_copy(update={"purposes": purposes})
            loaded = replace(loaded, scenario=changed)
        totals, _, _ = engine.upper_totals(loaded, pot=scenario.pot.amount + fen)
        return replace(self, loaded=loaded, totals=totals)

    def without(self, index: int, taking: Mapping[str, int] | None = None) -> Case:
        """Return the case that one recipient has left.

        ``taking`` is the fen it takes out of the pot, by purpose (key ``""``: no purposes); none:
        all the money stays. Published ranks are not counted again.
        """
        stay = np.ones(len(self.frame), dtype=bool)
        stay[index] = False
        case = self.with_frame(self.frame.take(stay))
        gone = sum((taking or {}).values())
        totals = self._totals_without(index, gone)
        scenario = self.loaded.scenario
        if taking:
            purposes = {
                key: purpose.model_copy(update={"amount": purpose.amount - taking[key]})
                for key, purpose in scenario.purposes.items()
            }
            loaded = case.loaded.with_pot(scenario.pot.amount - gone)
            changed = loaded.scenario.model_copy(update={"purposes": purposes})
            case = replace(case, loaded=replace(loaded, scenario=changed))
        return replace(case, totals=totals)

    def _totals_without(self, index: int, gone: int) -> dict[str, int]:
        """Return the units' totals less what one recipient takes; a unit left empty is dropped."""
        totals = dict(self.totals)
        if not totals:
            return totals
        units = self.frame.attribute("unit")
        unit = units[index]
        totals[unit] -= gone
        if units.count(unit) == 1:
            del totals[unit]
        return totals

    def less(self, key: str) -> Case:
        """Return the case without one rule or coefficient, such as ``rules.cap``."""
        table, _, name = key.partition(".")
        scenario = self.loaded.scenario
        kept = {k: v for k, v in getattr(scenario, table).items() if k != name}
        changed = scenario.model_copy(update={table: kept})
        return replace(self, loaded=replace(self.loaded, scenario=changed))


def figures(frame: Frame, use: Use) -> Column:
    """Return a column's figures in the unit the table states for it."""
    if use.reads != "money":
        return frame.numbers(use.column)[0]
    if use.column in frame.derived:
        return frame.derived[use.column]
    column, _ = frame.money(use.column)
    return replace(column, scale=column.scale * UNITS[frame.text[use.column].unit or "元"])

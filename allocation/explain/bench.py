"""A scenario in conflict, on which changes are tried: drafts of repairs, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import awards_exceed
from allocation.engine import (
    DEFAULT_SOLVER,
    described,
    proven,
    solver_named,
    whole_task_of,
)
from allocation.errors import BokuanError
from allocation.explain.rule_rows import drawn_inwards, rules_as_rows
from allocation_models.blame import InfeasibleError
from allocation_models.relaxation import slopes_between
from allocation_models.solvers.highs import patient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.conflict import Member
    from allocation.explain.moves import Move, Words
    from allocation.result import Allocation
    from allocation.scenario import Loaded
    from allocation.task import Task
    from allocation_models.program import LinearProgram
    from allocation_models.relaxation import Slopes
    from allocation_models.solvers import Solver

#: Seconds a whole-number program of a trial may take.
PATIENCE = 5.0


@dataclass(frozen=True)
class Draft:
    """Changes that may be a repair, and whom they change."""

    sets: tuple[str, ...]
    sentences: tuple[tuple[str, Words], ...]
    changed: tuple[Member, ...]
    count: int = 1

    def and_then(self, more: Draft) -> Draft:
        """Return these changes followed by more."""
        return Draft(
            self.sets + more.sets,
            self.sentences + more.sentences,
            self.changed + more.changed,
            self.count + more.count,
        )


@dataclass
class Bench:
    """A scenario in conflict, on which changes are tried."""

    loaded: Loaded
    task: Task
    solver: str
    tried: dict[tuple[str, ...], Allocation | None] = field(default_factory=dict)
    moved: dict[tuple[str, ...], Slopes | None] = field(default_factory=dict)

    def allocated(self, sets: Sequence[str]) -> Allocation | None:
        """Return the allocation with changes made, or None if there is none."""
        key = tuple(sets)
        if key not in self.tried:
            self.tried[key] = self._allocated(sets)
        return self.tried[key]

    def _allocated(self, sets: Sequence[str]) -> Allocation | None:
        try:
            task = whole_task_of(self.loaded.again(*sets))
            if awards_exceed(task):
                return None
            return described(task, *proven(task, self._trial_solver), self.solver)
        except (BokuanError, InfeasibleError):
            return None

    @property
    def _trial_solver(self) -> Solver:
        """The solver that tries changes: one that takes too long is no repair to offer."""
        return patient(PATIENCE) if self.solver == DEFAULT_SOLVER else solver_named(self.solver)

    @property
    def quantum(self) -> int:
        """The quantum in fen."""
        return self.task.loaded.scenario.rounding.quantum

    @cached_property
    def rules(self) -> LinearProgram:
        """Every hard rule as rows of its own."""
        return rules_as_rows(self.task)[0]

    def drawn_in(self, slopes: Sequence[Slopes]) -> LinearProgram:
        """Return the rules with the bounds that stay drawn in to whole quanta."""
        inside = drawn_inwards(self.rules, self.quantum)
        low = np.any([slope.lower != 0 for slope in slopes], axis=0)
        high = np.any([slope.upper != 0 for slope in slopes], axis=0)
        return replace(
            self.rules,
            row_lower=np.where(low, self.rules.row_lower, inside.row_lower),
            row_upper=np.where(high, self.rules.row_upper, inside.row_upper),
        )

    def after(self, draft: Draft) -> Bench | None:
        """Return the bench after a change, or None if it cannot be made."""
        task = self.task_with(draft.sets)
        return None if task is None else Bench(task.loaded, task, self.solver)

    def task_with(self, sets: Sequence[str]) -> Task | None:
        """Return the task with changes made, or None if they cannot be made."""
        try:
            return whole_task_of(self.loaded.again(*sets))
        except BokuanError:
            return None

    def slopes_of(self, move: Move) -> Slopes | None:
        """Return how the rules' bounds move with a move, if they do so evenly."""
        if move.end not in self.moved:
            end = self.task_with(move.end)
            found = None if end is None else slopes_between(self.rules, rules_as_rows(end)[0])
            self.moved[move.end] = found
        return self.moved[move.end]

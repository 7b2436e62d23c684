"""The result of one allocation: amounts, where each came from, and a record to keep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from allocation.record import write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.entitlement import Step
    from allocation.errors import Problem
    from allocation.frame import Frame
    from allocation.scenario.settle import Applied
    from allocation.sharing import Shares
    from allocation.task import Task
    from allocation.whole import RuleOutcome, Whole
    from allocation.wording import Language

Fen = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Solved:
    """What an allocation was made from: the task, the exact shares, the whole amounts."""

    task: Task
    shares: Shares
    whole: Whole
    solver: str


@dataclass(frozen=True)
class Heading:
    """What stands above an allocation: titles, year, pot and how it was rounded."""

    scenario: str
    title: str
    title_en: str
    level: str
    year: int
    illustrative: bool
    pot: int
    pot_source: str
    quantum: int
    rounding: str
    unspent: int


@dataclass(frozen=True)
class PurposeColumn:
    """One purpose of a two-way table: its names and its total in fen."""

    key: str
    name: str
    name_en: str
    total: int


@dataclass(frozen=True)
class Allocation:
    """Amounts proven, exact and re-checked, with everything needed to explain them.

    Parameters
    ----------
    cells
        Shape (n, p), int64 fen; p is 1, or the number of purposes.
    unrounded
        Shape (n, p) flattened by row: the exact amounts in fen before rounding.
    entitlements
        Shape (n,): exact fen by the formula, before any rule.
    method
        ``direct`` or ``sequence`` (fair), ``benefit``; ``reason`` says why, as a wording key.
    recorder
        Writes down what was run, when it is asked for.
    warnings
        What the run went on with.
    changes
        What overrides and the call changed in the scenario, in order.
    solved
        What explanations, sensitivity and the certificate are read from.
    """

    heading: Heading
    recipients: Frame
    purposes: tuple[PurposeColumn, ...]
    cells: Fen
    unrounded: tuple[Fraction, ...]
    entitlements: tuple[Fraction, ...]
    steps: tuple[Step, ...]
    rules: tuple[RuleOutcome, ...]
    method: str
    reason: str
    recorder: Callable[[Allocation], Mapping[str, Any]]
    warnings: tuple[Problem, ...] = ()
    changes: tuple[Applied, ...] = ()
    solved: Solved | None = None

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What was run: inputs and their hashes, origins of every value, versions, amounts."""
        return self.recorder(self)

    @property
    def amounts(self) -> Fen:
        """Shape (n,), int64 fen."""
        total: Fen = self.cells.sum(axis=1)
        return total

    @property
    def table(self) -> pd.DataFrame:
        """One row per recipient, indexed by id; money as int64 fen plus display columns in 万元."""
        from allocation.report.frames import allocation_frame

        return allocation_frame(self)

    def plot(self, language: Language = "zh") -> Figure:
        """Return the ranked bars with each entitlement marked, as a matplotlib figure."""
        from allocation.report.chart import drawn

        return drawn(self, language)

    def save(self, path: Path | str) -> None:
        """Write the record as JSON."""
        write_record(self.record, path)

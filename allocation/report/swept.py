"""A sweep as users hold it: frames of all cases, pictures, data tables, and files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import DEFAULT_SOLVER, solver_named, upper_totals
from allocation.errors import BokuanError, Problem, raise_if_any
from allocation.explain.recipient import called
from allocation.report.swept_frames import cases_frame, long_frame, wide_frame
from allocation.scenario import Loaded, load
from allocation.sweep.axes import read_axes
from allocation.sweep.cases import GRID, LATIN, Design, design
from allocation.sweep.journal import Journal, hash_of_inputs, key_of
from allocation.sweep.outcome import DONE, Start, solve_case
from allocation.sweep.sweep import sweep_cases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.sweep.axes import Axis
    from allocation.sweep.outcome import Outcome
    from allocation_models.program import Integers, Mask


@dataclass(frozen=True)
class Swept:
    """What became of every case of a sweep.

    Parameters
    ----------
    loaded
        The scenario the cases start from.
    design
        What was varied, and the cases.
    base
        What becomes of the scenario as it is.
    outcomes
        What became of each case, in the design's order.
    kept
        How many of them were in the journal before.
    """

    loaded: Loaded
    design: Design
    base: Outcome
    outcomes: tuple[Outcome, ...]
    kept: int = 0

    @cached_property
    def done(self) -> Mask:
        """Shape (cases,): which cases have amounts."""
        return np.array([outcome.state == DONE for outcome in self.outcomes], dtype=bool)

    @cached_property
    def fen(self) -> Integers:
        """Shape (cases, n), int64: whole amounts; 0 where a case has none."""
        return np.stack([self._amounts(outcome) for outcome in self.outcomes])

    @cached_property
    def before(self) -> Integers:
        """Shape (n,), int64: whole amounts of the scenario as it is; 0 if it has none."""
        return self._amounts(self.base)

    def _amounts(self, outcome: Outcome) -> Integers:
        count = len(self.loaded.frame)
        cells = np.array(outcome.fen, dtype=np.int64)
        return cells.reshape(count, -1).sum(axis=1) if outcome.fen else np.zeros(count, np.int64)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """One row per case: the values, ``state``, ``codes``, ``pot_fen``, ``why``."""
        return cases_frame(self)

    @cached_property
    def wide(self) -> pd.DataFrame:
        """One row per case and one column per recipient's id, fen (Int64)."""
        return wide_frame(self)

    @cached_property
    def long(self) -> pd.DataFrame:
        """One row per case and recipient: ``amount_fen`` and ``change_fen`` (Int64)."""
        return long_frame(self)

    def plot(self, recipient: str = "", language: str = "zh") -> Figure:
        """Return the picture of the sweep.

        One varied key: a fan over everybody's change; two: a heat map of one recipient's amount;
        keys one at a time: a tornado of it; else: the spread of everybody's amount.

        Parameters
        ----------
        recipient
            Name or id; default: whose amount moves most.

        Raises
        ------
        ValueError
            If no case has amounts.
        InputError
            If the name means nobody here.
        """
        from allocation.report.swept_chart import sweep_figure

        at = self.positions([recipient])[0] if recipient else None
        return sweep_figure(self, at, "en" if language == "en" else "zh")

    def positions(self, names: Sequence[str]) -> list[int]:
        """Return the positions of the recipients that ``names`` mean.

        Raises
        ------
        InputError
            With every name that means nobody here.
        """
        return called(self.loaded.scenario, self.loaded.frame, names)

    def save(
        self, folder: Path | str, language: str = "zh", tables: Sequence[str] = ()
    ) -> list[Path]:
        """Write ``cases.csv``, ``amounts.csv``, ``sweep.parquet`` (with pyarrow), ``sweep.png``.

        With ``tables``, the data tables of these recipients as ``sweep.xlsx`` too. All or none.

        Raises
        ------
        InputError
            If the folder or a file in it cannot be written, or a name means nobody.
        """
        from allocation.report.swept_files import save_sweep

        places = self.positions(tables)
        return save_sweep(self, Path(folder), "en" if language == "en" else "zh", places)


def sweep(
    subject: str | Loaded,
    vary: Mapping[str, str | Sequence[object]] | Sequence[str],
    *,
    sets: Sequence[str] = (),
    kind: str = GRID,
    n: int | None = None,
    seed: int = 0,
    executor: Executor | None = None,
    journal: Path | str | None = None,
    solver: str = DEFAULT_SOLVER,
    progress: Callable[[int, int], None] | None = None,
    reads: bool = True,
) -> Swept:
    """Allocate a scenario for many values of some of its keys, each case exact to the fen.

    Parameters
    ----------
    subject
        A scenario's name or path, or a scenario already loaded.
    vary
        ``{key: values}``, keys as in ``sets``, values a range such as ``"1.0:2.0:0.1"`` or a
        list; or texts ``KEY=VALUES``.
    sets
        ``KEY=VALUE`` changes of all cases, if ``subject`` is a name or path.
    kind
        ``grid``, ``one-at-a-time`` or ``latin-hypercube``.
    n, seed
        Of a Latin hypercube: how many cases, and where its random numbers start.
    executor
        A ``concurrent.futures`` executor, also that of a Dask client; default: this process.
    journal
        Folder with the journal: what it holds is not done again, what is done is kept there.
    progress
        Called with how many cases are done, and of how many.
    reads
        Whether the executor's workers can read the scenario's files.

    Raises
    ------
    InputError
        With every problem of the scenario, the keys, the values or the journal. What stands
        against a single case is recorded with it.
    FaultError
        If the executor breaks.
    """
    solver_named(solver)
    found = planned(vary, kind, n, seed)
    loaded = subject if isinstance(subject, Loaded) else load(subject, sets=sets, may_repeat=True)
    totals, _, above = upper_totals(loaded)
    loaded = loaded if above is None else loaded.with_inputs_of(above)
    start = Start.of(loaded, totals, solver)
    _require_values(start, found.axes)
    kept = Journal.open(Path(journal), hash_of_inputs(loaded, solver)) if journal else None
    base = solve_case(start, ())
    assert base is not None, "files may be read here"
    cases = [found.sets(case) for case in range(len(found.cases))]
    outcomes = sweep_cases(
        start, cases, executor=executor, journal=kept, progress=progress, reads=reads
    )
    old = sum(key_of(sets) in kept.known for sets in cases) if kept else 0
    return Swept(loaded, found, base, tuple(outcomes), old)


def planned(
    vary: Mapping[str, str | Sequence[object]] | Sequence[str], kind: str, n: int | None, seed: int
) -> Design:
    """Return the cases that are asked for.

    Raises
    ------
    InputError
        With everything wrong with keys, ranges and numbers.
    """
    sampled = kind == LATIN
    texts = vary if not hasattr(vary, "items") else [_text(key, v) for key, v in vary.items()]
    axes, problems = read_axes(list(texts), sampled=sampled)
    if sampled != (n is not None) or (n is not None and n < 1):
        problems.append(Problem("L1-sample-size", words={"found": "—" if n is None else n}))
    raise_if_any(problems)
    found = design(axes, kind, n, seed)
    if isinstance(found, Problem):
        raise_if_any([found])
    assert isinstance(found, Design), "a problem was raised"
    return found


def _text(key: str, values: str | Sequence[object]) -> str:
    if isinstance(values, str):
        return f"{key}={values}"
    floats = [value for value in values if isinstance(value, float)]
    words = {"key": key, "found": repr(floats[0]) if floats else ""}
    raise_if_any([Problem("L3-not-text", words=words)] if floats else [])
    return f"{key}={','.join(map(str, values))}"


def _require_values(start: Start, axes: Sequence[Axis]) -> None:
    """Raise what is wrong with single values; what is wrong with several together is a case's."""
    problems = []
    for axis in axes:
        for value in axis.checked:
            if start.varied.changed([axis.sets(value)]) is None:
                problems += _problems_of(start.varied.loaded, axis.sets(value))
    raise_if_any(problems)


def _problems_of(loaded: Loaded, change: str) -> list[Problem]:
    """Return the problems that stand at the change itself."""
    try:
        loaded.again(change)
    except BokuanError as error:
        return [
            replace(problem, place=replace(problem.place, column=f"--vary {change}"))
            for problem in error.problems
            if problem.place.column.startswith("--set ")
        ]
    return []

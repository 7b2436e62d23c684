"""A scenario's first program as an LP or MPS file, with names a reader understands.

It makes the lowest ratio of amount to entitlement as large as the rules allow. Amounts are in 万元.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import conflict_error
from allocation.engine import DEFAULT_SOLVER, loaded_with, solver_named, task_of
from allocation.errors import InputError, Problem
from allocation.money import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from allocation.task import Task
    from allocation_models.program import LinearProgram
    from allocation_models.solvers import FloatProgram

ENDINGS = (".lp", ".mps")
LEVEL = "lowest_ratio"
_LONGEST = 80


def save_model(reference: str, path: Path, sets: Sequence[str] = ()) -> Path:
    """Write a scenario's first program as ``path``, ending in ``.lp`` or ``.mps``.

    Raises
    ------
    InputError
        If the ending is another, the file cannot be written, or the scenario is not sound.
    ConflictError
        If the rules cannot all hold.
    """
    from allocation.report.saved import save_files
    from allocation_models.solvers.pulp_gateway import write_model

    if path.suffix not in ENDINGS:
        words = {"found": path.name, "allowed": "、".join(ENDINGS)}
        raise InputError([Problem("L1-model-ending", words=words)])
    task = task_of(loaded_with(reference, sets))
    rules, program = first_program_of(task)
    columns, rows = column_names(task, rules.columns), row_names(rules)
    ratios = [f"ratio_{columns[at]}" for at in _compared(task)]
    title = _plain(task.loaded.name, "scenario")
    return save_files(
        path.parent,
        {
            path.name: lambda draft: write_model(
                program, [*columns, LEVEL], [*rows, *ratios], draft, title
            )
        },
    )[0]


def first_program_of(task: Task) -> tuple[LinearProgram, FloatProgram]:
    """Return the rules in effect and the program of the highest lowest ratio, in 万元."""
    from allocation_models.export import first_program

    rules = _rules_in_effect(task)
    # A target is fen times the entitlements' common denominator times the pot.
    unit = task.entitlement.denominator * task.pot * UNITS["万元"]
    targets = np.zeros(rules.columns)
    targets[: len(task.targets)] = [float(Fraction(it, unit)) for it in task.targets.tolist()]
    sharing = np.zeros(rules.columns, dtype=bool)
    sharing[_compared(task)] = True
    return rules, first_program(rules, targets, sharing, float(UNITS["万元"]))


def _rules_in_effect(task: Task) -> LinearProgram:
    """Return the rules with who is funded chosen, soft rows given way, and bounds closed in."""
    from allocation.sharing import with_zero_or_least
    from allocation_models.blame import InfeasibleError, find_conflict
    from allocation_models.fair_share import close_bounds
    from allocation_models.soft import soften

    solver, rows = solver_named(DEFAULT_SOLVER), task.rows
    try:
        program, helpers = with_zero_or_least(task, solver), rows.helpers
        conflict = find_conflict(close_bounds(program, task.targets, helpers))
        if conflict is not None and rows.priority.any():
            softened = soften(program, rows.priority, task.targets, helpers, solver)
            program, helpers = softened.program, softened.helpers
        elif conflict is not None:
            raise conflict_error(task, solver)
    except InfeasibleError:
        raise conflict_error(task, solver) from None
    extra = np.zeros(program.columns - len(task.targets), dtype=object)
    return close_bounds(program, np.concatenate([task.targets, extra]), helpers)


def _compared(task: Task) -> list[int]:
    """Return the cells compared with each other: those with an entitlement."""
    return [int(at) for at in np.flatnonzero(task.targets[: task.cells.count])]


def column_names(task: Task, count: int) -> list[str]:
    """Return ``amount_<id>``, with ``_<purpose>`` where there are purposes; then the helpers."""
    frame, purposes = task.loaded.frame, list(task.loaded.scenario.purposes)
    cells = [
        "_".join([_plain(code, f"at{row + 1}"), *([_plain(purpose, f"p{at + 1}")] * bool(purpose))])
        for row, code in enumerate(frame.ids)
        for at, purpose in enumerate(purposes or [""])
    ]
    helpers = [f"helper_{at + 1}" for at in range(count - len(cells))]
    return _distinct([*(f"amount_{cell}" for cell in cells), *helpers])


def row_names(program: LinearProgram) -> list[str]:
    """Return the key of each row's rule, numbered where a rule has several rows."""
    names = [f"row_{at + 1}" for at in range(program.rows)]
    for position, group in enumerate(program.groups):
        name = "rule_" + _plain(group.name, str(position + 1))
        single = group.stop - group.start == 1
        for at in range(group.start, group.stop):
            names[at] = name if single else f"{name}_{at - group.start + 1}"
    return _distinct(names)


def _plain(text: str, otherwise: str) -> str:
    """Return ``text`` in the letters every solver reads, or ``otherwise`` if nothing is left."""
    if not text.isascii():
        return otherwise
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:_LONGEST] or otherwise


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names, later ones numbered where they repeat an earlier one or its two sides."""
    taken: set[str] = set()
    found = []
    for name in names:
        chosen, number = name, 1
        while not taken.isdisjoint(_sides(chosen)):
            number += 1
            chosen = f"{name}_{number}"
        taken.update(_sides(chosen))
        found.append(chosen)
    return found


def _sides(name: str) -> tuple[str, str, str]:
    """Return the names a row may be written under."""
    return name, f"{name}_min", f"{name}_max"

"""How much of its money each recipient can use this year: one figure, or one for each scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Place, Problem, nearest
from allocation.reallocation.tables import OpenTable, open_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.frame import Frame
    from allocation.reallocation.holdings import Holdings
    from allocation.reallocation.plan import Uncertain, Use
    from allocation_models.program import Integers

#: The one column of a table of use.
USE = "use"


@dataclass(frozen=True)
class Users:
    """Who uses money: a recipient, or a recipient for one purpose.

    Parameters
    ----------
    of_cell
        Shape (n, L): the user of each cell.
    fen
        Shape (S, G): what each can use this year in all, in each scenario; one where certain.
    hashes
        File name to SHA-256 hex of what was read.
    """

    of_cell: Integers
    fen: Integers
    hashes: dict[str, str]


def read_use(
    table: Use | Uncertain, folder: Path, frame: Frame, holdings: Holdings, *, uncertain: bool
) -> tuple[Users | None, list[Problem]]:
    """Return the use of a CSV table, or what is wrong with it.

    Columns: ``id`` or ``name``, ``use`` (where uncertain any others, one for each scenario), and
    ``purpose`` where each purpose has a use of its own. Everyone needs a figure, zero included.
    """
    needs = () if uncertain else (USE,)
    known = ("purpose", *needs)
    opened, problems = open_table(table.file, folder, known=known, needs=needs, free=uncertain)
    if opened is None:
        return None, problems
    columns = opened.others(("purpose",)) if uncertain else [USE]
    split = "purpose" in opened.table.header
    purposes = sorted({line.purpose for line in holdings.lines}) if split else [""]
    fen = np.full((len(columns), len(frame), len(purposes)), -1, dtype=np.int64)
    for line, cells in opened.rows:
        problems += _read(opened, line, cells, frame, purposes, columns, table.unit, fen)
    problems += _missing(table.file, frame, purposes, fen)
    if not columns:
        words = {"found": USE, "nearest": "—"}
        problems.append(Problem("L1-unknown-column", opened.place(opened.table.line), words))
    if any(not problem.warning for problem in problems):
        return None, problems
    at_line = [purposes.index(line.purpose) if split else 0 for line in holdings.lines]
    of_cell = np.arange(len(frame))[:, None] * len(purposes) + np.array(at_line, dtype=np.int64)
    return Users(of_cell, fen.reshape(len(columns), -1), {table.file: opened.sha256}), problems


def _read(
    table: OpenTable,
    line: int,
    cells: Sequence[str],
    frame: Frame,
    purposes: Sequence[str],
    columns: Sequence[str],
    unit: str | None,
    fen: Integers,
) -> list[Problem]:
    """Put a row's figures into ``fen`` (S, n, purposes), -1 where there is none yet."""
    at = table.whose(line, cells, frame)
    purpose = table.cell(cells, "purpose")
    found = [table.fen(line, cells, column, unit) for column in columns]
    blank = [column for column in columns if not table.cell(cells, column)]
    problems = [part for part in (at, *found) if isinstance(part, Problem)]
    problems += [
        Problem("L1-no-use", table.place(line, column), {"found": table.cell(cells, "name")})
        for column in blank
    ]
    if purpose not in purposes:
        words = {"found": purpose[:60], "nearest": nearest(purpose, purposes)}
        words["allowed"] = "、".join(purposes)
        problems.append(Problem("L1-use-purpose", table.place(line, "purpose"), words))
    if problems or isinstance(at, Problem):
        return problems
    target = fen[:, at, purposes.index(purpose)]
    if (target >= 0).any():
        twice: dict[str, object] = {"found": frame.names[at], "line": line}
        return [Problem("L1-duplicate-recipient", table.place(line), twice)]
    target[:] = [part for part in found if isinstance(part, int)]
    return []


def _missing(file: str, frame: Frame, purposes: Sequence[str], fen: Integers) -> list[Problem]:
    """Return a problem for everyone without a figure."""
    gone = np.argwhere((fen < 0).any(axis=0))
    return [
        Problem(
            "L1-no-use", Place(file), {"found": f"{frame.names[at]} {purposes[number]}".strip()}
        )
        for at, number in gone.tolist()
    ]

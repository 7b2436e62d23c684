"""How much of its money each recipient can use this year: one figure, or one for each scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Place, Problem, nearest
from allocation.ledger.forecast import DRAWS
from allocation.reallocation.foreseen import foreseen_use
from allocation.reallocation.tables import OpenTable, open_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.frame import Frame
    from allocation.ledger.book import Book
    from allocation.reallocation.holdings import Holdings
    from allocation.reallocation.plan import ReallocationPlan, Uncertain, Use
    from allocation.scenario import Loaded
    from allocation.scenario.trail import Trail
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
    foreseen
        How many recipients' use is the book's forecast.
    """

    of_cell: Integers
    fen: Integers
    hashes: dict[str, str]
    foreseen: int = 0


def _foresees(plan: ReallocationPlan, *, uncertain: bool) -> bool:
    """Whether somebody's use is asked of the book's forecast."""
    if uncertain:
        return plan.uncertain is not None and not plan.uncertain.file
    return plan.use is not None and plan.use.rest == "forecast"


def unasked(
    plan: ReallocationPlan, trail: Trail, book: Book | None, *, uncertain: bool
) -> list[Problem]:
    """Return a problem if a plan does not say what is used, or asks a book that is not there."""
    section = "uncertain" if uncertain else "use"
    if getattr(plan, section) is None:
        return [Problem("L1-no-section", trail.place(()), {"allowed": section})]
    if book is None and _foresees(plan, uncertain=uncertain):
        return [Problem("L12-forecast-needs-book", trail.place((section,)))]
    return []


def users_of(
    plan: ReallocationPlan,
    folder: Path,
    loaded: Loaded,
    holdings: Holdings,
    book: Book | None,
    *,
    uncertain: bool,
) -> tuple[Users | None, list[Problem]]:
    """Return how much is used, or what is wrong: of a table, of the book's forecast, or of both.

    Figures of ``[use]`` stand in every scenario of a forecast.
    """
    if not _foresees(plan, uncertain=uncertain):
        table = plan.uncertain if uncertain else plan.use
        assert table is not None, "asked for only where it is there"
        return read_use(table, folder, loaded.frame, holdings, uncertain=uncertain)
    assert book is not None, "asked for only with a book"
    several = plan.uncertain if uncertain else None
    count, seed = (several.scenarios, several.seed) if several else (DRAWS, 0)
    draws = foreseen_use(
        book,
        loaded.frame,
        loaded.scenario.year,
        plan.as_of,
        fund=plan.fund,
        count=count,
        seed=seed,
    )
    rest = draws if uncertain else draws.sum(axis=0, keepdims=True) // count
    if plan.use is None or not plan.use.file:
        return all_foreseen(rest, holdings), []
    return read_use(plan.use, folder, loaded.frame, holdings, uncertain=False, rest=rest)


def read_use(
    table: Use | Uncertain,
    folder: Path,
    frame: Frame,
    holdings: Holdings,
    *,
    uncertain: bool,
    rest: Integers | None = None,
) -> tuple[Users | None, list[Problem]]:
    """Return the use of a CSV table, or what is wrong with it.

    Columns: ``id`` or ``name``, ``use`` (where uncertain any others, one for each scenario), and
    ``purpose`` where each purpose has a use of its own. Everyone needs a figure, zero included,
    unless ``rest`` (S, n) has what the others use, in scenarios; it knows no purposes.
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
    blank = fen.min(axis=(0, 2)) < 0
    if rest is None:
        problems += _missing(table.file, frame, purposes, fen)
    elif split:
        problems.append(Problem("L1-forecast-by-purpose", opened.place(opened.table.line)))
    else:
        fen = np.where(blank[None, :, None], rest[:, :, None], fen)
    if not columns:
        words = {"found": USE, "nearest": "—"}
        problems.append(Problem("L1-unknown-column", opened.place(opened.table.line), words))
    if any(not problem.warning for problem in problems):
        return None, problems
    foreseen = 0 if rest is None else int(blank.sum())
    return _users(fen, holdings, purposes, {table.file: opened.sha256}, foreseen), problems


def all_foreseen(rest: Integers, holdings: Holdings) -> Users:
    """Return use that is the forecast's (S, n) for everyone."""
    return _users(rest[:, :, None], holdings, [""], {}, rest.shape[1])


def _users(
    fen: Integers,
    holdings: Holdings,
    purposes: Sequence[str],
    hashes: dict[str, str],
    foreseen: int,
) -> Users:
    """Return users of figures (S, n, purposes)."""
    scenarios, recipients, count = fen.shape
    at_line = [purposes.index(line.purpose) if purposes != [""] else 0 for line in holdings.lines]
    of_cell = np.arange(recipients)[:, None] * count + np.array(at_line, dtype=np.int64)
    return Users(of_cell, fen.reshape(scenarios, -1), hashes, foreseen)


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

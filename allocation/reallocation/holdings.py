"""What each recipient holds, line of money by line of money: idle, and frozen.

Frozen is what is committed, paid or spent: no reallocation touches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Place, Problem
from allocation.reallocation.tables import OpenTable, open_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from allocation.frame import Frame
    from allocation.reallocation.plan import Holdings as HoldingsTable
    from allocation_models.program import Integers

#: What makes a line of money; a table may leave any of them out.
LINE = ("fund", "year", "batch", "purpose", "direct")
#: Of what is issued: idle first, then the frozen parts that a table may give.
PARTS = ("available", "committed", "disbursed", "spent")
_YES, _NO = ("1", "是", "true"), ("", "0", "否", "false")


@dataclass(frozen=True, order=True)
class Line:
    """A line of money, which no movement changes."""

    fund: str = ""
    year: str = ""
    batch: str = ""
    purpose: str = ""
    direct: bool = False

    def label(self, mark: str) -> str:
        """Return what it is called; ``mark`` stands for a direct fund."""
        parts = [self.fund, self.year, self.batch, self.purpose, mark if self.direct else ""]
        return " ".join(filter(None, parts))


@dataclass(frozen=True)
class Holdings:
    """What n recipients hold of L lines, int64 fen.

    Parameters
    ----------
    lines
        Shape (L,).
    parts
        Shape (5, n, L): ``available``, ``committed``, ``disbursed``, ``spent``, and what was passed
        on to others or is closed.
    parents
        Shape (n,): from whom each has its money; empty where not known.
    hashes
        File name to SHA-256 hex of what was read.
    state
        Of the book, if it was read from one.
    """

    lines: tuple[Line, ...]
    parts: Integers
    parents: tuple[str, ...]
    hashes: dict[str, str]
    state: str = ""

    @property
    def idle(self) -> Integers:
        """Shape (n, L): available, neither committed nor paid."""
        idle: Integers = self.parts[0]
        return idle

    @property
    def frozen(self) -> Integers:
        """Shape (n, L): committed, paid or spent."""
        frozen: Integers = self.parts[1:].sum(axis=0)
        return frozen

    @property
    def held(self) -> Integers:
        """Shape (n, L): issued in all."""
        held: Integers = self.parts.sum(axis=0)
        return held

    @property
    def total(self) -> int:
        """Fen in all."""
        return int(self.parts.sum())


def read_holdings(
    table: HoldingsTable, folder: Path, frame: Frame
) -> tuple[Holdings | None, list[Problem]]:
    """Return the holdings of a CSV table, in the order of the frame, or what is wrong with it.

    Columns: ``id`` or ``name``; any of ``fund``, ``year``, ``batch``, ``purpose``, ``direct`` and
    ``parent``; ``available``, ``committed``, ``disbursed``, ``spent``. A recipient without a row
    of a line holds nothing of it.
    """
    opened, problems = open_table(table.file, folder, known=(*LINE, *PARTS, "parent"), needs=PARTS)
    if opened is None:
        return None, problems
    rows = list(_rows(opened, frame, table.unit, problems))
    if any(not problem.warning for problem in problems):
        return None, problems
    lines = tuple(sorted({row.line for row in rows}))
    parts = np.zeros((len(PARTS) + 1, len(frame), len(lines)), dtype=np.int64)
    parents = [""] * len(frame)
    for row in rows:
        parts[:-1, row.at, lines.index(row.line)] = row.fen
        parents[row.at] = row.parent
    if not parts.any():
        problems.append(Problem("L12-nothing-held", Place(table.file), {"found": table.file}))
    hashes = {table.file: opened.sha256}
    return Holdings(lines, parts, tuple(parents), hashes), problems


@dataclass(frozen=True)
class _Row:
    at: int
    line: Line
    parent: str
    fen: tuple[int, ...]


def _rows(
    table: OpenTable, frame: Frame, unit: str | None, problems: list[Problem]
) -> Iterator[_Row]:
    """Yield the rows; what is wrong goes to ``problems``."""
    first: dict[tuple[int, Line], int] = {}
    parent_of: dict[int, str] = {}
    for line, cells in table.rows:
        at = table.whose(line, cells, frame)
        key = _line(table, line, cells)
        fen = [table.fen(line, cells, part, unit) for part in PARTS]
        wrong = [part for part in (at, key, *fen) if isinstance(part, Problem)]
        problems += wrong
        if wrong:
            continue
        assert isinstance(at, int) and isinstance(key, Line)  # noqa: PT018 (for the checker)
        parent = table.cell(cells, "parent")
        words = {"found": frame.names[at], "line": first.get((at, key), 0)}
        if (at, key) in first:
            problems.append(Problem("L1-duplicate-recipient", table.place(line), words))
        if parent_of.setdefault(at, parent) != parent:
            words = {"found": parent, "recipient": frame.names[at], "allowed": parent_of[at]}
            problems.append(Problem("L12-two-parents", table.place(line, "parent"), words))
        first.setdefault((at, key), line)
        yield _Row(at, key, parent, tuple(part for part in fen if isinstance(part, int)))


def _line(table: OpenTable, line: int, cells: Sequence[str]) -> Line | Problem:
    direct = table.cell(cells, "direct")
    if direct not in (*_YES, *_NO):
        words = {"key": "direct", "found": direct[:60]}
        return Problem("L1-not-a-flag", table.place(line, "direct"), words)
    fund, year, batch, purpose = (table.cell(cells, name) for name in LINE[:4])
    return Line(fund, year, batch, purpose, direct in _YES)

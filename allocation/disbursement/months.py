"""A schedule of payments by month as a table: recipients × months, checked against the issue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import InputError, Place, Problem, nearest, raise_if_any
from allocation.money import format_amount, parse_amount
from allocation.scenario.files import TABLE_LIMIT, read_bytes
from allocation.scenario.tables import csv_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocation.disbursement.issue import Issue
    from allocation.result import Fen

#: Columns beside the months: who it is, and sums that are checked by adding up again.
_KEYS = ("id", "recipient", "name")
_ASIDE = (*_KEYS, "name_en", "purpose", "amount_fen", "amount_yuan", "total_fen")
_MONTH = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:_(fen|yuan|wan))?")
_UNITS = {"fen": "分", "yuan": "元", "wan": "万元", None: None}


@dataclass(frozen=True)
class Months:
    """Payments by month.

    Parameters
    ----------
    months
        As ``2023-06``, shape (m,).
    cells
        Shape (n, m), int64 fen, the rows those of the issue.
    """

    months: tuple[str, ...]
    cells: Fen

    def take(self, chosen: Sequence[int]) -> Months:
        """Return the rows at these positions."""
        return Months(self.months, self.cells[list(chosen)])


def months_of(source: Path | str | pd.DataFrame, issue: Issue) -> Months:
    """Return the schedule in a CSV file or a frame (indexed by id), in the order of ``issue``.

    A month's column is ``2023-06`` with amounts that carry their unit, or ``2023-06_fen``,
    ``2023-06_yuan``, ``2023-06_wan``. Every row must add up to this issue, or every row to
    the whole amount, to the fen.

    Raises
    ------
    InputError
        With every problem of the table.
    """
    if isinstance(source, (str, Path)):
        content = read_bytes(Path(source), str(source), TABLE_LIMIT)
        if isinstance(content, Problem):
            raise InputError([content])
        rows, problems = csv_rows(content, str(source))
        raise_if_any(problems)
        return _months(rows, str(source), issue)
    frame = source.reset_index()
    body = [[str(cell) for cell in row] for row in frame.itertuples(index=False)]
    table = [list(map(str, frame.columns)), *body]
    return _months(list(enumerate(table, start=1)), "", issue)


def _months(rows: Sequence[tuple[int, list[str]]], file: str, issue: Issue) -> Months:
    (line, header), *body = rows
    key = next((name for name in _KEYS if name in header), None)
    odd = [name for name in header if name not in _ASIDE and not _MONTH.fullmatch(name)]
    problems = [Problem("L2-schedule-column", Place(file, line), {"found": n[:40]}) for n in odd]
    if key is None:
        words = {"found": "id", "nearest": nearest("id", header)}
        problems.append(Problem("L1-unknown-column", Place(file, line), words))
    raise_if_any(problems)
    columns = [(at, match) for at, name in enumerate(header) if (match := _MONTH.fullmatch(name))]
    columns.sort(key=lambda pair: pair[1][1])
    cells = np.zeros((len(issue.ids), len(columns)), dtype=np.int64)
    seen: set[tuple[int, str]] = set()
    for line, row in body:
        at = _whose(row, header, key or "", Place(file, line), issue, seen)
        if isinstance(at, Problem):
            problems.append(at)
            continue
        for column, (cell, match) in enumerate(columns):
            place = Place(file, line, header[cell])
            found = _fen(row[cell], match[2], place, issue.names[at])
            if isinstance(found, Problem):
                problems.append(found)
            else:
                cells[at, column] += found
    raise_if_any(problems or _unequal(cells, {at for at, _ in seen}, issue))
    return Months(tuple(match[1] for _, match in columns), cells)


def _whose(
    row: list[str],
    header: list[str],
    key: str,
    place: Place,
    issue: Issue,
    seen: set[tuple[int, str]],
) -> int | Problem:
    """Return the position of a row's recipient, or what is wrong with the row; note it as seen.

    A recipient has one row, or one for each purpose.
    """
    if len(row) != len(header):
        words = {"found": len(row), "allowed": len(header)}
        return Problem("L1-ragged-row", place, words)
    name = row[header.index(key)]
    at = _position(name, issue)
    purpose = row[header.index("purpose")] if "purpose" in header else ""
    if at is None or (at, purpose) in seen:
        near = {"found": name[:60], "nearest": nearest(name, issue.names)}
        return Problem("L1-unknown-recipient", place, near)
    seen.add((at, purpose))
    return at


def _position(name: str, issue: Issue) -> int | None:
    """Return the position of the only recipient of that id or name."""
    pairs = enumerate(zip(issue.ids, issue.names, strict=True))
    found = [at for at, pair in pairs if name in pair]
    return found[0] if len(found) == 1 else None


def _fen(text: str, unit: str | None, place: Place, name: str) -> int | Problem:
    try:
        fen = parse_amount(text, _UNITS[unit]) if text else 0
    except ValueError:
        return Problem("L3-amount", place, {"found": text[:60], "recipient": name, "key": "month"})
    words = {"found": text[:60], "recipient": name}
    return fen if fen >= 0 else Problem("L1-negative-value", place, words | {"column": "month"})


def _unequal(cells: Fen, seen: set[int], issue: Issue) -> list[Problem]:
    """Return who is missing, and whose months do not add up: to the whole amount or this issue."""
    sums, whole = cells.sum(axis=1), issue.already + issue.amounts
    if np.array_equal(sums, issue.amounts):
        return []
    problems = []
    for at, amount in enumerate(whole.tolist()):
        words = {"found": issue.names[at][:60]}
        if at not in seen and amount:
            problems.append(Problem("L2-schedule-recipient", words=words))
        elif int(sums[at]) != amount:
            total, now = (format_amount(int(fen[at])) for fen in (sums, issue.amounts))
            figures = {"total": total, "amount": now, "whole": format_amount(amount)}
            problems.append(Problem("L2-schedule-total", words=words | figures))
    return problems

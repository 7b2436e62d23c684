"""A sheet of a workbook as the rows that a CSV file would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem
from allocation.scenario.workbook.cells import table_text

if TYPE_CHECKING:
    from allocation.scenario.workbook.sheets import Sheet

#: The row of column names is one of the first so many.
HEAD_ROWS = 10


def table_rows(sheet: Sheet, key: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return the rows that are not blank, each with its number from 1, the column names first.

    Parameters
    ----------
    sheet
        The sheet; what stands above the column names is for people.
    key
        Name of the column that says whose row it is: the first row that has it has the names.
    """
    texts = [[table_text(cell) for cell in cells] for cells in sheet.rows]
    filled = [at for at, row in enumerate(texts) if any(row)]
    heads = [at for at in filled[:HEAD_ROWS] if key in texts[at]] or filled[:1]
    if not heads:
        return [], []
    head = heads[0]
    below = [texts[at] for at in filled if at >= head]
    width = max(at + 1 for row in below for at, cell in enumerate(row) if cell)
    rows = [
        (at + 1, [*texts[at], *[""] * (width - len(texts[at]))][:width])
        for at in filled
        if at >= head
    ]
    merged = [
        Problem("L1-merged-cells", sheet.place(top, left))
        for (top, left), (bottom, _) in sheet.merged
        if bottom >= head
    ]
    unread = [Problem(code, sheet.place(*cell)) for cell, code in sheet.unread.items()]
    return rows, merged + unread

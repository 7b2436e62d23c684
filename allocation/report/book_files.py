"""The book as CSV files that open right by double-clicking and start no formula."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.report.csv_file import defused
from allocation.report.saved import save_files

if TYPE_CHECKING:
    import pandas as pd

    from allocation.ledger.book import Book


def save_book(book: Book, directory: Path | str) -> list[Path]:
    """Write ``entries.csv`` and ``positions.csv``, amounts in whole fen.

    Raises
    ------
    InputError
        If a file cannot be written; then none is.
    """
    with book.snapshot():
        tables = {"entries.csv": book.entries(), "positions.csv": book.positions()}
    writers = {name: partial(write_table, table) for name, table in tables.items()}
    return save_files(Path(directory), writers)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV, UTF-8 with a byte order mark; texts that start a formula are quoted."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        texts = [column for column in table if table[column].dtype.kind not in "iub"]
        shown = table.copy()
        for column in texts:
            shown[column] = [defused(_text(cell)) for cell in table[column]]
        writer.writerows(shown.itertuples(index=False, name=None))


def _text(cell: object) -> str:
    date = getattr(cell, "date", None)
    return str(date() if date else cell)

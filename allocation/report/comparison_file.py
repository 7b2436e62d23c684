"""The difference of two results as a CSV file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from allocation.report.csv_file import defused, yuan
from allocation.report.frames import comparison_frame
from allocation.report.saved import save_files

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from allocation.result import Allocation


def save_comparison(a: Allocation, b: Allocation, path: Path) -> Path:
    """Write one row per recipient, UTF-8 with a byte order mark; return the path.

    Columns: id, names, ``before_yuan``, ``after_yuan``, ``change_yuan`` (two decimals: exact),
    ``percent`` and ``outcome``; blank where there is nothing to compare.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    frame = comparison_frame(a, b)
    return save_files(path.parent, {path.name: lambda draft: _write(frame, draft)})[0]


def _write(frame: pd.DataFrame, path: Path) -> None:
    money = ("before", "after", "change")
    head = ["id", "name", "name_en", *(f"{key}_yuan" for key in money), "percent", "outcome"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for row in frame.reset_index().to_dict("records"):
            names = [defused(row[key]) for key in ("id", "name", "name_en")]
            amounts = [_blank_or(row[f"{key}_fen"]) for key in money]
            writer.writerow([*names, *amounts, _percent(row["percent"]), row["outcome"]])


def _blank_or(fen: object) -> str:
    """Return fen as yuan, blank for a missing cell."""
    return yuan(fen) if isinstance(fen, int) else ""


def _percent(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else ""

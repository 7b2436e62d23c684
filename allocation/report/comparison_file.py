"""The difference of two results as a CSV file, or as a workbook with a chart."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.report.comparison_sheet import Compared, write_compared
from allocation.report.csv_file import defused, yuan
from allocation.report.frames import comparison_frame
from allocation.report.layout import places_of_fen, printable, title
from allocation.report.saved import save_files
from allocation.report.sheet import Sheet, open_workbook
from allocation.wording import Language, say

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from allocation.result import Allocation


def save_comparison(a: Allocation, b: Allocation, path: Path, language: Language = "zh") -> Path:
    """Write one row per recipient, UTF-8 with a byte order mark; return the path.

    A name that ends in ``.xlsx`` is a workbook instead, in 万元, with live differences and a chart.
    Columns: id, names, ``before_yuan``, ``after_yuan``, ``change_yuan`` (two decimals: exact),
    ``percent`` and ``outcome``; blank where there is nothing to compare.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    frame = comparison_frame(a, b)
    if path.suffix == ".xlsx":
        titles = [f"{title(x, language)} [{x.heading.scenario}]" for x in (a, b)]
        words = _Words(titles[0], titles[1], language)
        return save_files(path.parent, {path.name: lambda draft: _book(frame, words, draft)})[0]
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


@dataclass(frozen=True)
class _Words:
    """The titles of both results, and the language."""

    before: str
    after: str
    language: Language


def _book(frame: pd.DataFrame, words: _Words, path: Path) -> None:
    language = words.language
    head = say("report-compared", language, before=words.before, after=words.after)
    fen = {key: [_fen(cell) for cell in frame[f"{key}_fen"]] for key in ("before", "after")}
    called = frame["name" if language == "zh" else "name_en"]
    heads = say("report-before", language), say("report-after", language)
    compared = Compared([printable(name) for name in called], fen["before"], fen["after"], heads)
    places = places_of_fen(np.array([cell or 0 for cells in fen.values() for cell in cells]))
    with path.open("wb") as file:
        book = open_workbook(file, head)
        page = book.add_worksheet(say("report-sheet-comparison", language))
        write_compared(compared, head, Sheet(book, page, language, places))
        book.close()


def _fen(cell: object) -> int | None:
    return int(cell) if isinstance(cell, (int, np.integer)) else None


def _blank_or(fen: object) -> str:
    """Return fen as yuan, blank for a missing cell."""
    return yuan(fen) if isinstance(fen, int) else ""


def _percent(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else ""

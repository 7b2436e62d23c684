"""``allocation.figures``: a year's utilisation from the book, as a table a scenario reads."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.disbursement.plan_tables import open_table, whose
from allocation.errors import InputError, Problem, nearest, raise_if_any
from allocation.ledger.performance import COLUMNS, performance
from allocation.money import format_amount, format_ratio
from allocation.report.csv_file import defused
from allocation.report.saved import save_files

if TYPE_CHECKING:
    import pandas as pd

    from allocation.ledger.book import Book


class _People:
    """Recipients by id and name."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    @property
    def ids(self) -> tuple[str, ...]:
        """Codes."""
        return tuple(self._table.index)

    @property
    def names(self) -> tuple[str, ...]:
        """In the same order."""
        return tuple(self._table["name"])


def figures(
    book: Book, year: int, *, level: str = "", grades: Path | str | None = None
) -> pd.DataFrame:
    """Return each recipient's utilisation of a year (:mod:`allocation.ledger.performance`).

    Parameters
    ----------
    level
        Only recipients of this level; default: all.
    grades
        CSV file with the columns ``id`` or ``name``, and ``grade``; who is not in it has none.

    Raises
    ------
    InputError
        If nothing is in the book for that year, or the table of grades is not sound.
    """
    end, before = date(year, 12, 31), date(year - 1, 12, 31)
    now = book.positions(end)
    if not (now["year"] == year).any():
        raise InputError([Problem("L12-nothing-held", words={"found": f"{book.path} {year}"})])
    table = performance(book.flows(end), now, book.positions(before), year)
    if level:
        known = sorted(set(table["level"]))
        if level not in known:
            words = {"found": level[:40], "allowed": "、".join(known)}
            raise InputError([Problem("L12-no-level", words=words)])
        table = table[table["level"] == level]
    return table if grades is None else table.assign(grade=_grades(Path(grades), table))


def _grades(path: Path, table: pd.DataFrame) -> list[str]:
    """Return everyone's grade, in the order of the table; blank where there is none."""
    opened, problems = open_table(path.name, path.parent)
    if opened is None:
        raise InputError(problems)
    if "grade" not in opened.header:
        words = {"found": "grade", "nearest": nearest("grade", opened.header)}
        raise InputError([Problem("L1-unknown-column", opened.place(opened.line), words)])
    found, at_grade = [""] * len(table), opened.header.index("grade")
    people, first = _People(table), dict[int, int]()
    for line, cells in opened.rows:
        at = whose(opened, line, cells, people)
        if isinstance(at, Problem):
            problems.append(at)
        elif at in first:
            twice = {"found": people.names[at], "line": first[at]}
            problems.append(Problem("L1-duplicate-recipient", opened.place(line), twice))
        else:
            found[at], first[at] = cells[at_grade], line
    raise_if_any(problems)
    return found


def save_figures(table: pd.DataFrame, path: Path | str) -> list[Path]:
    """Write the table as CSV, amounts in yuan, the rate beside its two figures.

    Raises
    ------
    InputError
        If the file cannot be written; then no half-written file is left.
    """
    target = Path(path)
    return save_files(target.parent, {target.name: lambda draft: _write(table, draft)})


def _write(table: pd.DataFrame, path: Path) -> None:
    graded = "grade" in table
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["id", "name", *COLUMNS, "rate", *(["grade"] if graded else [])])
        for code, row in zip(table.index, table.to_dict("records"), strict=True):
            amounts = [_yuan(int(row[column])) for column in COLUMNS]
            could = int(row["could_spend"])
            rate = format_ratio(Fraction(int(row["spent"]), could)) if could else ""
            grade = [defused(str(row["grade"]))] if graded else []
            rows.writerow([defused(str(code)), defused(str(row["name"])), *amounts, rate, *grade])


def _yuan(fen: int) -> str:
    """Return fen in yuan, two places, without separators."""
    return format_amount(fen, "元").replace(",", "")

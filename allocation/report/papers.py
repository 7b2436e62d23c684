"""The papers of a month or year: one workbook, the monthly report, a CSV table, pictures."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from allocation.report.csv_file import defused
from allocation.report.fonts import drawable_language
from allocation.report.monthly_docx import write_monthly
from allocation.report.papers_sheets import write_sheets
from allocation.report.saved import save_files
from allocation.report.schedule_chart import save_png
from allocation.report.sheet import Sheet, open_workbook
from allocation.report.utilised_chart import alert_bars, bars, curve
from allocation.report.utilised_words import label, rate, title
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from allocation.ledger.self_evaluation import Report
    from allocation.report.utilised import Utilised


@dataclass(frozen=True)
class Paper:
    """The workbook that is being written, and what it is of."""

    found: Utilised
    report: Report
    language: Language
    book: Any

    def sheet(self, key: str, places: int) -> Sheet:
        """Return a new sheet named by ``papers-sheet-KEY``."""
        name = say(f"papers-sheet-{key}", self.language)
        return Sheet(self.book, self.book.add_worksheet(name), self.language, places)

    def heading(self, key: str) -> str:
        """Return the title over a sheet."""
        gap = ": " if self.language == "en" else ""
        name = say(f"papers-sheet-{key}", self.language)
        return f"{name}{gap or ':'}{title(self.found, self.language)}"


def save_papers(found: Utilised, report: Report, folder: Path, language: Language) -> list[Path]:
    """Write ``papers.xlsx``, ``monthly.docx``, ``utilisation.csv`` and three pictures.

    Raises
    ------
    InputError
        If a file cannot be written; then none is.
    """
    drawn = drawable_language(language)
    writers: dict[str, Callable[[Path], None]] = {
        "papers.xlsx": partial(_workbook, found, report, language),
        "monthly.docx": lambda path: write_monthly(found, report, path, language),
        "utilisation.csv": lambda path: write_table(found, path, language),
        "progress.png": lambda path: save_png(bars(found, drawn), path),
        "curve.png": lambda path: save_png(curve(found, drawn), path),
    }
    if len(found.alerts):
        writers["alerts.png"] = lambda path: save_png(alert_bars(found, drawn), path)
    return save_files(folder, writers)


def _workbook(found: Utilised, report: Report, language: Language, path: Path) -> None:
    file = BytesIO()
    book = open_workbook(file, title(found, language))
    write_sheets(Paper(found, report, language, book))
    book.close()
    path.write_bytes(file.getvalue())


def write_table(found: Utilised, path: Path, language: Language = "zh") -> None:
    """Write one row per group: rates as percentages, beside the fen they come from."""
    plan = ["planned_fen", "plan_rate"] if "planned" in found.table else []
    rates = [name.removesuffix("_fen") for name in plan]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                *(found.by, "name", "denominator", "denominator_fen", "disbursed_fen"),
                *("disbursed_rate", "spent_fen", "spent_rate", "elapsed", "authority_fen"),
                *("cash_fen", *plan),
            ]
        )
        for key, row in zip(found.table.index, found.table.to_dict("records"), strict=True):
            names = map(defused, (str(key), label(found, str(key), found.by, language)))
            more = [row[name] if name == "planned" else rate(row[name]) for name in rates]
            rows.writerow(
                [
                    *(*names, found.denominator, row["denominator"], row["disbursed"]),
                    *(rate(row["disbursed_rate"]), row["spent"], rate(row["spent_rate"])),
                    *(rate(row["elapsed"]), row["authority"], row["cash"], *more),
                ]
            )

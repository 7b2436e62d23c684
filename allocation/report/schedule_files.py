"""The files of a schedule: table, workbook, pictures, and a record of what it came from."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from allocation.record import sealed, write_record
from allocation.report.csv_file import defused
from allocation.report.fonts import drawable_language
from allocation.report.saved import save_files
from allocation.report.schedule_book import write_book
from allocation.report.schedule_chart import calendar, curve, save_png
from allocation.report.schedule_compare import values_of
from allocation.report.schedule_lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocation.disbursement.schedule import Schedule
    from allocation.disbursement.strategies import Strategy
    from allocation.wording import Language

FORMAT = "schedule-1"


def save_schedule(
    found: Schedule, folder: Path, language: Language, compared: Mapping[Strategy, Schedule]
) -> list[Path]:
    """Write ``schedule.xlsx``, ``.csv``, ``schedule-calendar.png``, ``-curve.png``, ``.json``."""
    drawn = drawable_language(language)
    return save_files(
        folder,
        {
            "schedule.xlsx": lambda path: write_book(found, path, language, compared),
            "schedule.csv": lambda path: write_table(found, path),
            "schedule-calendar.png": lambda path: save_png(calendar(found, drawn), path),
            "schedule-curve.png": lambda path: save_png(curve(found, drawn), path),
            "schedule.json": lambda path: write_record(record_of(found, compared), path),
        },
    )


def write_table(found: Schedule, path: Path) -> None:
    """Write one row per line: id, name, ``2023-06_fen`` …, ``total_fen``; for the notice too.

    With several purposes there is a row for each, and a column ``purpose``. UTF-8 with a byte order
    mark; no spreadsheet takes a cell for a formula.
    """
    lines, issue = lines_of(found), found.issue
    several = len(issue.purposes) > 1
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        heads = ["id", "name", "purpose"] if several else ["id", "name"]
        rows.writerow([*heads, *(f"{month}_fen" for month in found.months), "total_fen"])
        for at, months in enumerate(lines.payments.tolist()):
            who = int(lines.recipient[at])
            names = [issue.ids[who], issue.names[who]]
            names += [issue.purposes[int(lines.purpose[at])]] if several else []
            rows.writerow([*map(defused, names), *months, sum(months)])


def record_of(found: Schedule, compared: Mapping[Strategy, Schedule]) -> dict[str, Any]:
    """Return what was planned and from what, plain values only, sealed by its own hash."""
    prepared = found.prepared
    loaded = prepared.loaded
    return sealed(
        {
            "format": FORMAT,
            "scenario": found.issue.scenario,
            "plan": loaded.name,
            "plan_values": loaded.plan.model_dump(mode="json", fallback=str),
            "sets": list(loaded.sets),
            "hashes": loaded.hashes,
            "strategy": found.strategy,
            "quantum_fen": prepared.quantum,
            "months": list(found.months),
            "days": [str(day) for day in prepared.periods.days],
            "frozen_months": prepared.frozen,
            "recipients": list(found.issue.ids),
            "names": list(found.issue.names),
            "purposes": list(found.issue.purposes),
            "allocated_fen": found.issue.cells.tolist(),
            "payments_fen": found.cells.tolist(),
            "deadlines": [
                {"key": due.key, "day": str(due.day), "article": due.article}
                for due in prepared.dues
            ],
            "unmet_fen_months": found.unmet,
            "idle_fen_months": found.idle,
            "warnings": [warning.text("zh") for warning in prepared.warnings],
            "strategies": values_of(compared),
        }
    )

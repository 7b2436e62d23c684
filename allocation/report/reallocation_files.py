"""The files of a reallocation: tables, workbook, pictures, and the record that is confirmed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from allocation.reallocation.confirm import FORMAT, movements_of
from allocation.reallocation.holdings import LINE
from allocation.record import sealed, write_record
from allocation.report.csv_file import defused
from allocation.report.fonts import drawable_language
from allocation.report.reallocation_book import write_book
from allocation.report.reallocation_chart import corners, flows
from allocation.report.reallocation_text import sentences
from allocation.report.saved import save_files
from allocation.report.schedule_chart import save_png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from allocation.reallocation.reallocate import Reallocation
    from allocation.wording import Language


def save_reallocation(found: Reallocation, folder: Path, language: Language) -> list[Path]:
    """Write ``reallocation.xlsx``, ``.csv``, ``.png``, ``.json`` and ``transfers.csv``.

    Where use is uncertain, ``frontier.csv`` and ``frontier.png`` too. The record comes last.
    """
    drawn = drawable_language(language)
    writers: dict[str, Callable[[Path], None]] = {
        "reallocation.xlsx": lambda path: write_book(found, path, language),
        "reallocation.csv": lambda path: _write(path, cells(found)),
        "transfers.csv": lambda path: _write(path, transfers(found)),
        "reallocation.png": lambda path: save_png(flows(found, drawn), path),
    }
    if found.tail is not None:
        writers["frontier.csv"] = lambda path: _write(path, frontier(found))
        writers["frontier.png"] = lambda path: save_png(corners(found, drawn), path)
    writers["reallocation.json"] = lambda path: write_record(record_of(found), path)
    return save_files(folder, writers)


def _write(path: Path, rows: Iterable[list[Any]]) -> None:
    """Write rows as CSV, UTF-8 with a byte order mark; no cell is taken for a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
        )


def cells(found: Reallocation) -> Iterable[list[Any]]:
    """Yield a head and a row for each recipient and line: what was held, moved, and is held."""
    yield ["id", "name", *LINE, "before_fen", "frozen_fen", "move_fen", "after_fen"]
    holdings, frame = found.ground.holdings, found.loaded.frame
    held, frozen = holdings.held, holdings.frozen
    for at, (key, name) in enumerate(zip(frame.ids, frame.names, strict=True)):
        for number, line in enumerate(holdings.lines):
            parts = [line.fund, line.year, line.batch, line.purpose, int(line.direct)]
            now, move = int(held[at, number]), int(found.moves[at, number])
            yield [key, name, *parts, now, int(frozen[at, number]), move, now + move]


def transfers(found: Reallocation) -> Iterable[list[Any]]:
    """Yield a head and a row for each transfer."""
    yield [*LINE, "from", "from_name", "to", "to_name", "amount_fen"]
    frame = found.loaded.frame
    for one in found.transfers:
        line = found.ground.holdings.lines[one.line]
        parts = [line.fund, line.year, line.batch, line.purpose, int(line.direct)]
        ends = [(frame.ids[at], frame.names[at]) for at in (one.giver, one.getter)]
        yield [*parts, *ends[0], *ends[1], one.fen]


def frontier(found: Reallocation) -> Iterable[list[Any]]:
    """Yield a head and a row for each corner; estimates of the program without whole numbers."""
    yield ["expected_leftover_yuan", "worst_tail_yuan"]
    if found.tail is not None:
        for mean, worst in zip(found.tail.expected, found.tail.worst, strict=True):
            yield [f"{mean / 100:.2f}", f"{worst / 100:.2f}"]


def record_of(found: Reallocation) -> dict[str, Any]:
    """Return what was moved and from what, plain values only, sealed by its own hash."""
    holdings = found.ground.holdings
    return sealed(
        {
            "format": FORMAT,
            "title": found.plan.title,
            "as_of": str(found.plan.as_of),
            "scenario": found.loaded.name,
            "plan": found.plan.model_dump(mode="json", fallback=str),
            "hashes": found.hashes,
            "book_state": holdings.state,
            "quantum_fen": found.ground.quantum,
            "order": list(found.plan.order),
            "recipients": list(found.loaded.frame.ids),
            "names": list(found.loaded.frame.names),
            "lines": [
                [line.fund, line.year, line.batch, line.purpose, line.direct]
                for line in holdings.lines
            ],
            "held_fen": holdings.held.tolist(),
            "frozen_fen": holdings.frozen.tolist(),
            "moves_fen": found.moves.tolist(),
            "movements": movements_of(found),
            "reasons": list(sentences(found, "zh")),
        }
    )

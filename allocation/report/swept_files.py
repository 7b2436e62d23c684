"""The files of a sweep: cases and amounts as CSV, all of it as Parquet, a picture, data tables."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from typing import TYPE_CHECKING

from allocation.report.csv_file import defused, yuan
from allocation.report.saved import save_files
from allocation.report.swept_book import write_tables
from allocation.report.swept_chart import draw_sweep
from allocation.report.swept_frames import values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from allocation.report.swept import Swept
    from allocation.wording import Language


def save_sweep(
    found: Swept, folder: Path, language: Language, tables: Sequence[int] = ()
) -> list[Path]:
    """Write the files of a sweep, whole or not at all; return the paths.

    Raises
    ------
    InputError
        If the folder or a file in it cannot be written.
    """
    writers: dict[str, Callable[[Path], None]] = {}
    if tables:
        writers["sweep.xlsx"] = lambda path: write_tables(found, path, language, tables)
    writers["cases.csv"] = lambda path: _write(path, _cases(found, language))
    writers["amounts.csv"] = lambda path: _write(path, _amounts(found))
    if find_spec("pyarrow"):
        writers["sweep.parquet"] = lambda path: found.long.to_parquet(path, index=False)
    if found.done.any():
        at = tables[0] if tables else None
        writers["sweep.png"] = lambda path: draw_sweep(found, path, language, at)
    return save_files(folder, writers)


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _head(found: Swept) -> list[str]:
    return ["case", *(defused(axis.key) for axis in found.design.axes)]


def _rows(found: Swept) -> Iterator[list[str]]:
    """Yield each case's number and values."""
    columns = values_of(found).values()
    for number, values in enumerate(zip(*columns, strict=True), start=1):
        yield [str(number), *map(defused, values)]


def _cases(found: Swept, language: Language) -> Iterator[list[str]]:
    """Yield one row per case: its values, what became of it, the pot, and why it has no amounts."""
    yield [*_head(found), "state", "codes", "pot_yuan", "why"]
    for row, outcome in zip(_rows(found), found.outcomes, strict=True):
        why = outcome.words[0 if language == "zh" else 1]
        pot = yuan(outcome.pot) if outcome.pot else ""
        yield [*row, outcome.state, " ".join(outcome.codes), pot, defused(why)]


def _amounts(found: Swept) -> Iterator[list[str]]:
    """Yield one row per case: its values, and every recipient's amount in yuan, exact."""
    frame = found.loaded.frame
    pairs = zip(frame.ids, frame.names, strict=True)
    yield [*_head(found), *(defused(f"{key} {name}") for key, name in pairs)]
    blank = [""] * len(frame)
    for row, done, fen in zip(_rows(found), found.done.tolist(), found.fen.tolist(), strict=True):
        yield [*row, *(map(yuan, fen) if done else blank)]

"""Writing the files of a result so that none is ever there by half."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.errors import InputError, Problem
from allocation.report.csv_file import write_csv
from allocation.report.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from allocation.result import Allocation
    from allocation.wording import Language


def save_all(
    result: Allocation, directory: Path | str, language: Language = "zh", *, chart: bool = True
) -> list[Path]:
    """Write ``allocation.csv``, ``allocation.xlsx``, ``allocation.png`` and ``record.json``.

    Each is written whole under another name in the same folder, flushed to the disk, and only
    then takes the place of an older one; none does before all are written. The record comes last:
    where it is new, so are the others.

    Raises
    ------
    InputError
        If the folder or a file in it cannot be written; then no half-written file is left.
    """
    from allocation.report.chart import draw

    writers: dict[str, Callable[[Path], None]] = {
        # The workbook first: if anything is open in another program, it is.
        "allocation.xlsx": lambda path: write_workbook(result, path, language),
        "allocation.csv": lambda path: write_csv(result, path),
        "allocation.png": lambda path: draw(result, path, language),
        "record.json": result.save,
    }
    if not chart:
        del writers["allocation.png"]
    return save_files(Path(directory), writers)


def save_files(folder: Path, writers: Mapping[str, Callable[[Path], None]]) -> list[Path]:
    """Write each file of ``folder`` whole, or none at all; return the paths.

    Parameters
    ----------
    writers
        By file name: writes the file at the path it is given, whose ending is the file's.

    Raises
    ------
    InputError
        If the folder or a file in it cannot be written; then no half-written file is left.
    """
    drafts = {name: folder / f".draft-{os.getpid()}-{name}" for name in writers}
    try:
        return _write(folder, writers, drafts)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        words = {"found": error.filename2 or folder, "reason": reason}
        raise InputError([Problem("L1-cannot-write", words=words)]) from error
    finally:
        for draft in drafts.values():
            _forget(draft)


def _write(
    folder: Path, writers: Mapping[str, Callable[[Path], None]], drafts: dict[str, Path]
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in writers.items():
        write(drafts[name])
        _flush(drafts[name])
    return [drafts[name].replace(folder / name) for name in writers]


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _forget(draft: Path) -> None:
    """Remove a draft; an unwritable folder, reported already, holds none."""
    try:
        draft.unlink(missing_ok=True)
    except OSError:
        return

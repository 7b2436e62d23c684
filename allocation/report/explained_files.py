"""The files of an explanation: a table of all recipients, and pages to enclose with a letter."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from allocation.report.csv_file import defused
from allocation.report.explained_chart import png
from allocation.report.explained_html import page_html
from allocation.report.explained_text import page_text
from allocation.report.saved import save_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from allocation.explain.waterfall import Waterfall
    from allocation.report.explained_page import Page
    from allocation.result import Allocation

_UNSAFE = re.compile(r"[^\w-]+")
_LONGEST_NAME = 60


def save_explanations(
    result: Allocation,
    found: Waterfall,
    pages: Mapping[int, tuple[Page, Page]],
    folder: Path,
    *,
    pictures: bool,
) -> list[Path]:
    """Write ``explain.csv`` and, for each page, ``explain-ID.txt``, ``.html`` and ``.png``.

    Parameters
    ----------
    pages
        By position of the recipient: the page, and the same in the language of pictures.
    pictures
        False to leave the PNG files out.

    Raises
    ------
    InputError
        If a file cannot be written; then no half-written file is left.
    """
    writers: dict[str, Callable[[Path], None]] = {
        "explain.csv": lambda path: write_steps(result, found, path)
    }
    for stem, pair in zip(_stems(result, [*pages]), pages.values(), strict=True):
        writers |= _writers(stem, *pair)
        if not pictures:
            del writers[f"{stem}.png"]
    return save_files(folder, writers)


def write_steps(result: Allocation, found: Waterfall, path: Path) -> None:
    """Write one row per recipient: id, names, each step and the amount in fen.

    UTF-8 with a byte order mark; no spreadsheet takes a cell for a formula.
    """
    frame = result.recipients
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        steps = [f"{step.key}_fen" for step in found.steps]
        rows.writerow([defused(cell) for cell in ("id", "name", "name_en", *steps, "amount_fen")])
        amounts = result.amounts.tolist()
        for at, parts in enumerate(found.parts.tolist()):
            names = (frame.ids[at], frame.names[at], frame.names_en[at])
            rows.writerow([*map(defused, names), *parts, amounts[at]])


def _writers(stem: str, page: Page, pictured: Page) -> dict[str, Callable[[Path], None]]:
    # With a byte order mark, an old editor knows the text for what it is.
    return {
        f"{stem}.txt": lambda path: _write(path, page_text(page).encode("utf-8-sig")),
        f"{stem}.html": lambda path: _write(path, page_html(page, pictured).encode()),
        f"{stem}.png": lambda path: _write(path, png(pictured)),
    }


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _stems(result: Allocation, indexes: list[int]) -> list[str]:
    """Return file names without endings: ids where they are safe and told apart, else numbered."""
    stems = [_UNSAFE.sub("_", result.recipients.ids[at])[:_LONGEST_NAME] for at in indexes]
    folded = [stem.casefold() for stem in stems]
    return [
        f"explain-{stem}" if stem and folded.count(fold) == 1 else f"explain-{at + 1:03d}-{stem}"
        for at, stem, fold in zip(indexes, stems, folded, strict=True)
    ]

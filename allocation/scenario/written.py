"""A scenario as written, in TOML or in a workbook: nested tables, and the place of each key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocation.errors import Place, Problem
from allocation.scenario.files import SCENARIO_LIMIT, TABLE_LIMIT, read_bytes
from allocation.scenario.parse import parse_toml
from allocation.scenario.trail import Trail
from allocation.scenario.workbook.reader import read_filled
from allocation.scenario.workbook.sheets import sheets_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from allocation.scenario.workbook.sheets import Sheet

#: How the file of a workbook ends.
WORKBOOK = ".xlsx"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Written:
    """A scenario before any change.

    Parameters
    ----------
    data
        Nested tables as TOML has them.
    trail
        Where each key stands.
    content
        The file's bytes.
    sheets
        By name, the sheets of a workbook that may hold tables.
    problems
        What is wrong with a workbook's sheets.
    """

    data: dict[str, Any]
    trail: Trail
    content: bytes
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_written(path: Path, shown: str) -> Written | Problem:
    """Return the scenario in a file, or why it cannot be read.

    Parameters
    ----------
    path
        A ``.toml`` or ``.xlsx`` file.
    shown
        How it is called in messages.
    """
    if path.name.endswith(WORKBOOK):
        return _of_workbook(path, shown)
    content = read_bytes(path, shown, SCENARIO_LIMIT)
    if isinstance(content, Problem):
        return content
    parsed = parse_toml(content, shown)
    if isinstance(parsed, Problem):
        return parsed
    data, lines = parsed
    return Written(data, Trail.of_file(shown, lines), content)


def _of_workbook(path: Path, shown: str) -> Written | Problem:
    content = read_bytes(path, shown, TABLE_LIMIT, text=False)
    if isinstance(content, Problem):
        return content
    if not content.startswith(_ZIP):
        return Problem("L1-not-a-workbook", Place(shown), {"found": shown, "reason": "ZIP"})
    sheets, problems = sheets_of(content, shown)
    if errors := [problem for problem in problems if not problem.warning]:
        return errors[0]
    filled = read_filled(sheets, shown)
    trail = Trail.of_places(filled.places)
    found = (*problems, *filled.problems)
    return Written(filled.data, trail, content, filled.tables, found)

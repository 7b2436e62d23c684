"""A scenario as a workbook to fill in: blank, or with everything a scenario says already."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Place, Problem
from allocation.report.saved import save_files
from allocation.report.sheet import Sheet, open_workbook
from allocation.report.template_data import DataSheet, write_data
from allocation.report.template_sheet import Filling, write_sheet
from allocation.scenario import load
from allocation.scenario.files import TABLE_LIMIT, read_bytes
from allocation.scenario.find import Reference, locate, shipped
from allocation.scenario.tables import csv_rows
from allocation.scenario.workbook.data_sheet import table_rows
from allocation.scenario.workbook.layout import sheets
from allocation.scenario.written import WORKBOOK, read_written
from allocation.wording import Language, say

if TYPE_CHECKING:
    from allocation.scenario.load import Loaded
    from allocation.scenario.written import Written

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_SHEET_NAME = 31
#: A template that is not of a scenario has one table, with these columns.
_TABLE, _COLUMNS = "data", ["id", "name"]


@dataclass(frozen=True)
class Template:
    """A workbook that was written, and what its user must know."""

    path: Path
    warnings: tuple[Problem, ...] = ()


def template(path: Path | str, source: str | None = None, language: Language = "zh") -> Template:
    """Write a scenario's workbook: drop-downs, limits and notes are those of the schema.

    Parameters
    ----------
    path
        A new ``.xlsx`` file.
    source
        The scenario it is filled with; default: none, all cells are blank.
    language
        Of labels, notes and drop-downs. A workbook of either is read in both.

    Raises
    ------
    InputError
        If the scenario is not sound, or the file is there already or cannot be written.
    """
    target = Path(path)
    if target.suffix != WORKBOOK:
        raise InputError([Problem("L1-template-name", words={"found": path})])
    if target.exists():
        raise InputError([Problem("L1-template-exists", words={"found": path})])
    data, tables, warnings = _blank(language) if source is None else _of(source, target, language)
    filling = Filling(data, language)

    def write(draft: Path) -> None:
        with draft.open("wb") as file:
            book = open_workbook(file, say("template-title", language))
            pages = [(plan, book.add_worksheet(filling.sheet_name(plan))) for plan in sheets()]
            for plan, page in pages:
                write_sheet(Sheet(book, page, language, 2), plan, filling)
            for table in tables:
                write_data(Sheet(book, book.add_worksheet(table.name), language, 2), table)
            book.close()

    save_files(target.parent, {target.name: write})
    return Template(target, tuple(warnings))


def _blank(language: Language) -> tuple[dict[str, Any], list[DataSheet], list[Problem]]:
    name = say("template-sheet-data", language, name=_TABLE)
    data = {"tables": {_TABLE: {"file": name, "key": _COLUMNS[0]}}}
    return data, [DataSheet(name, _COLUMNS[0], [_COLUMNS], {})], []


def _of(
    source: str, target: Path, language: Language
) -> tuple[dict[str, Any], list[DataSheet], list[Problem]]:
    """Return what a scenario says, its tables as sheets, and which files must lie beside."""
    asked = Reference.parse(source)
    if asked.changes:
        raise InputError([Problem("L1-template-of-change", words={"found": source})])
    loaded = load(source)
    written = read_written(loaded.path, asked.target)
    assert not isinstance(written, Problem), "a scenario that was loaded can be read"
    data = deepcopy(written.data)
    found: list[DataSheet] = []
    for name, table in data.get("tables", {}).items():
        taken = {sheet.name for sheet in found}
        sheet = _data_sheet(name, table, loaded, written)
        found.append(replace(sheet, name=_sheet_name(name, taken, language)))
        table["file"] = found[-1].name
    return data, found, _beside(loaded, target)


def _data_sheet(name: str, table: dict[str, Any], loaded: Loaded, written: Written) -> DataSheet:
    """Return a table's rows as they are, totals too."""
    scenario = loaded.scenario
    key, file = scenario.tables[name].key, table["file"]
    if file in written.sheets:
        rows = [cells for _, cells in table_rows(written.sheets[file], key)[0]]
    else:
        content = read_bytes(loaded.path.parent / file, file, TABLE_LIMIT)
        assert isinstance(content, bytes), "a table that was loaded can be read"
        rows = [cells for _, cells in csv_rows(content, file)[0]]
    meanings: dict[str, list[str]] = {}
    for factor in scenario.factors.values():
        for column in (factor.column, *factor.columns):
            meanings.setdefault(column, []).append(factor.name or factor.name_en)
    return DataSheet(name, key, rows, dict(scenario.tables[name].amounts), meanings)


def _sheet_name(table: str, taken: set[str], language: Language) -> str:
    clean = _NO_SHEET_NAME.sub("_", say("template-sheet-data", language, name=table))
    names = [clean[:_LONGEST_SHEET_NAME]]
    while names[-1].lower() in {name.lower() for name in taken}:
        number = f" {len(names) + 1}"
        names.append(clean[: _LONGEST_SHEET_NAME - len(number)] + number)
    return names[-1]


def _beside(loaded: Loaded, target: Path) -> list[Problem]:
    """Return a warning for each file that the scenario names by its own folder's path."""
    if loaded.path.parent.resolve() == target.parent.resolve():
        return []
    issued, upper = loaded.scenario.issued, loaded.scenario.upper
    files = [issued.record] if issued and issued.record else []
    if upper and upper.scenario not in shipped() and not locate(upper.scenario).is_absolute():
        files.append(upper.scenario)
    place = Place(str(target))
    return [Problem("L1-template-beside", place, {"found": f}, warning=True) for f in files]

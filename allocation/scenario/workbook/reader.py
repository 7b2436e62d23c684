"""A workbook to the nested tables that TOML would give, with the cell of each key.

So all that follows is the same for both: overrides, policy, the schema, every check and every word;
only the places differ, ``scenario.xlsx:规则!D7`` for ``scenario.toml:31``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allocation.errors import Place, Problem, nearest
from allocation.scenario.fields import annotation_at, split_key
from allocation.scenario.schema import Scenario
from allocation.scenario.workbook.cells import text_of, value_of
from allocation.scenario.workbook.data_sheet import HEAD_ROWS
from allocation.scenario.workbook.layout import ASIDE, FORM_KEY, FORM_VALUE, Block, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from allocation.scenario.lines import KeyPath
    from allocation.scenario.workbook.sheets import Cell, Sheet

_SHOWN = 60


@dataclass
class Filled:
    """What the sheets of a scenario say.

    Parameters
    ----------
    data
        Nested tables as TOML would give them.
    places
        The cell of each key, blank ones of known keys too; of ``()``, the workbook.
    problems
        What is wrong with the sheets themselves.
    tables
        By name, the sheets that are no part of the scenario: data, if the scenario names them.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    tables: dict[str, Sheet] = field(default_factory=dict)

    def put(self, path: KeyPath, value: Any, place: Place) -> None:
        """Set a value; a key that is set already is a problem."""
        node: Any = self.data
        for key in path[:-1]:
            node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
            if not isinstance(node, (dict, list)):
                self._twice(path, place)
                return
        if isinstance(node, dict) and path[-1] in node:
            self._twice(path, place)
            return
        node[path[-1]] = value
        self.places[path] = place

    def _twice(self, path: KeyPath, place: Place) -> None:
        words = {"found": str(path[-1])[:_SHOWN]}
        self.problems.append(Problem("L1-said-twice", place, words))


def read_filled(sheets: Sequence[Sheet], file: str) -> Filled:
    """Return what a scenario's sheets say; whatever is wrong in the sheets is among it.

    Parameters
    ----------
    sheets
        Of the workbook, as :func:`allocation.scenario.workbook.sheets.sheets_of` read them.
    file
        How the workbook is called in messages.
    """
    filled = Filled(places={(): Place(file)})
    parts: list[_Part] = []
    for sheet in sheets:
        if _is_aside(sheet):
            continue
        found, problems = _parts(sheet)
        filled.problems += problems
        parts += found
        if found:
            filled.problems += unread_problems(sheet)
        else:
            filled.tables[sheet.name] = sheet
    if not parts:
        filled.problems.append(Problem("L1-no-scenario-sheets", Place(file), {"found": file}))
    # Entries first: what is in them names them. Overrides last: their keys need all else.
    for part in sorted(parts, key=_turn):
        part.read(filled)
    return filled


def _turn(part: _Part) -> int:
    kind = part.block.kind
    return ("form", "entries", "items", "pairs").index(kind) + 2 * (
        part.block.path[-1:] == ("set",)
    )


def _is_aside(sheet: Sheet) -> bool:
    return bool(sheet.rows) and bool(sheet.rows[0]) and sheet.rows[0][0] == ASIDE


def unread_problems(sheet: Sheet) -> Iterator[Problem]:
    """Yield the cells that read as blank and are not."""
    for (row, column), code in sheet.unread.items():
        yield Problem(code, sheet.place(row, column))


def _parts(sheet: Sheet) -> tuple[list[_Part], list[Problem]]:
    """Return the blocks of a sheet; none if it has no row of keys."""
    known = blocks()
    for row, cells in enumerate(sheet.rows[:HEAD_ROWS]):
        texts = enumerate(map(text_of, cells))
        codes = {column: text for column, text in texts if text}
        here = {code: column for column, code in codes.items() if code in known}
        if here:
            return _parts_of(sheet, row, codes)
    return [], []


def _parts_of(
    sheet: Sheet, row: int, codes: Mapping[int, str]
) -> tuple[list[_Part], list[Problem]]:
    known = blocks()
    found: dict[Block, dict[str, int]] = {}
    problems = []
    for column, code in codes.items():
        place = sheet.place(row, column)
        if code not in known:
            words = {"found": code[:_SHOWN], "nearest": nearest(code, list(known))}
            problems.append(Problem("L1-unknown-column", place, words))
        elif code in found.setdefault(known[code], {}):
            problems.append(Problem("L1-duplicate-column", place, {"found": code}))
        else:
            found[known[code]][code] = column
    used = {column for column in codes if codes[column] in known}
    problems += _strays(sheet, row, used)
    parts = [_Part(sheet, row, block, columns) for block, columns in found.items()]
    return parts, problems


def _strays(sheet: Sheet, head: int, used: set[int]) -> Iterator[Problem]:
    """Yield what stands under no key: nothing that was typed is passed over."""
    form = any(text_of(cell) == FORM_KEY for cell in sheet.rows[head])
    if form:
        # A form has labels and explanations beside its values.
        return
    for row, cells in enumerate(sheet.rows[head + 1 :], head + 1):
        for column, cell in enumerate(cells):
            if column not in used and cell != "":
                found = {"found": text_of(cell)[:_SHOWN]}
                yield Problem("L1-cell-without-key", sheet.place(row, column), found)


@dataclass(frozen=True)
class _Part:
    """A block in a sheet: its row of keys, and the column of each."""

    sheet: Sheet
    head: int
    block: Block
    columns: Mapping[str, int]

    def read(self, filled: Filled) -> None:
        """Add to ``filled`` what the rows say."""
        reading = {
            "form": self._form,
            "entries": self._entry,
            "pairs": self._pair,
            "items": self._item,
        }
        used = set(self.columns.values())
        if self.block.kind == "entries":
            filled.places.setdefault(self.block.path[:1], self.sheet.place(self.head))
        filled.problems += [
            Problem("L1-merged-cells", self.sheet.place(top, left))
            for (top, left), (bottom, right) in self.sheet.merged
            if bottom > self.head and any(left <= column <= right for column in used)
        ]
        for row, cells in enumerate(self.sheet.rows[self.head + 1 :], self.head + 1):
            if any(column < len(cells) and cells[column] != "" for column in used):
                reading[self.block.kind](filled, row)

    def _cell(self, row: int, code: str) -> Cell:
        column = self.columns.get(code, -1)
        cells = self.sheet.rows[row]
        return cells[column] if 0 <= column < len(cells) else ""

    def _place(self, row: int, code: str) -> Place:
        return self.sheet.place(row, self.columns.get(code))

    def _form(self, filled: Filled, row: int) -> None:
        code, cell = text_of(self._cell(row, FORM_KEY)), self._cell(row, FORM_VALUE)
        key = next((key for key in self.block.keys if ".".join(key.path) == code), None)
        place = self._place(row, FORM_VALUE)
        if key is not None:
            filled.places.setdefault(key.path[:1], place)
            self._put(filled, key.path, cell, key.annotation, place)
        elif code:
            known = [".".join(key.path) for key in self.block.keys]
            words = {"found": code[:_SHOWN], "nearest": nearest(code, known)}
            filled.problems.append(
                Problem("L1-unknown-form-key", self._place(row, FORM_KEY), words)
            )
        elif cell != "":
            found = {"found": text_of(cell)[:_SHOWN]}
            filled.problems.append(Problem("L1-cell-without-key", place, found))

    def _entry(self, filled: Filled, row: int) -> None:
        first, *codes = self.block.codes
        name, place = text_of(self._cell(row, first)), self._place(row, first)
        path = (self.block.path[0], name)
        if not name:
            filled.problems.append(Problem("L1-row-without-name", place))
            return
        before = len(filled.problems)
        filled.put(path, {}, place)
        if len(filled.problems) == before:
            self._keys(filled, row, path, codes)

    def _pair(self, filled: Filled, row: int) -> None:
        owner, key, value = self.block.codes
        path = self._owner(filled, row, owner)
        name = text_of(self._cell(row, key))
        if path is None:
            return
        if not name:
            filled.problems.append(Problem("L1-row-without-name", self._place(row, key)))
            return
        place, cell = self._place(row, value), self._cell(row, value)
        if self.block.path[-1] != "set":
            self._put(filled, (*path, name), cell, self.block.keys[0].annotation, place, name=True)
            return
        parts = split_key(name) or (name,)
        annotation = annotation_at(Scenario, parts, filled.data)
        self._put(filled, (*path, *parts), cell, annotation, place, name=True)

    def _item(self, filled: Filled, row: int) -> None:
        codes = list(self.block.codes)
        path: KeyPath | None = self.block.path
        if self.block.owned:
            path = self._owner(filled, row, codes.pop(0))
        if path is None:
            return
        node: Any = filled.data
        for key in path[:-1]:
            node = node.setdefault(key, {})
        items = node.setdefault(path[-1], [])
        items.append({})
        place = self._place(row, codes[0])
        filled.places.setdefault(path, place)
        filled.places[(*path, len(items) - 1)] = place
        self._keys(filled, row, (*path, len(items) - 1), codes)

    def _keys(self, filled: Filled, row: int, path: KeyPath, codes: Sequence[str]) -> None:
        for key, code in zip(self.block.keys, codes, strict=True):
            cell, place = self._cell(row, code), self._place(row, code)
            self._put(filled, (*path, *key.path), cell, key.annotation, place)

    def _owner(self, filled: Filled, row: int, code: str) -> KeyPath | None:
        """Return where the values of a row stand; a problem if it names no entry."""
        name, place = text_of(self._cell(row, code)), self._place(row, code)
        top, _, *rest = self.block.path
        known = filled.data.get(top, {})
        if name in known:
            path = (top, name, *rest)
            filled.places.setdefault(path, place)
            return path
        words = {"found": name[:_SHOWN] or "—", "nearest": nearest(name, list(known))}
        words["allowed"] = "、".join(known) or "—"
        filled.problems.append(Problem("L1-unknown-owner", place, words))
        return None

    def _put(
        self,
        filled: Filled,
        path: KeyPath,
        cell: Cell,
        annotation: Any,
        place: Place,
        *,
        name: bool = False,
    ) -> None:
        """Set what a cell says; a blank one says nothing, but beside a name."""
        if isinstance(cell, str) and not cell.strip():
            filled.places.setdefault(path, place)
            if name and (place.file, place.column) not in self._unread_places():
                filled.problems.append(Problem("L1-blank-value", place, {"key": str(path[-1])}))
            return
        filled.put(path, value_of(cell, annotation), place)

    def _unread_places(self) -> set[tuple[str, str]]:
        places = (self.sheet.place(*cell) for cell in self.sheet.unread)
        return {(place.file, place.column) for place in places}

"""Where a sheet's head is, which column is what, and in which unit amounts are.

A head has one row or two. Above it may stand a title and the unit; one header may span several
columns. Whatever fits twice is an error: which one is meant is the officer's to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from allocation.errors import Problem
from allocation.ledger.imports.cells import folded, shown
from allocation.money import UNITS
from allocation.scenario.workbook.cells import text_of
from allocation.scenario.workbook.letters import letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.ledger.imports.mapping import Field_, Mapping
    from allocation.scenario.workbook.sheets import Cell, Sheet

#: A head is looked for in so many rows.
_SEARCHED = 40
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_IN_HEAD = re.compile(rf"[(\[](?:金额)?(?:单位[::]?)?(?:人民币)?({_UNIT})[)\]]")
_ABOVE = re.compile(rf"单位[::](?:人民币)?({_UNIT})")
#: Of which the first column will do.
_ANY = ("note",)
_Rows = tuple[int, int]
_MARKS = re.compile(r"^[*※]+|[*※]+$")


@dataclass(frozen=True)
class Head:
    """The head of a sheet.

    Parameters
    ----------
    first, last
        Its rows, counted from 0.
    columns
        Column of each field.
    names
        Header of each column as it stands there.
    unit
        Unit of the amounts; None where only each cell can say it.
    """

    first: int
    last: int
    columns: dict[Field_, int]
    names: tuple[str, ...]
    unit: str | None

    @property
    def unused(self) -> list[str]:
        """Return the headers of columns that are not read."""
        used = set(self.columns.values())
        return [name for at, name in enumerate(self.names) if name and at not in used]


def find_head(sheet: Sheet, mapping: Mapping) -> tuple[Head | None, list[Problem]]:
    """Return a sheet's head, or everything that is wrong with it.

    It is the first that has all that is needed, so that no row of payments stands above it.
    """
    best: _Rows = (0, 0)
    most = 0
    for rows in _candidates(min(len(sheet.rows), _SEARCHED)):
        fields = {field for _, field in _matches(_forms(sheet, *rows), mapping)}
        if all(fields.intersection(needed) for needed in _required(mapping)):
            return _head(sheet, mapping, _extended(sheet, mapping, rows))
        if len(fields) > most:
            best, most = rows, len(fields)
    if most < 2:
        words = {"found": sheet.name or sheet.file, "allowed": _needed(mapping)}
        return None, [Problem("L1-no-head", sheet.place(0), words)]
    return _head(sheet, mapping, best)


def _candidates(rows: int) -> Iterator[_Rows]:
    """Yield first and last row of every possible head, one row before two that end in it."""
    for last in range(rows):
        yield last, last
        if last:
            yield last - 1, last


def _extended(sheet: Sheet, mapping: Mapping, rows: _Rows) -> _Rows:
    """Return a head of one row with its second row, if it has one.

    A second row says nothing of day and recipient: what does is a payment, however badly written.
    """
    first, last = rows
    if first < last or not _forms(sheet, first, first + 1):
        return rows
    below = sheet.rows[first + 1]
    matches = _matches(_forms(sheet, *rows), mapping)
    said = (at for at, field in matches if field in ("date", "recipient", "code"))
    return rows if any(text_of(below[at]) for at in said if at < len(below)) else (first, first + 1)


def _head(sheet: Sheet, mapping: Mapping, rows: _Rows) -> tuple[Head | None, list[Problem]]:
    first, last = rows
    forms = _forms(sheet, first, last)
    columns: dict[Field_, list[int]] = {}
    for column, field in _matches(forms, mapping):
        columns.setdefault(field, []).append(column)
    names = _names(sheet, first, last)
    place = sheet.place(last)
    problems = [
        Problem("L1-column-means-twice", place, _twice(field, found, names))
        for field, found in columns.items()
        if len(found) > 1 and field not in _ANY
    ]
    problems += [
        Problem("L1-no-such-column", place, _absent(fields, mapping, names))
        for fields in _required(mapping)
        if not any(field in columns for field in fields)
    ]
    chosen = {field: found[0] for field, found in columns.items()}
    unit, wrong = _unit(sheet, mapping, first, chosen.get("amount"), names)
    problems += wrong
    return (None if problems else Head(first, last, chosen, names, unit)), problems


def _required(mapping: Mapping) -> list[tuple[Field_, ...]]:
    """Return the fields of which a head must have one each."""
    kind: list[tuple[Field_, ...]] = [] if mapping.given.kind else [("kind",)]
    return [("date",), ("recipient", "code"), ("amount",), *kind]


def _needed(mapping: Mapping) -> str:
    return ";".join(
        "、".join(mapping.columns[field][0] for field in fields) for fields in _required(mapping)
    )


def _forms(sheet: Sheet, first: int, last: int) -> list[list[str]]:
    """Return the forms each column's header may be known by; none if these rows are no head."""
    if last >= len(sheet.rows):
        return []
    upper = _filled(sheet, first)
    if last == first:
        return [[_bare(text)] for text in upper]
    if not _is_second(sheet, first, last):
        return []
    pairs = zip_longest(upper, map(text_of, sheet.rows[last]), fillvalue="")
    return [[_bare(a + b), _bare(b), _bare(a)] for a, b in pairs]


def _is_second(sheet: Sheet, first: int, last: int) -> bool:
    """Whether a row may be the second one of a head: texts without a digit, as in no payment."""
    texts = [text for text in map(text_of, sheet.rows[last]) if text]
    cells = (*sheet.rows[first], *sheet.rows[last])
    words = all(isinstance(cell, str) for cell in cells)
    return bool(texts) and words and not re.search(r"\d", "".join(texts))


def _filled(sheet: Sheet, row: int) -> list[str]:
    """Return a head's row, a header that spans several columns in each of them."""
    texts = [text_of(cell) for cell in sheet.rows[row]]
    for (top, left), (bottom, right) in sheet.merged:
        if top <= row <= bottom and left < len(texts):
            for at in range(left, min(right + 1, len(texts))):
                texts[at] = text_of(sheet.rows[top][left])
    if sheet.lines:
        # A CSV file has no merged cells: a blank after a header belongs to it.
        for at in range(1, len(texts)):
            texts[at] = texts[at] or texts[at - 1]
    return texts


def _bare(text: str) -> str:
    return _MARKS.sub("", _IN_HEAD.sub("", folded(text)))


def _matches(forms: list[list[str]], mapping: Mapping) -> list[tuple[int, Field_]]:
    known: dict[str, Field_] = {
        _bare(name): field for field, names in mapping.columns.items() for name in names
    }
    found = []
    for column, candidates in enumerate(forms):
        field = next((known[form] for form in candidates if form in known), None)
        if field is not None:
            found.append((column, field))
    return found


def _names(sheet: Sheet, first: int, last: int) -> tuple[str, ...]:
    """Return each column's header as it stands there, both of its rows."""
    upper = _filled(sheet, first)
    lower = [text_of(cell) for cell in sheet.rows[last]] if last > first else []
    pairs = zip_longest(upper, lower, fillvalue="")
    return tuple(shown(f"{above}{below}") for above, below in pairs)


def _twice(field: Field_, found: Sequence[int], names: Sequence[str]) -> dict[str, object]:
    said = "、".join(f"{letters(at)}“{names[at]}”" for at in found)
    return {"found": said, "field": field}


def _absent(fields: Sequence[Field_], mapping: Mapping, names: Sequence[str]) -> dict[str, object]:
    allowed = "、".join(name for field in fields for name in mapping.columns[field])
    found = "、".join(name for name in names if name)[:300]
    return {"field": "/".join(fields), "allowed": allowed, "found": found}


def _unit(
    sheet: Sheet, mapping: Mapping, first: int, column: int | None, names: Sequence[str]
) -> tuple[str | None, list[Problem]]:
    """Return the unit that header, mapping and the rows above agree on."""
    said: dict[str, str] = {}
    if column is not None and (match := _IN_HEAD.search(folded(names[column]))):
        said[match[1]] = names[column]
    for row in sheet.rows[: first + 1]:
        said |= {unit: text for cell in row for unit, text in _units_above(cell)}
    if mapping.unit:
        said.setdefault(mapping.unit, f'unit = "{mapping.unit}"')
    if len(said) > 1:
        words = {"found": "、".join(f"{text} → {unit}" for unit, text in said.items())[:200]}
        return None, [Problem("L2-units-differ", sheet.place(first, column), words)]
    return next(iter(said), None), []


def _units_above(cell: Cell) -> list[tuple[str, str]]:
    text = folded(text_of(cell)) if isinstance(cell, str) else ""
    return [(match[1], shown(text)) for match in _ABOVE.finditer(text)]

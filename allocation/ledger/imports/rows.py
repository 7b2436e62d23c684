"""The rows of a file as movements that are stated, or everything that is wrong with them.

Every column is read by its distinct cells, so that fifty thousand rows cost little more than the
few hundred different things they say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from allocation.errors import Place, Problem
from allocation.ledger.imports.cells import (
    Wrong,
    folded,
    read_amount,
    read_day,
    read_numbers,
    read_text,
    read_word,
    read_year,
)
from allocation.ledger.imports.heads import Head, find_head
from allocation.ledger.imports.reading import FileRow, Mark, Reading, place_of
from allocation.money import UNITS, format_amount
from allocation.scenario.workbook.cells import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.ledger.imports.mapping import Field_, Mapping
    from allocation.scenario.workbook.sheets import Cell, Opened, Sheet

#: What stands in a cell of nothing.
_BLANKS = frozenset(("", "-", "—", "——", "–", "/", "无"))
_TOTAL = re.compile(r".*(?:合计|小计|总计|累计|共计)[::]?|total", re.IGNORECASE)


def read_rows(opened: Opened, mapping: Mapping) -> Reading:
    """Return what a file holds.

    Parameters
    ----------
    opened
        The file's sheets.
    mapping
        What its headers mean.
    """
    reading = Reading(opened)
    for at, sheet in enumerate(opened.sheets):
        head, problems = find_head(sheet, mapping)
        reading.heads.append(head)
        reading.marks += [Mark(at, 0, -1, problem) for problem in problems]
        if head is not None:
            _Body(reading, at, sheet, head, mapping).read()
    if not reading.rows and not reading.marks:
        words = {"found": opened.file}
        reading.marks.append(Mark(0, 0, -1, Problem("L1-no-rows", Place(opened.file), words)))
    return reading


class _Body:
    """The rows of one sheet below its head."""

    def __init__(
        self, reading: Reading, at: int, sheet: Sheet, head: Head, mapping: Mapping
    ) -> None:
        self.reading, self.at, self.sheet, self.head = reading, at, sheet, head
        self.mapping = mapping
        self.wrong: set[int] = set()

    def read(self) -> None:
        """Add the sheet's movements and problems to the reading."""
        columns = self._columns()
        kept = self._kept(columns)
        self._unread(set(kept))
        self._ragged(kept)
        picked = {field_: [cells[i] for i in kept] for field_, cells in columns.items()}
        values = self._values(picked, kept)
        every = zip(kept, *(values[name] for name in FileRow._fields[2:]), strict=True)
        found = [FileRow(self.at, *row) for row in every]
        rows = [row for row in found if row.row not in self.wrong]
        self.reading.rows += rows
        self.reading.named += [row for row in found if row.row in self.wrong and _says_whom(row)]
        if not self.wrong:
            self._compare_totals(columns, rows)

    def _columns(self) -> dict[Field_, list[Cell]]:
        """Return every mapped column of the whole sheet, blanks as empty text."""
        rows, blanks = self.sheet.rows, _BLANKS
        found: dict[Field_, list[Cell]] = {}
        for field_, at in self.head.columns.items():
            cells = [row[at] if at < len(row) else "" for row in rows]
            found[field_] = ["" if cell in blanks else cell for cell in cells]
            self._fill_merged(field_, at, found[field_])
        return found

    def _fill_merged(self, field_: Field_, at: int, cells: list[Cell]) -> None:
        """Give every row of merged cells what the first one says; an amount is said once."""
        for (top, left), (bottom, right) in self.sheet.merged:
            if top == bottom or top <= self.head.last or not left <= at <= right:
                continue
            if field_ == "amount":
                self._wrong(top, at, "L2-merged-amount", found=text_of(cells[top]))
            else:
                last = min(bottom + 1, len(cells))
                cells[top:last] = [self.sheet.rows[top][left]] * (last - top)

    def _kept(self, columns: dict[Field_, list[Cell]]) -> list[int]:
        """Return the rows that are movements: no totals, remarks, or the head once more."""
        start = self.head.last + 1
        day, who = columns["date"], columns.get("recipient", columns.get("code", []))
        needed = [
            columns[name] for name in ("date", "recipient", "code", "amount") if name in columns
        ]
        totals = self._total_rows(day, who)
        heads = {tuple(self.sheet.rows[row]) for row in range(self.head.first, start)}
        again = {row for row in range(start, len(day)) if tuple(self.sheet.rows[row]) in heads}
        used = set(self.head.columns.values())
        unread = {row for row, column in self.sheet.unread if column in used}
        empty = {
            row
            for row, cells in enumerate(zip(*needed, strict=True))
            if row not in unread and all(cell == "" for cell in cells)
        }
        remarks = {row for row in empty if any(text_of(c) for c in self.sheet.rows[row])}
        self.reading.totals += [self.sheet.place(row) for row in sorted(totals)]
        self.reading.remarks += [
            self.sheet.place(row) for row in sorted(remarks - totals) if row >= start
        ]
        skipped = totals | again | empty
        return [row for row in range(start, len(day)) if row not in skipped]

    def _total_rows(self, day: list[Cell], who: list[Cell]) -> set[int]:
        """Return rows whose recipient is a total, or that have no day and say total elsewhere."""
        start = self.head.last + 1
        note = self.head.columns.get("note")
        width = max(map(len, self.sheet.rows))
        found = set()
        for at in range(width):
            cells = [row[at] if at < len(row) else "" for row in self.sheet.rows[start:]]
            words = {c for c in set(cells) if _says_total(c)}
            if words and at != note:
                found |= {row for row, cell in enumerate(cells, start) if cell in words}
        return {row for row in found if _says_total(who[row]) or not _is_day(day[row])}

    def _unread(self, kept: set[int]) -> None:
        """Report the cells that read as blank and are not."""
        used = {column: name for name, column in self.head.columns.items()}
        for (row, column), code in self.sheet.unread.items():
            if column in used and row in kept:
                self._wrong(row, column, code)

    def _ragged(self, kept: list[int]) -> None:
        """Report rows of a CSV file with more or fewer cells than its head.

        A thousands separator without quotes moves all that follows, and would be read as an amount.
        """
        width = len(self.head.names)
        for row in kept if self.sheet.lines else ():
            cells = self.sheet.rows[row]
            if len(cells) < width or any(cell != "" for cell in cells[width:]):
                self._wrong(row, -1, "L1-ragged-row", found=len(cells), allowed=width)

    def _values(self, picked: dict[Field_, list[Cell]], kept: list[int]) -> dict[str, list[Any]]:
        """Return every field of the rows kept, as :class:`FileRow` has it."""
        given, mapping = self.mapping.given, self.mapping
        size = len(kept)

        def read(
            name: Field_, parse: Callable[[Cell], Any], otherwise: object, *, needed: bool = False
        ) -> list[Any]:
            if name not in picked:
                return [otherwise] * size
            found = _by_distinct(picked[name], parse)
            return self._judged(name, picked[name], found, kept, otherwise, needed=needed)

        whose = self._whose(kept, read)
        return {
            "day": read("date", read_day, None, needed=True),
            **whose,
            "fen": self._amounts(picked, kept),
            "kind": read(
                "kind",
                lambda cell: read_word(cell, mapping.kinds, "L12-unknown-movement"),
                given.kind,
                needed=given.kind is None,
            ),
            "fund": read("fund", read_text, given.fund),
            "year": read("year", read_year, given.year),
            "batch": read("batch", read_text, given.batch),
            "purpose": read("purpose", read_text, given.purpose),
            "direct": read(
                "direct",
                lambda cell: read_word(cell, mapping.direct, "L1-unknown-direct"),
                given.direct,
            ),
            "document": read("document", read_text, ""),
            "voucher": read("voucher", read_text, ""),
            "note": read("note", read_text, ""),
        }

    def _whose(self, kept: list[int], read: Callable[..., list[str]]) -> dict[str, list[str]]:
        """Return name and code of the recipients; each row must say one of them."""
        names, codes = read("recipient", read_text, ""), read("code", read_text, "")
        if all(names) or all(codes):
            return {"recipient": names, "code": codes}
        column = self.head.columns.get("recipient", self.head.columns.get("code", -1))
        for row, name, code in zip(kept, names, codes, strict=True):
            if not name and not code and (row, column) not in self.sheet.unread:
                self._wrong(row, column, "L1-missing-cell", column=self.head.names[column])
        return {"recipient": names, "code": codes}

    def _amounts(self, picked: dict[Field_, list[Cell]], kept: list[int]) -> list[Any]:
        cells = picked["amount"]
        if "unit" in picked:
            pairs = list(zip(cells, picked["unit"], strict=True))
            found = _by_distinct(pairs, lambda pair: _in_unit(pair[0], pair[1], self.head.unit))
        elif self.head.unit and set(map(type, cells)) == {float}:
            found = read_numbers(cells, self.head.unit)  # type: ignore[arg-type]  # checked
        else:
            found = _by_distinct(cells, lambda cell: read_amount(cell, self.head.unit))
        return self._judged("amount", cells, found, kept, None, needed=True)

    def _judged(
        self,
        name: Field_,
        cells: list[Cell],
        found: list[Any],
        kept: list[int],
        otherwise: object,
        *,
        needed: bool,
    ) -> list[Any]:
        """Return values, blanks replaced; report what is wrong and what is missing."""
        column = self.head.columns[name]
        if "" not in cells and Wrong not in set(map(type, found)):
            return found
        for i, (cell, value) in enumerate(zip(cells, found, strict=True)):
            if cell == "":
                found[i] = otherwise
                if needed and (kept[i], column) not in self.sheet.unread:
                    self._wrong(kept[i], column, "L1-missing-cell", column=self.head.names[column])
            elif type(value) is Wrong:
                words = {"found": value.found, "allowed": value.allowed}
                self._wrong(kept[i], column, value.code, **words)
        return found

    def _wrong(self, row: int, at: int, code: str, **words: object) -> None:
        self.wrong.add(row)
        place = place_of(self.sheet, self.head, row, at)
        self.reading.marks.append(Mark(self.at, row, at, Problem(code, place, words)))

    def _compare_totals(self, columns: dict[Field_, list[Cell]], rows: list[FileRow]) -> None:
        """Warn where a total is the sum neither of its part of the sheet nor of all of it."""
        column = self.head.columns["amount"]
        whole, before, part = sum(row.fen for row in rows), 0, 0
        lines = {row.row: row.fen for row in rows}
        totals = set(self.reading.totals)
        for row in range(self.head.last + 1, len(self.sheet.rows)):
            if row in lines:
                before, part = before + lines[row], part + lines[row]
            elif self.sheet.place(row) in totals and columns["amount"][row] != "":
                said = read_amount(columns["amount"][row], self.head.unit)
                if said not in (whole, before, part):
                    place = place_of(self.sheet, self.head, row, column)
                    words = {
                        "found": text_of(columns["amount"][row]),
                        "total": format_amount(before),
                        "part": format_amount(part),
                    }
                    self.reading.warnings.append(
                        Problem("L2-total-differs", place, words, warning=True)
                    )
                part = 0


def _by_distinct(cells: Sequence[Any], parse: Callable[[Any], Any]) -> list[Any]:
    """Return ``parse`` of every cell, asked once for each distinct one."""
    # To a set, true is 1.
    if bool in set(map(type, cells)):
        cells = [str(cell).lower() if isinstance(cell, bool) else cell for cell in cells]
    found = {cell: parse(cell) for cell in set(cells)}
    return [found[cell] for cell in cells]


def _in_unit(cell: Cell, unit: Cell, otherwise: str | None) -> int | Wrong:
    said = folded(text_of(unit))
    if said and said not in UNITS:
        return Wrong("L2-unknown-unit", said, "、".join(UNITS))
    return read_amount(cell, said or otherwise)


def _says_total(cell: Cell) -> bool:
    maybe = isinstance(cell, str) and ("计" in cell or "total" in cell.lower())
    return maybe and bool(_TOTAL.fullmatch(folded(str(cell))))


def _says_whom(row: FileRow) -> bool:
    """Whether a row with something wrong in it still says for whom it is, when and what."""
    parts = (row.day, row.recipient, row.code, row.kind)
    return all(part is not None and not isinstance(part, Wrong) for part in parts) and (
        bool(row.recipient or row.code)
    )


def _is_day(cell: Cell) -> bool:
    return cell != "" and not isinstance(read_day(cell), Wrong)

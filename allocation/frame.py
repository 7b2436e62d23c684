"""The recipients and their columns, exactly as read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from math import lcm
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from allocation.errors import Place, Problem, nearest
from allocation.money import UNITS, parse_amount, parse_number, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

#: No ranking is longer.
_LAST_RANK = 10**6

#: The number column every frame has: 1 for each recipient, for an equal split.
EACH = "each"

#: What a rank cell says of a recipient that took no part in the ranking.
UNRANKED = ("未参评", "unranked")
#: Attributes that hold codes, and the attribute with the names for them.
_NAMES = {"id": "name", "unit": "unit_name"}

T = TypeVar("T")

Integers = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Groups = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Column:
    """Exact numbers: ``values / scale``, Python integers; a missing cell holds 0.

    Parameters
    ----------
    values
        Shape (n,), dtype object (``int``).
    scale
        The common denominator.
    missing
        Shape (n,), True where the cell is blank or the recipient has no row.
    """

    values: Integers
    scale: int
    missing: Mask

    @classmethod
    def of(cls, cells: Sequence[Fraction | None]) -> Column:
        """Return the column of exact values; None is missing."""
        scale = lcm(1, *{cell.denominator for cell in cells if cell is not None})
        values = [
            0 if cell is None else cell.numerator * (scale // cell.denominator) for cell in cells
        ]
        missing = [cell is None for cell in cells]
        return cls(np.array(values, dtype=object), scale, np.array(missing, dtype=bool))

    def take(self, chosen: Mask) -> Column:
        """Return the cells where ``chosen`` (shape (n,)) is True."""
        return Column(self.values[chosen], self.scale, self.missing[chosen])

    def fractions(self) -> Integers:
        """Return the cells as Fractions, shape (n,), dtype object; 0 where missing."""
        cells = [Fraction(value, self.scale) for value in self.values.tolist()]
        return np.array(cells, dtype=object)

    def exact(self) -> list[Fraction | None]:
        """Return the cells as exact values; a missing cell is None."""
        return [
            None if gone else Fraction(value, self.scale)
            for value, gone in zip(self.values, self.missing, strict=True)
        ]


@dataclass(frozen=True)
class Parsed:
    """A text column as exact numbers, and the positions of the cells that are none."""

    column: Column
    wrong: tuple[int, ...]

    @classmethod
    def of(cls, cells: Sequence[str], parse: Callable[[str], Fraction | None]) -> Parsed:
        """Return the cells parsed; the arrays are shared by all readers and cannot be written."""
        found: list[Fraction | None] = []
        wrong = []
        for index, cell in enumerate(cells):
            try:
                found.append(parse(cell) if cell else None)
            except ValueError:
                found.append(None)
                wrong.append(index)
        column = Column.of(found)
        column.values.setflags(write=False)
        column.missing.setflags(write=False)
        return cls(column, tuple(wrong))


@dataclass(frozen=True)
class TextColumn:
    """One column as text, blank where missing, with the place of each cell.

    ``column`` is the sheet and letter of a workbook's column, ``数据!C``; empty for a CSV file.
    """

    cells: tuple[str, ...]
    file: str = ""
    lines: tuple[int, ...] = ()
    unit: str = ""
    column: str = ""

    # A column is read again for every rule that needs it, but parsed once.
    @cached_property
    def as_numbers(self) -> Parsed:
        """The cells as exact numbers."""
        return Parsed.of(self.cells, parse_number)

    @cached_property
    def as_money(self) -> Parsed:
        """The cells as fen."""
        return Parsed.of(self.cells, partial(_fen, unit=self.unit))

    @cached_property
    def as_ranks(self) -> Parsed:
        """The cells as ranks; who is unranked has none."""
        return Parsed.of(self.cells, _rank)

    def place(self, index: int, name: str) -> Place:
        """Return where cell ``index`` of column ``name`` stands."""
        line = self.lines[index] if self.lines else 0
        if self.column:
            return Place(self.file, 0, f"{self.column}{line or ''}")
        return Place(self.file, line, name)


@dataclass(frozen=True)
class Frame:
    """The recipients, in the order they are shown, and everything known of them.

    Parameters
    ----------
    ids, names, names_en
        Shape (n,) each; ids are unique.
    text
        Every column by name, as text. Registry attributes stand beside table columns:
        ``id, name, unit, unit_name, province, fiscal_region, assessment_region, kind``.
    derived
        Number columns made by the scenario (a split), which stand before the text they came from;
        a money column is in the unit of its text.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    text: Mapping[str, TextColumn]
    derived: Mapping[str, Column] = field(default_factory=dict)
    #: What a filter or an attribute came to: asked again for every rule, and by every what-if.
    _known: dict[object, Any] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def attribute(self, name: str) -> tuple[str, ...]:
        """Return a column as text; raises KeyError if there is none."""
        return self.text[name].cells

    def place(self, index: int, column: str) -> Place:
        """Return where a recipient's cell stands."""
        if column in self.text:
            return self.text[column].place(index, column)
        return Place(column=column)

    def numbers(self, name: str) -> tuple[Column, list[Problem]]:
        """Return a column as exact numbers, with a problem for every cell that is none.

        The column ``each`` is always there: 1 for everyone.
        """
        if name in self.derived:
            return self.derived[name], []
        if name == EACH and name not in self.text:
            return Column.of([Fraction(1)] * len(self)), []
        return self._read(name, lambda text: text.as_numbers, "L1-not-a-number")

    def money(self, name: str) -> tuple[Column, list[Problem]]:
        """Return a money column in fen, with a problem for every cell that is no amount."""
        unit = self.text[name].unit if name in self.text else ""
        if name in self.derived:
            column = self.derived[name]
            return replace(column, values=column.values * UNITS[unit or "元"]), []
        if not unit and (place := self._first_bare_number(name)):
            words = {"found": name, "allowed": "、".join(UNITS)}
            return self._missing(), [Problem("L3-column-without-unit", place, words)]
        return self._read(name, lambda text: text.as_money, "L3-amount")

    def ranks(self, name: str) -> tuple[Column, Mask, list[Problem]]:
        """Return a rank column, and who is unranked (took no part), with problems."""
        cells = self.text[name].cells if name in self.text else ("",) * len(self)
        unranked = np.array([cell in UNRANKED for cell in cells], dtype=bool)
        column, problems = self._read(name, lambda text: text.as_ranks, "L1-not-a-rank")
        return column, unranked, problems

    def members(self, where: Mapping[str, Sequence[str]], exempt: Collection[str] = ()) -> Mask:
        """Return whom a filter means: shape (n,); every attribute must have one of its values.

        ``id`` and ``unit`` also go by name; ``exempt`` are left out, by id or name. Raises KeyError
        for an attribute that is not there. The array is shared and cannot be written.
        """
        key = (tuple((name, tuple(values)) for name, values in where.items()), tuple(exempt))
        if key not in self._known:
            chosen = self._members(where, exempt)
            chosen.setflags(write=False)
            self._known[key] = chosen
        found: Mask = self._known[key]
        return found

    def groups(self, attribute: str) -> tuple[tuple[str, ...], Groups]:
        """Return an attribute's values in order of appearance, and each recipient's, shape (n,).

        Positions among the values; -1 for a blank cell. The array is shared and cannot be written.
        """
        if attribute not in self._known:
            cells = self.attribute(attribute)
            values = tuple(dict.fromkeys(cell for cell in cells if cell))
            place = {value: at for at, value in enumerate(values)}
            codes = np.array([place.get(cell, -1) for cell in cells], dtype=np.int64)
            codes.setflags(write=False)
            self._known[attribute] = values, codes
        found: tuple[tuple[str, ...], Groups] = self._known[attribute]
        return found

    def _members(self, where: Mapping[str, Sequence[str]], exempt: Collection[str]) -> Mask:
        pairs = zip(self.ids, self.names, strict=True)
        chosen = np.array([not ({*pair} & {*exempt}) for pair in pairs], dtype=bool)
        for attribute, values in where.items():
            wanted = set(values)
            names = _NAMES.get(attribute, attribute)
            by_name = self.attribute(names if names in self.text else attribute)
            cells = zip(self.attribute(attribute), by_name, strict=True)
            chosen &= np.array([bool(wanted & {*pair}) for pair in cells], dtype=bool)
        return chosen

    def take(self, chosen: Mask) -> Frame:
        """Return the recipients where ``chosen`` (shape (n,)) is True."""
        kept = np.flatnonzero(chosen).tolist()

        def pick(cells: Sequence[T]) -> tuple[T, ...]:
            return tuple(cells[index] for index in kept) if cells else ()

        return Frame(
            pick(self.ids),
            pick(self.names),
            pick(self.names_en),
            {
                name: replace(column, cells=pick(column.cells), lines=pick(column.lines))
                for name, column in self.text.items()
            },
            {name: column.take(chosen) for name, column in self.derived.items()},
        )

    def _missing(self) -> Column:
        return Column.of([None] * len(self))

    def _first_bare_number(self, name: str) -> Place | None:
        """Return the place of the first cell that is a number without a unit."""
        column = self.text.get(name, TextColumn(()))
        for index, cell in enumerate(column.cells):
            if cell and plain(cell).replace(".", "", 1).lstrip("+-").isdecimal():
                return column.place(index, name)
        return None

    def _read(
        self, name: str, parsed: Callable[[TextColumn], Parsed], code: str
    ) -> tuple[Column, list[Problem]]:
        if name not in self.text:
            words = {"found": name, "nearest": nearest(name, sorted(self.text))}
            return self._missing(), [Problem("L1-unknown-column", words=words)]
        text = self.text[name]
        found = parsed(text)
        problems = [
            Problem(
                code,
                text.place(index, name),
                {"found": text.cells[index][:60], "recipient": self.names[index]},
            )
            for index in found.wrong
        ]
        return found.column, problems


def _fen(cell: str, unit: str) -> Fraction:
    return Fraction(parse_amount(cell, unit))


def _rank(cell: str) -> Fraction | None:
    if cell in UNRANKED:
        return None
    rank = parse_number(cell)
    if rank.denominator != 1 or not 1 <= rank <= _LAST_RANK:
        raise ValueError(cell)
    return rank

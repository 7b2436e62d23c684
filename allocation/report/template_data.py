"""The sheet of one data table: what each column is, its name, and the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from allocation.money import parse_number
from allocation.report.sheet import text_width
from allocation.scenario.workbook.cells import number_text
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.report.sheet import Sheet

_HINT, _MEANING, _HEAD = 1, 2, 3
_NARROWEST, _WIDEST = 12, 32


@dataclass(frozen=True)
class DataSheet:
    """A table to be written.

    Parameters
    ----------
    name
        The sheet's name.
    key
        The column that says whose row it is.
    rows
        Column names, then cells as text.
    units
        Unit of each money column.
    meanings
        The factors that read a column.
    """

    name: str
    key: str
    rows: Sequence[Sequence[str]]
    units: Mapping[str, str]
    meanings: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_data(sheet: Sheet, table: DataSheet) -> None:
    """Write a table so that each cell is read again as the same text."""
    page, (names, *rows) = sheet.page, table.rows
    text = sheet.look(num_format="@", locked=0)
    plain = sheet.look(locked=0)
    page.write_string(0, 0, table.name, sheet.look(bold=True, font_size=14, border=0))
    hint = say("template-data-hint", sheet.language)
    page.write_string(_HINT, 0, hint, sheet.look(border=0, font_color="#666666"))
    for column, name in enumerate(names):
        codes = column == 0 or name == table.key
        page.write_string(_MEANING, column, _meaning(sheet, table, name), _grey(sheet))
        page.write_string(_HEAD, column, name, sheet.head())
        cells = [row[column] for row in rows]
        width = max(text_width(cell) for cell in (name, *cells)) + 2
        page.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))
        for row, cell in enumerate(cells, _HEAD + 1):
            if codes or not _is_number(cell):
                page.write_string(row, column, cell, text) if cell else page.write_blank(
                    row, column, None, text if codes else plain
                )
            else:
                page.write_number(row, column, float(cell), plain)
    page.freeze_panes(_HEAD + 1, 1)
    sheet.printed(repeated_row=_HEAD, landscape=len(names) > 5)


def _meaning(sheet: Sheet, table: DataSheet, name: str) -> str:
    said = [say("template-recipient", sheet.language)] if name == table.key else []
    said += [word for word in table.meanings.get(name, ()) if word]
    if name in table.units:
        said.append(say("template-column-unit", sheet.language, unit=table.units[name]))
    return "、".join(said)


def _grey(sheet: Sheet) -> object:
    return sheet.look(text_wrap=True, font_color="#666666", font_size=9, align="center")


def _is_number(cell: str) -> bool:
    """Whether a number cell is read again as the very same text."""
    try:
        number = parse_number(cell)
    except ValueError:
        return False
    return number_text(float(number)) == cell and Fraction(cell) == number

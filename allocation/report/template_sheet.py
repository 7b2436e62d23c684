"""One sheet of a scenario's workbook: blocks side by side, a row of labels, a row of keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Problem
from allocation.report.sheet import text_width
from allocation.report.template_checks import FIRST_ROW, LAST_ROW, check_cell, grey_other_kinds
from allocation.scenario.workbook.cells import cell_of, choice
from allocation.scenario.workbook.layout import sheets
from allocation.scenario.workbook.rows import Said, rows_of
from allocation.scenario.workbook.types import choices, label, pair_labels, spoken, type_of
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.report.sheet import Sheet
    from allocation.scenario.workbook.layout import Block, Key, SheetPlan

_HINT, _TITLES, _LABELS, _CODES = 1, 2, 3, 4
_INPUT = "#FFF9DB"
_LONGEST = 32_767
_BLANK_ROWS = 12
_GAP, _HEAD_HEIGHT = 3, 46
#: Letters of a body that are still read on a landscape page.
_PAGE_WIDTH = 190
_WIDTHS = {"name": 16, "choice": 24, "text": 18, "list": 26, "source": 34, "any": 20}
_FORM_WIDTHS = (36, 44, 58, 22)


@dataclass(frozen=True)
class Filling:
    """What a workbook is filled with: a scenario as written, and the language of its words."""

    data: Mapping[str, Any]
    language: Language

    def sheet_name(self, plan: SheetPlan) -> str:
        """Return what a sheet is called."""
        return say(f"template-sheet-{plan.name}", self.language)

    def names_range(self, top: str) -> str:
        """Return the cells with the names of a table's entries, for a drop-down."""
        plan = next(plan for plan in sheets() if plan.blocks[0].path[:1] == (top,))
        return f"='{self.sheet_name(plan)}'!$A${FIRST_ROW + 1}:$A${LAST_ROW + 1}"


def write_sheet(sheet: Sheet, plan: SheetPlan, filling: Filling) -> None:
    """Write a sheet, filled with what the scenario says."""
    page, language = sheet.page, sheet.language
    title = sheet.look(bold=True, font_size=14, border=0)
    words = dict.fromkeys((filling.sheet_name(plan), spoken(plan.said, language)))
    plain = sheet.look(border=0)
    for row in range(_CODES + 1):
        page.set_row(row, None, plain)
    page.write_string(0, 0, ":".join(words), title)
    main = plan.blocks[0]
    hints = [say(f"template-{'form' if main.kind == 'form' else 'entries'}-hint", language)]
    hints += [say("template-rules-hint", language)] if plan.name == "rules" else []
    page.write_string(_HINT, 0, " ".join(hints), sheet.look(border=0, font_color="#666666"))
    column = width = 0
    for block in plan.blocks:
        if block.kind == "form":
            _form(sheet, block, filling)
            widths = [*_FORM_WIDTHS]
        else:
            widths = _block(sheet, block, filling, column)
        page.set_column(column + len(widths), column + len(widths), _GAP, plain)
        column, width = column + len(widths) + 1, width + sum(widths) + _GAP
    page.set_row(_LABELS, _HEAD_HEIGHT, plain)
    page.freeze_panes(FIRST_ROW, 1)
    allowed = ("insert_rows", "delete_rows", "format_columns", "format_rows", "sort", "autofilter")
    page.protect("", dict.fromkeys(allowed, True))
    sheet.printed(repeated_row=_LABELS, landscape=True)
    page.fit_to_pages(-(-width // _PAGE_WIDTH), 0)
    page.repeat_columns(0)


def _form(sheet: Sheet, block: Block, filling: Filling) -> None:
    """Write one row per key: label, value, meaning, key; the tables around them as headings."""
    page, language = sheet.page, sheet.language
    heads = [say(f"template-{key}", language) for key in ("item", "value", "meaning", "key")]
    for column, (head, width) in enumerate(zip(heads, _FORM_WIDTHS, strict=True)):
        page.set_column(column, column, width, sheet.look(border=0))
        page.write_string(_LABELS, column, head, sheet.head())
    for column, code in zip((1, 3), block.codes, strict=True):
        page.write_string(_CODES, column, code, _code_look(sheet))
    row, above = FIRST_ROW, ""
    for key, [said] in zip(block.keys, rows_of(block, filling.data), strict=True):
        if len(key.said) > 1 and key.said[0] != above:
            above = key.said[0]
            page.write_string(row, 0, spoken(above, language), sheet.look(bold=True, border=0))
            row += 1
        meaning = _meaning(key, language)
        page.write_string(row, 0, _label(key, language), sheet.look(indent=len(key.said) - 1))
        _write(sheet, row, 1, said, ".".join(key.path))
        page.write_string(row, 2, meaning, sheet.look(text_wrap=True, font_color="#666666"))
        page.write_string(row, 3, ".".join(key.path), _code_look(sheet))
        check_cell(sheet, key, (row, 1, row, 1), _references(filling, key))
        sheet.fit_height(row, (meaning, _FORM_WIDTHS[2]), (str(said.value or ""), _FORM_WIDTHS[1]))
        row += 1


def _block(sheet: Sheet, block: Block, filling: Filling, left: int) -> list[int]:
    """Write a block from column ``left``; return the widths of its columns."""
    page, language = sheet.page, sheet.language
    rows = rows_of(block, filling.data)
    count = len(rows) + _BLANK_ROWS
    heads = _heads(block, language)
    keys = _keys(block)
    widths: list[int] = []
    title = label(block.said, language) if left else " "
    page.write_string(_TITLES, left, title, sheet.look(bold=True, border=0))
    for column, (head, code, key) in enumerate(zip(heads, block.codes, keys, strict=True), left):
        blank = Said(None, key.annotation if key else str)
        cells = [row[column - left] for row in rows] + [blank] * (count - len(rows))
        for row, said in enumerate(cells, FIRST_ROW):
            _write(sheet, row, column, said, code)
        texts = (str(said.value) for said in cells if said.value is not None)
        widths.append(_width(head, code, key, max(map(text_width, texts), default=0)))
        page.set_column(column, column, widths[-1], _input(sheet, "@"))
        page.write_string(_LABELS, column, head, sheet.head())
        page.write_string(_CODES, column, code, _code_look(sheet))
        where = (FIRST_ROW, column, LAST_ROW, column)
        if key is not None:
            note = _meaning(key, language)
            page.write_comment(_LABELS, column, note, {"width": 260, "height": 90})
            check_cell(sheet, key, where, _references(filling, key))
            if key.kinds:
                grey_other_kinds(sheet, where, [choice(kind, language) for kind in key.kinds])
        elif block.owned and column == left:
            check_cell(sheet, None, where, filling.names_range(block.path[0]))
    return widths


def _keys(block: Block) -> list[Key | None]:
    """Return the key of each column; None of a column of names."""
    if block.kind == "pairs":
        return [None, None, *block.keys]
    return [*[None] * (len(block.codes) - len(block.keys)), *block.keys]


def _heads(block: Block, language: Language) -> list[str]:
    owner = [say("template-owner", language)] if block.owned else []
    if block.kind == "pairs":
        return [*owner, *pair_labels(block.said, language)]
    name = [f"* {say('template-name', language)}"] if block.kind == "entries" else owner
    return [*name, *(_label(key, language) for key in block.keys)]


def _label(key: Key, language: Language) -> str:
    """Return a key's label, all of them where kinds of rules differ; ``*`` if it is required."""
    named = [label(said, language) for said in (key.said[-1], *key.also)]
    words = "/".join(dict.fromkeys(filter(None, named)))
    return f"* {words}" if key.required else words


def _meaning(key: Key, language: Language) -> str:
    """Return all that is said of a key, what it may be, and what a blank means."""
    said = "/".join(dict.fromkeys(spoken(said, language) for said in (*key.said[-1:], *key.also)))
    allowed = choices(key.annotation) if type_of(key.annotation) == "choice" else ()
    words = [said, "、".join(choice(code, language) for code in allowed)]
    if key.default is not None:
        default = cell_of(key.default, key.annotation, language)
        words.append(say("template-default", language, value=default))
    return " | ".join(filter(None, words))


def _references(filling: Filling, key: Key) -> str:
    """Return the cells that a key's value is one of; empty if any text will do."""
    return filling.names_range("tables") if key.path in _TABLE_KEYS else ""


#: Keys that name a table.
_TABLE_KEYS = frozenset({("recipients", "table"), ("issued", "table")})


def _width(head: str, code: str, key: Key | None, widest: int) -> int:
    kind: str = "name" if key is None else type_of(key.annotation)
    kind = "source" if code.endswith(".source") else kind
    return min(max(_WIDTHS.get(kind, 14), min(widest + 2, 40), text_width(head) // 3), 40)


def _write(sheet: Sheet, row: int, column: int, said: Said, key: str) -> None:
    """Write a value so that it is read again as it is."""
    page = sheet.page
    if said.value is None:
        page.write_blank(row, column, None, _input(sheet, _format(said)))
        return
    cell = cell_of(said.value, said.annotation, sheet.language)
    look = _input(sheet, _format(said))
    if isinstance(cell, date):
        page.write_datetime(row, column, cell, look)
    elif isinstance(cell, float):
        page.write_number(row, column, cell, look)
    elif len(cell) > _LONGEST:
        words = {"key": key, "found": len(cell), "allowed": _LONGEST}
        raise InputError([Problem("L1-cell-text-too-long", words=words)])
    else:
        page.write_string(row, column, cell, look)


def _format(said: Said) -> str:
    """Return the number format: days and numbers as such, all else text as it is typed."""
    kind = type_of(said.annotation)
    if kind == "ratio":
        return "0.######%" if str(said.value).endswith("%") else "General"
    return {"day": "yyyy-mm-dd", "whole": "0", "flag": "General"}.get(kind, "@")


def _input(sheet: Sheet, number: str) -> Any:
    return sheet.look(
        bg_color=_INPUT, locked=0, num_format=number, text_wrap=True, border_color="#BFBFBF"
    )


def _code_look(sheet: Sheet) -> Any:
    return sheet.look(font_size=8, font_color="#A6A6A6", border=0)

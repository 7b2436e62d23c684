"""What a cell of a workbook accepts while it is typed: drop-downs, limits, a note on what to write.

All of it from the schema; the program checks everything again.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from allocation.policy.in_force import policies
from allocation.policy.values import FIRST_DAY, LAST_DAY
from allocation.scenario.workbook.cells import choice
from allocation.scenario.workbook.types import choices, limits, type_of
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.report.sheet import Sheet
    from allocation.scenario.workbook.layout import Key

#: First and last row that can be filled in, counted from 0.
FIRST_ROW, LAST_ROW = 5, 1_000
#: Excel takes no longer list in a drop-down.
_LONGEST_LIST = 255
_LARGEST_WHOLE = 999_999_999
_UNIT_ENDS = ("元", "分", "角")

Where = tuple[int, int, int, int]


def check_cell(sheet: Sheet, key: Key | None, where: Where, references: str = "") -> None:
    """Let cells accept what their key takes.

    Parameters
    ----------
    key
        None for a name.
    where
        First row and column, last row and column.
    references
        The cells with the names that may stand there; empty if any text will do.
    """
    rule = _of_list(references) if references else _rule(sheet, key, where)
    if rule:
        rule = {"ignore_blank": True} | rule
        sheet.page.data_validation(*where, rule)


def grey_other_kinds(sheet: Sheet, where: Where, kinds: Sequence[str]) -> None:
    """Grey the cells of rules whose kind, in column B, has no such key."""
    other = ",".join(f'$B{where[0] + 1}<>"{kind}"' for kind in kinds)
    formula = f'=AND($B{where[0] + 1}<>"",{other})'
    grey = sheet.book.add_format({"bg_color": "#D9D9D9"})
    rule = {"type": "formula", "criteria": formula, "format": grey}
    sheet.page.conditional_format(*where, rule)


def _rule(sheet: Sheet, key: Key | None, where: Where) -> dict[str, Any] | None:
    if key is None:
        return None
    if key.path == ("policy",):
        return _of_list(list(policies()))
    kind, language = type_of(key.annotation), sheet.language
    if kind == "choice":
        return _of_list([choice(code, language) for code in choices(key.annotation)])
    if kind == "flag":
        return _of_list([say("template-yes", language), say("template-no", language)])
    if kind == "day":
        days = {"minimum": FIRST_DAY, "maximum": LAST_DAY}
        return _between("date", days, say("template-day-message", language))
    if kind == "whole":
        low, high = _whole_limits(key)
        words = say("template-whole-message", language, low=low, high=high)
        return _between("integer", {"minimum": low, "maximum": high}, words)
    if kind == "ratio":
        return _ratio(key, say("template-ratio-message", language))
    return _amount(where, say("template-amount-message", language)) if kind == "amount" else None


def _of_list(source: str | list[str]) -> dict[str, Any] | None:
    if isinstance(source, list) and len(",".join(source)) > _LONGEST_LIST:
        return None
    return {"validate": "list", "source": source}


def _between(kind: str, ends: dict[str, int | date], words: str) -> dict[str, Any]:
    return {"validate": kind, "criteria": "between", "input_message": words} | ends


def _ratio(key: Key, words: str) -> dict[str, Any]:
    """Return the limits of a ratio; a fraction such as 3/40 is text, so it is only a warning."""
    low, high = limits(key.annotation)
    ends = {"minimum": float(low or 0), "maximum": float(_LARGEST_WHOLE if high is None else high)}
    return _between("decimal", {}, words) | ends | {"error_type": "warning", "error_message": words}


def _amount(where: Where, words: str) -> dict[str, Any]:
    from xlsxwriter.utility import xl_rowcol_to_cell

    cell = xl_rowcol_to_cell(where[0], where[1])
    ends = ",".join(f'RIGHT({cell},1)="{unit}"' for unit in _UNIT_ENDS)
    messages = {"input_message": words, "error_message": words}
    return {"validate": "custom", "value": f"=OR({ends})"} | messages


def _whole_limits(key: Key) -> tuple[int, int]:
    low, high = limits(key.annotation)
    return int(low or 0), int(_LARGEST_WHOLE if high is None else high)

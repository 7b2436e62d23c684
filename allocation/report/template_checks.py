"""What a cell of a workbook accepts while it is typed: drop-downs, limits, a note on what to write.

All of it from the schema; the program checks everything again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.policy.in_force import policies
from allocation.policy.values import FIRST_DAY, LAST_DAY
from allocation.scenario.workbook.cells import choice
from allocation.scenario.workbook.types import choices, limits, type_of
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from allocation.report.sheet import Sheet
    from allocation.scenario.workbook.layout import Key
    from allocation.wording import Language

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
    makers: dict[str, Callable[[], dict[str, Any] | None]] = {
        "choice": lambda: _choice(key, sheet.language),
        "flag": lambda: _of_list([say(f"template-{w}", sheet.language) for w in ("yes", "no")]),
        "day": lambda: _day(sheet.language),
        "whole": lambda: _whole(key, sheet.language),
        "ratio": lambda: _ratio(key, sheet.language),
        "amount": lambda: _amount(where, sheet.language),
    }
    kind = type_of(key.annotation)
    return makers[kind]() if kind in makers else None


def _choice(key: Key, language: Language) -> dict[str, Any] | None:
    return _of_list([choice(code, language) for code in choices(key.annotation)])


def _of_list(source: str | list[str]) -> dict[str, Any] | None:
    if isinstance(source, list) and len(",".join(source)) > _LONGEST_LIST:
        return None
    return {"validate": "list", "source": source}


def _between(kind: str, low: Any, high: Any, words: str) -> dict[str, Any]:
    ends = {"criteria": "between", "minimum": low, "maximum": high}
    return {"validate": kind, "input_message": words, "error_message": words} | ends


def _day(language: Language) -> dict[str, Any]:
    return _between("date", FIRST_DAY, LAST_DAY, say("template-day-message", language))


def _whole(key: Key, language: Language) -> dict[str, Any]:
    low, high = limits(key.annotation)
    ends = int(low or 0), int(_LARGEST_WHOLE if high is None else high)
    words = say("template-whole-message", language, low=ends[0], high=ends[1])
    return _between("integer", *ends, words)


def _ratio(key: Key, language: Language) -> dict[str, Any]:
    """Return the limits of a ratio; a fraction such as 3/40 is text, so it is only a warning."""
    low, high = limits(key.annotation)
    ends = float(low or 0), float(_LARGEST_WHOLE if high is None else high)
    rule = _between("decimal", *ends, say("template-ratio-message", language))
    return rule | {"error_type": "warning"}


def _amount(where: Where, language: Language) -> dict[str, Any]:
    from xlsxwriter.utility import xl_rowcol_to_cell

    words = say("template-amount-message", language)
    cell = xl_rowcol_to_cell(where[0], where[1])
    ends = ",".join(f'RIGHT({cell},1)="{unit}"' for unit in _UNIT_ENDS)
    messages = {"input_message": words, "error_message": words}
    return {"validate": "custom", "value": f"=OR({ends})"} | messages

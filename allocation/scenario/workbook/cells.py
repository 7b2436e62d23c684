"""What one cell of a scenario says, as TOML would say it; and the reverse.

A key's type in the schema decides: a code stays text with its leading zeros, a day is a day, a
number is the decimal a spreadsheet shows. What does not fit is handed on as text, for the schema to
refuse with its own words.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from allocation.money import parse_ratio
from allocation.scenario.fields import bare, is_list
from allocation.wording import LANGUAGES, Language, say, sentences

if TYPE_CHECKING:
    from allocation.scenario.workbook.sheets import Cell

_SEPARATORS = re.compile(r"[、,,;;\n]")
_PERCENT = re.compile(r"[0-9]+(?:\.[0-9]+)?%")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
#: Text that starts like this is a list or a table as in TOML.
_INLINE = ("[", "{")
#: An empty text where a blank cell would say nothing.
_EMPTY = '""'


def text_of(value: Cell) -> str:
    """Return a cell as text: whole numbers without a point, spaces and line breaks as one blank."""
    if isinstance(value, float) and not isinstance(value, bool):
        return number_text(value)
    return " ".join(str(value).split())


def number_text(value: float) -> str:
    """Return the decimal a spreadsheet shows: 15 digits, without an exponent.

    A formula's 0.1 + 0.2 is 0.3 here as it is there; a typed number keeps every digit.
    """
    from decimal import Decimal

    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def table_text(cell: Cell) -> str:
    """Return a cell of a data table as a CSV file would have it: days as 2022-12-01."""
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        cell = cell.date()
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(cell).strip() if isinstance(cell, str) else text_of(cell)


def value_of(cell: Cell, annotation: Any) -> Any:
    """Return the value of a cell at a key of type ``annotation``; None where nothing is known."""
    plain = bare(annotation)
    if is_list(plain):
        return _list(cell, get_args(plain)[0])
    if plain is bool:
        return _flags().get(table_text(cell).lower(), cell)
    if get_origin(plain) is Literal:
        text = text_of(cell)
        return _codes(get_args(plain)).get(text, text)
    return _text(table_text(cell), plain) if plain is str else _plain(cell, plain)


def _plain(cell: Cell, plain: Any) -> Any:
    """Return a cell's own value: a day, a mark, a whole number; a decimal is text."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == datetime.min.time() else cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else number_text(cell)
    return cell if isinstance(cell, (bool, date)) else _text(table_text(cell), plain)


def cell_of(value: Any, annotation: Any, language: Language) -> str | float | date:
    """Return what to write so that :func:`value_of` reads ``value`` again."""
    if isinstance(value, bool):
        return say("template-yes" if value else "template-no", language)
    if is_list(annotation) and isinstance(value, str):
        value = [value]
    if isinstance(value, (list, tuple)):
        return _joined(value, annotation)
    if isinstance(value, Mapping):
        return inline(value)
    if isinstance(value, str):
        return _written(value, bare(annotation), language)
    return value if isinstance(value, date) else float(value)


def _written(text: str, plain: Any, language: Language) -> str | float | date:
    """Return what to write for text: a choice by its name, days and numbers as such."""
    if get_origin(plain) is Literal and text:
        return choice(text, language)
    if plain is date:
        return date.fromisoformat(text)
    return _number(text) if plain in (int, Fraction) else text or _EMPTY


def choice(code: str, language: Language) -> str:
    """Return one of a few allowed values as a drop-down shows it: 保底 floor."""
    key = f"template-choice-{code.replace('_', '-')}"
    if language == "en" or key not in sentences():
        return code
    return f"{say(key, language)} {code}"


def inline(value: Any) -> str:
    """Return a value as it stands in a line of TOML."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(k, ensure_ascii=False)} = {inline(v)}" for k, v in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(inline, value))}]"
    return str(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _text(text: str, plain: Any) -> Any:
    """Return text; a list or table as in TOML where the key is not for text."""
    if text == _EMPTY:
        return ""
    if plain is str or not text.startswith(_INLINE):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text


def _list(cell: Cell, element: Any) -> Any:
    if not isinstance(cell, str):
        return [value_of(cell, element)]
    found = _text(cell.strip(), None)
    if not isinstance(found, str):
        return found
    return [value_of(part.strip(), element) for part in _SEPARATORS.split(found) if part.strip()]


def _joined(values: list[Any] | tuple[Any, ...], annotation: Any) -> str:
    """Return a list with a sign between its elements if that says the same, else as in TOML."""
    joined = "、".join(map(str, values))
    same = is_list(annotation) and _list(joined, get_args(bare(annotation))[0])
    return joined if values and same == [str(value) for value in values] else inline(values)


def _number(text: str) -> str | float:
    """Return a decimal or percentage as a number if that is exactly what is read again."""
    if not (_PERCENT.fullmatch(text) or _DECIMAL.fullmatch(text)):
        return text
    number = float(parse_ratio(text))
    return number if Fraction(number_text(number)) == parse_ratio(text) else text


def _flags() -> dict[str, bool]:
    said = {
        say(f"template-{word}", language): word == "yes"
        for word in ("yes", "no")
        for language in LANGUAGES
    }
    return said | {"true": True, "false": False}


def _codes(allowed: tuple[str, ...]) -> dict[str, str]:
    """Return the code of each allowed value by everything it may be called."""
    shown = {choice(code, "zh"): code for code in allowed}
    short = {name.removesuffix(f" {code}"): code for name, code in shown.items()}
    return short | shown | {code: code for code in allowed}

"""The sheet 数据来历: every value in effect and where it came from (law 4)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from allocation.money import format_amount
from allocation.report.layout import title
from allocation.scenario.fields import split_key, value_at
from allocation.scenario.trail import DEFAULT
from allocation.scenario.workbook.cells import choice
from allocation.scenario.workbook.layout import Block, Key, blocks
from allocation.scenario.workbook.types import label, type_of
from allocation.wording import Language, say

if TYPE_CHECKING:
    from allocation.report.sheet import Sheet
    from allocation.result import Allocation
    from allocation.scenario import Loaded

_HEAD, _FIRST = 2, 3
_WIDTHS = (30, 38, 44, 34)
_HEADS = ("item", "key", "value", "origin")


def write_origins(result: Allocation, loaded: Loaded, sheet: Sheet) -> None:
    """Write one row per value: what it is, its key, what holds, and who said so."""
    language, page = sheet.language, sheet.page
    heads = [say(f"report-origin-{key}", language) for key in _HEADS]
    sheet.top(title(result, language), heads, _WIDTHS, _HEAD)
    dump, look = loaded.scenario.model_dump(), sheet.look(text_wrap=True)
    for row, (dotted, origin) in enumerate(loaded.origins.items(), _FIRST):
        path = split_key(dotted) or (dotted,)
        cells = (
            _item(path, language),
            dotted,
            _value(path, value_at(dump, path), language),
            _origin(origin, language),
        )
        for column, words in enumerate(cells):
            page.write_string(row, column, words, look)
        sheet.fit_height(row, *zip(cells, _WIDTHS, strict=True))
    page.freeze_panes(_FIRST, 0)
    page.autofilter(_HEAD, 0, _FIRST + len(loaded.origins) - 1, len(_HEADS) - 1)
    sheet.printed(repeated_row=_HEAD, landscape=True)


def _origin(origin: str, language: Language) -> str:
    known = {DEFAULT: "report-origin-default", "call": "report-origin-call"}
    return say(known[origin], language) if origin in known else origin


def _found(path: tuple[str, ...]) -> tuple[Block, Key] | None:
    """Return the block and key of the workbook that a value would stand in."""
    for block in dict.fromkeys(blocks().values()):
        depth = len(block.path)
        same = all(own in ("*", part) for own, part in zip(block.path, path, strict=False))
        if not same or depth > len(path):
            continue
        if block.kind == "pairs" and len(path) == depth + 1:
            return block, block.keys[0]
        rest = path[depth + 1 :] if block.kind == "items" else path[depth:]
        if key := next((key for key in block.keys if key.path == rest and rest), None):
            return block, key
    return None


def _item(path: tuple[str, ...], language: Language) -> str:
    found = _found(path)
    if found is None:
        return ""
    block, key = found
    if block.kind == "pairs":
        return " · ".join(filter(None, (label(block.said, language).split(" = ")[0], path[-1])))
    return " · ".join(label(said, language) for said in key.said)


def _decimal(value: Fraction) -> str:
    """Return a ratio as a decimal where it has an end, else as a fraction."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return str(Decimal(value.numerator) / value.denominator) if rest == 1 else str(value)


def _value(path: tuple[str, ...], value: Any, language: Language) -> str:
    """Return a value as people write it, an amount with its unit."""
    found = _found(path)
    kind = type_of(found[1].annotation) if found else "text"
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value))
    if isinstance(value, bool):
        return say("template-yes" if value else "template-no", language)
    if kind == "amount" and isinstance(value, int):
        return f"{format_amount(value)}万元"
    if kind == "ratio":
        return _decimal(Fraction(value))
    if kind == "choice":
        return choice(str(value), language)
    return str(value)

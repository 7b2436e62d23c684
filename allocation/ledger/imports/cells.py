"""What one cell says: a day, an amount, a text; or what is wrong with it, never a guess."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from allocation.money import LARGEST_FEN, UNITS, parse_amount, plain
from allocation.scenario.workbook.cells import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.scenario.workbook.sheets import Cell

#: Longest text taken: no name, purpose or document number is longer.
LONGEST = 200
_SHOWN = 60
_DAY = re.compile(
    r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
)
_JOINED_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_NEGATIVE = re.compile(r"[-−]|\(.*\)|（.*）")
_SPACES = re.compile(r"\s+")
#: As most cells are: digits, commas by threes, a point.
_USUAL = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,13})(?:\.([0-9]{1,8}))?")


class Wrong(NamedTuple):
    """Why a cell cannot be taken: a code, what was found, and what is allowed."""

    code: str
    found: str
    allowed: str = ""


def read_text(value: Cell) -> str | Wrong:
    """Return a name or another text; blank if the cell is."""
    text = text_of(value)
    if len(text) > LONGEST:
        return Wrong("L1-text-too-long", shown(text), str(LONGEST))
    if not text.isprintable():
        return Wrong("L1-unseen-character", shown(text))
    return text


def read_day(value: Cell) -> date | Wrong:
    """Return a day: a date cell, or text such as 2024-03-01, 2024年3月1日 or 20240301."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value if _sane(value.year) else _no_day(str(value))
    text = plain(text_of(value))
    match = _DAY.fullmatch(text) or _JOINED_DAY.fullmatch(text)
    if not match:
        return _no_day(text)
    year, month, day = match.group(1, 3, 5) if match.re is _DAY else match.groups()
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return _no_day(text)
    return found if _sane(found.year) else _no_day(text)


def read_year(value: Cell) -> int | Wrong:
    """Return a budget year."""
    match = _YEAR.fullmatch(plain(text_of(value)))
    if match and _sane(int(match[1])):
        return int(match[1])
    return Wrong("L14-not-a-year", shown(text_of(value)))


def read_amount(value: Cell, unit: str | None) -> int | Wrong:
    """Return an amount above zero in fen.

    Parameters
    ----------
    value
        A number, or text such as ``1,234.50``, ``１２万元`` or ``¥300``.
    unit
        Unit of a bare number; None where nothing says it.
    """
    if unit and isinstance(value, str) and (usual := _USUAL.fullmatch(value)):
        fen = _shifted(usual[1].replace(",", ""), usual[2] or "", len(str(UNITS[unit])) - 1)
        if fen:
            return fen
    text = plain(text_of(value)).replace("¥", "").strip()
    if _NEGATIVE.match(text):
        return Wrong("L12-negative-amount", shown(text))
    bare = text.removesuffix("整")
    if unit is None and bare[-1:].isdigit():
        return Wrong("L2-amount-without-unit", shown(text), "、".join(UNITS))
    try:
        fen = parse_amount(bare, unit)
    except ValueError:
        return Wrong("L2-not-an-amount", shown(text), "、".join(UNITS))
    return fen or Wrong("L12-zero-amount", shown(text))


def read_numbers(values: list[float], unit: str) -> list[int | Wrong]:
    """Return amounts of number cells in fen, exactly as :func:`read_amount` reads each.

    A number is a whole number of fen if dividing that number gives the same number back; what is
    left over is read one by one.
    """
    import numpy as np

    numbers, size = np.array(values, dtype=np.float64), UNITS[unit]
    plausible = np.isfinite(numbers) & (numbers > 0) & (numbers < LARGEST_FEN // size)
    fen = np.rint(np.where(plausible, numbers, 0) * size)
    exact = plausible & (fen / size == numbers) & (fen > 0)
    found: list[int | Wrong] = list(map(int, fen))
    for at in np.flatnonzero(~exact).tolist():
        found[at] = read_amount(values[at], unit)
    return found


def read_word(value: Cell, words: Mapping[str, object], code: str) -> object:
    """Return what a word stands for, or what is wrong."""
    text = read_text(value)
    if isinstance(text, Wrong):
        return text
    key = folded(text)
    known = {folded(word): meaning for word, meaning in words.items()}
    if key in known:
        return known[key]
    return Wrong(code, shown(text), "、".join(words)[:300])


def folded(text: str) -> str:
    """Return a text in the form in which words and headers are compared."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()


def shown(text: str) -> str:
    """Return a text for a sentence: cut, and without anything that is not seen."""
    seen = "".join(character if character.isprintable() else "�" for character in text)
    return seen if len(seen) <= _SHOWN else seen[:_SHOWN] + "…"


def _shifted(whole: str, fraction: str, places: int) -> int | None:
    """Return a decimal times a power of ten, None if it is not whole or too large."""
    kept, rest = fraction[:places], fraction[places:]
    fen = int(whole + kept.ljust(places, "0"))
    return None if rest.strip("0") or fen > LARGEST_FEN else fen


def _sane(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _no_day(text: str) -> Wrong:
    return Wrong("L14-not-a-day-cell", shown(text), "2024-03-01、2024/3/1、2024年3月1日、20240301")

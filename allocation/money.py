"""Exact money and exact ratios.

An amount is an ``int`` of fen (law 2); a ratio is a :class:`fractions.Fraction`. Both are read
from text and never pass through a float.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache

#: Fen in one of each unit an amount may be written in.
UNITS: dict[str, int] = {
    "分": 1,
    "角": 10,
    "元": 100,
    "千元": 100_000,
    "万元": 1_000_000,
    "百万元": 100_000_000,
    "千万元": 1_000_000_000,
    "亿元": 10_000_000_000,
}
#: No amount or table value may exceed this many fen (10 万亿元), far inside 64 bits.
LARGEST_FEN = 10**15
_LONGEST_TEXT = 60
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_AMOUNT = re.compile(rf"({_NUMBER.pattern})\s*(\D+)")
_MARKS = {"%": 100, "‰": 1000}


def plain(text: str) -> str:
    """Return ``text`` with full-width characters narrowed and thousands separators removed."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", narrow)


@lru_cache(maxsize=2**16)
def parse_number(text: str) -> Fraction:
    """Return the exact value of a decimal such as ``1,234.5``.

    Raises
    ------
    ValueError
        If the text is not a plain decimal number or is longer than any real figure.
    """
    narrow = plain(text)
    if len(narrow) > _LONGEST_TEXT or not _NUMBER.fullmatch(narrow):
        raise ValueError(text)
    return Fraction(narrow)


class PartOfFenError(ValueError):
    """An amount that is no whole number of fen."""


def parse_amount(text: str, unit: str | None = None) -> int:
    """Return an amount such as ``1.2亿元`` or ``24475万元`` in fen.

    Parameters
    ----------
    text
        A number with its unit; without one only if ``unit`` names it.
    unit
        Unit of a bare number, as declared for a table's column.

    Raises
    ------
    PartOfFenError
        If the amount is not a whole number of fen.
    ValueError
        If the unit is missing or unknown, or the number malformed or too large.
    """
    narrow = plain(text)
    match = _AMOUNT.fullmatch(narrow) if len(narrow) <= _LONGEST_TEXT else None
    number, named = (match[1], match[2].strip()) if match else (narrow, unit)
    if named not in UNITS:
        raise ValueError(text)
    fen = parse_number(number) * UNITS[named]
    if abs(fen) > LARGEST_FEN:
        raise ValueError(text)
    if fen.denominator != 1:
        raise PartOfFenError(text)
    return int(fen)


def parse_ratio(text: str) -> Fraction:
    """Return a ratio such as ``12%``, ``5‰``, ``3/40`` or ``1.25``.

    Raises
    ------
    ValueError
        If the text is none of these.
    """
    narrow = plain(text)
    if narrow[-1:] in _MARKS:
        return parse_number(narrow[:-1]) / _MARKS[narrow[-1]]
    top, slash, bottom = narrow.partition("/")
    if not slash:
        return parse_number(top)
    divisor = parse_number(bottom)
    if divisor == 0:
        raise ValueError(text)
    return parse_number(top) / divisor


def format_amount(fen: int, unit: str = "万元", decimals: int = 2) -> str:
    """Return ``fen`` in ``unit`` with thousands separators and at least ``decimals`` places.

    More places are shown where the amount needs them: nothing is rounded away.
    """
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    places = len(str(UNITS[unit])) - 1
    head, tail = divmod(whole, UNITS[unit])
    digits = str(tail).zfill(places) if places else ""
    kept = max(decimals if places else 0, len(digits.rstrip("0")))
    return f"{sign}{head:,}" + (f".{digits.ljust(kept, '0')[:kept]}" if kept else "")


def format_ratio(ratio: Fraction, decimals: int = 2) -> str:
    """Return a ratio as a percentage rounded half up to ``decimals`` places."""
    scale = 10**decimals
    hundredths = (ratio * 100 * scale * 2 + 1) // 2
    sign = "-" if hundredths < 0 else ""
    head, tail = divmod(abs(int(hundredths)), scale)
    return f"{sign}{head}.{str(tail).zfill(decimals)}%" if decimals else f"{sign}{head}%"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ((10**8, "亿"), (10**4, "万"))


def capitals(fen: int) -> str:
    """Return an amount in capitals, as vouchers have it: 人民币壹仟肆佰零玖元伍角整.

    The basic rules for filling in bills and vouchers (支付结算办法, 附件一): 零 once for zeros
    within the figure, and after 元 where the yuan end in 0 and 角 follow; 整 after 元 and after 角,
    never after 分.

    Raises
    ------
    ValueError
        If the amount is negative or larger than ``LARGEST_FEN``.
    """
    if not 0 <= fen <= LARGEST_FEN:
        raise ValueError(fen)
    yuan, tail = divmod(fen, 100)
    jiao, rest = divmod(tail, 10)
    text = f"人民币{_whole_capitals(yuan)}元" if yuan or not fen else "人民币"
    if yuan and tail and (not jiao or yuan % 10 == 0):
        text += _DIGITS[0]
    text += f"{_DIGITS[jiao]}角" if jiao else ""
    return text + (f"{_DIGITS[rest]}分" if rest else "整")


def _whole_capitals(number: int) -> str:
    """Return a whole number in capitals: so many 亿, so many 万, and the rest."""
    for size, name in _SECTIONS:
        above, rest = divmod(number, size)
        if above:
            gap = _DIGITS[0] if 0 < rest < size // 10 else ""
            return _whole_capitals(above) + name + gap + (_whole_capitals(rest) if rest else "")
    return _section_capitals(number)


def _section_capitals(number: int) -> str:
    """Return 0 to 9999 in capitals, zeros within it said once."""
    said = [
        _DIGITS[number // 10**at % 10] + _PLACES[at] if number // 10**at % 10 else _DIGITS[0]
        for at in reversed(range(len(_PLACES)))
    ]
    return re.sub("零+", "零", "".join(said)).strip("零") or _DIGITS[0]

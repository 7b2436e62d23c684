"""Figures of a repair, as an officer would write them: short, and rounded to the safe side."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from allocation.money import UNITS, format_amount

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A figure this near to a short one is taken for it: solvers are no more exact.
_NEAR = Fraction(1, 10**7)
#: So many digits of a percentage are kept.
_DIGITS = 4
_LONGEST_WAN = 2


def amounts_near(value: Fraction, quantum: int, *, up: bool) -> Iterator[int]:
    """Yield whole amounts from ``value`` fen on, mildest first: in quanta, else in yuan or fen."""
    for step in dict.fromkeys((quantum, UNITS["元"], 1)):
        if value >= step:
            yield from (int(figure) for figure in _steps(value, Fraction(step), up=up))
    if not up:
        yield 0


def ratios_near(value: Fraction, *, up: bool) -> Iterator[Fraction]:
    """Yield ratios from ``value`` on, mildest first: short percentages."""
    size = abs(value) * 100
    places = 2
    while size and size * 10**places < 10 ** (_DIGITS - 1) and places < _DIGITS * 2:
        places += 1
    for digits in (places, places + 2):
        yield from _steps(value, Fraction(1, 100 * 10**digits), up=up)


def _steps(value: Fraction, step: Fraction, *, up: bool) -> Iterator[Fraction]:
    """Yield the multiple of ``step`` next to ``value`` on the safe side, then the one after."""
    count = value / step
    nearest = round(count)
    if abs(count - nearest) > _NEAR * max(1, abs(nearest)):
        nearest = -(-count // 1) if up else count // 1
    yield nearest * step
    yield (nearest + (1 if up else -1)) * step


def amount_text(fen: int) -> str:
    """Return an amount as ``--set`` takes it: in 万元 if that is short, else in yuan."""
    for unit, longest in (("万元", _LONGEST_WAN), ("元", 2)):
        text = format_amount(fen, unit, 0).replace(",", "")
        if len(text.partition(".")[2]) <= longest:
            return f"{text}{unit}"
    raise AssertionError("an amount has no more than two places in yuan")


def ratio_text(ratio: Fraction) -> str:
    """Return a ratio as a percentage, exactly; as a fraction if it is no decimal."""
    hundredfold, places = ratio * 100, 0
    while hundredfold.denominator != 1 and places < _DIGITS * 3:
        hundredfold, places = hundredfold * 10, places + 1
    if hundredfold.denominator != 1:
        return str(ratio)
    sign, digits = ("-" if hundredfold < 0 else ""), str(abs(int(hundredfold))).zfill(places + 1)
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    return f"{sign}{whole}.{rest}%" if rest else f"{sign}{whole}%"

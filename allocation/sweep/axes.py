"""What is varied: a key and its values, written as a list or as a range with units.

``KEY=1,1.3,1.6`` is a list; ``KEY=1.0:2.0:0.1``, ``KEY=15亿元:25亿元:1亿元`` and
``KEY=10%:20%:1%`` are ranges from, to and by. The text of each value is what ``--set`` would take,
so that any case can be run alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from allocation.errors import Place, Problem
from allocation.money import UNITS, parse_amount, parse_number, parse_ratio, plain
from allocation.scenario.fields import join_key, split_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: No axis has more values.
MOST_VALUES = 100_000
#: A sampled range without a step is divided into at least this many.
_PARTS = 10_000
#: Decimals of a sampled value beyond which nothing is asked.
_MOST_PLACES = 12
_FORM = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(\D*)")


@dataclass(frozen=True)
class Range:
    """``start, stop, step`` (None: none was given) in ``unit``, exact."""

    start: Fraction
    stop: Fraction
    step: Fraction | None
    unit: str

    def text(self, value: Fraction) -> str:
        """Return a value as it is written."""
        return decimal_text(value) + self.unit

    def at(self, share: float) -> str:
        """Return the value at a share of the way from start to stop, on the steps."""
        width = self.stop - self.start
        step = self.step or self._fine
        steps = width / step
        return self.text(self.start + step * min(int(share * (int(steps) + 1)), int(steps)))

    @property
    def _fine(self) -> Fraction:
        """A power of ten that divides the range finely, but no amount below one fen."""
        places = len(str(UNITS[self.unit])) - 1 if self.unit in UNITS else _MOST_PLACES
        step = Fraction(1)
        while step * _PARTS > self.stop - self.start and step > Fraction(1, 10**places):
            step /= 10
        return step


@dataclass(frozen=True)
class Axis:
    """A varied key and what it may be.

    Parameters
    ----------
    key
        Dotted key, as ``--set`` takes it.
    values
        The texts of its values, in order; of a range that is only sampled: none.
    range
        The range they come from, if they do.
    """

    key: str
    values: tuple[str, ...]
    range: Range | None = None

    def sets(self, value: str) -> str:
        """Return the change that gives the key a value."""
        return f"{self.key}={value}"

    def drawn(self, share: float) -> str:
        """Return the value at a share, from 0 up to 1, of the way through the axis."""
        if self.range is not None:
            return self.range.at(share)
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    @property
    def checked(self) -> tuple[str, ...]:
        """The values that show whether the axis is sound: the ends of a range, all of a list."""
        return self.values if self.range is None else (self.drawn(0.0), self.drawn(1.0))

    @cached_property
    def numbers(self) -> Mapping[str, float]:
        """Each value as a number for a picture's axis, amounts in 万元; empty if one is none."""
        found = {value: number_of(value) for value in self.values}
        return {} if None in found.values() else {k: v for k, v in found.items() if v is not None}


def number_of(value: str) -> float | None:
    """Return what a value amounts to (万元, or the ratio itself); None if it is no number."""
    try:
        return float(parse_ratio(value))
    except ValueError:
        pass
    try:
        return parse_amount(value) / UNITS["万元"]
    except ValueError:
        return None


def decimal_text(value: Fraction) -> str:
    """Return a decimal fraction as text, exactly."""
    sign, whole = ("-" if value < 0 else ""), abs(value)
    places = 0
    while (whole * 10**places).denominator != 1:
        places += 1
    digits = str(int(whole * 10**places)).zfill(places + 1)
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def read_axes(texts: Sequence[str], *, sampled: bool = False) -> tuple[list[Axis], list[Problem]]:
    """Return the axes that ``KEY=VALUES`` texts mean, with everything wrong with them.

    ``sampled`` allows ranges without a step.
    """
    found = [read_axis(text, sampled=sampled) for text in texts]
    problems = [each for each in found if isinstance(each, Problem)]
    axes = [each for each in found if isinstance(each, Axis)]
    return axes, problems + _overlapping(axes)


def read_axis(text: str, *, sampled: bool = False) -> Axis | Problem:
    """Return the axis of one ``KEY=VALUES`` text, or what is wrong with it."""
    key, equals, values = text.partition("=")
    path, place = split_key(key.strip()), Place(column=f"--vary {text[:80]}")
    if not equals or path is None or not values.strip():
        return Problem("L1-vary-syntax", place, {"found": text[:80]})
    name = join_key(path)
    ends = [part.strip() for part in values.replace("\uff1a", ":").split(":")]
    if len(ends) > 1:
        return _ranged(name, ends, place, sampled=sampled)
    listed = [part.strip() for part in re.split("[,\uff0c\u3001]", values)]
    twice = sorted({part for part in listed if listed.count(part) > 1 or not part})
    if twice:
        return Problem("L1-vary-repeats", place, {"found": twice[0] or "∅"})
    return Axis(name, tuple(listed))


def _ranged(key: str, ends: list[str], place: Place, *, sampled: bool) -> Axis | Problem:
    if len(ends) > 3 or (len(ends) == 2 and not sampled):
        return Problem("L1-vary-syntax", place, {"found": ":".join(ends)})
    numbers = _in_one_unit(ends)
    if numbers is None:
        return Problem("L1-vary-units", place, {"found": ":".join(ends)})
    (start, stop, *rest), unit = numbers
    found = Range(start, stop, rest[0] if rest else None, unit)
    if stop <= start or (found.step is not None and found.step <= 0):
        return Problem("L1-vary-order", place, {"found": ":".join(ends)})
    return _stepped(key, found, place) if found.step else Axis(key, (), found)


def _stepped(key: str, found: Range, place: Place) -> Axis | Problem:
    """Return the axis of every step; the last one must be the end."""
    assert found.step is not None, "a range with steps"
    count = (found.stop - found.start) / found.step
    if count.denominator != 1:
        last = found.start + found.step * int(count)
        whole = f"{found.text(found.start)}:{found.text(found.stop)}:{found.text(found.step)}"
        ends = {"last": found.text(last), "next": found.text(last + found.step)}
        return Problem("L1-vary-step", place, {"found": whole} | ends)
    if count >= MOST_VALUES:
        return Problem("L1-vary-too-many", place, {"found": int(count) + 1, "allowed": MOST_VALUES})
    steps = range(int(count) + 1)
    return Axis(key, tuple(found.text(found.start + found.step * at) for at in steps), found)


def _in_one_unit(ends: Sequence[str]) -> tuple[list[Fraction], str] | None:
    """Return the numbers of a range in the unit of its start, and that unit.

    Ends may be in different units of money; a unit that stands at the last number only is that of
    all.
    """
    pairs = [_FORM.fullmatch(plain(text)) for text in ends]
    parts = [(parse_number(m[1]), m[2].strip()) for m in pairs if m]
    if len(parts) < len(ends):
        return None
    named = [unit for _, unit in parts if unit]
    units = [unit or named[-1] for _, unit in parts] if named else [""] * len(parts)
    if named and not parts[-1][1]:
        return None
    if set(units) <= set(UNITS):
        first = UNITS[units[0]]
        scales = [Fraction(UNITS[unit], first) for unit in units]
        return [n * s for (n, _), s in zip(parts, scales, strict=True)], units[0]
    if set(units) in ({""}, {"%"}, {"‰"}):
        return [number for number, _ in parts], units[0]
    return None


def _overlapping(axes: Sequence[Axis]) -> list[Problem]:
    """Return a problem for every key that is varied twice, itself or as part of another."""
    paths = [split_key(axis.key) or () for axis in axes]
    return [
        Problem("L1-vary-twice", Place(column=f"--vary {axes[b].key}"), {"found": axes[a].key})
        for a in range(len(axes))
        for b in range(len(axes))
        if a != b and paths[b][: len(paths[a])] == paths[a] and (a < b or paths[a] != paths[b])
    ]

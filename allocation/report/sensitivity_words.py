"""How a parameter, its range, and who gains and loses by it are said, in table and chart alike."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from allocation.money import UNITS, format_amount
from allocation.report.layout import label, names, printable
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.explain.parameters import Parameter
    from allocation.explain.sensitivity import ParameterSensitivity, Sensitivity
    from allocation.explain.sides import Side

_WAN = UNITS["万元"]
#: Ranges are shown to 100 yuan, rounded inwards.
_SHOWN = _WAN // 100
#: So many recipients are named on either side.
_NAMED = 3
_WORTH_DIGITS = 6
#: What parameters are called that are not just called by their rule's name.
_CALLED = {
    "pot": "sensitivity-pot",
    "purpose": "sensitivity-purpose",
    "unit": "sensitivity-unit",
    "least": "sensitivity-least",
    "most": "sensitivity-most",
}
_OF_GROUP = {"least": "sensitivity-least-group", "most": "sensitivity-most-group"}


@dataclass(frozen=True)
class Row:
    """One line of the table: a parameter, or one side of it where the sides differ."""

    name: str
    value: str
    worth: str
    range: str
    found: ParameterSensitivity
    side: Side


def rows(found: Sensitivity, language: Language) -> list[Row]:
    """Return the lines of the table: one per parameter, two where more and less differ."""
    lines = []
    for item in found.parameters:
        name = parameter_name(item.parameter, language)
        value = item.parameter.value
        shown = say("sensitivity-varied", language) if value is None else format_amount(value)
        if item.unique and item.up is not None:
            lines.append(_row(found, item, item.up, (name, shown), language))
            continue
        for side, key in ((item.up, "sensitivity-more"), (item.down, "sensitivity-less")):
            if side is not None:
                called = say(key, language, name=name)
                lines.append(_row(found, item, side, (called, shown), language))
    return lines


def _row(
    found: Sensitivity,
    item: ParameterSensitivity,
    side: Side,
    texts: tuple[str, str],
    language: Language,
) -> Row:
    return Row(
        texts[0], texts[1], worth(side, found.scale), range_text(item, side, language), item, side
    )


def parameter_name(parameter: Parameter, language: Language) -> str:
    """Return what a parameter is called."""
    name = parameter.name if language == "zh" else parameter.name_en or parameter.name
    words = {"name": printable(label(name, language)), "count": str(parameter.count)}
    words |= {"group": printable(label(parameter.group, language))}
    if parameter.group:
        return say(_OF_GROUP[parameter.kind], language, **words)
    key = _CALLED.get(parameter.kind, "sensitivity-each" if parameter.count else "")
    return say(key, language, **words) if key else words["name"]


def worth(side: Side, scale: int) -> str:
    """Return a worth per 10,000 yuan, signed, to six digits; ``0`` for exactly nothing."""
    value = side.worth * scale
    return signed(value, _WORTH_DIGITS) if value else "0"


def signed(value: Fraction, places: int) -> str:
    """Return an exact number rounded half up to ``places`` decimals, with its sign."""
    step = 10**places
    whole = floor(abs(value) * step + Fraction(1, 2))
    head, tail = divmod(whole, step)
    sign = "-" if value < 0 else "+"
    return f"{sign}{head:,}.{str(tail).zfill(places)}" if places else f"{sign}{head:,}"


def range_text(item: ParameterSensitivity, side: Side, language: Language) -> str:
    """Return from where to where a side holds: values, or changes where there is no one value."""
    if side.step:
        return say("sensitivity-one-step", language)
    base = item.parameter.value
    up = item.up if item.unique or side is item.up else None
    down = item.down if item.unique or side is item.down else None
    high = None if up is None or up.reach is None else (base or 0) + up.reach
    low = None if down is None or down.reach is None else (base or 0) - down.reach
    if base is not None and up is None:
        high = Fraction(base)
    if base is not None and (down is None or (low is not None and low < 0) or low is None):
        low = Fraction(base) if down is None else Fraction(0)
    low_text = None if low is None else _bound(ceil(low / _SHOWN), base)
    high_text = None if high is None else _bound(floor(high / _SHOWN), base)
    return _joined(low_text, high_text, language)


def _bound(steps: int, base: int | None) -> str:
    """Return a bound in 万元, from hundreds of yuan; a change has its sign."""
    sign = "+" if base is None and steps > 0 else ""
    return sign + format_amount(steps * _SHOWN)


def _joined(low: str | None, high: str | None, language: Language) -> str:
    if low is not None and high is not None:
        return say("sensitivity-between", language, low=low, high=high)
    if low is not None:
        return say("sensitivity-from", language, low=low)
    if high is not None:
        return say("sensitivity-up-to", language, high=high)
    return say("sensitivity-endless", language)


def who(found: Sensitivity, side: Side, language: Language) -> list[str]:
    """Return who gains and who loses by 10,000 yuan more, a sentence each, the most first."""
    called = names(found.result, language)
    parts = []
    for sign, key in ((1, "sensitivity-gain"), (-1, "sensitivity-loss")):
        moved = [(sign * gain, at) for at, gain in enumerate(side.gains) if sign * gain > 0]
        if moved:
            moved.sort(key=lambda pair: (-pair[0], pair[1]))
            shown = say("report-and", language).join(
                f"{called[at]} {_yuan(sign * gain)}" for gain, at in moved[:_NAMED]
            )
            rest = sum((gain for gain, _ in moved[_NAMED:]), Fraction(0))
            if rest:
                shown = say("sensitivity-rest", language, names=shown, rest=_yuan(sign * rest))
            parts.append(say(key, language, count=len(moved), names=shown))
    return parts or [say("sensitivity-nobody", language)]


def _yuan(gain: Fraction) -> str:
    """Return a gain per 10,000 yuan in yuan."""
    return signed(gain * (_WAN // UNITS["元"]), 2)


def blocked(found: Sensitivity, language: Language) -> list[str]:
    """Return which parameters cannot be more, or less, a sentence each."""
    said = []
    for item in found.parameters:
        name = parameter_name(item.parameter, language)
        if not item.sides:
            said.append(say("sensitivity-unknown", language, name=name))
        elif item.up is None:
            said.append(say("sensitivity-cannot-more", language, name=name))
        elif item.down is None:
            said.append(say("sensitivity-cannot-less", language, name=name))
    return said


def reasons(found: Sequence[ParameterSensitivity], language: Language) -> list[str]:
    """Return why some values are differences over a step, a sentence each."""
    steps = {
        (item.reason, side.step)
        for item in found
        for side in item.sides
        if item.reason and side.step
    }
    return [
        say(
            "sensitivity-step-note",
            language,
            step=format_amount(step),
            reason=say(f"sensitivity-reason-{reason}", language),
        )
        for reason, step in sorted(steps)
    ]

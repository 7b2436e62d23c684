"""What a little more or less of the pot, and of each rule's figure, does: the longest on top."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.parameters import UNIT, parameters
from allocation.report.overview.drawing import (
    BLUE,
    ORANGE,
    Drawing,
    Mark,
    Rect,
    Text,
    line,
    room,
)
from allocation.report.overview.words import Words, both, same, words
from allocation.report.sensitivity_words import parameter_name, signed, who

if TYPE_CHECKING:
    from allocation.explain.parameters import Parameter
    from allocation.explain.sensitivity import ParameterSensitivity, Sensitivity
    from allocation.result import Allocation

_BARS, _NAMED, _ASKED = 15, 5, 12
#: Above every ratio.
_ENDLESS = Fraction(10**30)
_ROW, _WIDTH, _DIGITS = 22, 900, 6


def asked(result: Allocation) -> tuple[list[Parameter], int]:
    """Return the parameters to ask about, and how many there are.

    Every rule; of the many totals that an upper level gives, those of the units where the lowest
    amounts per entitlement are: no other total moves the lowest, and each takes time.
    """
    assert result.solved is not None, "an allocation that was made here keeps it"
    every = parameters(result.solved.task)
    given = [parameter for parameter in every if parameter.kind == UNIT]
    lowest = _lowest_by_unit(result) if given else {}
    given.sort(key=lambda parameter: lowest.get(parameter.name, _ENDLESS))
    kept = max(_ASKED - (len(every) - len(given)), 1)
    left_out = {parameter.key for parameter in given[kept:]}
    return [parameter for parameter in every if parameter.key not in left_out], len(every)


def _lowest_by_unit(result: Allocation) -> dict[str, Fraction]:
    """Return the lowest exact amount per entitlement in each unit."""
    amounts = np.array(result.unrounded, dtype=object).reshape(result.cells.shape).sum(axis=1)
    found: dict[str, Fraction] = {}
    units = result.recipients.attribute("unit")
    for unit, amount, claim in zip(units, amounts, result.entitlements, strict=True):
        if claim:
            found[unit] = min(found.get(unit, _ENDLESS), amount / claim)
    return found


def tornado(found: Sensitivity) -> Drawing | None:
    """Return the change of the lowest ratio, or of benefit, by 万元; None where none does."""
    items = [item for item in found.parameters if _strength(item)]
    items.sort(key=_strength, reverse=True)
    if not items:
        return None
    shown = items[:_BARS]
    names = [_name(item) for item in shown]
    benefit = found.solved.task.loaded.scenario.objective.kind == "benefit"
    figures = [
        [
            (worth, colour, same(signed(worth * found.scale, 0 if benefit else _DIGITS)))
            for worth, colour in _worths(item)
        ]
        for item in shown
    ]
    left = room(names) + 10
    middle = left + (_WIDTH - left) / 2
    aside = room([figure for row in figures for _, _, figure in row], 11) + 10
    scale = ((_WIDTH - left) / 2 - aside) / float(_strength(items[0]))
    bottom = _ROW * len(shown) + 4
    marks: list[Mark] = []
    for at, (name, row) in enumerate(zip(names, figures, strict=True)):
        marks.append(Text(left - 6, _ROW * at + 16, name, "end"))
        for bar in row:
            marks += _bar(bar, (middle, _ROW * at + 4, scale))
    marks.append(line(middle, 0, middle, bottom, "#111"))
    for at, (key, colour) in enumerate((("overview-more", BLUE), ("overview-less", ORANGE))):
        marks += [
            Rect(left + 180 * at, bottom + 8, 14, 12, colour),
            Text(left + 180 * at + 20, bottom + 18, words(key)),
        ]
    kind = "benefit" if benefit else "ratio"
    return Drawing(words(f"overview-tornado-{kind}"), _WIDTH, bottom + 26, tuple(marks))


def _bar(bar: tuple[Fraction, str, Words], place: tuple[float, float, float]) -> list[Mark]:
    """Return a bar from the middle, and its figure at its end."""
    worth, colour, figure = bar
    middle, y, scale = place
    end = middle + float(worth) * scale
    anchor, x = ("start", end + 5) if worth > 0 else ("end", end - 5)
    return [
        Rect(min(middle, end), y, max(abs(end - middle), 0.5), 15, colour),
        Text(x, y + 12, figure, anchor, size=11),
    ]


def gainers(found: Sensitivity) -> tuple[Words, ...]:
    """Return who gains and who loses by 10,000 yuan more of what matters most, a sentence each."""
    items = [item for item in found.parameters if item.up and any(item.up.gains)]
    items.sort(key=_strength, reverse=True)
    return tuple(_gained(found, item) for item in items[:_NAMED])


def _gained(found: Sensitivity, item: ParameterSensitivity) -> Words:
    side = item.up
    assert side is not None, "only those that can be more are asked"
    said = Words(";".join(who(found, side, "zh")), "; ".join(who(found, side, "en")))
    return words("overview-gained", name=_name(item), said=said)


def _name(item: ParameterSensitivity) -> Words:
    return both(lambda language: parameter_name(item.parameter, language))


def _worths(item: ParameterSensitivity) -> list[tuple[Fraction, str]]:
    """Return what 10,000 yuan more and less do, with their colours; nothing for nothing."""
    pairs = ((item.up, 1, BLUE), (item.down, -1, ORANGE))
    return [(sign * side.worth, colour) for side, sign, colour in pairs if side and side.worth]


def _strength(item: ParameterSensitivity) -> Fraction:
    return max((abs(worth) for worth, _ in _worths(item)), default=Fraction(0))

"""How fair an allocation is: the Lorenz curve against the formula's entitlements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.money import format_ratio
from allocation.report.overview.axes import keys
from allocation.report.overview.drawing import CASES, Drawing, Mark, Path, Text, line
from allocation.report.overview.words import Words, same, words
from allocation_models.inequality import Inequality, inequality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.report.overview.case import Case

_SIDE, _LEFT, _TOP = 320, 46, 10


def measures(case: Case) -> Inequality | None:
    """Return how unequal amounts are per yuan of entitlement."""
    return inequality(case.result.amounts, case.entitlements)


def fairness_words(found: Inequality | None) -> Words:
    """Return Gini coefficient and max-min ratio in a sentence; both with what they compare."""
    if found is None:
        return words("overview-fairness-none")
    spread = format_number(found) if found.lowest else words("overview-no-end")
    return words(
        "overview-fairness",
        gini=f"{float(found.gini):.4f}",
        lowest=format_ratio(found.lowest),
        highest=format_ratio(found.highest),
        spread=spread,
    )


def format_number(found: Inequality) -> Words:
    """Return the greatest over the least amount per entitlement, two places."""
    return same(f"{float(found.highest / found.lowest):.2f}")


def lorenz(cases: Sequence[Case]) -> Drawing:
    """Return the curves: share of the amounts over share of the entitlements, poorest first."""
    end = _TOP + _SIDE
    marks: list[Mark] = [
        line(_LEFT, end, _LEFT + _SIDE, _TOP, "#999"),
        line(_LEFT, end, _LEFT + _SIDE, end, "#111"),
        line(_LEFT, end, _LEFT, _TOP, "#111"),
    ]
    for tick in range(0, 101, 25):
        x, y = _LEFT + _SIDE * tick / 100, end - _SIDE * tick / 100
        marks += [
            Text(x, end + 16, same(f"{tick}%"), "middle", size=11),
            Text(_LEFT - 6, y + 4, same(f"{tick}%"), "end", size=11),
        ]
    legend = []
    for number, (case, colour) in enumerate(zip(cases, CASES, strict=False), start=1):
        found = measures(case)
        if found is not None:
            marks.append(Path(_curve(found), stroke=colour, width=2, tip=case.title))
            legend.append((words("overview-case", number=number), colour, False))
    if len(cases) > 1:
        marks += keys(legend, _LEFT - 40, end + 60)
    marks.append(Text(_LEFT + _SIDE / 2, end + 34, words("overview-lorenz-x"), "middle"))
    marks.append(Text(_LEFT + 8, _TOP + 12, words("overview-lorenz-y")))
    return Drawing(words("overview-lorenz"), _LEFT + _SIDE + 30, end + 68, tuple(marks))


def _curve(found: Inequality) -> str:
    whole, total = found.weight[-1], found.amount[-1]
    points = [
        (_LEFT + _SIDE * w / whole, _TOP + _SIDE * (1 - a / total))
        for w, a in zip(found.weight, found.amount, strict=True)
    ]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)

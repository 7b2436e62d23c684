"""Steps of a reported figure: one unit, one per cent, a tenth, up and down, and to a threshold.

A figure counts *against* its recipient where all a scenario does with the column is to cut by it
(a rise of unspent money) or to measure growth from it (the base year); else it counts *for* it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.threshold import across, least_amounts
from allocation.explain.what_if import figures
from allocation.frame import EACH
from allocation.scenario.checks.columns import excluded, uses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.explain.what_if import Case
    from allocation.frame import Mask
    from allocation.scenario import Scenario
    from allocation.scenario.checks.columns import Use

#: The steps tried, smallest first: a number of units, or a share of the figure.
STEPS: dict[str, tuple[Fraction, Fraction]] = {
    "-1": (Fraction(-1), Fraction(0)),
    "+1": (Fraction(1), Fraction(0)),
    "-1%": (Fraction(0), Fraction(-1, 100)),
    "+1%": (Fraction(0), Fraction(1, 100)),
    "-10%": (Fraction(0), Fraction(-1, 10)),
    "+10%": (Fraction(0), Fraction(1, 10)),
}
#: The step just across a threshold under which nothing is given.
THRESHOLD = "edge"


@dataclass(frozen=True)
class FigureStep:
    """A recipient that reports another figure.

    Parameters
    ----------
    use
        The column, and how it is read.
    who
        Position of the recipient.
    step
        A key of ``STEPS``, or ``edge``.
    before, after
        The figure, in the unit the table states.
    against
        Whether the figure counts against whoever reports it.
    """

    use: Use
    who: int
    step: str
    before: Fraction
    after: Fraction
    against: bool

    @property
    def less(self) -> bool:
        """Whether less is reported."""
        return self.after < self.before

    @property
    def other(self) -> None:
        """Nobody else's figure changes."""
        return

    def at(self, index: int) -> int:
        """Return where recipient ``index`` stands afterwards: where it stood."""
        return index

    def of(self, case: Case) -> Case:
        """Return the case after the step."""
        return case.with_figure(self.use, self.who, self.after)


@dataclass(frozen=True)
class _Reading:
    """All that a scenario does with one column of figures."""

    use: Use
    where: Mask
    signed: bool
    against: bool


def figure_steps(case: Case, who: Mask) -> list[FigureStep]:
    """Return every step of the figures of the recipients ``who`` (n,), by column.

    No step where there is no figure, where nothing changes, or where a figure that may not be
    negative would be.
    """
    found = []
    thresholds = least_amounts(case)
    for reading in _readings(case):
        column = figures(case.frame, reading.use)
        for index in np.flatnonzero(who & reading.where & ~column.missing).tolist():
            before = Fraction(column.values[index], column.scale)
            targets = {key: before + unit + abs(before) * s for key, (unit, s) in STEPS.items()}
            for amount in thresholds.get(index, ()) if not reading.against else ():
                parts = int(column.values[index]), column.scale
                edge = across(case, reading.use, index, parts, amount)
                targets |= {} if edge is None else {THRESHOLD: Fraction(edge, column.scale)}
            found += [
                FigureStep(reading.use, index, key, before, after, reading.against)
                for key, after in targets.items()
                if after != before and (after >= 0 or reading.signed)
            ]
    return found


def _readings(case: Case) -> Iterator[_Reading]:
    """Yield each column of figures once, with whom it matters to."""
    scenario, frame = case.loaded.scenario, case.frame
    taking_part = ~excluded(scenario, frame)
    by_column: dict[str, list[Use]] = {}
    for use in uses(scenario):
        if use.reads in ("number", "money") and (use.column != EACH or EACH in frame.text):
            by_column.setdefault(use.column, []).append(use)
    for found in by_column.values():
        where = np.any([frame.members(use.where) for use in found], axis=0) & taking_part
        money = [use for use in found if use.reads == "money"]
        yield _Reading(
            (money or found)[0],
            where,
            all(use.signed for use in found),
            all(_against(scenario, use) for use in found),
        )


def _against(scenario: Scenario, use: Use) -> bool:
    """Whether a key reads the column so that more means less."""
    table, name, *keys = use.path
    if table == "rules":
        return keys == ["column"] and scenario.rules[str(name)].kind == "utilisation_cut"
    factor = scenario.factors.get(str(name)) if table == "factors" else None
    if factor is None or factor.aggregate != "growth":
        return False
    return use.column != factor.columns[-1] and use.column == factor.columns[0]

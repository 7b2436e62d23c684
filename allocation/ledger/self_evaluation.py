"""绩效自评: points by a stated split; the execution score is rate × points, exact."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from allocation.errors import Problem, raise_if_any
from allocation.policy.values import Day, Model, Ratio, Weight
from allocation.scenario.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.scenario.trail import Trail

Part = Literal["output", "benefit", "satisfaction"]
PARTS: tuple[Part, ...] = ("output", "benefit", "satisfaction")


class Split(Model):
    """Points of each part; other splits than the usual one exist, as 20 / 48 / 32 / 0."""

    execution: Weight = Field(default=Fraction(10), description="points of budget execution")
    output: Weight = Field(default=Fraction(50), description="points of output indicators")
    benefit: Weight = Field(default=Fraction(30), description="points of benefit indicators")
    satisfaction: Weight = Field(default=Fraction(10), description="points of satisfaction")

    @property
    def total(self) -> Fraction:
        """All points."""
        return self.execution + self.output + self.benefit + self.satisfaction


class Indicator(Model):
    """One row of the indicators."""

    part: Part = Field(description="output, benefit or satisfaction")
    level2: str = Field(default="", description="as 数量指标")
    level3: str = Field(description="the indicator itself")
    target: str = Field(default="", description="annual value aimed at, in words")
    actual: str = Field(default="", description="value reached, in words")
    points: Weight = Field(description="points of the indicator")
    aimed: Ratio | None = Field(default=None, description="value aimed at, as a number")
    reached: Ratio | None = Field(default=None, description="value reached, as a number")
    less_is_better: bool = Field(default=False, description="反向指标")
    score: Weight | None = Field(
        default=None, description="points given; default: computed from aimed and reached"
    )
    remark: str = Field(default="", description="reason for a deviation, and what is done")


class Report(Model):
    """What the office adds to the papers: ``papers.toml``; what is not given is a visible blank."""

    office: str = Field(default="", description="reporting office, as 江苏省财政厅")
    project: str = Field(default="", description="name of the project or fund")
    department: str = Field(default="", description="competent department (主管部门)")
    unit: str = Field(default="", description="implementing unit (实施单位)")
    date: Day | None = Field(default=None, description="day of the papers")
    effect: str = Field(default="", description="支出成效, for the monthly report")
    outlook: str = Field(default="", description="分析预测, for the monthly report")
    problems: str = Field(default="", description="问题建议, for the monthly report")
    goal: str = Field(default="", description="年度总体目标: what was aimed at")
    achieved: str = Field(default="", description="年度总体目标: what was reached")
    split: Split = Field(default=Split(), description="points of each part")
    indicators: Annotated[tuple[Indicator, ...], Field(description="indicators")] = ()


def read_report(path: Path | str) -> Report:
    """Return the office's own words and indicators.

    Raises
    ------
    InputError
        With everything that is wrong: the points of a part, an indicator with half its figures.
    """
    found, trail = read_settings(path, Report)
    raise_if_any([*_wrong_points(found, trail), *_wrong_indicators(found, trail)])
    return found


def _wrong_points(found: Report, trail: Trail) -> list[Problem]:
    problems = []
    for part in PARTS:
        wanted = getattr(found.split, part)
        rows = [row.points for row in found.indicators if row.part == part]
        if rows and sum(rows) != wanted:
            words = {"part": part, "found": decimal(sum(rows)), "allowed": decimal(wanted)}
            problems.append(Problem("L13-points", trail.place(("indicators",)), words))
    return problems


def _wrong_indicators(found: Report, trail: Trail) -> list[Problem]:
    problems = []
    for at, row in enumerate(found.indicators):
        place, words = trail.place(("indicators", at)), {"name": row.level3[:40]}
        pair = [value for value in (row.aimed, row.reached) if value is not None]
        if len(pair) == 1 or (pair and row.score is not None) or min(pair, default=0) < 0:
            problems.append(Problem("L13-indicator", place, words))
        if row.score is not None and row.score > row.points:
            more = {"found": decimal(row.score), "allowed": decimal(row.points)}
            problems.append(Problem("L13-score", place, words | more))
    return problems


def score_of(row: Indicator) -> Fraction | None:
    """Return an indicator's points: given, or reached / aimed × points, at most all of them.

    Where less is better, aimed / reached. None where neither is known or nothing was aimed at.
    """
    if row.score is not None:
        return row.score
    if row.aimed is None or row.reached is None:
        return None
    top, base = (row.aimed, row.reached) if row.less_is_better else (row.reached, row.aimed)
    if base == 0:
        return row.points if row.less_is_better else None
    return min(top / base, Fraction(1)) * row.points


def execution_score(spent: int, budget: int, split: Split) -> Fraction | None:
    """Return rate × points, at most all of them; None where there was no budget."""
    if budget <= 0:
        return None
    return min(max(Fraction(spent, budget), Fraction(0)), Fraction(1)) * split.execution


def total_score(spent: int, budget: int, report: Report) -> Fraction | None:
    """Return the sum of all scores; None while one of them is open."""
    scores = [execution_score(spent, budget, report.split), *map(score_of, report.indicators)]
    points = report.split.execution + sum(row.points for row in report.indicators)
    if None in scores or points != report.split.total:
        return None
    return sum((score for score in scores if score is not None), Fraction(0))


def decimal(value: Fraction | int, places: int = 2) -> str:
    """Return a number rounded half up, without needless zeros: 9.5, 10, 8.33."""
    scale = 10**places
    whole = int((Fraction(value) * scale * 2 + 1) // 2)
    head, tail = divmod(abs(whole), scale)
    digits = f".{tail:0{places}d}".rstrip("0").rstrip(".") if tail else ""
    return f"{'-' if whole < 0 else ''}{head}{digits}"

"""Thresholds of the warning lists: ``alert.toml``, all of it the office's own data."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from allocation.errors import Problem, raise_if_any
from allocation.policy.values import Model, Share, Sum, Whole
from allocation.scenario.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

Colour = Literal["red", "orange", "yellow"]
#: The worst first.
COLOURS: tuple[Colour, ...] = ("red", "orange", "yellow")
Measure = Literal[
    "spent_rate",
    "disbursed_rate",
    "behind_elapsed",
    "behind_plan",
    "idle_cash",
    "idle_authority",
    "near_surplus",
]
#: Measures that compare a rate with a share; the others count days.
RATES = frozenset({"spent_rate", "disbursed_rate", "behind_elapsed", "behind_plan"})
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


def _month_day(value: Any) -> str:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise PydanticCustomError("L13-month-day", "{found}", {"found": str(value)[:40]})


#: A day of every year, written 09-30.
MonthDay = Annotated[
    str, BeforeValidator(_month_day), WithJsonSchema({"type": "string", "pattern": _DAY.pattern})
]


class Threshold(Model):
    """One line that money must not cross."""

    name: str = Field(description="what it is called in lists")
    name_en: str = Field(default="", description="the same in English")
    level: Colour = Field(description="red, orange or yellow")
    measure: Measure = Field(description="what is compared")
    share: Share | None = Field(
        default=None, description="a rate below it (or so far behind, for behind_*) is a warning"
    )
    days: Whole | None = Field(
        default=None, description="idle for so many days or more; due within so many (near_surplus)"
    )
    since: MonthDay | None = Field(default=None, description="from this day of the year on")
    until: MonthDay | None = Field(default=None, description="up to this day of the year")
    least: Sum = Field(default=0, description="less money than this is no warning")
    source: str = Field(description="where the threshold comes from")


class Alerts(Model):
    """The thresholds, and the bands of ageing."""

    bands: tuple[Whole, ...] = Field(
        default=(30, 90, 180, 365), description="edges of the ageing of idle money, in days"
    )
    threshold: tuple[Threshold, ...] = Field(description="the thresholds")


def read_alerts(path: Path | str) -> Alerts:
    """Return the thresholds of a file.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    found, trail = read_settings(path, Alerts)
    problems = []
    for at, threshold in enumerate(found.threshold):
        wanted = "share" if threshold.measure in RATES else "days"
        if (threshold.share is None) == (wanted == "share") or (threshold.days is None) == (
            wanted == "days"
        ):
            words = {"name": threshold.name[:40], "found": threshold.measure, "allowed": wanted}
            problems.append(Problem("L13-threshold-kind", trail.place(("threshold", at)), words))
    if list(found.bands) != sorted(set(found.bands)) or 0 in found.bands or not found.bands:
        words = {"found": "、".join(map(str, found.bands))}
        problems.append(Problem("L13-bands", trail.place(("bands",)), words))
    raise_if_any(problems)
    return found


@cache
def shipped_alerts() -> Alerts:
    """Return the thresholds that ship: illustrative but for those that name a source."""
    with as_file(files(__package__).joinpath("alert.toml")) as path:
        return read_alerts(path)

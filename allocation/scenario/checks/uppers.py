"""The scenario of the upper level exists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocation.errors import InputError, Problem
from allocation.scenario.find import locate

if TYPE_CHECKING:
    from allocation.scenario.load import Loaded


def upper_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with the reference to the upper level."""
    upper = loaded.scenario.upper
    if upper is None:
        return []
    place = loaded.place("upper", "scenario")
    try:
        path = locate(upper.scenario, beside=loaded.path.parent)
    except InputError as error:
        return [replace(problem, place=place) for problem in error.problems]
    if not path.is_file():
        return [Problem("L1-no-such-file", place, {"found": upper.scenario})]
    return []

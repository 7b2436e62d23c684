"""What can be known wrong of a scenario with its data at hand, before anything is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.scenario.checks.coefficients import coefficient_problems
from allocation.scenario.checks.columns import column_problems
from allocation.scenario.checks.groups import group_problems
from allocation.scenario.checks.issues import issue_problems
from allocation.scenario.checks.sums import sum_problems
from allocation.scenario.checks.uppers import upper_problems
from allocation.scenario.settle import distinct

if TYPE_CHECKING:
    from allocation.errors import Problem
    from allocation.scenario.load import Loaded


def check(loaded: Loaded) -> list[Problem]:
    """Return everything wrong with a scenario and its data, each with its place."""
    return distinct(
        [
            *group_problems(loaded),
            *column_problems(loaded),
            *coefficient_problems(loaded),
            *sum_problems(loaded),
            *upper_problems(loaded),
            *issue_problems(loaded),
        ]
    )

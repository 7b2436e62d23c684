"""Law 8: amounts exist only on a proven result. A solver's word is never taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocation.engine import allocate_task, task_of
from allocation.errors import FaultError
from allocation.scenario import load
from allocation_models.solvers import FloatProgram, Solution, Status, UnprovenError, proven
from allocation_models.solvers.highs import HighsSession


def lying(change):
    """Return a solver whose answers are changed on the way."""

    class Liar(HighsSession):
        def solve(self):
            return proven(self._program, change(super().solve()))

    return lambda program: Liar(program, "simplex")


LIES = {
    "a point outside the rows": lambda s: replace(s, x=s.x + 1.0),
    "a point that is not optimal": lambda s: replace(s, row_dual=s.row_dual * 0.5),
    "a time limit": lambda s: replace(s, status=Status.UNPROVEN),
    "not a number": lambda s: replace(s, x=s.x * np.nan),
    "unbounded": lambda s: replace(s, status=Status.UNBOUNDED),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_amounts_come_of_a_lie(lie):
    task = replace(task_of(load("henan-2023")), direct=False)
    with pytest.raises(FaultError, match="L8-unproven"):
        allocate_task(task, lying(LIES[lie]), "liar")


def test_the_truth_passes():
    task = replace(task_of(load("henan-2023")), direct=False)
    result = allocate_task(task, lying(lambda solution: solution), "honest")
    assert result.amounts.sum() == result.heading.pot


def test_a_wrong_claim_of_infeasibility_is_no_conflict():
    def lie(_):
        return Solution(Status.INFEASIBLE, np.zeros(0))

    task = replace(task_of(load("henan-2023")), direct=False)
    with pytest.raises(FaultError, match="L8-unproven"):
        allocate_task(task, lying(lie), "liar")


def test_a_solution_that_breaks_a_row_is_refused_whatever_its_status():
    whole = np.array([0, 1])
    program = FloatProgram(
        cost=np.ones(1),
        indptr=whole,
        indices=np.zeros(1, dtype=np.int64),
        data=np.ones(1),
        row_lower=np.array([2.0]),
        row_upper=np.array([np.inf]),
        column_lower=np.zeros(1),
        column_upper=np.array([9.0]),
    )
    duals = {"row_dual": np.ones(1), "column_dual": np.zeros(1)}
    assert proven(program, Solution(Status.OPTIMAL, np.array([2.0]), **duals))
    for wrong in (
        Solution(Status.OPTIMAL, np.array([1.0]), **duals),
        Solution(Status.UNPROVEN, whole),
    ):
        with pytest.raises(UnprovenError):
            proven(program, wrong)

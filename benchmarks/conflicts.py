"""The smallest set of rules that conflict, against one bare solve of the same program.

Recipients, floors, caps and ranks are P1's; one province is then held to less than its floors
(nested), or asked for more than its best-ranked recipient lets it have (ranked).
"""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import members_of, part_of, smallest_conflict
from allocation.engine import whole_task_of
from allocation.scenario import load
from allocation_models.blame import float_program, natural_unit
from allocation_models.solvers.highs import simplex
from benchmarks import p1
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.task import Task
    from allocation_models.solvers import Solution
    from benchmarks.p1 import Problem

#: Recipients: rounds, target.
_SIZES = {230: (9, 20.0), 3_000: (5, 20.0)}
_KINDS = {"nested": p1.nested, "ranked": p1.ranked}
_HEAD = """title = "P1"
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
pot = {{ amount = "{pot}元", source = "P1" }}
recipients = {{ kind = "table", table = "t" }}
tables.t = {{ file = "t.csv", amounts = {{ floor = "元", cap = "元" }} }}
factors.a = {{ weight = "100%", column = "a" }}
rounding.quantum = "1元"
rules.floor = {{ kind = "hold_harmless", column = "floor", share = "100%" }}
rules.cap = {{ kind = "at_most_requested", column = "cap" }}
rules.province = {{ kind = "group_share", each = "province", most = "20%" }}
rules.region = {{ kind = "group_share", each = "region", least = "10%" }}
"""
_NESTED = """[rules.tight]
kind = "group_share"
where = {{ province = "p0" }}
most_amount = "{most}元"
"""
_RANKED = """rules.order = {{ kind = "rank_order", within = "province" }}
rules.best = {{ kind = "cap", where = {{ id = "{best}" }}, amount = "{cap}元" }}
rules.more = {{ kind = "group_share", where = {{ province = "p0" }}, least_amount = "{least}元" }}
"""


def task_of(kind: str, size: int) -> Task:
    """Return the task of a scenario of ``size`` recipients whose rules conflict."""
    problem = _KINDS[kind](size)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "p1.toml"
        _write_table(problem, Path(folder) / "t.csv")
        path.write_text(_HEAD.format(pot=p1.POT // 100) + _rules(kind, problem), encoding="utf-8")
        return whole_task_of(load(str(path)))


def _province(problem: Problem) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.sort(np.arange(problem.size) % p1.PROVINCES)


def _write_table(problem: Problem, path: Path) -> None:
    province = _province(problem)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "a", "province", "region", "rank", "floor", "cap"])
        for at in range(problem.size):
            place = [
                f"p{province[at]}",
                f"r{province[at] % p1.REGIONS}",
                int(problem.order[at]) + 1,
            ]
            bounds = [int(problem.lower[at]) // 100, int(problem.upper[at]) // 100]
            rows.writerow([f"z{at}", problem.targets[at], *place, *bounds])


def _rules(kind: str, problem: Problem) -> str:
    """Return the rules that make it impossible."""
    first = np.flatnonzero(_province(problem) == 0)
    if kind == "nested":
        return _NESTED.format(most=int(problem.lower[first].sum()) // 100 * 9 // 10)
    best = int(first[np.argmin(problem.order[first])])
    # All below the best-ranked: even at their caps they cannot reach it together.
    cap = int(problem.lower[best]) // 100
    reach = int(np.minimum(problem.upper[first] // 100, cap).sum())
    return _RANKED.format(best=f"z{best}", cap=cap, least=reach + reach // 100)


def bare_solve(task: Task) -> Solution:
    """Return what HiGHS says of the rules as ready arrays, with nothing to maximise."""
    program = part_of(task, members_of(task)).program
    floats = float_program(program, natural_unit(program), np.zeros(program.columns))
    return simplex(floats).solve()


def _speed(scope: Scope) -> Iterator[Line]:
    for kind in _KINDS:
        for size in scope.sizes(*_SIZES):
            rounds, target = _SIZES[size]
            task = task_of(kind, size)
            found = ratio(
                partial(smallest_conflict, task, simplex), partial(bare_solve, task), rounds
            )
            what = f"{kind}, {size} recipients"
            yield Line.of(what, "HiGHS, one solve", found, target)


SPEED = Benchmark("conflict", "The smallest set of rules in conflict (P1): time", _speed)

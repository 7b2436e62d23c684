"""What-ifs on data: one of the study of cliffs against one allocation of the loaded scenario."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from allocation.engine import allocate
from allocation.explain.cliffs import find_cliffs
from allocation.explain.recipient import chosen
from allocation.scenario import load
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.explain.cliffs import Findings
    from benchmarks.timing import Ratio

_ROUNDS = 7
#: Scenario: how many of its recipients are studied in a round. One allocation of the zones takes
#: the upper level with it, which a what-if does not solve again.
_STUDIED = {"national-2022-zones": 24, "national-2022": 6}
#: A what-if describes no result, but is judged, and what is found is run again without each rule.
_TARGET = 2.0


def _what_ifs(found: Findings) -> int:
    """Return how many allocations a study asks for; who is alike is seen without one."""
    moved = [
        each.cases + len(each.refused)
        for each in found.checks
        if not each.test.whole and each.test.key in ("more_money", "leaving", "leaving_paid")
    ]
    return len(found.ranks) + len(found.figures) + sum(moved)


def _each(found: Ratio, count: int) -> Ratio:
    """Return the ratio of one what-if."""
    return replace(found, value=found.value / count, low=found.low / count, high=found.high / count)


def _speed(scope: Scope) -> Iterator[Line]:
    del scope
    for name, studied in _STUDIED.items():
        loaded = load(name)
        result = allocate(loaded)
        who = chosen(result, result.recipients.ids[:studied])
        count = _what_ifs(find_cliffs(result, who))
        found = ratio(partial(find_cliffs, result, who), partial(allocate, loaded), _ROUNDS)
        yield Line.of(f"{name}, one of {count}", "one allocation", _each(found, count), _TARGET)


WHAT_IFS = Benchmark("what_ifs", "What-ifs on data (bokuan cliffs), time of one", _speed)

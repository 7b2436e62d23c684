"""Cliffs: what a rank, an edge and a reported figure are worth; and the audit for paradoxes.

Every what-if is a whole allocation of its own, exact and checked like any other; nothing is
estimated from slopes, so that an edge is seen for what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.explain.alike import likenesses
from allocation.explain.audit import (
    BETTER_RANK,
    LEAVING,
    LEAVING_PAID,
    MORE_MONEY,
    REPORTS,
    Auditor,
    Check,
    Seen,
    alike,
)
from allocation.explain.changes import larger_pots, leavings
from allocation.explain.figure_steps import figure_steps
from allocation.explain.rank_moves import rank_moves
from allocation.explain.what_if import Amounts, Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation.explain.audit import Criterion
    from allocation.explain.changes import Change
    from allocation.frame import Mask
    from allocation.result import Allocation


@dataclass(frozen=True)
class Findings:
    """Everything found about one allocation.

    Parameters
    ----------
    ranks, figures
        Every move on a ranking and every step of a figure, with its effects.
    checks
        The audit, criterion by criterion.
    """

    result: Allocation
    ranks: tuple[Seen, ...]
    figures: tuple[Seen, ...]
    checks: tuple[Check, ...]


def find_cliffs(
    result: Allocation, who: Mask, progress: Callable[[int, int], None] | None = None
) -> Findings:
    """Try every what-if on the recipients ``who``, and judge each.

    Parameters
    ----------
    who
        Shape (n,): whose rank, figures and leaving are looked at. The pot, and who is alike, are
        looked at in any case.
    progress
        Called with how many what-ifs are done, and of how many.
    """
    case, base = Case.of(result), _base(result)
    quantum = result.heading.quantum
    gone = leavings(case, who)
    groups: list[tuple[list[Change], tuple[Criterion, ...]]] = [
        ([*rank_moves(case, who)], BETTER_RANK),
        ([*figure_steps(case, who)], REPORTS),
        ([*larger_pots(case)], MORE_MONEY),
        ([*gone], LEAVING),
        ([each.settled(case, base) for each in gone], LEAVING_PAID),
        ([*likenesses(case, base)], alike(quantum)),
    ]
    count = _Count(sum(len(changes) for changes, _ in groups), progress)
    auditor = Auditor(case, base, count.one_more)
    found = [auditor.run(changes, criteria) for changes, criteria in groups]
    checks = [check for _, checks in found for check in checks]
    return Findings(result, tuple(found[0][0]), tuple(found[1][0]), tuple(checks))


def _base(result: Allocation) -> Amounts:
    assert result.solved is not None, "whoever solves says from what"
    return Amounts.of(result.solved.shares, result.solved.whole)


@dataclass
class _Count:
    """How many what-ifs are done."""

    total: int
    progress: Callable[[int, int], None] | None
    done: int = 0

    def one_more(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)

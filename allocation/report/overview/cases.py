"""The allocations of a report: one to four, from scenarios or from the records of runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import allocate
from allocation.errors import InputError, Problem, raise_if_any
from allocation.explain.waterfall import waterfall
from allocation.record import read_record
from allocation.report.layout import half_up, names, printable, title
from allocation.report.overview.words import Words, both
from allocation.result import Allocation
from allocation.verification import rerunnable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.explain.waterfall import Waterfall
    from allocation.result import Fen

MOST = 4


@dataclass(frozen=True)
class Case:
    """One allocation as the report needs it."""

    result: Allocation

    @cached_property
    def waterfall(self) -> Waterfall:
        """Everyone's amount as a sum."""
        return waterfall(self.result)

    @cached_property
    def entitlements(self) -> Fen:
        """Shape (n,), int64 fen, rounded half up."""
        return half_up(self.result.entitlements)

    @cached_property
    def title(self) -> Words:
        """The title, marked where figures are illustrative."""
        return both(lambda language: printable(title(self.result, language)))

    @cached_property
    def names(self) -> tuple[Words, ...]:
        """The recipients' names, shape (n,)."""
        pairs = zip(names(self.result, "zh"), names(self.result, "en"), strict=True)
        return tuple(Words(zh, en) for zh, en in pairs)

    @cached_property
    def places(self) -> dict[str, int]:
        """The position of each recipient by id."""
        return {key: at for at, key in enumerate(self.result.recipients.ids)}


def cases_of(sources: Sequence[Allocation | Path | str]) -> tuple[Case, ...]:
    """Return the allocations that results, records or references mean.

    Raises
    ------
    InputError
        If there are none or more than four, or if a record is not what its inputs give now.
    ConflictError, FaultError
        As :func:`allocation.allocate`.
    """
    if not 1 <= len(sources) <= MOST:
        words = {"found": len(sources), "allowed": MOST}
        raise_if_any([Problem("L1-report-count", words=words)])
    return tuple(Case(_allocated(source)) for source in sources)


def _allocated(source: Allocation | Path | str) -> Allocation:
    if isinstance(source, Allocation):
        return source
    if not str(source).endswith(".json"):
        return allocate(str(source))
    record = read_record(source)
    with rerunnable(record) as (reference, sets):
        result = allocate(reference, sets=sets)
    if not np.array_equal(result.cells, np.array(record["amount_fen"], dtype=np.int64)):
        raise InputError([Problem("L9-record-differs", words={"found": str(source)})])
    return result

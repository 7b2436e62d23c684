"""The allocations of a report: one to four, from results, scenarios or the records of runs."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import allocate
from allocation.errors import InputError, Place, Problem, raise_if_any
from allocation.record import read_record
from allocation.report.overview.case import Case
from allocation.result import Allocation
from allocation.verification import reread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: More side by side cannot be read.
MOST = 4


def cases_of(sources: Sequence[Allocation | Path | str], folder: Path) -> tuple[Case, ...]:
    """Return the allocations that results, records or references mean.

    Parameters
    ----------
    folder
        Where the inputs of records are kept; they must stay as long as the cases are asked.

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
    return tuple(Case(_allocated(source, folder)) for source in sources)


def _allocated(source: Allocation | Path | str, folder: Path) -> Allocation:
    if isinstance(source, Allocation):
        return source
    if str(source).endswith(".json"):
        return _allocated_again(str(source), folder)
    return allocate(str(source))


def _allocated_again(source: str, folder: Path) -> Allocation:
    """Return what the inputs of a record give, which must be what the record says."""
    record = read_record(source)
    # Records with the same inputs share a folder, so that they are runs of one scenario file.
    inputs = repr(sorted(record["inputs"].items())).encode()
    result = allocate(reread(record, folder / sha256(inputs).hexdigest()[:16]))
    if not np.array_equal(result.cells, np.array(record["amount_fen"], dtype=np.int64)):
        raise InputError([Problem("L9-record-differs", Place(source))])
    # Where the inputs lie meanwhile is of no interest.
    return replace(
        result,
        heading=replace(result.heading, scenario=record["scenario"]),
        changes=tuple(change for change in result.changes if change.key != "upper.scenario"),
        recorder=lambda _: record,
    )

"""What the rows of a file mean: whatever many of them say in the same words is looked up once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from allocation.errors import Problem
from allocation.ledger.imports.lines import Lines
from allocation.ledger.imports.postings import Meaning, postings
from allocation.ledger.imports.recipients import BRINGS, Recipients, period_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from allocation.ledger.imports.known import Known
    from allocation.ledger.imports.mapping import Field_
    from allocation.ledger.imports.postings import Postings
    from allocation.ledger.imports.reading import FileRow, Reading, Rows

#: What of a row, beside its day, decides what it means.
_SAID = ("recipient", "code", "kind", "fund", "year", "batch", "purpose", "direct")


class _Unclear(NamedTuple):
    """Why a row means nothing, and in which of its fields."""

    field: Field_
    problem: Problem


def identified(reading: Reading, known: Known) -> Postings:
    """Return every row with its holder and line; mark those that have none."""
    rows, meanings = reading.rows, _Meanings(known)
    found = _found(rows, meanings)
    for at, one in enumerate(found):
        if isinstance(one, _Unclear):
            reading.mark(rows[at], one.field, one.problem)
    for row in reading.named:
        holder = meanings.recipients.find(row.recipient, row.code, row.day, row.kind)
        if isinstance(holder, Problem):
            reading.mark(row, "recipient", holder)
    clear = [one for one in found if isinstance(one, int)]
    sound = rows.where(isinstance(one, int) for one in found)
    return postings(sound, list(meanings.numbers), clear)


def _found(rows: Rows, meanings: _Meanings) -> list[int | _Unclear]:
    """Return which meaning each row has, or why it has none.

    Money is received and issued before it is used, wherever the file says so. Each row that brings
    money is looked up by itself: it says something for the rows after it.
    """
    kinds, said = rows.column("kind"), _said(rows)
    brought = {
        at: meanings.of(rows[at])
        for kind in BRINGS
        for at in (at for at, own in enumerate(kinds) if own == kind)
    }
    first = dict(zip(reversed(said), reversed(range(len(said))), strict=True))
    others = {one: meanings.of(rows[at]) for one, at in first.items() if kinds[at] not in BRINGS}
    return [brought[at] if at in brought else others[one] for at, one in enumerate(said)]


def _said(rows: Rows) -> list[Hashable]:
    """Return of each row what decides what it means."""
    periods = {day: period_of(day) for day in set(rows.column("day"))}
    period = map(periods.__getitem__, rows.column("day"))
    return list(zip(period, *map(rows.column, _SAID), strict=True))


class _Meanings:
    """What rows mean in one import; ``numbers`` has each meaning once, in order."""

    def __init__(self, known: Known) -> None:
        self.recipients, self._lines = Recipients(known.holders), Lines(known)
        self.numbers: dict[Meaning, int] = {}

    def of(self, row: FileRow) -> int | _Unclear:
        """Return the number of what a row means, or why it means nothing."""
        holder = self.recipients.find(row.recipient, row.code, row.day, row.kind)
        if isinstance(holder, Problem):
            return _Unclear("recipient", holder)
        line = self._lines.find(row, holder.code)
        if isinstance(line, Problem):
            return _Unclear("purpose", line)
        if row.kind in BRINGS:
            self._lines.learn(holder.code, line)
        return self.numbers.setdefault(Meaning(holder, line, row.kind), len(self.numbers))

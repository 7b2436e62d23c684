"""Movements by column: a hundred thousand are posted without an object for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from allocation.ledger.records import Movement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.ledger.records import Line, MovementKind


class Way(NamedTuple):
    """What decides which two accounts a movement joins; as in :class:`Movement`."""

    kind: MovementKind
    line: Line
    holder: str
    source: str
    target: str


@dataclass(frozen=True)
class Moves:
    """Movements, each column with one value for each of them.

    Parameters
    ----------
    ways
        Every way that is gone, once.
    way
        Which of these each movement goes.
    amounts, days, documents, notes, origins, hashes
        As :class:`Movement` has them.
    """

    ways: Sequence[Way]
    way: Sequence[int]
    amounts: Sequence[int]
    days: Sequence[str]
    documents: Sequence[str]
    notes: Sequence[str]
    origins: Sequence[str]
    hashes: Sequence[str | None]

    @classmethod
    def of(cls, movements: Sequence[Movement]) -> Self:
        """Return movements by column."""
        numbers: dict[Way, int] = {}
        way = [
            numbers.setdefault(Way(m.kind, m.line, m.holder, m.source, m.target), len(numbers))
            for m in movements
        ]
        return cls(
            list(numbers),
            way,
            [m.amount for m in movements],
            [m.on for m in movements],
            [m.document for m in movements],
            [m.note for m in movements],
            [m.origin for m in movements],
            [m.origin_hash for m in movements],
        )

    def __len__(self) -> int:
        return len(self.way)

    def __iter__(self) -> Iterator[Movement]:
        """Yield each movement by itself."""
        columns = (self.documents, self.notes, self.origins, self.hashes)
        for at, amount, day, *rest in zip(self.way, self.amounts, self.days, *columns, strict=True):
            kind, line, holder, source, target = self.ways[at]
            yield Movement(kind, line, holder, amount, day, source, target, *rest)

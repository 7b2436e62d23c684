"""A file against the book: what agrees, what differs, what only one of them has.

Rows and entries are paired, each once, in this order: by all they say; by document number, holder
and kind, where amount or day differ; without a number by holder, kind and amount, the nearest day
within :data:`NEAR`, then by holder, kind and day, where the amount differs. Pairing is by order of
the file and of the book, so that the same two always give the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.ledger.imports.intake import content_of, identified

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import date

    from allocation.ledger.imports.intake import Content, Posting
    from allocation.ledger.imports.known import Entered, Known
    from allocation.ledger.imports.reading import Reading

#: Days by which file and book may differ on a movement without a document number; a choice of ours.
NEAR = 31


@dataclass(frozen=True)
class Pair:
    """A row and an entry that are the same movement and do not agree in all."""

    row: Posting
    entry: Entered

    @property
    def differs(self) -> tuple[str, ...]:
        """Return in what they differ: ``amount``, ``day``, ``line``."""
        row = self.row.content
        parts = {
            "amount": row.fen != self.entry.fen,
            "day": row.day != self.entry.day,
            "line": row.line != self.entry.line,
        }
        return tuple(name for name, unlike in parts.items() if unlike)


@dataclass(frozen=True)
class Reconciled:
    """The comparison of a file with the book.

    Parameters
    ----------
    first, last
        First and last day of the file: entries outside are not missed in it.
    kinds
        Kinds of movement the file holds: others are not missed in it.
    agreed
        Rows that the book has.
    pairs
        The same movement, said differently.
    only_file, only_book
        What the other one does not have.
    """

    first: date
    last: date
    kinds: tuple[str, ...]
    agreed: tuple[Posting, ...]
    pairs: tuple[Pair, ...]
    only_file: tuple[Posting, ...]
    only_book: tuple[Entered, ...]

    @property
    def complete(self) -> bool:
        """Whether file and book say the same."""
        return not (self.pairs or self.only_file or self.only_book)


def reconcile(
    reading: Reading, known: Known, since: date | None = None, until: date | None = None
) -> Reconciled:
    """Compare a file with the book.

    Parameters
    ----------
    reading
        The file; it holds rows, and rows that mean nobody are marked in it.
    known
        The book.
    since, until
        First and last day in which entries are missed in the file; default: the file's own.
    """
    rows = identified(reading, known)
    days = [row.day for row in reading.rows]
    kinds = tuple(sorted({row.content.kind for row in rows}))
    agreed, only_file, book = _agreed(rows, known.entered)
    pairs: list[Pair] = []
    for key in (_document, _amount, _day):
        found, only_file, book = _paired(only_file, book, key)
        pairs += found
    first, last = since or min(days), until or max(days)
    only_book = [e for e in book if first <= e.day <= last and e.kind in kinds]
    return Reconciled(
        first,
        last,
        kinds,
        tuple(agreed),
        tuple(sorted(pairs, key=lambda pair: pair.row.row[:2])),
        tuple(only_file),
        tuple(only_book),
    )


def _agreed(
    rows: Sequence[Posting], entered: Sequence[Entered]
) -> tuple[list[Posting], list[Posting], list[Entered]]:
    """Return the rows the book has, those it does not have, and the entries that are left."""
    free: dict[Content, list[Entered]] = defaultdict(list)
    for entry in reversed(entered):
        free[content_of(entry)].append(entry)
    agreed: list[Posting] = []
    left: list[Posting] = []
    used: set[int] = set()
    for row in rows:
        if free[row.content]:
            used.add(free[row.content].pop().entry)
            agreed.append(row)
        else:
            left.append(row)
    return agreed, left, [entry for entry in entered if entry.entry not in used]


def _paired(
    rows: Sequence[Posting],
    entered: Sequence[Entered],
    key: Callable[[Content | Entered], Hashable],
) -> tuple[list[Pair], list[Posting], list[Entered]]:
    """Pair rows with entries of the same key, the nearest day first; return what is left."""
    free: dict[Hashable, list[Entered]] = defaultdict(list)
    for entry in entered:
        if (same := key(entry)) is not None:
            free[same].append(entry)
    pairs: list[Pair] = []
    left: list[Posting] = []
    for row in rows:
        candidates = free.get(key(row.content), [])
        apart = [abs((entry.day - row.content.day).days) for entry in candidates]
        if apart and (row.content.document or min(apart) <= NEAR):
            pairs.append(Pair(row, candidates.pop(apart.index(min(apart)))))
        else:
            left.append(row)
    used = {pair.entry.entry for pair in pairs}
    return pairs, left, [entry for entry in entered if entry.entry not in used]


def _document(of: Content | Entered) -> Hashable:
    return (of.document, of.code, of.kind) if of.document else None


def _amount(of: Content | Entered) -> Hashable:
    return None if of.document else (of.code, of.kind, of.fen)


def _day(of: Content | Entered) -> Hashable:
    return None if of.document else (of.code, of.kind, of.day)

"""The rows of a file as what is to be posted: whose money, which, and which of equal rows it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple, Self

from allocation.ledger.imports.mapping import MOVES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from allocation.ledger.imports.known import Entered
    from allocation.ledger.imports.mapping import Kind
    from allocation.ledger.imports.reading import FileRow, Rows
    from allocation.ledger.records import Holder, Line, MovementKind

_UNIT = "\x1f"


class Content(NamedTuple):
    """What makes a row the same as another."""

    day: date
    code: str
    kind: MovementKind
    fen: int
    line: Line
    document: str


class Meaning(NamedTuple):
    """Whose money a row moves, which money, and how."""

    holder: Holder
    line: Line
    kind: Kind

    @property
    def content(self) -> tuple[str, MovementKind, Line]:
        """What of it makes rows the same: not from which account the money comes."""
        return self.holder.code, MOVES[self.kind][0], self.line


class Posting(NamedTuple):
    """A row that is to be in the book: whose, what, and which of equal rows it is, from 1.

    ``row_hash`` is the SHA-256 by which its entry names it; no two entries ever have the same.
    """

    row: FileRow
    holder: Holder
    content: Content
    occurrence: int
    row_hash: str = ""


@dataclass(frozen=True)
class Postings:
    """Rows that are to be in the book, kept by column, in the order of the file.

    Parameters
    ----------
    rows
        The rows.
    meanings
        What they mean, each once.
    meaning
        Which of these each row means.
    contents
        What makes each row the same as another.
    occurrences
        Which of equal rows each is, from 1.
    hashes
        By which the book is to name each; none yet where it is not known whether they are new.
    """

    rows: Rows
    meanings: Sequence[Meaning]
    meaning: Sequence[int]
    contents: Sequence[Content]
    occurrences: Sequence[int]
    hashes: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int) -> Posting:
        return Posting(
            self.rows[at],
            self.meanings[self.meaning[at]].holder,
            self.contents[at],
            self.occurrences[at],
            self.hashes[at] if self.hashes else "",
        )

    def __iter__(self) -> Iterator[Posting]:
        return map(self.__getitem__, range(len(self)))

    @property
    def total(self) -> int:
        """Return the sum in fen."""
        return sum(self.rows.column("fen"))

    def where(self, chosen: Sequence[bool]) -> Self:
        """Return some of the rows."""
        if all(chosen):
            return self
        return replace(
            self,
            rows=self.rows.where(chosen),
            meaning=list(compress(self.meaning, chosen)),
            contents=list(compress(self.contents, chosen)),
            occurrences=list(compress(self.occurrences, chosen)),
            hashes=list(compress(self.hashes, chosen)),
        )

    def hashed(self, numbers: Iterable[int]) -> Self:
        """Return the same, each with the SHA-256 of its content as the one of a number."""
        lines = [_UNIT.join(map(str, meaning.line)) for meaning in self.meanings]
        texts = (
            f"{day}{_UNIT}{code}{_UNIT}{kind}{_UNIT}{fen}{_UNIT}{lines[at]}{_UNIT}{document}"
            f"{_UNIT}{number}"
            for (day, code, kind, fen, _, document), at, number in zip(
                self.contents, self.meaning, numbers, strict=True
            )
        )
        return replace(self, hashes=[sha256(text.encode()).hexdigest() for text in texts])


def postings(rows: Rows, meanings: Sequence[Meaning], meaning: Sequence[int]) -> Postings:
    """Return rows, each with what it means, counted among their equals."""
    parts = [one.content for one in meanings]
    contents = [
        Content(day, *parts[at][:2], fen, parts[at][2], document)
        for day, at, fen, document in zip(
            rows.column("day"), meaning, rows.column("fen"), documents_of(rows), strict=True
        )
    ]
    return Postings(rows, meanings, meaning, contents, _occurrences(contents))


def documents_of(rows: Rows) -> list[str]:
    """Return the number by which the book knows each row: of its document, voucher, or both."""
    return [
        f"{document} {voucher}" if document and voucher else document or voucher
        for document, voucher in zip(rows.column("document"), rows.column("voucher"), strict=True)
    ]


def content_of(entry: Entered) -> Content:
    """Return the content of an entry."""
    return Content(entry.day, entry.code, entry.kind, entry.fen, entry.line, entry.document)


def _occurrences(contents: Sequence[Content]) -> list[int]:
    """Return which of its equals each is, from 1."""
    if len(set(contents)) == len(contents):
        return [1] * len(contents)
    seen: Counter[Content] = Counter()
    found = []
    for content in contents:
        seen[content] += 1
        found.append(seen[content])
    return found

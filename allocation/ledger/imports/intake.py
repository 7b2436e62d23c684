"""From the rows of a file to what is new in the book, so that nothing counts twice.

A row is known by its content: day, holder, kind, amount, line and document number; and by which of
equal rows of its file it is, so that two honest equal rows are two and the same file twice is once.
The second of equal rows is in the book if the book has two of them that stand, whoever entered
them. Where such rows have no document number, nobody but the officer can know whether they are the
same payments: then the whole file waits for the answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple

from allocation.errors import Problem
from allocation.ledger.imports.lines import Lines
from allocation.ledger.imports.mapping import MOVES
from allocation.ledger.imports.recipients import BRINGS, Recipients
from allocation.money import format_amount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from allocation.ledger.imports.known import Entered, Known
    from allocation.ledger.imports.reading import FileRow, Reading
    from allocation.ledger.records import Holder, Line, MovementKind

#: What to do with rows that equal entries of another file and have no document number.
Overlap = Literal["ask", "skip", "add"]
_UNIT = "\x1f"


class Content(NamedTuple):
    """What makes a row the same as another."""

    day: date
    code: str
    kind: MovementKind
    fen: int
    line: Line
    document: str

    def hash(self, occurrence: int) -> str:
        """Return the SHA-256 of the content as the ``occurrence``-th of its kind, from 1."""
        text = _UNIT.join(map(str, (*self[:4], *self.line, self.document, occurrence)))
        return sha256(text.encode()).hexdigest()


class Posting(NamedTuple):
    """A row that is to be in the book: whose, what, and which of equal rows it is, from 1.

    ``row_hash`` is the SHA-256 by which its entry names it; no two entries ever have the same.
    """

    row: FileRow
    holder: Holder
    content: Content
    occurrence: int
    row_hash: str = ""


@dataclass
class Intake:
    """What a file brings.

    Parameters
    ----------
    reading
        The file; problems found here are marked in it.
    new, present
        Rows to be entered, and rows that are in the book already.
    same_file
        Whether this very file was imported before.
    """

    reading: Reading
    new: list[Posting] = field(default_factory=list)
    present: list[Posting] = field(default_factory=list)
    same_file: bool = False

    @property
    def total(self) -> int:
        """Return the sum of the new rows in fen."""
        return sum(posting.content.fen for posting in self.new)


def take_in(reading: Reading, known: Known, overlap: Overlap = "ask") -> Intake:
    """Return what of a file is new, its problems marked in the reading.

    Parameters
    ----------
    reading
        A file that was read.
    known
        The book.
    overlap
        What becomes of rows without a document number that equal entries of another file.
    """
    intake = Intake(reading, same_file=reading.opened.sha256 in known.files)
    postings = identified(reading, known)
    if reading.marks:
        return intake
    entered = Counter(map(content_of, known.entered))
    ever = entered + Counter(map(content_of, known.reversed))
    if overlap == "add" and not intake.same_file:
        postings = _beside(postings, entered)
    for posting in postings:
        there = posting.occurrence <= entered[posting.content]
        if there:
            intake.present.append(posting)
        else:
            ever[posting.content] += 1
            row_hash = posting.content.hash(ever[posting.content])
            intake.new.append(posting._replace(row_hash=row_hash))
    if intake.same_file and intake.new:
        _mark_other_reading(intake, known)
    elif not intake.same_file and overlap == "ask":
        _mark_unsure(intake)
        _mark_changed(intake, known)
    return intake


def identified(reading: Reading, known: Known) -> list[Posting]:
    """Return every row with its holder and line; mark those that have none."""
    recipients, lines = Recipients(known.holders), Lines(known)
    seen: Counter[Content] = Counter()
    found = []
    # Money is received and issued before it is used, wherever the file says so.
    for row in sorted(reading.rows, key=_stage):
        holder = recipients.find(row.recipient, row.code, row.day, row.kind)
        if isinstance(holder, Problem):
            reading.mark(row, "recipient", holder)
            continue
        line = lines.find(row, holder.code)
        if isinstance(line, Problem):
            reading.mark(row, "purpose", line)
            continue
        if row.kind in BRINGS:
            lines.learn(holder.code, line)
        movement = MOVES[row.kind][0]
        content = Content(row.day, holder.code, movement, row.fen, line, document_of(row))
        seen[content] += 1
        found.append(Posting(row, holder, content, seen[content]))
    for row in reading.named:
        holder = recipients.find(row.recipient, row.code, row.day, row.kind)
        if isinstance(holder, Problem):
            reading.mark(row, "recipient", holder)
    return sorted(found, key=lambda posting: posting.row[:2])


def _stage(row: FileRow) -> int:
    return BRINGS.index(row.kind) if row.kind in BRINGS else len(BRINGS)


def document_of(row: FileRow) -> str:
    """Return the number by which the book knows a row: of its document, of its voucher, or both."""
    return " ".join(filter(None, (row.document, row.voucher)))


def content_of(entry: Entered) -> Content:
    """Return the content of an entry."""
    return Content(entry.day, entry.code, entry.kind, entry.fen, entry.line, entry.document)


def _beside(postings: Sequence[Posting], entered: Mapping[Content, int]) -> list[Posting]:
    """Return rows, those without a document number numbered on from the book's: all are new."""
    return [
        posting
        if posting.content.document
        else posting._replace(occurrence=posting.occurrence + entered[posting.content])
        for posting in postings
    ]


def _mark_other_reading(intake: Intake, known: Known) -> None:
    """Mark the same file read otherwise: entering it would count its payments twice."""
    reading = intake.reading
    words = {
        "found": reading.opened.file,
        "day": known.files[reading.opened.sha256],
        "count": len(intake.new),
    }
    reading.mark(intake.new[0].row, None, Problem("L12-file-read-otherwise", words=words))


def _mark_unsure(intake: Intake) -> None:
    unsure = [posting for posting in intake.present if not posting.content.document]
    if unsure:
        total = format_amount(sum(posting.content.fen for posting in unsure))
        words = {"count": len(unsure), "total": total}
        problem = Problem("L12-maybe-the-same", words=words)
        intake.reading.mark(unsure[0].row, None, problem)


def _mark_changed(intake: Intake, known: Known) -> None:
    """Mark new rows whose voucher the book has for the same holder with something else in it."""
    here = {posting.content for posting in intake.present}
    other: dict[tuple[str, str, str], Entered] = {}
    for entry in known.entered:
        if entry.document and content_of(entry) not in here:
            other.setdefault((entry.document, entry.kind, entry.code), entry)
    for posting in intake.new:
        content = posting.content
        before = other.get((content.document, content.kind, content.code))
        if posting.row.voucher and before:
            words = {
                "found": content.document,
                "entry": before.entry,
                "day": before.day,
                "amount": format_amount(before.fen),
            }
            problem = Problem("L12-document-changed", words=words)
            intake.reading.mark(posting.row, "voucher", problem)

"""From the rows of a file to what is new in the book, so that nothing counts twice.

A row is known by its content: day, holder, kind, amount, line and document number; and by which of
equal rows of its file it is, so that two honest equal rows are two and the same file twice is once.
The second of equal rows is in the book if the book has two of them that stand, whoever entered
them. Where such rows have no document number, nobody but the officer can know whether they are the
same payments: then the whole file waits for the answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from allocation.errors import Problem
from allocation.ledger.imports.identify import identified
from allocation.ledger.imports.postings import content_of
from allocation.money import format_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.ledger.imports.known import Entered, Known
    from allocation.ledger.imports.postings import Content, Postings
    from allocation.ledger.imports.reading import Reading

#: What to do with rows that equal entries of another file and have no document number.
Overlap = Literal["ask", "skip", "add"]


@dataclass(frozen=True)
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
    new: Postings
    present: Postings
    same_file: bool


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
    every = identified(reading, known)
    same_file = reading.opened.sha256 in known.files
    if reading.marks:
        none = every.where([False] * len(every))
        return Intake(reading, none, none, same_file)
    entered = Counter(map(content_of, known.entered))
    if overlap == "add" and not same_file:
        every = _beside(every, entered)
    there = _there(every, entered)
    new = _named(every.where([not one for one in there]), known)
    intake = Intake(reading, new, every.where(there), same_file)
    if same_file and len(new):
        _mark_other_reading(intake, known)
    elif not same_file and overlap == "ask":
        _mark_unsure(intake)
        _mark_changed(intake, known)
    return intake


def _beside(every: Postings, entered: Mapping[Content, int]) -> Postings:
    """Return rows, those without a document number numbered on from the book's: all are new."""
    pairs = zip(every.contents, every.occurrences, strict=True)
    numbers = [
        occurrence if content.document else occurrence + entered.get(content, 0)
        for content, occurrence in pairs
    ]
    return replace(every, occurrences=numbers)


def _there(every: Postings, entered: Mapping[Content, int]) -> list[bool]:
    """Return whether the book has as many of each row's equals as the file has up to it."""
    if not entered:
        return [False] * len(every)
    pairs = zip(every.contents, every.occurrences, strict=True)
    return [occurrence <= entered.get(content, 0) for content, occurrence in pairs]


def _named(new: Postings, known: Known) -> Postings:
    """Return new rows with their hashes; what a reversed entry was called, none is again."""
    if not known.reversed:
        return new.hashed(new.occurrences)
    gone = Counter(map(content_of, known.reversed))
    pairs = zip(new.contents, new.occurrences, strict=True)
    return new.hashed([occurrence + gone[content] for content, occurrence in pairs])


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
    for posting in intake.new if other else ():
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

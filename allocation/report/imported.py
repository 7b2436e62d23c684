"""``allocation.import_file``: what a treasury exported, into the book; all of it, or nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.errors import InputError, Problem
from allocation.ledger.imports.intake import Intake, take_in
from allocation.ledger.imports.mapping import read_mapping
from allocation.ledger.imports.rows import read_rows
from allocation.ledger.imports.shelf import known_of, movements_of
from allocation.ledger.posting import Made
from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.marked_copy import save_marked
from allocation.scenario.workbook.sheets import open_file
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from allocation.ledger.book import Book
    from allocation.ledger.imports.intake import Overlap
    from allocation.ledger.imports.reading import Reading


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Parameters
    ----------
    intake
        The file, what was new in it and what the book had.
    journal
        Number of the journal that holds what was new; None where nothing was.
    """

    intake: Intake
    journal: int | None

    def lines(self, language: Language = "zh") -> Iterator[str]:
        """Yield what was done, in sentences."""
        reading, intake = self.intake.reading, self.intake
        words = {"file": printable(reading.opened.file), "count": len(intake.new)}
        if self.journal is None:
            yield say("imports-nothing-new", language, file=words["file"])
        else:
            total = format_amount(intake.total)
            yield say("imports-done", language, total=total, journal=self.journal, **words)
        for kind, (count, fen) in self._by_kind().items():
            name = say(f"imports-kind-{kind}", language)
            total = format_amount(fen)
            yield say("imports-of-kind", language, kind=name, count=count, total=total)
        if intake.present:
            yield say("imports-present", language, count=len(intake.present))
        yield from _passed_over(reading, language)

    def _by_kind(self) -> dict[str, tuple[int, int]]:
        contents = [posting.content for posting in self.intake.new]
        counts = Counter(content.kind for content in contents)
        return {
            kind: (count, sum(content.fen for content in contents if content.kind == kind))
            for kind, count in counts.items()
        }


def import_file(
    book: Book,
    path: Path | str,
    *,
    mapping: Path | str | None = None,
    sheets: Sequence[str] = (),
    overlap: Overlap = "ask",
    marked: Path | str | None = None,
    language: Language = "zh",
    **given: object,
) -> Imported:
    """Import a file into the book.

    Parameters
    ----------
    book
        The book.
    path
        An xlsx, xls or CSV file.
    mapping
        A mapping of headers (TOML) over the usual one.
    sheets
        The sheets to read; default: those of the mapping, else every visible one.
    overlap
        What becomes of rows that equal entries of the book and have no document number: ``ask``
        refuses the file, ``skip`` takes them for the same, ``add`` for others.
    marked
        Folder for the marked-up copy of a file that is refused; default: none is written.
    language
        Of the comments in that copy.
    given
        ``kind``, ``fund``, ``year``, ``batch``, ``purpose``, ``direct``: what the file does not
        say, for all of its rows.

    Raises
    ------
    InputError
        With everything that is wrong in the file; then nothing is imported.
    """
    reading = read_file(path, mapping=mapping, sheets=sheets, **given)
    intake = take_in(reading, known_of(book, reading), overlap)
    refuse_if_wrong(reading, marked, language)
    if not intake.new:
        return Imported(intake, None)
    opened = reading.opened
    made = Made("import", opened.file, opened.sha256)
    journal = book.post(movements_of(intake), made)
    return Imported(intake, journal)


def read_file(
    path: Path | str,
    *,
    mapping: Path | str | None = None,
    sheets: Sequence[str] = (),
    **given: object,
) -> Reading:
    """Return what a file holds, its problems marked in it; see :func:`import_file`.

    Raises
    ------
    InputError
        If the file or the mapping cannot be read at all.
    """
    meaning = read_mapping(mapping).with_given(**given)
    return read_rows(open_file(path, sheets or meaning.sheets), meaning)


def refuse_if_wrong(reading: Reading, marked: Path | str | None, language: Language = "zh") -> None:
    """Raise with every problem of a file; write its marked-up copy into the folder ``marked``."""
    problems = reading.problems
    if not problems:
        return
    if marked is not None:
        path = save_marked(reading, marked, language)
        problems.append(Problem("L1-marked-copy", words={"found": path}, warning=True))
    raise InputError(problems)


def _passed_over(reading: Reading, language: Language) -> Iterator[str]:
    """Yield what of a file was not taken, so that nobody has to guess."""
    if reading.totals:
        yield say("imports-totals", language, count=len(reading.totals))
    if reading.remarks:
        places = "、".join(map(str, reading.remarks[:3]))
        words = {"count": len(reading.remarks), "places": printable(places)}
        yield say("imports-remarks", language, **words)
    unused = [name for head in reading.heads if head for name in head.unused]
    if unused:
        names = printable("、".join(dict.fromkeys(unused)))
        yield say("imports-unused", language, names=names)
    for problem in (*reading.opened.notes, *reading.warnings):
        yield say("report-warning", language, text=printable(problem.text(language)))

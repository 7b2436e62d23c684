"""``allocation.reconcile``: a treasury's export against the book, and what to do about it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from allocation.ledger.imports.reconcile import Reconciled
from allocation.ledger.imports.reconcile import reconcile as compare
from allocation.ledger.imports.shelf import known_of
from allocation.money import format_amount
from allocation.report.csv_file import defused, yuan
from allocation.report.imported import read_file, refuse_if_wrong
from allocation.report.layout import printable
from allocation.report.saved import save_files
from allocation.report.terminal import console, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from rich.console import Console

    from allocation.ledger.book import Book
    from allocation.ledger.imports.intake import Content
    from allocation.ledger.imports.known import Entered

#: More rows of a table than this stand in the file only.
MOST_ROWS = 60
COLUMNS = (
    *(
        "result",
        "differs",
        "entry",
        "recipient",
        "name",
        "kind",
        "fund",
        "year",
        "batch",
        "purpose",
    ),
    *("direct", "document", "day_file", "day_book", "yuan_file", "yuan_book"),
)


class Difference(NamedTuple):
    """One difference: what the file says, what the book says, either may be missing."""

    result: str
    name: str
    differs: tuple[str, ...]
    said: Content | None
    entry: Entered | None


def reconcile(
    book: Book,
    path: Path | str,
    *,
    mapping: Path | str | None = None,
    sheets: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    marked: Path | str | None = None,
    language: Language = "zh",
    **given: object,
) -> Reconciled:
    """Compare a file with the book; nothing is changed.

    Parameters
    ----------
    since, until
        Days between which entries are missed in the file; default: the file's first and last day.
    book, path, mapping, sheets, marked, language, given
        As in :func:`allocation.import_file`.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    reading = read_file(path, mapping=mapping, sheets=sheets, **given)
    found = None
    if not reading.marks:
        found = compare(reading, known_of(book, reading, since, until), since, until)
    refuse_if_wrong(reading, marked, language)
    assert found is not None, "a file without problems was compared"
    return found


def differences(found: Reconciled) -> list[Difference]:
    """Return every difference: pairs first, then what only the file has, then only the book."""
    return [
        *(
            Difference("differs", pair.row.holder.name, pair.differs, pair.row.content, pair.entry)
            for pair in found.pairs
        ),
        *(
            Difference("only_file", row.holder.name, (), row.content, None)
            for row in found.only_file
        ),
        *(Difference("only_book", entry.name, (), None, entry) for entry in found.only_book),
    ]


def print_reconciled(
    found: Reconciled, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print how many agree, and a table of those that do not."""
    from rich.text import Text

    out = on or console()
    words = {"agreed": len(found.agreed), "first": found.first, "last": found.last}
    counts = {"pairs": len(found.pairs), "file": len(found.only_file), "book": len(found.only_book)}
    out.print(Text(say("imports-reconciled", language, **words, **counts)), soft_wrap=True)
    every = differences(found)
    if every:
        heads = [say(f"imports-head-{name}", language) for name in _HEADS]
        out.print(ruled(heads, [_cells(one, language) for one in every[:MOST_ROWS]]))
    if len(every) > MOST_ROWS:
        out.print(Text(say("imports-more", language, count=len(every) - MOST_ROWS)), soft_wrap=True)
    if found.complete:
        out.print(Text(say("imports-complete", language)), soft_wrap=True)


def save_reconciled(found: Reconciled, folder: Path | str) -> list[Path]:
    """Write ``reconcile.csv``: every difference, UTF-8 with a byte order mark.

    Raises
    ------
    InputError
        If it cannot be written.
    """

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *map(_row, differences(found))])

    return save_files(Path(folder), {"reconcile.csv": write})


_HEADS = ("recipient", "result", "kind", "document", "day", "amount")


def _cells(one: Difference, language: Language) -> list[str]:
    """Return a line of the table; where both say something else, the file's before the book's."""
    either = one.said or one.entry
    assert either is not None, "a difference has a side"
    result = say(f"imports-result-{one.result.replace('_', '-')}", language)
    differs = [say(f"imports-differs-{part}", language) for part in one.differs]
    days = dict.fromkeys(str(side.day) for side in (one.said, one.entry) if side)
    amounts = dict.fromkeys(format_amount(side.fen) for side in (one.said, one.entry) if side)
    return [
        printable(one.name),
        "、".join(differs) or result,
        say(f"imports-kind-{either.kind}", language),
        printable(either.document),
        " / ".join(days),
        " / ".join(amounts),
    ]


def _row(one: Difference) -> Iterator[str]:
    said, entry = one.said, one.entry
    either = said or entry
    assert either is not None, "a difference has a side"
    yield one.result
    yield "+".join(one.differs)
    yield str(entry.entry) if entry else ""
    yield from map(
        defused, map(str, (either.code, one.name, either.kind, *either.line, either.document))
    )
    yield from (str(side.day) if side else "" for side in (said, entry))
    yield from (yuan(side.fen) if side else "" for side in (said, entry))

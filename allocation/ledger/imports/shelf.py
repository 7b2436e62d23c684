"""Between the book and an import: what of the book an import must know, and rows as movements."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from allocation.ledger.database import told
from allocation.ledger.imports.known import Entered, Known
from allocation.ledger.imports.mapping import MOVES
from allocation.ledger.imports.postings import documents_of
from allocation.ledger.imports.reconcile import NEAR
from allocation.ledger.moves import Moves, Way
from allocation.ledger.records import Holder, Line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from allocation.ledger.book import Book
    from allocation.ledger.imports.intake import Intake
    from allocation.ledger.imports.postings import Meaning
    from allocation.ledger.imports.reading import Reading

#: Entries about the days of a file, and those of its documents whenever they were; each with its
#: lower end, as a file would say it, and with its reversal.
_ENTERED = """
SELECT
    entry.id, entry.valid_on, low.code, entry.kind, entry.amount,
    line.fund, line.year, line.batch, line.purpose, line.direct,
    entry.document, low.name, entry.origin, reversal.id
FROM entry
JOIN account AS a ON a.id = entry.source
JOIN account AS b ON b.id = entry.target
JOIN line ON line.id = a.line
JOIN holder AS low ON low.id = iif(entry.kind IN ('recover', 'return'), a.holder, b.holder)
LEFT JOIN entry AS reversal ON reversal.reverses = entry.id
WHERE entry.reverses IS NULL AND (
    entry.valid_on BETWEEN ? AND ? OR entry.document IN (SELECT value FROM json_each(?))
)
ORDER BY entry.id
"""
_HOLDERS = """
SELECT holder.code, holder.name, holder.level, coalesce(up.code, '')
FROM holder LEFT JOIN holder AS up ON up.id = holder.parent
"""
_LINES = "SELECT fund, year, batch, purpose, direct FROM line"
_HELD = """
SELECT DISTINCT holder.code, line.fund, line.year, line.batch, line.purpose, line.direct
FROM account JOIN holder ON holder.id = account.holder JOIN line ON line.id = account.line
"""
#: Files of which any entry stands.
_FILES = """
SELECT journal.file_hash, max(journal.recorded_at)
FROM journal
WHERE journal.made_by = 'import' AND EXISTS (
    SELECT 1 FROM entry
    WHERE entry.journal = journal.id
    AND NOT EXISTS (SELECT 1 FROM entry AS reversal WHERE reversal.reverses = entry.id)
)
GROUP BY journal.file_hash
"""


def known_of(
    book: Book, reading: Reading, since: date | None = None, until: date | None = None
) -> Known:
    """Return what the book knows about a file's days and documents, and the days asked for."""
    stated = {*reading.rows.column("day"), *(row.day for row in reading.named)}
    days = sorted(stated | {day for day in (since, until) if day})
    if not days:
        return Known()
    documents = {*documents_of(reading.rows)} - {""}
    near = timedelta(NEAR)
    values = (str(days[0] - near), str(days[-1] + near), json.dumps(sorted(documents)))
    with told(book.path):
        return _known(book.connection, values)


def _known(connection: sqlite3.Connection, values: tuple[str, str, str]) -> Known:
    entered: list[Entered] = []
    gone: list[Entered] = []
    for entry, day, code, kind, fen, *line, document, name, origin, reversal in connection.execute(
        _ENTERED, values
    ):
        day_ = date.fromisoformat(day)
        found = Entered(entry, day_, code, kind, fen, _line(line), document, name, origin)
        (entered if reversal is None else gone).append(found)
    return Known(
        {row[0]: Holder(*row) for row in connection.execute(_HOLDERS)},
        [_line(row) for row in connection.execute(_LINES)],
        _held(connection),
        entered,
        gone,
        dict(connection.execute(_FILES)),
    )


def movements_of(intake: Intake) -> Moves:
    """Return what is new in a file as movements, each with the place and hash of its row."""
    new, rows = intake.new, intake.new.rows
    days = {day: day.isoformat() for day in set(rows.column("day"))}
    # In the order in which they come to be used: so accounts are numbered.
    ways = {number: at for at, number in enumerate(dict.fromkeys(new.meaning))}
    return Moves(
        [_way(new.meanings[number]) for number in ways],
        list(map(ways.__getitem__, new.meaning)),
        rows.column("fen"),
        list(map(days.__getitem__, rows.column("day"))),
        [content.document for content in new.contents],
        rows.column("note"),
        intake.reading.places(rows),
        new.hashes,
    )


def _way(meaning: Meaning) -> Way:
    """Return what decides which accounts the rows of a meaning join."""
    return Way(MOVES[meaning.kind][0], meaning.line, meaning.holder.code, *MOVES[meaning.kind][1:])


def _held(connection: sqlite3.Connection) -> dict[str, frozenset[Line]]:
    found: dict[str, set[Line]] = defaultdict(set)
    for code, *line in connection.execute(_HELD):
        found[code].add(_line(line))
    return {code: frozenset(lines) for code, lines in found.items()}


def _line(row: Sequence[Any]) -> Line:
    """Return a line of funds from its columns."""
    fund, year, batch, purpose, direct = row
    return Line(fund, year, batch, purpose, direct=bool(direct))

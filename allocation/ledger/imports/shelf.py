"""Between the book and an import: what of the book an import must know, and rows as movements."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allocation.ledger.database import told
from allocation.ledger.imports.intake import document_of
from allocation.ledger.imports.known import Entered, Known
from allocation.ledger.imports.mapping import MOVES
from allocation.ledger.imports.reconcile import NEAR
from allocation.ledger.queries import entries
from allocation.ledger.records import Holder, Line, Movement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from allocation.ledger.book import Book
    from allocation.ledger.imports.intake import Intake
    from allocation.ledger.imports.mapping import Kind
    from allocation.ledger.imports.reading import Reading
    from allocation.ledger.records import AccountKind

#: Entries about the days of a file, and those of its documents whenever they were.
_ABOUT = (
    "WHERE entry.valid_on BETWEEN ? AND ? OR entry.document IN (SELECT value FROM json_each(?))"
)
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
    stated = [row.day for row in (*reading.rows, *reading.named)]
    days = sorted(stated + [day for day in (since, until) if day])
    if not days:
        return Known()
    documents = {document_of(row) for row in reading.rows} - {""}
    near = timedelta(NEAR)
    values = (str(days[0] - near), str(days[-1] + near), json.dumps(sorted(documents)))
    with told(book.path):
        return _known(book.connection, values)


def _known(connection: sqlite3.Connection, values: tuple[str, str, str]) -> Known:
    table = entries(connection, _ABOUT, values)
    original = table[table["reverses"] == 0]
    stands = original["reversed_by"] == 0
    return Known(
        {row[0]: Holder(*row) for row in connection.execute(_HOLDERS)},
        [_line(row) for row in connection.execute(_LINES)],
        _held(connection),
        _entered(original[stands]),
        _entered(original[~stands]),
        dict(connection.execute(_FILES)),
    )


def movements_of(intake: Intake) -> list[Movement]:
    """Return what is new in a file as movements, each with the place and hash of its row."""
    reading = intake.reading
    return [
        Movement(
            posting.content.kind,
            posting.content.line,
            posting.content.code,
            posting.content.fen,
            posting.content.day.isoformat(),
            *_ends(posting.row.kind),
            document=posting.content.document,
            note=posting.row.note,
            origin=str(reading.place(posting.row)),
            origin_hash=posting.row_hash,
        )
        for posting in intake.new
    ]


def _ends(kind: Kind) -> tuple[AccountKind, AccountKind]:
    """Return the accounts that a movement of a kind leaves and reaches."""
    _, source, target = MOVES[kind]
    return source, target


def _held(connection: sqlite3.Connection) -> dict[str, frozenset[Line]]:
    found: dict[str, set[Line]] = defaultdict(set)
    for code, *line in connection.execute(_HELD):
        found[code].add(_line(line))
    return {code: frozenset(lines) for code, lines in found.items()}


def _entered(table: pd.DataFrame) -> list[Entered]:
    """Return entries of the book as records."""
    return [
        Entered(
            row.entry,
            row.valid_on.date(),
            row.recipient,
            row.kind,
            row.amount,
            Line(row.fund, row.year, row.batch, row.purpose, row.direct),
            row.document,
            row.name,
            row.origin,
        )
        for row in table.itertuples()
    ]


def _line(row: Sequence[Any]) -> Line:
    """Return a line of funds from its columns."""
    fund, year, batch, purpose, direct = row
    return Line(fund, year, batch, purpose, direct=bool(direct))

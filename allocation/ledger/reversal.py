"""Corrections: what was posted by mistake is posted again, the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem, raise_if_any
from allocation.ledger.posting import Made, write

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

_ENTRIES = (
    "SELECT id, kind, source, target, amount, valid_on, document, reverses,"
    " (SELECT id FROM entry AS later WHERE later.reverses = entry.id)"
    " FROM entry WHERE {column} = ? ORDER BY id"
)


def reverse(
    connection: sqlite3.Connection, number: int, reason: str, on: date, *, whole: bool
) -> int:
    """Write the exact opposite of an entry, or of a journal's, inside a transaction.

    Of a journal, what is reversed already is left alone.

    Parameters
    ----------
    whole
        Whether the number is a journal's.

    Returns
    -------
    The journal.

    Raises
    ------
    InputError
        If there is nothing of that number, it is reversed already or a reversal itself, no reason
        is given, or the money has moved on.
    """
    query = _ENTRIES.format(column="journal" if whole else "id")
    rows = connection.execute(query, (number,)).fetchall()
    raise_if_any(_irreversible(number, rows, reason, on, whole=whole))
    back = [
        (kind, target, source, amount, on.isoformat(), document, reason, "", None, entry)
        for entry, kind, source, target, amount, _, document, _, later in rows
        if later is None
    ]
    return write(connection, back, Made("reverse"))


def _irreversible(
    number: int, rows: list[tuple[object, ...]], reason: str, on: date, *, whole: bool
) -> list[Problem]:
    """Return why entries cannot be reversed."""
    if not rows:
        return [Problem("L12-no-journal" if whole else "L12-no-entry", words={"found": number})]
    words: dict[str, object] = {"found": rows[0][0]}
    problems = []
    if rows[0][7] is not None:
        problems.append(Problem("L12-reversal-of-reversal", words=words))
    if all(row[8] is not None for row in rows):
        problems.append(Problem("L12-reversed", words=words | {"other": rows[0][8]}))
    if not reason.strip():
        problems.append(Problem("L12-no-reason", words=words))
    last = max(rows, key=lambda row: str(row[5]))
    if on.isoformat() < str(last[5]):
        dated = {"found": last[0], "day": last[5], "on": on}
        problems.append(Problem("L12-reversed-before", words=dated))
    return problems

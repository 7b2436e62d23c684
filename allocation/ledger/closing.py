"""Closing a year: what is unspent is carried over once, and is surplus the second time.

预算法 42, 条例 50: money unspent at the end of its budget year is carried over for the same
purpose; what is unspent at the end of the next year too is surplus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.ledger.records import Movement, line_of

if TYPE_CHECKING:
    import sqlite3

_BALANCES = """
SELECT line.fund, line.year, line.batch, line.purpose, line.direct, holder.code,
    account.kind, sum(moved.amount)
FROM account
JOIN (
    SELECT target AS holding, day, amount FROM daily
    UNION ALL SELECT source, day, -amount FROM daily
) AS moved ON moved.holding = account.id AND moved.day <= ?1
JOIN line ON line.id = account.line
JOIN holder ON holder.id = account.holder
WHERE account.kind IN (SELECT source FROM movement WHERE kind = 'carry_over')
    AND line.year <= ?2
GROUP BY account.id HAVING sum(moved.amount) > 0
ORDER BY line.id, holder.id, account.id
"""


def closing(connection: sqlite3.Connection, year: int) -> list[Movement]:
    """Return the movements that close a year; nothing is written.

    Balances are those of its last day. What is carried over on that day is opened again on the
    first of the next year, in the account it was in.
    """
    end, start = f"{year}-12-31", f"{year + 1}-01-01"
    movements = []
    for *money, holder, kind, fen in connection.execute(_BALANCES, (end, year)):
        line = line_of(money)
        if line.year < year:
            movements.append(Movement("lapse", line, holder, fen, end, source=kind))
            continue
        movements.append(Movement("carry_over", line, holder, fen, end, source=kind))
        movements.append(Movement("reopen", line, holder, fen, start, target=kind))
    return movements

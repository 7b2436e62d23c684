"""``bokuan book check``: everything the book must be, looked at afresh; each check has a name."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.ledger.chain import ENTRY, definitions, journal_hash
from allocation.ledger.database import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: So many findings of one check are told.
_SHOWN = 20


@dataclass(frozen=True)
class Finding:
    """What one check found wrong: its name and the places, none if all is well."""

    check: str
    places: tuple[str, ...]


def check(connection: sqlite3.Connection) -> tuple[Finding, ...]:
    """Return what every check found, in order."""
    return tuple(
        Finding(
            name, tuple(place for place, _ in zip(look(connection), range(_SHOWN), strict=False))
        )
        for name, look in CHECKS.items()
    )


def _file(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether SQLite finds the file whole, and every reference leads somewhere."""
    for (said,) in connection.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield said
    for table, row, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{table} {row}"


def _guards(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether tables, triggers and the ways money may go are those of the schema."""
    fresh = sqlite3.connect(":memory:")
    fresh.executescript(schema())
    query = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
    wanted, found = set(fresh.execute(query)), set(connection.execute(query))
    yield from sorted({name for name, _ in wanted ^ found})
    ways = "SELECT kind, source, target, way FROM movement"
    for way in sorted(set(fresh.execute(ways)) ^ set(connection.execute(ways))):
        yield " ".join(way)
    fresh.close()


def _chain(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether every journal's hash follows from its entries and from the one before."""
    entries: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for row in connection.execute(f"SELECT {', '.join(ENTRY)} FROM entry ORDER BY id"):  # noqa: S608
        entries[row[1]].append(row)
    accounts = definitions(connection)
    before, expected, seen = "", 1, 0
    for *head, digest in connection.execute(
        "SELECT id, made_by, recorded_at, file, file_hash, entries, amount, accounts, previous,"
        " hash FROM journal ORDER BY id"
    ):
        journal, known, previous = head[0], head[-2], head[-1]
        own = journal_hash(head, accounts[seen:known], entries.pop(journal, []))
        if previous != before or journal != expected or digest != own:
            yield f"journal {journal}"
        before, expected, seen = digest, journal + 1, known
    yield from (f"journal {journal}" for journal in entries)


def _movements(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether every entry goes from an account to another that its kind may go to."""
    for (entry,) in connection.execute(
        """
        SELECT entry.id
        FROM entry
        JOIN account AS a
            ON a.id = CASE WHEN reverses IS NULL THEN entry.source ELSE entry.target END
        JOIN account AS b
            ON b.id = CASE WHEN reverses IS NULL THEN entry.target ELSE entry.source END
        JOIN holder AS up ON up.id = a.holder
        JOIN holder AS down ON down.id = b.holder
        LEFT JOIN movement
            ON movement.kind = entry.kind
            AND movement.source = a.kind
            AND movement.target = b.kind
        WHERE a.line <> b.line OR movement.way IS NULL OR CASE movement.way
            WHEN 'same' THEN a.holder <> b.holder
            WHEN 'down' THEN down.parent IS NOT a.holder
            ELSE up.parent IS NOT b.holder
        END
        """
    ):
        yield f"entry {entry}"


def _balances(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether every balance is the sum of its entries, and all of them together nothing."""
    for account, kept, found in connection.execute(
        """
        SELECT account.id, account.balance, coalesce(sum(moved.amount), 0)
        FROM account
        LEFT JOIN (
            SELECT target AS holding, amount FROM entry
            UNION ALL SELECT source, -amount FROM entry
        ) AS moved ON moved.holding = account.id
        GROUP BY account.id HAVING account.balance <> coalesce(sum(moved.amount), 0)
        """
    ):
        yield f"account {account}: {kept} <> {found} fen"


def _sums(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether the daily sums are those of the entries."""
    signed = """
        SELECT
            CASE WHEN reverses IS NULL THEN source ELSE target END AS a,
            CASE WHEN reverses IS NULL THEN target ELSE source END AS b,
            kind, valid_on AS day,
            sum(CASE WHEN reverses IS NULL THEN amount ELSE -amount END) AS amount
        FROM entry GROUP BY a, b, kind, day
    """
    kept = "SELECT source, target, kind, day, amount FROM daily"
    for one, other in ((kept, signed), (signed, kept)):
        for row in connection.execute(f"SELECT * FROM ({one}) EXCEPT SELECT * FROM ({other})"):  # noqa: S608
            yield " ".join(map(str, row))


def _days(connection: sqlite3.Connection) -> Iterator[str]:
    """Whether no account but the source is below zero on any day."""
    for account, day, balance in connection.execute(
        """
        SELECT holding, day, running FROM (
            SELECT holding, day, sum(sum(amount)) OVER (
                PARTITION BY holding ORDER BY day
            ) AS running
            FROM (
                SELECT target AS holding, day, amount FROM daily
                UNION ALL SELECT source, day, -amount FROM daily
            ) GROUP BY holding, day
        ) JOIN account ON account.id = holding
        WHERE running < 0 AND account.kind <> 'source'
        """
    ):
        yield f"account {account}, {day}: {balance} fen"


CHECKS: dict[str, Callable[[sqlite3.Connection], Iterator[str]]] = {
    "file": _file,
    "guards": _guards,
    "chain": _chain,
    "movements": _movements,
    "balances": _balances,
    "sums": _sums,
    "days": _days,
}

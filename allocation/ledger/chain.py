"""The chain of hashes over the journals: whoever changes one entry changes every hash after it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

#: What of an entry is hashed, in this order.
ENTRY = (
    *("id", "journal", "kind", "source", "target", "amount", "valid_on", "document", "note"),
    *("origin", "origin_hash", "reverses"),
)
_ACCOUNTS = """
SELECT account.id, fund, year, batch, purpose, direct, code, level, account.kind
FROM account
JOIN line ON line.id = account.line
JOIN holder ON holder.id = account.holder
ORDER BY account.id
"""


def definitions(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return what each account is, in order of their numbers: entries only say the number."""
    return connection.execute(_ACCOUNTS).fetchall()


def journal_hash(
    head: Sequence[Any], accounts: Sequence[Sequence[Any]], entries: Iterable[Sequence[Any]]
) -> str:
    """Return the hash of a journal.

    Parameters
    ----------
    head
        Its row up to ``previous``, the hash of the journal before.
    accounts
        What the accounts known to it are.
    entries
        Its entries, with the columns ``ENTRY``.
    """
    whole = [list(head), [list(row) for row in accounts], [list(row) for row in entries]]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()

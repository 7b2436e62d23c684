"""The chain of hashes over the journals: whoever changes one entry changes every hash after it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

#: What of an entry is hashed, in this order.
ENTRY = (
    *("id", "journal", "kind", "source", "target", "amount", "valid_on", "document", "note"),
    *("origin", "origin_hash", "reverses"),
)
_ACCOUNTS = """
SELECT account.id, fund, year, batch, purpose, direct, code, name, level, account.kind
FROM account
JOIN line ON line.id = account.line
JOIN holder ON holder.id = account.holder
ORDER BY account.id LIMIT -1 OFFSET ?
"""


def definitions(connection: sqlite3.Connection, after: int = 0) -> list[tuple[Any, ...]]:
    """Return what each account is after the first few: entries only say an account's number."""
    return connection.execute(_ACCOUNTS, (after,)).fetchall()


def journal_hash(
    head: Sequence[Any], accounts: Sequence[Sequence[Any]], entries: Sequence[Sequence[Any]]
) -> str:
    """Return the hash of a journal.

    Parameters
    ----------
    head
        Its row up to ``previous``, the hash of the journal before.
    accounts
        What the accounts are that are new since the journal before.
    entries
        Its entries, with the columns ``ENTRY``.
    """
    text = json.dumps([head, accounts, entries], ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()

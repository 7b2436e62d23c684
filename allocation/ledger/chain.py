"""The chain of hashes over the journals: whoever changes one entry changes every hash after it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What of an entry is hashed: accounts by what they are, not by their number.
HASHED = """
SELECT
    entry.id, entry.kind, entry.amount, entry.valid_on, entry.document, entry.note, entry.origin,
    coalesce(entry.origin_hash, ''), coalesce(entry.reverses, 0),
    line.fund, line.year, line.batch, line.purpose, line.direct,
    a_holder.code, a.kind, b_holder.code, b.kind, entry.journal
FROM entry
JOIN account AS a ON a.id = entry.source
JOIN account AS b ON b.id = entry.target
JOIN line ON line.id = a.line
JOIN holder AS a_holder ON a_holder.id = a.holder
JOIN holder AS b_holder ON b_holder.id = b.holder
"""


def journal_hash(previous: str, head: Sequence[Any], entries: Iterable[Sequence[Any]]) -> str:
    """Return the hash of a journal from that of the one before, its head and its entries."""
    digest = sha256(json.dumps([previous, *head], ensure_ascii=False).encode())
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    digest.update("\n".join(map(encode, entries)).encode())
    return digest.hexdigest()

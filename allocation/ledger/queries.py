"""What the book says, as frames: as of a day, and as it was known at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.ledger.records import ACCOUNTS, MOVEMENTS

if TYPE_CHECKING:
    import sqlite3
    from datetime import date, datetime

    import pandas as pd

_LINE = ["fund", "year", "batch", "purpose", "direct"]
_HOLDER = ["recipient", "name", "level", "parent"]

#: Sums by way and kind: from the daily sums, or from the entries known at a moment.
_KNOWN = """
SELECT
    CASE WHEN reverses IS NULL THEN source ELSE target END AS source,
    CASE WHEN reverses IS NULL THEN target ELSE source END AS target,
    kind, valid_on AS day,
    CASE WHEN reverses IS NULL THEN entry.amount ELSE -entry.amount END AS amount
FROM entry JOIN journal ON journal.id = entry.journal
WHERE journal.recorded_at <= :known
"""
_FLOWS = """
WITH moved AS (
    SELECT source, target, kind, {day} sum(amount) AS amount
    FROM ({sums}) WHERE day <= :until GROUP BY source, target, kind {by_day}
)
SELECT
    line.fund, line.year, line.batch, line.purpose, line.direct,
    low.code, low.name, low.level, coalesce(up.code, ''), moved.kind, a.kind, b.kind,
    {shown} moved.amount
FROM moved
JOIN account AS a ON a.id = moved.source
JOIN account AS b ON b.id = moved.target
JOIN line ON line.id = a.line
JOIN holder AS low
    ON low.id = CASE WHEN moved.kind IN ('recover', 'return') THEN a.holder ELSE b.holder END
LEFT JOIN holder AS up ON up.id = low.parent
ORDER BY line.id, low.id, moved.kind {by_shown}
"""
_POSITIONS = """
WITH moved AS (
    SELECT source, target, sum(amount) AS amount
    FROM ({sums}) WHERE day <= :until GROUP BY source, target
), held AS (
    SELECT holding, sum(amount) AS amount FROM (
        SELECT target AS holding, amount FROM moved
        UNION ALL SELECT source, -amount FROM moved
    ) GROUP BY holding
)
SELECT
    line.fund, line.year, line.batch, line.purpose, line.direct,
    holder.code, holder.name, holder.level, coalesce(up.code, ''), account.kind, held.amount
FROM held
JOIN account ON account.id = held.holding
JOIN line ON line.id = account.line
JOIN holder ON holder.id = account.holder
LEFT JOIN holder AS up ON up.id = holder.parent
ORDER BY line.id, holder.id
"""
_ENTRIES = """
SELECT
    entry.id, entry.journal, entry.kind, line.fund, line.year, line.batch, line.purpose,
    line.direct, low.code, low.name, a.kind, b.kind, entry.amount, entry.valid_on,
    journal.recorded_at, journal.made_by, entry.document, entry.note, entry.origin,
    coalesce(entry.reverses, 0), coalesce(reversal.id, 0)
FROM entry
JOIN journal ON journal.id = entry.journal
JOIN account AS a ON a.id = entry.source
JOIN account AS b ON b.id = entry.target
JOIN line ON line.id = a.line
JOIN holder AS low ON low.id = CASE
    WHEN (entry.kind IN ('recover', 'return')) = (entry.reverses IS NULL) THEN a.holder
    ELSE b.holder
END
LEFT JOIN entry AS reversal ON reversal.reverses = entry.id
"""
ENTRY_COLUMNS = (
    *("entry", "journal", "kind", "fund", "year", "batch", "purpose", "direct"),
    *("recipient", "name", "source", "target", "amount", "valid_on", "recorded_at", "made_by"),
    *("document", "note", "origin", "reverses", "reversed_by"),
)
_END = "9999-12-31"


def flows(
    connection: sqlite3.Connection,
    as_of: date | None = None,
    known_on: datetime | None = None,
    *,
    daily: bool = True,
) -> pd.DataFrame:
    """Return what moved, by line, holder, kind, the two accounts and (if ``daily``) day.

    Columns ``fund``, ``year``, ``batch``, ``purpose``, ``direct``, ``recipient`` (code), ``name``,
    ``level``, ``parent`` (code), ``kind``, ``source`` and ``target`` (kinds of account),
    ``valid_on`` (datetime64), ``amount`` (int64 fen). The recipient is the lower end; what is
    reversed counts against its kind and accounts.
    """
    import pandas as pd

    days = {"day": "day,", "by_day": ", day", "shown": "moved.day,", "by_shown": ", moved.day"}
    none = dict.fromkeys(days, "")
    query = _FLOWS.format(sums=_sums(known_on), **(days if daily else none))
    rows = connection.execute(query, _until(as_of, known_on)).fetchall()
    columns = [
        *_LINE,
        *_HOLDER,
        "kind",
        "source",
        "target",
        *(["valid_on"] if daily else []),
        "amount",
    ]
    table = pd.DataFrame(rows, columns=columns)
    table["kind"] = pd.Categorical(table["kind"], categories=MOVEMENTS)
    if daily:
        table["valid_on"] = pd.to_datetime(table["valid_on"], format="%Y-%m-%d")
    return _typed(table)


def positions(
    connection: sqlite3.Connection, as_of: date | None = None, known_on: datetime | None = None
) -> pd.DataFrame:
    """Return balances, one row per line and holder.

    int64 fen by account: ``available`` (issued and free), ``committed``, ``disbursed`` (paid, not
    spent), ``spent``, ``carried_over``, ``surplus``, ``recovered``, ``source`` (the centre: minus
    all that came in).
    """
    import pandas as pd

    query = _POSITIONS.format(sums=_sums(known_on))
    rows = connection.execute(query, _until(as_of, known_on)).fetchall()
    table = pd.DataFrame(rows, columns=[*_LINE, *_HOLDER, "account", "amount"])
    keys = [*_LINE, *_HOLDER]
    wide = table.pivot_table(
        index=keys, columns="account", values="amount", aggfunc="sum", fill_value=0, sort=False
    ).reindex(columns=ACCOUNTS, fill_value=0)
    wide = wide.astype("int64").rename(columns={"issued": "available"}).reset_index()
    wide.columns.name = None
    return _typed(wide)


def entries(
    connection: sqlite3.Connection, where: str = "", values: tuple[Any, ...] = (), last: int = 0
) -> pd.DataFrame:
    """Return every entry in order, those of a condition, the last few; amounts as int64 fen."""
    import pandas as pd

    query = f"{_ENTRIES} {where} ORDER BY entry.id DESC LIMIT ?"
    rows = connection.execute(query, (*values, last or -1)).fetchall()
    table = pd.DataFrame(rows[::-1], columns=list(ENTRY_COLUMNS))
    table["valid_on"] = pd.to_datetime(table["valid_on"], format="%Y-%m-%d")
    return _typed(table)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    kinds = {"year": "int64", "direct": bool, "amount": "int64"}
    return table.astype({name: kind for name, kind in kinds.items() if name in table})


def _sums(known_on: datetime | None) -> str:
    return "SELECT source, target, kind, day, amount FROM daily" if known_on is None else _KNOWN


def _until(as_of: date | None, known_on: datetime | None) -> dict[str, str]:
    from datetime import UTC

    until = {"until": _END if as_of is None else as_of.isoformat()}
    if known_on is not None:
        moment = known_on.astimezone(UTC)
        until["known"] = moment.isoformat(timespec="microseconds")
    return until

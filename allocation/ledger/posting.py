"""Movements become entries of one journal: all of them, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from allocation.errors import Place, Problem, Spoken, raise_if_any
from allocation.ledger.chain import ENTRY, definitions, journal_hash
from allocation.ledger.holders import holder_ids
from allocation.ledger.records import CENTRAL, WAYS, Line, line_of
from allocation.money import format_amount

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from allocation.ledger.records import Holder, MadeBy, Movement, MovementKind

    #: What decides which two accounts a movement joins: kind, line, holder, and accounts named.
    _Way = tuple[MovementKind, Line, str, str, str]

_ENTRY = f"INSERT INTO entry ({', '.join(ENTRY)}) VALUES ({', '.join('?' * len(ENTRY))})"  # noqa: S608
_JOURNAL = (
    "INSERT INTO journal (id, made_by, recorded_at, file, file_hash, entries, amount, accounts,"
    " previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
#: The first day on which an account that a journal takes from would end below zero. Only accounts
#: are followed by day that might: whose balance, without all that came in (or came back: sums below
#: zero) since the first day taken from, is less than what is taken.
_SHORT = """
WITH taken AS (
    SELECT source AS id, min(valid_on) AS since, sum(amount) AS amount
    FROM entry WHERE journal = :journal GROUP BY source
), doubtful AS (
    SELECT id FROM taken JOIN account USING (id)
    WHERE account.kind <> 'source' AND account.balance - taken.amount < (
        SELECT coalesce(sum(max(amount, 0)), 0) FROM daily WHERE target = taken.id AND day >= since
    ) + (
        SELECT coalesce(sum(max(-amount, 0)), 0) FROM daily WHERE source = taken.id AND day >= since
    )
), moved AS (
    SELECT source AS id, valid_on AS day, -amount AS amount, -amount AS own
    FROM entry WHERE journal = :journal AND source IN doubtful
    UNION ALL SELECT target, valid_on, amount, amount
    FROM entry WHERE journal = :journal AND target IN doubtful
    UNION ALL SELECT source, day, -amount, 0 FROM daily WHERE source IN doubtful
    UNION ALL SELECT target, day, amount, 0 FROM daily WHERE target IN doubtful
), ended AS (
    SELECT id, day, sum(own) AS own,
        sum(sum(amount)) OVER (PARTITION BY id ORDER BY day) AS balance
    FROM moved GROUP BY id, day
)
SELECT id, min(day), -balance, balance - own
FROM ended WHERE balance < 0 GROUP BY id ORDER BY id LIMIT :most
"""
#: Amounts beyond this are taken for a mistake: SQLite's whole numbers end at 2^63.
_MOST = 10**16
_SHOWN = 20


@dataclass(frozen=True)
class Made:
    """What a journal was made from."""

    by: MadeBy
    file: str = ""
    file_hash: str = ""


@dataclass
class _Accounts:
    """Numbers of accounts; new ones are made when they are first asked for."""

    connection: sqlite3.Connection
    lines: dict[Line, int] = field(default_factory=dict)
    known: dict[tuple[int, int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.connection.execute("SELECT fund, year, batch, purpose, direct, id FROM line")
        self.lines = {line_of(row): row[5] for row in rows}
        rows = self.connection.execute("SELECT line, holder, kind, id FROM account")
        self.known = {(line, holder, kind): key for line, holder, kind, key in rows}

    def line(self, line: Line) -> int:
        if line not in self.lines:
            made = self.connection.execute(
                "INSERT INTO line (fund, year, batch, purpose, direct) VALUES (?, ?, ?, ?, ?)",
                (line.fund, line.year, line.batch, line.purpose, int(line.direct)),
            )
            self.lines[line] = made.lastrowid or 0
        return self.lines[line]

    def way(self, way: _Way, lower: int, upper: int) -> tuple[int, int]:
        """Return the two accounts a movement joins, from its lower and its upper holder."""
        kind, line, _, source, target = way
        ways, number = WAYS[kind], self.line(line)
        held = {"same": (lower, lower), "down": (upper, lower), "up": (lower, upper)}[ways.held]
        return (
            self.account(number, held[0], source or ways.sources[0]),
            self.account(number, held[1], target or ways.targets[0]),
        )

    def account(self, line: int, holder: int, kind: str) -> int:
        key = (line, holder, kind)
        if key not in self.known:
            made = self.connection.execute(
                "INSERT INTO account (line, holder, kind) VALUES (?, ?, ?)", key
            )
            self.known[key] = made.lastrowid or 0
        return self.known[key]


def post(
    connection: sqlite3.Connection,
    movements: Sequence[Movement],
    made: Made,
    holders: Sequence[Holder] = (),
) -> int:
    """Write movements as the entries of one journal, inside a transaction; return its number.

    Raises
    ------
    InputError
        With every movement that is not sound, and every account that would fall below zero on
        any day.
    """
    if not movements:
        raise_if_any([Problem("L12-nothing-to-post")])
    each = [_way(movement) for movement in movements]
    distinct = list(dict.fromkeys(each))
    raise_if_any(_unsound(movements, distinct))
    ids, parents = holder_ids(connection, list(dict.fromkeys(m.holder for m in movements)), holders)
    accounts = _Accounts(connection)
    ways = {way: accounts.way(way, ids[way[2]], parents[way[2]]) for way in distinct}
    rows = [
        (m.kind, *ways[way], m.amount, m.on, m.document, m.note, m.origin, m.origin_hash, None)
        for m, way in zip(movements, each, strict=True)
    ]
    return write(connection, rows, made)


def _way(movement: Movement) -> _Way:
    return movement.kind, movement.line, movement.holder, movement.source, movement.target


def write(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], made: Made) -> int:
    """Write entries and the journal that seals them; return its number.

    Each row is kind, source, target, amount, valid_on, document, note, origin, origin_hash and the
    entry it reverses.
    """
    last = connection.execute(
        "SELECT id + 1, hash, recorded_at, accounts FROM journal ORDER BY id DESC LIMIT 1"
    ).fetchone()
    journal, previous, before, known = last or (1, "", "", 0)
    (first,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM entry").fetchone()
    entries = [(first + at, journal, *row) for at, row in enumerate(rows)]
    connection.executemany(_ENTRY, entries)
    raise_if_any(_below_zero(connection, journal))
    recorded = max(datetime.now(UTC).isoformat(timespec="microseconds"), before)
    accounts = definitions(connection, known)
    sums = len(rows), sum(row[3] for row in rows), known + len(accounts)
    head = (journal, made.by, recorded, made.file, made.file_hash, *sums, previous)
    connection.execute(_JOURNAL, (*head, journal_hash(head, accounts, entries)))
    return journal


def _unsound(movements: Sequence[Movement], distinct: Sequence[_Way]) -> list[Problem]:
    """Return what is wrong with movements by themselves."""
    days = {day for day in {movement.on for movement in movements} if not _is_day(day)}
    odd = any(_misled(way) for way in distinct)
    amounts = [movement.amount for movement in movements]
    if not days and not odd and min(amounts) > 0 and max(amounts) < _MOST:
        return []
    return [problem for movement in movements for problem in _wrong(movement)]


def _misled(way: _Way) -> bool:
    """Whether a movement names accounts that its kind does not join, or a holder that has none."""
    kind, _, holder, source, target = way
    ways = WAYS[kind]
    sound = source in (*ways.sources, "") and target in (*ways.targets, "")
    return not sound or holder == CENTRAL


def _wrong(movement: Movement) -> list[Problem]:
    """Return what is wrong with one movement by itself."""
    ways, place = WAYS[movement.kind], Place(movement.origin)
    problems = []
    if not 0 < movement.amount < _MOST:
        words = {"found": movement.amount}
        problems.append(Problem("L12-amount", place, words))
    if not _is_day(movement.on):
        problems.append(Problem("L14-not-a-day", place, {"key": "on", "found": movement.on[:40]}))
    for found, allowed in ((movement.source, ways.sources), (movement.target, ways.targets)):
        if found and found not in allowed:
            naming = {"found": found, "kind": movement.kind, "allowed": "、".join(allowed)}
            problems.append(Problem("L12-account", place, naming))
    if movement.holder == CENTRAL:
        problems.append(Problem("L12-central", place))
    return problems


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _below_zero(connection: sqlite3.Connection, journal: int) -> list[Problem]:
    """Return the accounts that the entries of a journal take below zero on some day."""
    found = connection.execute(_SHORT, {"journal": journal, "most": _SHOWN})
    return [_short(connection, *row) for row in found.fetchall()]


def _short(
    connection: sqlite3.Connection, account: int, day: str, missing: int, before: int
) -> Problem:
    name, code, kind, fund, year, batch, purpose = connection.execute(
        "SELECT holder.name, holder.code, account.kind, line.fund, line.year, line.batch,"
        " line.purpose FROM account JOIN holder ON holder.id = account.holder"
        " JOIN line ON line.id = account.line WHERE account.id = ?",
        (account,),
    ).fetchone()
    words: dict[str, object] = {
        "name": name or code,
        "kind": Spoken(f"book-account-{kind.replace('_', '-')}"),
        "line": " ".join(str(part) for part in (fund, year, batch, purpose) if part),
        "day": day,
        "missing": format_amount(missing),
        "before": format_amount(before),
    }
    return Problem("L12-below-zero", words=words)

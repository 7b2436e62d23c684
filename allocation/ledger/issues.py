"""Issuing an allocation: what comes in from above, and what goes on to each recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem, raise_if_any
from allocation.ledger.holders import registered
from allocation.ledger.records import CENTRAL, Holder, Line, Movement, line_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import date

    from allocation.disbursement.issue import Issue
    from allocation.ledger.records import MovementKind

#: The entries of a journal as movements say them, and whether each stands or is reversed.
_POSTED = """
SELECT
    NOT EXISTS (SELECT 1 FROM entry AS r WHERE r.reverses = entry.id),
    entry.kind, low.code, fund, year, batch, purpose, direct, amount, valid_on, document
FROM entry
JOIN account AS a ON a.id = entry.source
JOIN account AS b ON b.id = entry.target
JOIN line ON line.id = a.line
JOIN holder AS low ON low.id = iif(entry.kind = 'recover', a.holder, b.holder)
WHERE journal = ?
"""


def issuing(
    issue: Issue,
    *,
    fund: str,
    on: date,
    batch: str = "",
    document: str = "",
    direct: bool = False,
    under: str = "",
    received: bool = True,
) -> tuple[list[Movement], list[Holder]]:
    """Return the movements of an issue, and the holders that the registry does not know.

    Parameters
    ----------
    under
        Code of the unit whose recipients are not in the registry, such as projects.
    received
        Whether each unit receives from above what it passes on; else it has it already.

    Raises
    ------
    InputError
        If it is not known below whom a recipient stands.
    """
    known = registered()
    problems, projects = [], []
    for code, name in zip(issue.ids, issue.names, strict=True):
        if code in known:
            continue
        if not under:
            problems.append(Problem("L12-issue-under", words={"found": name[:60]}))
        projects.append(Holder(code, name, "project", under))
    raise_if_any(problems)
    holders = known | {holder.code: holder for holder in projects}
    purposes: Sequence[str] = issue.purposes or ("",)
    day, movements = on.isoformat(), []
    sums: dict[tuple[str, Line], int] = {}
    for at, code in enumerate(issue.ids):
        for purpose, fen in zip(purposes, issue.cells[at].tolist(), strict=True):
            line = Line(fund, issue.year, batch, purpose, direct)
            unit = code if holders[code].parent == CENTRAL else holders[code].parent
            sums[unit, line] = sums.get((unit, line), 0) + fen
            if unit != code and fen:
                kind: MovementKind = "issue" if fen > 0 else "recover"
                movements.append(Movement(kind, line, code, abs(fen), day, document=document))
    taken = [movement for movement in movements if movement.kind == "recover"]
    given = [movement for movement in movements if movement.kind == "issue"]
    passed_on = _passed_on(taken, given, holders)
    return [*_received(sums, day, document, received=received), *taken, *passed_on], projects


def _passed_on(
    taken: Sequence[Movement], given: Sequence[Movement], holders: Mapping[str, Holder]
) -> list[Movement]:
    """Return what is issued, first out of what the same unit recovers in this issue."""
    pool: dict[tuple[str, Line], int] = {}
    for movement in taken:
        key = holders[movement.holder].parent, movement.line
        pool[key] = pool.get(key, 0) + movement.amount
    found = []
    for movement in given:
        key = holders[movement.holder].parent, movement.line
        again = min(pool.get(key, 0), movement.amount)
        if again:
            pool[key] -= again
            found.append(movement._replace(amount=again, source="recovered"))
        if movement.amount > again:
            found.append(movement._replace(amount=movement.amount - again))
    return found


def _received(
    sums: dict[tuple[str, Line], int], day: str, document: str, *, received: bool
) -> list[Movement]:
    """Return what each unit receives; a unit that only passes on what it has receives nothing."""
    if not received:
        return []
    return [
        Movement("receive", line, unit, fen, day, document=document)
        for (unit, line), fen in sums.items()
        if fen > 0
    ]


def not_again(connection: sqlite3.Connection, movements: Sequence[Movement]) -> None:
    """Refuse an issue that is in the book: the same movements in one journal, not all reversed.

    Raises
    ------
    InputError
        With the number of that journal.
    """
    new = sorted((m.kind, m.holder, *m.line, m.amount, m.on, m.document) for m in movements)
    alike = connection.execute(
        "SELECT id FROM journal WHERE made_by = 'issue' AND entries = ? AND amount = ?",
        (len(movements), sum(movement.amount for movement in movements)),
    )
    for (journal,) in alike.fetchall():
        rows = connection.execute(_POSTED, (journal,)).fetchall()
        old = sorted((kind, code, *line_of(row), *row[5:]) for _, kind, code, *row in rows)
        if old == new and any(row[0] for row in rows):
            raise_if_any([Problem("L12-issued-already", words={"found": journal})])

"""Who holds money: known to the book, to the registry, or declared by whoever posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem, nearest, raise_if_any
from allocation.ledger.records import CENTRAL, Holder
from allocation.registry.units import units
from allocation.registry.zones import all_zones

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

_INSERT = "INSERT INTO holder (code, name, level, parent) VALUES (?, ?, ?, ?)"


def registered() -> dict[str, Holder]:
    """Return every unit and every zone ever listed, by code."""
    found = {CENTRAL: Holder(CENTRAL, "中央", "central", "")}
    found |= {unit.id: Holder(unit.id, unit.name, "unit", CENTRAL) for unit in units()}
    found |= {zone.id: Holder(zone.id, zone.name, "zone", zone.unit) for zone in all_zones()}
    return found


def holder_ids(
    connection: sqlite3.Connection, codes: Collection[str], declared: Sequence[Holder] = ()
) -> tuple[dict[str, int], dict[str, int]]:
    """Return each holder's number and that of its parent; new ones are written down.

    Raises
    ------
    InputError
        For every code that is nobody's, and every holder whose level or parent is another in the
        book.
    """
    known = _in_book(connection)
    offered = registered() | {holder.code: holder for holder in declared}
    problems = [
        Problem("L12-other-holder", words={"found": holder.code, "name": holder.name[:60]})
        for holder in declared
        if holder.code in known and known[holder.code][1:] != (holder.level, holder.parent)
    ]
    problems += [
        Problem(
            "L12-unknown-holder",
            words={"found": code[:60], "nearest": nearest(code, [*known, *offered])},
        )
        for code in sorted(codes)
        if code not in known and code not in offered
    ]
    raise_if_any(problems)
    for code in codes:
        _add(connection, code, offered, known)
    return (
        {code: known[code][0] for code in codes},
        {code: known[known[code][2]][0] if known[code][2] else 0 for code in codes},
    )


def _in_book(connection: sqlite3.Connection) -> dict[str, tuple[int, str, str]]:
    """Return number, level and parent's code of each holder in the book by code."""
    rows = connection.execute(
        "SELECT holder.code, holder.id, holder.level, coalesce(up.code, '')"
        " FROM holder LEFT JOIN holder AS up ON up.id = holder.parent"
    )
    return {code: (key, level, parent) for code, key, level, parent in rows}


def _add(
    connection: sqlite3.Connection,
    code: str,
    offered: dict[str, Holder],
    known: dict[str, tuple[int, str, str]],
) -> None:
    """Write a holder down that the book does not know, after its parents."""
    if code in known:
        return
    if code not in offered:
        words = {"found": code[:60], "nearest": nearest(code, [*known, *offered])}
        raise_if_any([Problem("L12-unknown-holder", words=words)])
    holder = offered[code]
    parent = None
    if holder.parent:
        _add(connection, holder.parent, offered, known)
        parent = known[holder.parent][0]
    made = connection.execute(_INSERT, (holder.code, holder.name, holder.level, parent))
    known[code] = (made.lastrowid or 0, holder.level, holder.parent)

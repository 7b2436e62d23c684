"""From a name or code in a file to a holder of the book: never a guess.

A name means the holder of that code or name; else the zone or unit that the registry knows by it,
under its code there. Who is not in the book yet may only receive.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

from allocation.errors import Problem, nearest
from allocation.ledger.imports.cells import folded, shown
from allocation.ledger.records import CENTRAL, Holder
from allocation.registry import Unit, all_zones, resolve_unit, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

#: Kinds that bring money to somebody who may be new.
BRINGS = ("receive", "issue")
_FROM_REGISTRY = ("L1-zone-not-yet-listed", "L1-zone-left", "L1-zone-missing")


class Recipients:
    """Whom names mean in one import; every distinct name is looked up once."""

    def __init__(self, holders: Mapping[str, Holder]) -> None:
        self._holders = holders
        self._by_name: dict[str, list[Holder]] = {}
        for holder in holders.values():
            self._by_name.setdefault(folded(holder.name), []).append(holder)
        self._registered: dict[int, Mapping[str, Holder]] = {}
        self._found: dict[tuple[str, str, bool, int], Holder | Problem] = {}

    def find(self, name: str, code: str, day: date, kind: str) -> Holder | Problem:
        """Return the holder a row means at its day, or what is wrong.

        A code that the book knows counts before the name, and must not contradict it.
        """
        key = (name, code, kind in BRINGS, bisect_right(_changes(), day))
        if key not in self._found:
            self._found[key] = self._look_up(name, code, day, brings=key[2])
        return self._found[key]

    def _look_up(self, name: str, code: str, day: date, *, brings: bool) -> Holder | Problem:
        if code in self._holders:
            return self._agreed(self._holders[code], name, day)
        text = name or code
        here = self._by_name.get(folded(text), [])
        if len(here) > 1:
            allowed = "、".join(f"{holder.name} ({holder.code})" for holder in here)
            return Problem("L12-ambiguous-holder", words={"found": text, "allowed": allowed})
        if here:
            return here[0]
        found = _registered(text, day)
        if isinstance(found, Problem):
            return self._unknown(text, found)
        known = self._registered_holders(day).get(found.code)
        return known or (found if brings else self._unknown(text))

    def _agreed(self, holder: Holder, name: str, day: date) -> Holder | Problem:
        """Return the holder a code means unless the name beside it means another one."""
        others = [other for other in self._by_name.get(folded(name), []) if other != holder]
        if name and folded(name) != folded(holder.name):
            said, own = _registered(name, day), _registered(holder.name, day)
            if isinstance(said, Holder) and isinstance(own, Holder) and said.code != own.code:
                others.append(said)
        if not others or folded(name) == folded(holder.name):
            return holder
        words = {"found": name, "code": holder.code, "name": holder.name, "other": others[0].name}
        return Problem("L12-code-and-name", words=words)

    def _registered_holders(self, day: date) -> Mapping[str, Holder]:
        """Return the holders of the book that the registry knows, by its code."""
        period = bisect_right(_changes(), day)
        if period not in self._registered:
            pairs = [(_registered(holder.name, day), holder) for holder in self._holders.values()]
            named = {found.code: holder for found, holder in pairs if isinstance(found, Holder)}
            self._registered[period] = named | dict(self._holders)
        return self._registered[period]

    def _unknown(self, name: str, why: Problem | None = None) -> Problem:
        if why is not None and why.code in (*_FROM_REGISTRY, "L1-ambiguous-zone"):
            return why
        near = nearest(shown(name), [holder.name for holder in self._holders.values()])
        if near == "—" and why is not None:
            near = str(why.words["nearest"])
        return Problem("L12-unknown-recipient", words={"found": shown(name), "nearest": near})


@cache
def _changes() -> tuple[date, ...]:
    """Return the days on which the list of zones changes: between two, names mean the same."""
    left = (zone.left_on for zone in all_zones() if zone.left_on)
    return tuple(sorted({*left, *(day for zone in all_zones() for day in zone.listed)}))


def _registered(name: str, day: date) -> Holder | Problem:
    """Return the zone or unit of the registry that a name means."""
    unit = resolve_unit(name)
    if isinstance(unit, Unit):
        return Holder(unit.id, unit.name, "unit", CENTRAL)
    zone = resolve_zone(name, day)
    if isinstance(zone, Problem):
        return zone
    return Holder(zone.id, zone.name, "zone", zone.unit)

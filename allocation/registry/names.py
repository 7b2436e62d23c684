"""From a name in an officer's table to the unit or zone it means: never a guess.

A zone may be called by its id, its full name, the name without 经济技术开发区 or with 经开区 for it
(each with or without province and city before it), an alias, or its English name; a unit by its
id, full, short or English name. Spaces, hyphens, letter case, full-width forms and 国家级 do not
matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from allocation.errors import Place, Problem, nearest
from allocation.registry.units import Unit, units, units_by_id
from allocation.registry.zones import Zone, all_zones, list_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

_NOISE = re.compile(r"[\s\-‐‑–—·•]+|国家级")
_CITY_ENDING = re.compile(r"(?:市|地区)$")
_ENDING = re.compile(
    r"(?:(?:(?:经济|新兴)?技术|经济)?开发区|经开区"
    r"|economicandtechnologicaldevelopmentzone|n?etdz)$"
)
_ENDINGS = ("", "经开区", "经济技术开发区")
_ENGLISH_ENDINGS = ("", "economicandtechnologicaldevelopmentzone", "netdz", "etdz")

# A normalised name and the ids it may mean: more than one id, and the name is ambiguous.
_Index = Mapping[str, tuple[str, ...]]


def normalise(name: str) -> str:
    """Return ``name`` in the one form in which names are compared."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def resolve_unit(name: str, place: Place | None = None) -> Unit | Problem:
    """Return the budget unit that ``name`` means, or the problem with it (at ``place``)."""
    ids = _unit_index().get(normalise(name))
    if not ids:
        known = [text for unit in units() for text in (unit.name, unit.short_name, unit.name_en)]
        return _unknown("L1-unknown-unit", name, nearest(name.strip(), known), place)
    return units_by_id()[ids[0]]


def resolve_zone(name: str, as_of: date, place: Place | None = None) -> Zone | Problem:
    """Return the zone that ``name`` means and that is on the list at ``as_of``, or the problem.

    Parameters
    ----------
    name
        Any name of the zone, see the module.
    as_of
        Date of the list that counts; no list is known before 2015-09.
    place
        Where the name stands, for the problem.
    """
    if problem := list_problem(as_of, place):
        return problem
    zones = [_zones_by_id()[key] for key in _zone_index().get(normalise(name), ())]
    if not zones:
        return _unknown("L1-unknown-zone", name, nearest(_stem(name), _stems()), place)
    listed = [zone for zone in zones if zone.is_listed(as_of)]
    if len(listed) > 1:
        return _ambiguous(name, listed, place)
    return listed[0] if listed else _not_listed(name, zones[0], as_of, place)


def _unknown(code: str, name: str, near: str, place: Place | None) -> Problem:
    return Problem(code, place or Place(), {"found": name, "nearest": near})


def _ambiguous(name: str, zones: Iterable[Zone], place: Place | None) -> Problem:
    allowed = "、".join(f"{zone.name} ({zone.id})" for zone in zones)
    return Problem("L1-ambiguous-zone", place or Place(), {"found": name, "allowed": allowed})


def _not_listed(name: str, zone: Zone, as_of: date, place: Place | None) -> Problem:
    code, day = _absence(zone, as_of)
    words = {"found": name, "zone": zone.name, "as_of": as_of, "day": day}
    return Problem(code, place or Place(), words)


def _absence(zone: Zone, as_of: date) -> tuple[str, date | None]:
    """Return why ``zone`` is not on the list at ``as_of``, and since when or until when."""
    if as_of < zone.listed[0]:
        return "L1-zone-not-yet-listed", zone.listed[0]
    return "L1-zone-left" if zone.left_on else "L1-zone-missing", zone.listed_until


@cache
def _zones_by_id() -> dict[str, Zone]:
    return {zone.id: zone for zone in all_zones()}


@cache
def _unit_index() -> _Index:
    return _index((unit.id, _unit_names(unit)) for unit in units())


@cache
def _zone_index() -> _Index:
    return _index((zone.id, _zone_names(zone)) for zone in all_zones())


def _index(names: Iterable[tuple[str, Iterable[str]]]) -> _Index:
    found: dict[str, dict[str, None]] = {}
    for key, forms in names:
        for form in forms:
            found.setdefault(normalise(form), {})[key] = None
    return {form: tuple(keys) for form, keys in found.items()}


def _unit_names(unit: Unit) -> Iterator[str]:
    yield from (unit.id, unit.name, unit.short_name, unit.name_en)
    if unit.parent:
        parent = units_by_id()[unit.parent]
        for before, own in product((parent.name, parent.short_name), (unit.name, unit.short_name)):
            yield before + own


def _zone_names(zone: Zone) -> Iterator[str]:
    yield zone.id
    if zone.name_en:
        yield from (zone.name_en + ending for ending in _ENGLISH_ENDINGS)
    forms = {form for name in (zone.name, *zone.aliases) for form in _forms(name)}
    for province, city, form in product(_provinces(zone), _cities(zone), forms):
        yield province + city + form


def _forms(name: str) -> set[str]:
    """Return ``name`` itself and, where it ends like a zone, its stem with each usual ending."""
    stem = _stem(name)
    return {name} if stem == normalise(name) else {name, *(stem + ending for ending in _ENDINGS)}


def _stem(name: str) -> str:
    return _ENDING.sub("", normalise(name))


def _provinces(zone: Zone) -> set[str]:
    above = (units_by_id()[key] for key in {zone.unit, zone.province})
    return {"", *(name for unit in above for name in (unit.name, unit.short_name))}


def _cities(zone: Zone) -> set[str]:
    full = zone.city.split("/") if zone.city else []
    return {"", *full, *(_CITY_ENDING.sub("", city) for city in full)}


@cache
def _stems() -> tuple[str, ...]:
    """Return the short names a mistyped name is compared with: each is accepted as it stands."""
    english = (zone.name_en for zone in all_zones() if zone.name_en)
    chinese = (_stem(name) for zone in all_zones() for name in (zone.name, *zone.aliases))
    return tuple(dict.fromkeys((*chinese, *english)))

"""The national-level zones, and which of them are on the list at a date.

Three whole lists are known: 219 zones (2015-09), 230 (2021-06) and 233 (2024-10). A list holds from
the first day of its month until the next one. Between lists only exits whose date is known take
effect (``Zone.left_on``); a zone that merely is missing from the next list stays until that list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from allocation.errors import InputError, Place, Problem
from allocation.registry.table import read_table
from allocation.registry.units import units_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.registry.regions import AssessmentRegion, FiscalRegion

#: First day of each whole list that is known, by its column in ``tables/zones.csv``.
LISTS: Mapping[str, date] = MappingProxyType(
    {
        "listed_2015_09": date(2015, 9, 1),
        "listed_2021_06": date(2021, 6, 1),
        "listed_2024_10": date(2024, 10, 1),
    }
)


@dataclass(frozen=True)
class Zone:
    """A national-level economic and technological development zone (国家级经济技术开发区).

    Parameters
    ----------
    id
        Stable id, ``<province code>-<slug>``.
    name, name_en, aliases
        Full Chinese name; the English name where one was seen; former and other names.
    unit, province
        Id of the budget unit it belongs to; code of the province it lies in (a zone of Dalian has
        unit ``210200`` and province ``210000``).
    fiscal_region, assessment_region
        Where it stands for the tilt, and in which pool it is ranked: those of its unit.
    city
        Prefecture-level city, where known.
    approved
        Year of approval at national level, where known.
    listed
        First days of the lists that name it, in order (see ``LISTS``).
    left_on
        Day its exit was announced, where that is known.
    """

    id: str
    name: str
    name_en: str | None
    aliases: tuple[str, ...]
    unit: str
    province: str
    fiscal_region: FiscalRegion
    assessment_region: AssessmentRegion
    city: str | None
    approved: int | None
    listed: tuple[date, ...]
    left_on: date | None

    def is_listed(self, as_of: date) -> bool:
        """Whether the zone is on the list at ``as_of``."""
        if self.left_on and as_of >= self.left_on:
            return False
        return current_list(as_of) in self.listed

    @property
    def listed_until(self) -> date | None:
        """First day it is off the list: its exit, else the first later list without it."""
        if self.left_on:
            return self.left_on
        return next((day for day in LISTS.values() if day > self.listed[-1]), None)


def current_list(as_of: date) -> date | None:
    """Return the first day of the list in force at ``as_of``; None before the first."""
    return max((day for day in LISTS.values() if day <= as_of), default=None)


def list_problem(as_of: date, place: Place | None = None) -> Problem | None:
    """Return what is wrong with asking for a list at ``as_of``, if anything."""
    if current_list(as_of):
        return None
    earliest = min(LISTS.values())
    return Problem("L1-no-zone-list", place or Place(), {"found": as_of, "earliest": earliest})


def _zone(row: dict[str, str]) -> Zone:
    unit = units_by_id()[row["budget_unit_id"]]
    return Zone(
        id=row["id"],
        name=row["name_zh"],
        name_en=row["name_en"] or None,
        aliases=tuple(filter(None, row["aliases"].split(";"))),
        unit=unit.id,
        province=row["province_code"],
        fiscal_region=unit.fiscal_region,
        assessment_region=unit.assessment_region,
        city=row["city_zh"] or None,
        approved=int(row["approval_year"]) if row["approval_year"] else None,
        listed=tuple(day for column, day in LISTS.items() if row[column] == "Y"),
        left_on=date.fromisoformat(row["left_on"]) if row["left_on"] else None,
    )


@cache
def all_zones() -> tuple[Zone, ...]:
    """Return every zone ever on a list since 2015-09, in unit order, then in table order."""
    found = [_zone(row) for row in read_table("zones")]
    return tuple(sorted(found, key=lambda zone: units_by_id()[zone.unit].order))


@cache
def zones(as_of: date) -> tuple[Zone, ...]:
    """Return the zones on the list at ``as_of``, in unit order, then in table order.

    Raises
    ------
    InputError
        If ``as_of`` is before the first list that is known (2015-09).
    """
    if problem := list_problem(as_of):
        raise InputError([problem])
    return tuple(zone for zone in all_zones() if zone.is_listed(as_of))

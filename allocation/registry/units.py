"""The 37 budget units that receive money from the centre."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from allocation.registry.regions import AssessmentRegion, FiscalRegion
from allocation.registry.table import read_table


@dataclass(frozen=True)
class Unit:
    """A budget unit (预算单位): a province, a separately planned city, or the XPCC.

    Parameters
    ----------
    id
        GB/T 2260 code, or ``XPCC``, which has none.
    name, short_name, name_en
        As printed in ministry tables, the short form, and English.
    kind
        ``province``, ``municipality``, ``autonomous region``, ``separately planned city`` or
        ``production and construction corps``.
    fiscal_region, assessment_region
        Where it stands for the tilt, and in which pool its zones are ranked.
    parent
        Id of the province-level unit it lies in, whose **published statistics include it**; None
        for a province-level unit.
    order
        Position in ministry tables, from 0.
    """

    id: str
    name: str
    short_name: str
    name_en: str
    kind: str
    fiscal_region: FiscalRegion
    assessment_region: AssessmentRegion
    parent: str | None
    order: int


def _unit(order: int, row: dict[str, str]) -> Unit:
    return Unit(
        id=row["id"],
        name=row["name_zh"],
        short_name=row["short_zh"],
        name_en=row["name_en"],
        kind=row["kind"],
        fiscal_region=FiscalRegion(row["fiscal_region"]),
        assessment_region=AssessmentRegion(row["assessment_region"]),
        parent=row["parent"] or None,
        order=order,
    )


@cache
def units() -> tuple[Unit, ...]:
    """Return the 37 units in ministry order.

    Each separately planned city (计划单列市) stands right after its province; the XPCC stands last.
    """
    return tuple(_unit(order, row) for order, row in enumerate(read_table("units")))


@cache
def units_by_id() -> dict[str, Unit]:
    """Return every unit by its id."""
    return {unit.id: unit for unit in units()}

"""Who shares, before any figure: the units, the zones of a day, or the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import BokuanError, Place, Problem, nearest
from allocation.frame import Frame, Mask, TextColumn
from allocation.registry import Unit, Zone, resolve_unit, resolve_zone, units, zones

if TYPE_CHECKING:
    from allocation.scenario.schema import Scenario
    from allocation.scenario.tables import RawTable
    from allocation.scenario.trail import Trail

#: From a name in a table to the recipient's id, or what is wrong with the name.
Resolve = Callable[[str, Place], str | Problem]


def registry_frame(scenario: Scenario, trail: Trail) -> tuple[Frame, list[Problem]]:
    """Return every unit, or every zone on the list at ``as_of``, with the registry's attributes."""
    if scenario.recipients.kind == "units":
        return _frame([_unit_attributes(unit) for unit in units()]), []
    try:
        listed = zones(scenario.as_of)
    except BokuanError as error:
        place = trail.place(("as_of",))
        return _frame([]), [replace(problem, place=place) for problem in error.problems]
    return _frame([_zone_attributes(zone) for zone in listed]), []


def table_frame(
    scenario: Scenario, tables: Mapping[str, RawTable], trail: Trail
) -> tuple[Frame, list[Problem]]:
    """Return the rows of the table that lists the recipients; its columns are joined later."""
    recipients = scenario.recipients
    if recipients.table not in scenario.tables:
        known = list(scenario.tables)
        words = {"found": recipients.table or "—", "nearest": nearest(recipients.table, known)}
        words["allowed"] = "、".join(known) or "—"
        place = trail.place(("recipients", "table"))
        return _frame([]), [Problem("L1-unknown-table", place, words)]
    if recipients.table not in tables:
        # The file's own problems say why.
        return _frame([]), []
    table = tables[recipients.table]
    ids = table.columns[table.key]
    names = table.columns.get(recipients.name)
    problems = []
    if names is None and "name" in recipients.model_fields_set:
        words = {"found": recipients.name, "nearest": nearest(recipients.name, [*table.columns])}
        problems.append(Problem("L1-unknown-column", trail.place(("recipients", "name")), words))
    names = names or ids
    english = table.columns.get("name_en", names)
    rows = [
        {"id": key, "name": name or key, "name_en": name_en or name or key}
        for key, name, name_en in zip(ids, names, english, strict=True)
    ]
    return _frame(rows), problems


def resolver(scenario: Scenario, frame: Frame) -> Resolve:
    """Return how names in tables become ids: by the registry, or exactly as in the table."""
    kind, day = scenario.recipients.kind, scenario.as_of
    ids = frozenset(frame.ids)
    known = sorted({*frame.ids, *frame.names})

    def by_registry(name: str, place: Place) -> str | Problem:
        if name in ids:
            return name
        found = resolve_unit(name, place) if kind == "units" else resolve_zone(name, day, place)
        return found if isinstance(found, Problem) else found.id

    def as_written(name: str, place: Place) -> str | Problem:
        if name in ids:
            return name
        words = {"found": name[:60], "nearest": nearest(name, known)}
        return Problem("L1-unknown-recipient", place, words)

    return as_written if kind == "table" else by_registry


def chosen(
    scenario: Scenario, frame: Frame, resolve: Resolve, trail: Trail
) -> tuple[Mask, list[Problem]]:
    """Return who takes part, by ``recipients.units`` and ``recipients.exclude``: shape (n,)."""
    recipients = scenario.recipients
    mask = np.ones(len(frame), dtype=bool)
    problems: list[Problem] = []
    if recipients.units:
        wanted, problems = _units_of(recipients.units, trail)
        attribute = "id" if recipients.kind == "units" else "unit"
        if attribute in frame.text and recipients.kind != "table":
            mask &= np.isin(np.array(frame.attribute(attribute)), sorted(wanted))
        else:
            place = trail.place(("recipients", "units"))
            problems.append(Problem("L1-units-of-table", place, {"found": "recipients.units"}))
    place = trail.place(("recipients", "exclude"))
    for name in recipients.exclude:
        found = _by_id_or_name(name, frame) or resolve(name, place)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            mask &= np.array(frame.ids) != found
    if len(frame) and not problems and not mask.any():
        problems.append(Problem("L1-no-recipients", trail.place(("recipients",))))
    return mask, problems


def _by_id_or_name(name: str, frame: Frame) -> str | None:
    """Return the id of the only recipient of that id or name."""
    found = [key for key, own in zip(frame.ids, frame.names, strict=True) if name in (key, own)]
    return found[0] if len(found) == 1 else None


def _units_of(names: Sequence[str], trail: Trail) -> tuple[set[str], list[Problem]]:
    place = trail.place(("recipients", "units"))
    found = [resolve_unit(name, place) for name in names]
    problems = [unit for unit in found if isinstance(unit, Problem)]
    return {unit.id for unit in found if isinstance(unit, Unit)}, problems


def _unit_attributes(unit: Unit) -> dict[str, str]:
    return {
        "id": unit.id,
        "name": unit.name,
        "name_en": unit.name_en,
        "unit": unit.id,
        "unit_name": unit.name,
        "province": unit.parent or unit.id,
        "fiscal_region": unit.fiscal_region.value,
        "assessment_region": unit.assessment_region.value,
        "kind": unit.kind,
    }


def _zone_attributes(zone: Zone) -> dict[str, str]:
    unit = next(unit for unit in units() if unit.id == zone.unit)
    return {
        "id": zone.id,
        "name": zone.name,
        "name_en": zone.name_en or zone.name,
        "unit": unit.id,
        "unit_name": unit.name,
        "province": zone.province,
        "fiscal_region": zone.fiscal_region.value,
        "assessment_region": zone.assessment_region.value,
        "kind": unit.kind,
    }


def _frame(rows: Sequence[Mapping[str, str]]) -> Frame:
    """Return a frame of attributes; ``name_en`` stands beside the columns, not among them."""
    attributes = [key for key in (rows[0] if rows else ("id", "name")) if key != "name_en"]
    return Frame(
        tuple(row["id"] for row in rows),
        tuple(row["name"] for row in rows),
        tuple(row["name_en"] for row in rows),
        {key: TextColumn(tuple(row[key] for row in rows)) for key in attributes},
    )

"""What is issued to whom: amounts and places of an allocation or of its record."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from allocation.disbursement.settlement import settlement, settlement_of_record
from allocation.errors import InputError, Problem, nearest, raise_if_any
from allocation.registry import units
from allocation.registry.zones import all_zones

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.disbursement.settlement import Settlement
    from allocation.result import Allocation, Fen
    from allocation.scenario.trail import Trail
    from allocation.wording import Language

By = Literal["city", "unit"]


@dataclass(frozen=True)
class Issue:
    """One issue of money to n recipients for p purposes, in the order shown.

    Parameters
    ----------
    scenario, title, year, illustrative
        As the allocation says.
    ids, names
        Shape (n,).
    units, cities
        Shape (n,): name of the budget unit and of the city each lies in; empty if not known.
    purposes
        Names, shape (p,).
    cells
        Shape (n, p), int64 fen: this issue.
    already
        Shape (n,), int64 fen: issued before. With this issue it makes the whole amount.
    purpose_keys
        Shape (p,), as the scenario calls them; none where nothing is known of purposes.
    names_en
        Shape (n,), or none where they are not known.
    advanced
        Shape (n,), int64 fen: how much of ``cells``, here whole amounts, was issued in advance;
        None where nothing was.
    """

    scenario: str
    title: str
    year: int
    illustrative: bool
    ids: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    cities: tuple[str, ...]
    purposes: tuple[str, ...]
    cells: Fen
    already: Fen
    names_en: tuple[str, ...] = ()
    advanced: Fen | None = None
    purpose_keys: tuple[str, ...] = ()

    def called(self, language: Language) -> tuple[str, ...]:
        """Return the names, shape (n,); the Chinese one where there is no English one."""
        if language == "zh" or not self.names_en:
            return self.names
        return tuple(en or zh for zh, en in zip(self.names, self.names_en, strict=True))

    @property
    def amounts(self) -> Fen:
        """Shape (n,), int64 fen: this issue, over all purposes."""
        total: Fen = self.cells.sum(axis=1)
        return total

    @property
    def total(self) -> int:
        """Fen of this issue in all."""
        return int(self.cells.sum())

    def take(self, chosen: Sequence[int]) -> Issue:
        """Return the issue to the recipients at these positions."""
        kept = list(chosen)

        def pick(cells: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(cells[at] for at in kept)

        return replace(
            self,
            ids=pick(self.ids),
            names=pick(self.names),
            units=pick(self.units),
            cities=pick(self.cities),
            cells=self.cells[kept],
            already=self.already[kept],
            names_en=pick(self.names_en) if self.names_en else (),
            advanced=None if self.advanced is None else self.advanced[kept],
        )

    def groups(self, by: By) -> dict[str, tuple[int, ...]]:
        """Return the positions of the recipients of each unit or city, in the order shown.

        Raises
        ------
        InputError
            If it is not known of somebody where they lie.
        """
        places = self.units if by == "unit" else self.cities
        lost = [name for name, place in zip(self.names, places, strict=True) if not place]
        if lost:
            code = "L1-no-unit-known" if by == "unit" else "L1-no-city-known"
            words = {"found": "、".join(lost[:5]), "count": len(lost)}
            raise_if_any([Problem(code, words=words)])
        found: dict[str, list[int]] = {}
        for at, place in enumerate(places):
            found.setdefault(place, []).append(at)
        return {place: tuple(members) for place, members in found.items()}


def issue_of(result: Allocation) -> Issue:
    """Return what an allocation issues now."""
    return _ordered(settled(_whole(result), settlement(result)))


def issue_of_record(record: Mapping[str, Any]) -> Issue:
    """Return what the allocation of a record issues now."""
    return _ordered(settled(_whole_of_record(record), settlement_of_record(record)))


def whole_of(result: Allocation) -> Issue:
    """Return what an allocation gives in all, what was issued before included."""
    return _ordered(_with_advanced(_whole(result), settlement(result)))


def whole_of_record(record: Mapping[str, Any]) -> Issue:
    """Return what the allocation of a record gives in all."""
    return _ordered(_with_advanced(_whole_of_record(record), settlement_of_record(record)))


def _with_advanced(whole: Issue, found: Settlement | None) -> Issue:
    if found is None:
        return whole
    return replace(whole, advanced=found.issued[: len(whole.ids)].sum(axis=1))


def _whole(result: Allocation) -> Issue:
    frame, heading = result.recipients, result.heading
    text = {key: frame.attribute(key) for key in ("unit_name", "city") if key in frame.text}
    purposes = tuple(purpose.name for purpose in result.purposes)
    return Issue(
        scenario=heading.scenario,
        title=heading.title,
        year=heading.year,
        illustrative=heading.illustrative,
        ids=frame.ids,
        names=frame.names,
        units=text.get("unit_name") or _units(frame.ids),
        cities=text.get("city") or _cities(frame.ids),
        purposes=purposes,
        cells=result.cells,
        already=np.zeros(len(frame), dtype=np.int64),
        names_en=frame.names_en,
        purpose_keys=tuple(purpose.key for purpose in result.purposes),
    )


def _whole_of_record(record: Mapping[str, Any]) -> Issue:
    ids = tuple(record["recipients"])
    return Issue(
        scenario=record["scenario"],
        title=record["title"],
        year=record["year"],
        illustrative=record["illustrative"],
        ids=ids,
        names=tuple(record["names"]),
        units=_units(ids),
        cities=_cities(ids),
        purposes=_purposes(record),
        cells=np.array(record["amount_fen"], dtype=np.int64),
        already=np.zeros(len(ids), dtype=np.int64),
        purpose_keys=tuple(record["purposes"]),
        names_en=_names_en(ids, record["names"]),
    )


def settled(whole: Issue, found: Settlement | None) -> Issue:
    """Return what is issued now, where something was issued before: the whole less that.

    Where it is not known for which purpose money was issued, purposes fall away.
    """
    if found is None:
        return whole
    left, keyed = found.left, found.issued.shape[1] == len(whole.purposes)
    ids = (*whole.ids, *(who.id for who in left))
    names_en = (*whole.names_en, *(who.name_en for who in left)) if whole.names_en else ()
    gone = ids[len(whole.ids) :]
    return replace(
        whole,
        ids=ids,
        names=(*whole.names, *(who.name for who in left)),
        units=(*whole.units, *_units(gone)),
        cities=(*whole.cities, *_cities(gone)),
        purposes=whole.purposes if keyed else (),
        purpose_keys=whole.purpose_keys if keyed else (),
        cells=found.this_issue,
        already=found.issued.sum(axis=1),
        names_en=names_en,
    )


def with_already(issue: Issue, already: Mapping[str, int], trail: Trail) -> Issue:
    """Return the issue with what was issued before, by id or name, in fen.

    Parameters
    ----------
    trail
        The place of each key of ``already``.

    Raises
    ------
    InputError
        For every name that is nobody's, or that means several; or if the scenario said it already.
    """
    if already and issue.already.any():
        raise InputError([Problem("L1-already-twice", trail.place(("already",)))])
    fen = issue.already.copy()
    problems = []
    for name, amount in already.items():
        pairs = enumerate(zip(issue.ids, issue.names, strict=True))
        found = [at for at, pair in pairs if name in pair]
        if len(found) == 1:
            fen[found[0]] = amount
        else:
            words = {"found": name[:60], "nearest": nearest(name, issue.names)}
            place = trail.place(("already", name))
            problems.append(Problem("L1-unknown-recipient", place, words))
    raise_if_any(problems)
    return replace(issue, already=fen)


def _purposes(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the purposes' names: in the record stand the keys, in its scenario the names."""
    file = next(iter(record["inputs"]), None)
    text = record["inputs"][file].get("text", "") if file else ""
    named = tomllib.loads(text).get("purposes", {})
    return tuple(named.get(key, {}).get("name", key) for key in record["purposes"])


def _units(ids: Sequence[str]) -> tuple[str, ...]:
    """Return the name of the unit of each unit or zone; empty for others."""
    named = {unit.id: unit.name for unit in units()}
    known = named | {zone.id: named[zone.unit] for zone in all_zones()}
    return tuple(known.get(key, "") for key in ids)


def _names_en(ids: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return the English names the registry has; the Chinese one where it has none."""
    known = {unit.id: unit.name_en for unit in units()}
    known |= {zone.id: zone.name_en for zone in all_zones() if zone.name_en}
    return tuple(known.get(key, name) for key, name in zip(ids, names, strict=True))


def _cities(ids: Sequence[str]) -> tuple[str, ...]:
    known = {zone.id: zone.city or "" for zone in all_zones()}
    return tuple(known.get(key, "") for key in ids)


def _ordered(issue: Issue) -> Issue:
    """Return the issue in ministry order: each planned city right after its province."""
    order = {unit.name: unit.order for unit in units()}
    ranks = [order.get(unit, len(order)) for unit in issue.units]
    return issue.take(sorted(range(len(ranks)), key=ranks.__getitem__))

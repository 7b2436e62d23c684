"""What is issued already: read from the record of that run or from a table, matched by recipient.

The amounts are money columns of the frame, for the rule ``already_issued`` to read. Who has money
and takes no part any more is an error, unless it is recovered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.errors import InputError, Place, Problem
from allocation.frame import Frame, TextColumn
from allocation.money import format_amount
from allocation.record import record_in
from allocation.registry.units import units_by_id
from allocation.registry.zones import all_zones
from allocation.scenario.files import TABLE_LIMIT, read_bytes
from allocation.scenario.tables import leaves_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allocation.scenario.recipients import Resolve
    from allocation.scenario.schema import Issued, Scenario
    from allocation.scenario.tables import RawTable
    from allocation.scenario.trail import Trail
    from allocation_models.program import Integers, Mask

#: The column of what a record says.
ISSUED = "issued"
#: Why a name in a table is nobody's any more; anything else wrong with a name is an error.
_GONE = frozenset({"L1-zone-left", "L1-zone-missing", "L1-unknown-recipient"})
_SHOWN = 5


def issued_for(purpose: str) -> str:
    """Return the column of what a record says is issued for a purpose."""
    return f"{ISSUED}_{purpose}"


@dataclass(frozen=True)
class Left:
    """A recipient of what is issued that takes no part here: all of it is recovered.

    ``fen`` is by purpose where a record says so, else one sum.
    """

    id: str
    name: str
    name_en: str
    fen: tuple[int, ...]


@dataclass(frozen=True)
class RawRecord:
    """The record of the run that was issued: its path relative to the scenario, and its content.

    Parameters
    ----------
    names, fen
        By id: what each recipient is called, and whole fen by purpose.
    """

    file: str
    content: bytes
    year: int
    purposes: tuple[str, ...]
    names: Mapping[str, str]
    fen: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Found:
    """What issuing means for the recipients: money columns, who left, and what is wrong."""

    columns: Mapping[str, TextColumn]
    left: tuple[Left, ...]
    problems: list[Problem]


def read_issued(
    scenario: Scenario | None, trail: Trail, folder: Path
) -> tuple[RawRecord | None, list[Problem]]:
    """Return the record that a scenario in ``folder`` names, if it names one and it is sound."""
    if scenario is None or scenario.issued is None or not scenario.issued.record:
        return None, []
    file, place = scenario.issued.record, trail.place((ISSUED, "record"))
    if leaves_folder(file):
        return None, [Problem("L1-path-leaves-folder", place, {"found": file[:200]})]
    content = read_bytes(folder / file, file, TABLE_LIMIT)
    if isinstance(content, Problem):
        return None, [replace(content, place=place, words={"found": file} | dict(content.words))]
    try:
        return _raw(file, content, record_in(content, Place(file))), []
    except InputError as error:
        return None, list(error.problems)
    except (LookupError, TypeError, ValueError) as error:
        words = {"found": type(error).__name__}
        return None, [Problem("L1-not-a-record", Place(file), words)]


def _raw(file: str, content: bytes, record: Mapping[str, Any]) -> RawRecord:
    """Return what a sealed record says; raises ValueError if that cannot be amounts issued."""
    purposes, ids = tuple(record["purposes"]), record["recipients"]
    fen = [tuple(cells) for cells in record["amount_fen"]]
    width = len(purposes) or 1
    whole = all(type(cell) is int and cell >= 0 for cells in fen for cell in cells)
    if not whole or len(set(ids)) != len(ids) or any(len(cells) != width for cells in fen):
        raise ValueError(file)
    names = dict(zip(ids, record["names"], strict=True))
    return RawRecord(
        file, content, record["year"], purposes, names, dict(zip(ids, fen, strict=True))
    )


def find_issued(
    scenario: Scenario,
    frame: Frame,
    tables: Mapping[str, RawTable],
    record: RawRecord | None,
    resolve: Resolve,
    trail: Trail,
) -> Found:
    """Return what is issued to the recipients of ``frame``, whose tables are joined already."""
    issued = scenario.issued
    if issued is None:
        return Found({}, (), [])
    if issued.table in tables:
        found = _of_table(issued, frame, tables[issued.table], resolve)
    elif record is not None:
        found = _of_record(scenario, frame, record, trail)
    else:
        words = {"found": issued.table, "allowed": _listed(tuple(scenario.tables))}
        unknown = issued.table and issued.table not in scenario.tables
        place = trail.place((ISSUED, "table"))
        return Found({}, (), [Problem("L1-issued-no-table", place, words)] if unknown else [])
    left = _left_problem(found.left, trail, recover=issued.recover)
    return replace(found, problems=[*found.problems, *left])


def issued_fen(scenario: Scenario, frame: Frame) -> tuple[Integers, Mask] | None:
    """Return fen issued already, (n, p), and to whom nothing was, (n,); None if nothing is named.

    p is 1 where it is not known for which purpose money was issued.
    """
    if scenario.issued is None:
        return None
    total, _ = frame.money(scenario.issued.column)
    columns = [total]
    if scenario.issued.record and scenario.purposes:
        columns = [frame.money(issued_for(key))[0] for key in scenario.purposes]
    fen = np.stack([column.values.astype(np.int64) for column in columns], axis=1)
    return fen, total.missing


def _of_record(scenario: Scenario, frame: Frame, raw: RawRecord, trail: Trail) -> Found:
    """Return the columns of a record's amounts, ``issued`` and one for each purpose."""
    place = trail.place((ISSUED, "record"))
    if raw.year != scenario.year:
        words = {"found": str(raw.year), "allowed": str(scenario.year)}
        return Found({}, (), [Problem("L1-issued-other-year", place, words)])
    keys = tuple(scenario.purposes)
    if bool(keys) != bool(raw.purposes) or not set(raw.purposes) <= set(keys):
        words = {"found": _listed(raw.purposes), "allowed": _listed(keys)}
        return Found({}, (), [Problem("L1-issued-purposes", place, words)])
    order = [raw.purposes.index(key) if key in raw.purposes else None for key in keys] or [0]
    fen = {
        who: tuple(0 if at is None else cells[at] for at in order) for who, cells in raw.fen.items()
    }
    columns = {
        issued_for(key): _column(frame, {who: cells[at] for who, cells in fen.items()}, raw.file)
        for at, key in enumerate(keys)
    }
    columns[ISSUED] = _column(frame, {who: sum(cells) for who, cells in fen.items()}, raw.file)
    twice = [column for column in columns if column in frame.text]
    words = {"found": _listed(twice), "other": raw.file}
    problems = [Problem("L1-column-twice", place, words)] if twice else []
    return Found(columns, _left(frame, raw.names, fen), problems)


def _of_table(issued: Issued, frame: Frame, table: RawTable, resolve: Resolve) -> Found:
    """Return who has money in a table and takes no part; the column itself is joined already."""
    column, place = issued.column, table.place(table.head)
    if column in frame.derived:
        return Found({}, (), [Problem("L1-issued-split", place, {"found": column})])
    if column not in table.columns:
        words = {"found": column, "nearest": _listed(tuple(table.columns))}
        return Found({}, (), [Problem("L1-unknown-column", place, words)])
    rows = {}
    for index, name in enumerate(table.columns[table.key]):
        found = resolve(name, table.place(table.lines[index], table.key))
        # Whatever else is wrong with a name is said where the table is joined.
        if not isinstance(found, Problem) or found.code in _GONE:
            rows[name if isinstance(found, Problem) else found] = index
    gone = [(who, index) for who, index in rows.items() if who not in set(frame.ids)]
    names = tuple(table.columns[table.key][index] for _, index in gone)
    cells = TextColumn(
        tuple(table.columns[column][index] for _, index in gone),
        table.file,
        tuple(table.lines[index] for _, index in gone),
        table.units.get(column, ""),
        table.column(column),
    )
    ids = tuple(who for who, _ in gone)
    money, problems = Frame(ids, names, names, {column: cells}).money(column)
    fen = {who: (int(cell or 0),) for who, cell in zip(ids, money.exact(), strict=True)}
    return Found({}, _left(frame, dict(zip(ids, names, strict=True)), fen), problems)


def recovered(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems of a table of what is issued, without the rows of who left."""
    return [problem for problem in problems if problem.code not in _GONE]


def _left_problem(left: Sequence[Left], trail: Trail, *, recover: bool) -> list[Problem]:
    """Return that some have money and take no part: a warning if it is recovered."""
    if not left:
        return []
    more = "…" if len(left) > _SHOWN else ""
    words = {
        "count": len(left),
        "found": "、".join(who.name for who in left[:_SHOWN]) + more,
        "amount": format_amount(sum(sum(who.fen) for who in left)),
    }
    place = trail.place((ISSUED,))
    if recover:
        return [Problem("L2-issued-recovered", place, words, warning=True)]
    return [Problem("L1-issued-left", place, words)]


def _left(
    frame: Frame, names: Mapping[str, str], fen: Mapping[str, tuple[int, ...]]
) -> tuple[Left, ...]:
    here = set(frame.ids)
    return tuple(
        Left(who, names[who], _english(who) or names[who], cells)
        for who, cells in fen.items()
        if who not in here and any(cells)
    )


def _english(who: str) -> str:
    """Return the English name the registry has for an id, of whatever day; empty if none."""
    known = units_by_id().get(who) or next((zone for zone in all_zones() if zone.id == who), None)
    return known.name_en or "" if known else ""


def _column(frame: Frame, fen: Mapping[str, int], file: str) -> TextColumn:
    """Return a column in fen; blank where the record does not name the recipient."""
    return TextColumn(
        tuple(str(fen[who]) if who in fen else "" for who in frame.ids),
        file,
        unit="分",
    )


def _listed(names: Sequence[str]) -> str:
    return "、".join(names) or "—"

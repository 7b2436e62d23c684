"""The frame of a scenario: who shares, joined with the tables, part units split off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from allocation.errors import Problem, nearest
from allocation.frame import Column, Frame, TextColumn
from allocation.money import UNITS
from allocation.registry import resolve_unit
from allocation.scenario.issued import find_issued, recovered
from allocation.scenario.recipients import (
    Resolve,
    chosen,
    registry_frame,
    resolver,
    table_frame,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from allocation.errors import Place
    from allocation.scenario.issued import Left, RawRecord
    from allocation.scenario.schema import Scenario, Split
    from allocation.scenario.tables import RawTable
    from allocation.scenario.trail import Trail


def build_frame(
    scenario: Scenario, tables: Mapping[str, RawTable], trail: Trail, record: RawRecord | None
) -> tuple[Frame, tuple[Left, ...], list[Problem]]:
    """Return the recipients with their columns, who left, and everything wrong with the joins.

    Parameters
    ----------
    scenario
        The scenario in effect.
    tables
        Those of its tables that could be read.
    trail
        Where the scenario's keys stand.
    record
        The record of what is issued, if the scenario names one and it could be read.
    """
    if scenario.recipients.kind == "table":
        frame, problems = table_frame(scenario, tables, trail)
    else:
        frame, problems = registry_frame(scenario, trail)
    resolve = resolver(scenario, frame)
    mask, wrong = chosen(scenario, frame, resolve, trail)
    problems += wrong
    if not len(frame):
        return frame, (), problems
    recover = scenario.issued.table if scenario.issued and scenario.issued.recover else ""
    for name, table in tables.items():
        frame, wrong = _joined(frame, table, resolve)
        problems += recovered(wrong) if name == recover else wrong
    # Before anyone is left out: a parent's figure is split whether or not both take part.
    for name, split in scenario.splits.items():
        frame, wrong = _split(frame, name, split, scenario, trail)
        problems += wrong
    frame = frame.take(mask)
    found = find_issued(scenario, frame, tables, record, resolve, trail)
    frame = replace(frame, text=dict(frame.text) | dict(found.columns))
    return frame, found.left, [*problems, *found.problems]


def _joined(frame: Frame, table: RawTable, resolve: Resolve) -> tuple[Frame, list[Problem]]:
    """Return the frame with a table's columns; a recipient without a row gets blank cells."""
    rows, problems = _rows_by_id(table, resolve)
    text = dict(frame.text)
    own = [column for column in table.columns if column not in (table.key, "name_en")]
    for column in own:
        joined = _column(frame, table, column, rows)
        if column not in text:
            text[column] = joined
        elif text[column].file:
            words = {"found": column, "other": text[column].file}
            problems.append(Problem("L1-column-twice", table.place(table.head, column), words))
        else:
            problems += _contradictions(frame, text[column], joined, column)
    return replace(frame, text=text), problems


def _rows_by_id(table: RawTable, resolve: Resolve) -> tuple[dict[str, int], list[Problem]]:
    rows: dict[str, int] = {}
    problems = []
    for index, name in enumerate(table.columns[table.key]):
        place = table.place(table.lines[index], table.key)
        found = resolve(name, place)
        if isinstance(found, Problem):
            problems.append(found)
        elif found in rows:
            words = {"found": name, "line": table.lines[rows[found]]}
            problems.append(Problem("L1-duplicate-recipient", place, words))
        else:
            rows[found] = index
    return rows, problems


def _column(frame: Frame, table: RawTable, column: str, rows: Mapping[str, int]) -> TextColumn:
    cells = table.columns[column]
    indexes = [rows.get(key) for key in frame.ids]
    return TextColumn(
        tuple("" if index is None else cells[index] for index in indexes),
        table.file,
        tuple(0 if index is None else table.lines[index] for index in indexes),
        table.units.get(column, ""),
        table.column(column),
    )


def _contradictions(
    frame: Frame, ours: TextColumn, theirs: TextColumn, column: str
) -> list[Problem]:
    """Return the cells of a table that say something else than the registry."""
    return [
        Problem(
            "L5-contradicts-registry" if column.endswith("_region") else "L1-contradicts-registry",
            theirs.place(index, column),
            {"found": cell, "allowed": own, "recipient": frame.names[index], "column": column},
        )
        for index, (own, cell) in enumerate(zip(ours.cells, theirs.cells, strict=True))
        if cell and cell != own
    ]


def _split(
    frame: Frame, name: str, split: Split, scenario: Scenario, trail: Trail
) -> tuple[Frame, list[Problem]]:
    """Return the frame with the figures of part units taken out of their parents'."""
    if scenario.recipients.kind != "units":
        place = trail.place(("splits", name))
        words = {"found": name, "allowed": 'kind = "units"'}
        return frame, [Problem("L1-split-not-units", place, words)]
    parents, shares, problems = _parts(frame, name, split, trail)
    derived = dict(frame.derived)
    for column in split.columns:
        figures, wrong = _figures(frame, column, trail.place(("splits", name, "columns")))
        problems += wrong
        if not wrong:
            cells, wrong = _divided(frame, figures, column, parents, shares)
            problems += wrong
            derived[column] = Column.of(cells)
    return replace(frame, derived=derived), problems


def _parts(
    frame: Frame, name: str, split: Split, trail: Trail
) -> tuple[dict[int, int], dict[int, Fraction], list[Problem]]:
    """Return the parent of each part and its share, by position in the frame."""
    parents: dict[int, int] = {}
    shares: dict[int, Fraction] = {}
    problems = []
    for part, share in split.shares.items():
        place = trail.place(("splits", name, "shares", part))
        unit = resolve_unit(part, place)
        if isinstance(unit, Problem):
            problems.append(unit)
        elif unit.parent is None:
            problems.append(Problem("L1-split-no-parent", place, {"found": part}))
        else:
            index = frame.ids.index(unit.id)
            if index in parents:
                problems.append(Problem("L1-split-twice", place, {"found": part}))
            parents[index], shares[index] = frame.ids.index(unit.parent), share
    for parent in sorted(set(parents.values())):
        total = sum(share for part, share in shares.items() if parents[part] == parent)
        if total > 1:
            words = {"found": str(total), "recipient": frame.names[parent]}
            problems.append(
                Problem("L1-split-over-whole", trail.place(("splits", name, "shares")), words)
            )
    return parents, shares, problems


def _figures(
    frame: Frame, column: str, place: Place
) -> tuple[list[Fraction | None], list[Problem]]:
    """Return a column's figures, money in the column's own unit."""
    if column not in frame.text:
        words = {"found": column, "nearest": nearest(column, sorted(frame.text))}
        return [], [Problem("L1-unknown-column", place, words)]
    unit = frame.text[column].unit
    numbers, problems = frame.money(column) if unit else frame.numbers(column)
    scale = UNITS[unit] if unit else 1
    return [None if cell is None else cell / scale for cell in numbers.exact()], problems


def _divided(
    frame: Frame,
    figures: list[Fraction | None],
    column: str,
    parents: Mapping[int, int],
    shares: Mapping[int, Fraction],
) -> tuple[list[Fraction | None], list[Problem]]:
    cells, problems = list(figures), []
    for part, parent in parents.items():
        whole, rest = figures[parent], cells[parent]
        words = {"recipient": frame.names[part], "parent": frame.names[parent], "column": column}
        if figures[part] is not None:
            place = frame.text[column].place(part, column)
            problems.append(Problem("L1-split-has-figure", place, words))
        elif whole is None or rest is None:
            place = frame.text[column].place(parent, column)
            problems.append(Problem("L1-split-no-figure", place, words))
        else:
            cells[part] = whole * shares[part]
            cells[parent] = rest - whole * shares[part]
    return cells, problems

"""How an allocation is laid out on paper: order, groups, labels, marks and figures.

Shared by the terminal table, the workbook and the chart, so that all three agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocation.money import format_amount, format_ratio
from allocation.registry.regions import FiscalRegion
from allocation.registry.units import Unit, units
from allocation.wording import Language, say, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.result import Allocation, PurposeColumn
    from allocation.whole import RuleOutcome

#: Up to this many recipients no subtotals are shown: the eye adds them up.
FEW = 8
_FEN_PER_WAN = 1_000_000
_WAN_PLACES = 6
#: Kinds that hold everybody at once: a mark on every row would say nothing.
_UNMARKED_KINDS = frozenset({"pot", "purpose"})
_REGIONS = tuple(region.value for region in FiscalRegion)


@dataclass(frozen=True)
class Group:
    """Recipients shown together.

    Parameters
    ----------
    label
        Heading of the subtotal row; empty if the table is not grouped.
    members
        Positions of the recipients, in the order shown.
    """

    label: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """One line of a table: the grand total, a group's subtotal, or one recipient.

    ``members`` are the recipients it sums; ``kind`` is ``total``, ``group`` or ``row``.
    """

    kind: str
    label: str
    members: tuple[int, ...]


def lines(result: Allocation, language: Language) -> tuple[Line, ...]:
    """Return the lines of the table from top to bottom: 合计 first, then each group."""
    found = groups(result, language)
    called = names(result, language)
    everyone = tuple(index for group in found for index in group.members)
    table = [Line("total", say("report-total", language), everyone)]
    for group in found:
        if group.label:
            table.append(Line("group", group.label, group.members))
        table += [Line("row", called[index], (index,)) for index in group.members]
    return tuple(table)


def unit_of(value: str) -> Unit | None:
    """Return the budget unit with that code or name, if it is one."""
    return _units_by_any_name().get(value)


@cache
def _units_by_any_name() -> dict[str, Unit]:
    return {key: unit for unit in units() for key in (unit.id, unit.name, unit.short_name)}


def label(value: str, language: Language) -> str:
    """Return what a unit code or a fiscal region is called; other values as they are."""
    if value in _REGIONS:
        return FiscalRegion(value).label(language)
    unit = unit_of(value)
    if unit is None:
        return value
    return unit.name if language == "zh" else unit.name_en


def names(result: Allocation, language: Language) -> tuple[str, ...]:
    """Return the recipients' names, shape (n,); the Chinese one where there is no English one."""
    frame = result.recipients
    pairs = zip(frame.names, frame.names_en, strict=True)
    chosen = [english if language == "en" and english else chinese for chinese, english in pairs]
    return tuple(map(printable, chosen))


def printable(text: str) -> str:
    """Return ``text`` with every control character, which could steer a terminal, made a blank."""
    return "".join(character if character.isprintable() else " " for character in text)


def named(thing: RuleOutcome | PurposeColumn, language: Language) -> str:
    """Return the name of a rule or of a purpose."""
    return thing.name if language == "zh" else thing.name_en or thing.name


def title(result: Allocation, language: Language) -> str:
    """Return the title, with the label 示例 where the figures are illustrative."""
    heading = result.heading
    words = heading.title if language == "zh" else heading.title_en or heading.title
    return words + say("report-illustrative", language) if heading.illustrative else words


def grouped_by(result: Allocation) -> str:
    """Return the attribute the rows are grouped by: units by fiscal region, zones by unit."""
    text = result.recipients.text
    if len(result.recipients) <= FEW:
        return ""
    for attribute in ("unit", "fiscal_region"):
        count = len(set(text[attribute].cells)) if attribute in text else 0
        if 1 < count < len(result.recipients):
            return attribute
    return ""


def groups(result: Allocation, language: Language) -> tuple[Group, ...]:
    """Return the rows by group: units in ministry order, each planned city after its province."""
    attribute = grouped_by(result)
    order = _order(result)
    if not attribute:
        return (Group("", order),)
    cells = result.recipients.attribute(attribute)
    members: dict[str, list[int]] = {}
    for index in order:
        members.setdefault(cells[index], []).append(index)
    return tuple(Group(_heading(v, language), tuple(found)) for v, found in members.items())


def _heading(value: str, language: Language) -> str:
    return label(value, language) if value else say("report-no-group", language)


def _order(result: Allocation) -> tuple[int, ...]:
    """Return the order shown: by unit as ministry tables have it, else as the recipients came."""
    frame = result.recipients
    cells = frame.attribute("unit") if "unit" in frame.text else frame.ids
    found = [unit_of(cell) for cell in cells]
    last = len(units())
    rank = [last if unit is None else unit.order for unit in found]
    return tuple(sorted(range(len(frame)), key=rank.__getitem__))


def mark(kind: str, language: Language) -> str:
    """Return the short mark of a rule kind, such as ``●保底``."""
    key = f"report-mark-{kind.replace('_', '-')}"
    known = key if key in sentences() else "report-mark-other"
    return "●" + say(known, language)


def marks(result: Allocation, language: Language) -> tuple[tuple[str, ...], ...]:
    """Return for each recipient the marks of the rules that hold its amount, shape (n,)."""
    found: list[dict[str, None]] = [{} for _ in result.recipients.ids]
    for rule in result.rules:
        if rule.binds and rule.kind not in _UNMARKED_KINDS:
            sign = mark(rule.kind, language)
            for index in np.flatnonzero(rule.recipients):
                found[index][sign] = None
    return tuple(tuple(signs) for signs in found)


def half_up(exact: Sequence[Fraction]) -> npt.NDArray[np.int64]:
    """Return exact fen rounded half up to whole fen, shape (n,), int64."""
    whole = [(2 * x.numerator + x.denominator) // (2 * x.denominator) for x in exact]
    return np.array(whole, dtype=np.int64)


def decimals(result: Allocation) -> int:
    """Return how many places of 万元 show every amount whole: 2, or more if 100元 are split."""
    return places_of_fen(result.cells)


def places_of_fen(fen: npt.NDArray[np.int64]) -> int:
    """Return how many places of 万元 show all of ``fen`` whole: at least 2."""
    places = 2
    while places < _WAN_PLACES and (fen % 10 ** (_WAN_PLACES - places)).any():
        places += 1
    return places


def wan(fen: int, places: int) -> str:
    """Return fen as 万元 rounded half up; nothing for 0, as ministry tables leave it blank."""
    step = 10 ** (_WAN_PLACES - places)
    whole = (2 * int(fen) + step) // (2 * step) * step
    return format_amount(whole, "万元", places) if whole else ""


def percent(part: int, whole: int) -> str:
    """Return a percentage with one place; nothing where there is nothing to compare."""
    return format_ratio(Fraction(int(part), int(whole)), 1) if part and whole else ""


def wan_number(fen: int) -> float:
    """Return fen as a 万元 number, for display in a cell or an axis only."""
    return int(fen) / _FEN_PER_WAN

"""Where the money goes, as pictures: ranked bars, the tile map, the flow from the pot down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount
from allocation.registry.tiles import tiles
from allocation.registry.units import units_by_id
from allocation.report.layout import unit_of
from allocation.report.overview.drawing import (
    BLUE,
    Drawing,
    Mark,
    Path,
    Rect,
    Text,
    line,
    room,
    shade,
)
from allocation.report.overview.words import Words, called, same, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.report.overview.case import Case

#: Bars drawn one by one; of the rest the sum is said.
_BARS = 40
_TILE, _GAP = 62, 4
#: The least height of a label on the right of the flow.
_SLOT, _FLOW_HEIGHT, _NODE = 14, 420, 12
_BAND = "#9ecae1"


def bars(case: Case) -> Drawing:
    """Return everyone's amount as a bar, the largest on top, with a tick at the entitlement."""
    amounts, claims = case.result.amounts, case.entitlements
    order = np.argsort(-amounts, kind="stable")
    shown, rest = order[:_BARS], order[_BARS:]
    labels = [case.names[at] for at in shown]
    figures = [(int(amounts[at]), int(claims[at])) for at in shown]
    left = room(labels) + 10
    longest = max((max(pair) for pair in figures), default=0) or 1
    scale = (980 - left - 110) / longest
    marks: list[Mark] = []
    for at, (name, (amount, claim)) in enumerate(zip(labels, figures, strict=True)):
        y = 8 + 20 * at
        tip = words("overview-bar-tip", name=name, amount=_wan(amount), claim=_wan(claim))
        marks += [
            Text(left - 6, y + 12, name, "end"),
            Rect(left, y, amount * scale, 15, BLUE, tip),
            line(left + claim * scale, y - 1, left + claim * scale, y + 16, "#111", 2),
            Text(left + max(amount, claim) * scale + 6, y + 12, same(_wan(amount))),
        ]
    height = 16 + 20 * len(labels)
    if len(rest):
        # As a bar it would dwarf all others.
        said = words("overview-rest-sum", count=len(rest), amount=_wan(int(amounts[rest].sum())))
        marks.append(Text(left, height + 6, said))
        height += 16
    return Drawing(words("overview-bars"), 980, height, tuple(marks))


def tile_map(case: Case) -> Drawing | None:
    """Return the provinces as tiles, shaded by amount; None where recipients lie in one only.

    A planned city and the XPCC count with the province they lie in. Taiwan, Hong Kong and Macao
    are there and grey, as is who takes no part. No boundary is drawn.
    """
    sums = _by_province(case)
    if len(sums) < 2:
        return None
    most, marks = max(sums.values()) or 1, list[Mark]()
    for tile in tiles():
        x, y = (tile.column - 1) * (_TILE + _GAP), (tile.row - 1) * (_TILE + _GAP)
        fen = sums.get(tile.id, 0)
        fill, ink = shade((fen / most) ** 0.5) if fen else ("#d9d9d9", "#444")
        name, amount = Words(tile.name, tile.name_en), _wan(fen) if fen else "—"
        tip = words("overview-tile-tip", name=name, amount=amount)
        marks += [
            Rect(x, y, _TILE, _TILE, fill, tip),
            Text(x + _TILE / 2, y + 26, Words(tile.name, tile.short_en), "middle", ink, 13),
            Text(x + _TILE / 2, y + 46, same(amount), "middle", ink, 11),
        ]
    wide = max(tile.column for tile in tiles()) * (_TILE + _GAP)
    high = max(tile.row for tile in tiles()) * (_TILE + _GAP)
    return Drawing(words("overview-tiles"), wide, high, tuple(marks))


def _by_province(case: Case) -> dict[str, int]:
    """Return fen by the code of the province that recipients lie in."""
    frame = case.result.recipients
    cells = frame.attribute("unit") if "unit" in frame.text else frame.ids
    found: dict[str, int] = {}
    for cell, fen in zip(cells, case.result.amounts.tolist(), strict=True):
        unit = unit_of(cell)
        if unit is not None:
            key = unit.parent or unit.id
            found[key] = found.get(key, 0) + fen
    return {key: fen for key, fen in found.items() if key in units_by_id()}


def flow(case: Case) -> Drawing:
    """Return the way of the money: pot, regions where there are several, units or recipients."""
    right = _sums(case, _last_attribute(case))
    marks: list[Mark] = []
    slots = [max(_SLOT, fen * _FLOW_HEIGHT / _total(case)) for _, fen, _ in right]
    height = sum(slots) + 8
    scale = min(_FLOW_HEIGHT, height - 8) / _total(case)
    regions = [name for name in dict.fromkeys(region for _, _, region in right) if name]
    middle = _stacked([sum(f for _, f, r in right if r == name) for name in regions], scale, height)
    ends = _ends([fen for _, fen, _ in right], slots, scale)
    pot = (height - _total(case) * scale) / 2
    marks.append(Rect(0, pot, _NODE, _total(case) * scale, BLUE, words("overview-pot")))
    taken = dict.fromkeys(regions, 0.0)
    for at, name in enumerate(regions):
        start, size = middle[at]
        label_, fen = called(name), size / scale
        marks += [
            _band(_NODE, pot + sum(s for _, s in middle[:at]), 330, start, size),
            Rect(330, start, _NODE, size, BLUE, _tip(label_, round(fen))),
            Text(330 + _NODE + 6, start + size / 2 + 4, label_),
        ]
    done = 0.0
    for (name_, fen, region), (top, slot) in zip(right, ends, strict=True):
        size = fen * scale
        if region:
            origin = middle[regions.index(region)][0] + taken[region]
            taken[region] += size
            marks.append(_band(330 + _NODE, origin, 700, top, size))
        else:
            marks.append(_band(_NODE, pot + done, 700, top, size))
        done += size
        marks += [
            Rect(700, top, _NODE, size, BLUE, _tip(name_, fen)),
            Text(718, slot + 4, _flow_label(name_, fen), size=11),
        ]
    width = 718 + room([_flow_label(name_, fen) for name_, fen, _ in right], 11) + 8
    return Drawing(words("overview-flow"), width, height, tuple(_bands_first(marks)))


def _flow_label(name: Words, fen: int) -> Words:
    return Words(f"{name.zh} {_wan(fen)}", f"{name.en} {_wan(fen)}")


def _tip(name: Words, fen: int) -> Words:
    return words("overview-tile-tip", name=name, amount=_wan(fen))


def _bands_first(marks: list[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.kind != "path")


def _total(case: Case) -> int:
    return int(case.result.amounts.sum()) or 1


def _last_attribute(case: Case) -> str:
    """Return by what the right side is summed: units of zones, else nothing."""
    text = case.result.recipients.text
    count = len(set(text["unit"].cells)) if "unit" in text else 0
    return "unit" if 1 < count < len(case.result.recipients) else ""


def _sums(case: Case, attribute: str) -> list[tuple[Words, int, str]]:
    """Return name, fen and region of every node on the right; the smallest summed up."""
    frame, amounts = case.result.recipients, case.result.amounts.tolist()
    region = _regions(case)
    if attribute:
        cells = frame.attribute(attribute)
        keys = list(dict.fromkeys(cells))
        sums = dict.fromkeys(keys, 0)
        where: dict[str, str] = {}
        for key, fen, name in zip(cells, amounts, region, strict=True):
            sums[key] += fen
            where[key] = name
        found = [(called(key), sums[key], where[key]) for key in keys]
    else:
        found = list(zip(case.names, amounts, region, strict=True))
    found = [node for node in found if node[1] > 0]
    order = {name: at for at, name in enumerate(dict.fromkeys(name for _, _, name in found))}
    found.sort(key=lambda node: (order[node[2]], -node[1]))
    return found if len(found) <= 2 * _BARS else _with_rest(found)


def _with_rest(found: list[tuple[Words, int, str]]) -> list[tuple[Words, int, str]]:
    """Return the largest nodes, and in each region the sum of the others."""
    least = sorted((fen for _, fen, _ in found), reverse=True)[_BARS]
    kept = [node for node in found if node[1] > least]
    for region in dict.fromkeys(region for _, _, region in found):
        rest = [fen for _, fen, name in found if name == region and fen <= least]
        if rest:
            kept.append((words("overview-rest", count=len(rest)), sum(rest), region))
    order = {name: at for at, name in enumerate(dict.fromkeys(name for _, _, name in found))}
    return sorted(kept, key=lambda node: order[node[2]])


def _regions(case: Case) -> tuple[str, ...]:
    """Return everyone's fiscal region; nothing where all lie in one."""
    frame = case.result.recipients
    cells = frame.attribute("fiscal_region") if "fiscal_region" in frame.text else ()
    return cells if len(set(cells)) > 1 else ("",) * len(frame)


def _stacked(sizes: Sequence[int], scale: float, height: float) -> list[tuple[float, float]]:
    """Return top and size of nodes spread over a height."""
    free = height - 8 - sum(sizes) * scale
    gap = free / max(len(sizes) - 1, 1)
    tops, y = [], 4.0
    for size in sizes:
        tops.append((y, size * scale))
        y += size * scale + gap
    return tops


def _ends(sizes: Sequence[int], slots: Sequence[float], scale: float) -> list[tuple[float, float]]:
    """Return the top of each node on the right, and the middle of its slot."""
    found, y = [], 4.0
    for size, slot in zip(sizes, slots, strict=True):
        found.append((y + (slot - size * scale) / 2, y + slot / 2))
        y += slot
    return found


def _band(x1: float, y1: float, x2: float, y2: float, size: float) -> Path:
    """Return a band from one node to the next."""
    bend = (x1 + x2) / 2
    over = f"M{x1:.1f} {y1:.1f}C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    low1, low2 = y1 + size, y2 + size
    back = f"V{low2:.1f}C{bend:.1f} {low2:.1f} {bend:.1f} {low1:.1f} {x1:.1f} {low1:.1f}Z"
    return Path(over + back, fill=_BAND)


def _wan(fen: int) -> str:
    return format_amount(fen)

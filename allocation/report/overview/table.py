"""The table of the report: one row per recipient, a column or three for each allocation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount, format_ratio
from allocation.report.layout import decimals, groups, marks, wan
from allocation.report.overview.words import Words, same, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.report.overview.case import Case
    from allocation.result import Fen

_NONE = same("—")


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, by what it is sorted, and if it goes ``up`` or ``down``."""

    shown: Words
    value: float | int | None = None
    way: str = ""


@dataclass(frozen=True)
class Head:
    """A column's head; ``figure`` for numbers, which stand to the right."""

    words: Words
    figure: bool


@dataclass(frozen=True)
class Row:
    """One recipient: its group, for the filter, and the cells."""

    id: str
    group: Words
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Heads and rows."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    groups: tuple[Words, ...]


def table_of(cases: Sequence[Case]) -> Table:
    """Return the table of one allocation, or of several side by side."""
    ids = list(dict.fromkeys(key for case in cases for key in case.result.recipients.ids))
    called = {key: name for case in reversed(cases) for key, name in _names(case).items()}
    grouped = {key: name for case in reversed(cases) for key, name in _groups(case).items()}
    heads = [Head(words("report-name"), figure=False), Head(words("overview-group"), figure=False)]
    columns: list[dict[str, Cell]] = []
    if len(cases) == 1:
        more, cells = _single(cases[0])
    else:
        more, cells = _several(cases)
    heads += more
    columns += cells
    rows = tuple(
        Row(
            key,
            grouped[key],
            (
                Cell(called[key]),
                Cell(grouped[key]),
                *(column.get(key, Cell(_NONE)) for column in columns),
            ),
        )
        for key in _ordered(cases, ids)
    )
    return Table(tuple(heads), rows, tuple(dict.fromkeys(row.group for row in rows)))


def _ordered(cases: Sequence[Case], ids: Sequence[str]) -> list[str]:
    """Return ids as the first allocation's tables show them, then the others."""
    first = cases[0]
    order = [at for group in groups(first.result, "zh") for at in group.members]
    shown = [first.result.recipients.ids[at] for at in order]
    return [*shown, *(key for key in ids if key not in first.places)]


def _names(case: Case) -> dict[str, Words]:
    return dict(zip(case.result.recipients.ids, case.names, strict=True))


def _groups(case: Case) -> dict[str, Words]:
    found = {}
    pairs = zip(groups(case.result, "zh"), groups(case.result, "en"), strict=True)
    for zh, en in pairs:
        for at in zh.members:
            found[case.result.recipients.ids[at]] = Words(zh.label or "—", en.label or "—")
    return found


def _single(case: Case) -> tuple[list[Head], list[dict[str, Cell]]]:
    """Return the columns of one allocation."""
    amounts, claims = case.result.amounts, case.entitlements
    total = int(amounts.sum())
    signs = zip(marks(case.result, "zh"), marks(case.result, "en"), strict=True)
    bound = [Cell(Words(" ".join(zh), " ".join(en))) for zh, en in signs]
    heads = [
        Head(words("report-entitlement"), figure=True),
        Head(words("report-amount"), figure=True),
        Head(words("report-ratio"), figure=True),
        Head(words("overview-share"), figure=True),
        Head(words("overview-rank"), figure=True),
        Head(words("report-marks"), figure=False),
    ]
    pairs = list(zip(amounts.tolist(), claims.tolist(), strict=True))
    columns = [
        [_rounded(fen, decimals(case.result)) for fen in claims.tolist()],
        [_money(fen) for fen in amounts.tolist()],
        [_ratio(a, c) for a, c in pairs],
        [_ratio(a, total) for a, _ in pairs],
        [Cell(same(str(rank)), rank) for rank in ranks(amounts)],
        bound,
    ]
    return heads, [dict(zip(case.result.recipients.ids, column, strict=True)) for column in columns]


def _several(cases: Sequence[Case]) -> tuple[list[Head], list[dict[str, Cell]]]:
    """Return the columns of several: amount and rank of each, and what changes from the first."""
    heads: list[Head] = []
    columns: list[dict[str, Cell]] = []
    first = _figures(cases[0])
    for number, case in enumerate(cases, start=1):
        found = _figures(case)
        heads.append(Head(words("overview-case", number=number), figure=True))
        columns.append({key: _money(fen) for key, (fen, _) in found.items()})
        if number == 1:
            continue
        both_ = [key for key in found if key in first]
        heads += [
            Head(words(f"overview-{kind}", number=number), figure=True)
            for kind in ("change", "change-percent", "change-rank")
        ]
        columns += [
            {key: _change(found[key][0] - first[key][0]) for key in both_},
            {key: _percent(found[key][0] - first[key][0], first[key][0]) for key in both_},
            {key: _moved(first[key][1] - found[key][1]) for key in both_},
        ]
    return heads, columns


def _figures(case: Case) -> dict[str, tuple[int, int]]:
    amounts = case.result.amounts
    pairs = zip(amounts.tolist(), ranks(amounts), strict=True)
    return dict(zip(case.result.recipients.ids, pairs, strict=True))


def ranks(amounts: Fen) -> list[int]:
    """Return each amount's place, the largest first; equals share the better place."""
    falling = np.sort(-amounts)
    places: list[int] = (np.searchsorted(falling, -amounts, side="left") + 1).tolist()
    return places


def _money(fen: int) -> Cell:
    return Cell(same(format_amount(fen) if fen else ""), fen)


def _rounded(fen: int, places: int) -> Cell:
    return Cell(same(wan(fen, places)), fen)


def _ratio(part: int, whole: int) -> Cell:
    if not whole:
        return Cell(_NONE)
    return Cell(same(format_ratio(Fraction(part, whole))), part / whole)


def _change(fen: int) -> Cell:
    shown = format_amount(fen)
    return Cell(same(f"+{shown}" if fen > 0 else shown), fen, _way(fen))


def _percent(change: int, before: int) -> Cell:
    if not before:
        return Cell(_NONE)
    shown = format_ratio(Fraction(change, before))
    return Cell(same(f"+{shown}" if change > 0 else shown), change / before, _way(change))


def _moved(places: int) -> Cell:
    return Cell(same(f"{places:+d}" if places else "0"), places, _way(places))


def _way(change: int) -> str:
    return "up" if change > 0 else "down" if change < 0 else ""

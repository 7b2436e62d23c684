"""From the first allocation to another: who gains and loses most, and which change is the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import InputError
from allocation.explain.attribution import attribution, players
from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.overview.drawing import (
    GREEN,
    RED,
    Drawing,
    Mark,
    Rect,
    Text,
    line,
    room,
)
from allocation.report.overview.steps import amount_words
from allocation.report.overview.words import Words, said_of, same, words

if TYPE_CHECKING:
    from allocation.explain.attribution import Attribution
    from allocation.report.overview.case import Case

#: So many at either end.
_MOST = 10
#: Each more doubles the allocations that tell their parts apart.
_MOST_CAUSES = 4
_ROW, _WIDTH, _FIGURES = 20, 900, 90


def movers(before: Case, after: Case, number: int) -> Drawing | None:
    """Return the largest gains and losses as bars; None where nothing changes."""
    found = _changes(before, after)
    chosen = [*found[:_MOST], *found[_MOST:][-_MOST:]]
    if not chosen:
        return None
    left = room([name for name, _ in chosen]) + 10
    low = min(0, *(fen for _, fen in chosen))
    high = max(0, *(fen for _, fen in chosen))
    scale = (_WIDTH - left - 2 * _FIGURES) / (high - low)
    zero = left + _FIGURES - low * scale
    marks: list[Mark] = []
    for at, (name, fen) in enumerate(chosen):
        y, end = _ROW * at + 2, zero + fen * scale
        anchor, x = ("start", end + 5) if fen > 0 else ("end", end - 5)
        marks += [
            Text(left - 6, y + 12, name, "end"),
            Rect(min(zero, end), y, max(abs(end - zero), 0.5), 15, RED if fen > 0 else GREEN),
            Text(x, y + 12, same(amount_words(fen)), anchor, size=11),
        ]
    marks.append(line(zero, 0, zero, _ROW * len(chosen) + 2, "#111"))
    name = words("overview-movers", number=number, count=len(found))
    return Drawing(name, _WIDTH, _ROW * len(chosen) + 6, tuple(marks))


def _changes(before: Case, after: Case) -> list[tuple[Words, int]]:
    """Return everyone's change, fen, without those who have none; the largest gain first."""
    had, has = _by_id(before), _by_id(after)
    called = {
        key: name
        for case in (before, after)
        for key, name in zip(case.result.recipients.ids, case.names, strict=True)
    }
    found = [(called[key], has.get(key, 0) - had.get(key, 0)) for key in called]
    return sorted((pair for pair in found if pair[1]), key=lambda pair: -pair[1])


def _by_id(case: Case) -> dict[str, int]:
    return dict(zip(case.result.recipients.ids, case.result.amounts.tolist(), strict=True))


def causes(before: Case, after: Case, number: int) -> tuple[Words, ...]:
    """Return what each change of the scenario does, a sentence each, or why that is not known."""
    try:
        count = len(players(before.result, after.result))
        if count > _MOST_CAUSES:
            return (words("overview-many-causes", number=number, count=count),)
        found = attribution(before.result, after.result)
    except InputError as error:
        return (words("overview-no-causes", number=number, reason=said_of(error.problems[0])),)
    return tuple(_cause(found, at, number) for at in range(count))


def _cause(found: Attribution, at: int, number: int) -> Words:
    """Return how much one change moves, and who gains and loses most by it."""
    parts, player = found.parts[at], found.players[at]
    ends = [int(np.argmax(parts)), int(np.argmin(parts))]
    return words(
        "overview-cause",
        number=number,
        change=printable(player.label),
        up=format_amount(int(parts[parts > 0].sum())),
        down=format_amount(-int(parts[parts < 0].sum())),
        **{
            key: _one(found, who, int(parts[who])) if int(parts[who]) * sign > 0 else same("—")
            for key, who, sign in zip(("most", "least"), ends, (1, -1), strict=True)
        },
    )


def _one(found: Attribution, who: int, fen: int) -> Words:
    zh, en = found.names[who], found.names_en[who] or found.names[who]
    return Words(*(f"{printable(name)} {amount_words(fen)}" for name in (zh, en)))

"""The plan beside the rules of thumb: a table, and what the difference is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.sheet import Sheet, text_width
from allocation.report.terminal import Column, console, drawn
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from allocation.disbursement.schedule import Schedule
    from allocation.disbursement.strategies import Strategy

    Compared = Mapping[Strategy, Schedule]

_HEAD_ROW, _NAME_WIDTH, _WIDTH, _NOTE_WIDTH = 2, 30, 16, 100


def print_strategies(
    found: Compared, language: Language = "zh", *, on: Console | None = None
) -> None:
    """Print the plan beside the rules of thumb, and what the difference is."""
    from rich.text import Text

    out = on or console()
    out.print(Text(say("schedule-compare-title", language), style="bold"), soft_wrap=True)
    first, figures = _columns(found, language)
    out.print(drawn(["row"] * len(found), first, figures, None))
    for line in differences(found, language):
        out.print(Text(line), soft_wrap=True)


def write_strategies(found: Compared, sheet: Sheet) -> None:
    """Write the same as a sheet of a workbook: amounts and counts as numbers."""
    language, page = sheet.language, sheet.page
    heads = [say("schedule-head-strategy", language)]
    heads += [say(key, language) for key in _FEN + _COUNTS] + [say("schedule-head-last", language)]
    widths = [_NAME_WIDTH, *(max(_WIDTH, text_width(head) + 2) for head in heads[1:])]
    sheet.top(say("schedule-compare-title", language), heads, widths, _HEAD_ROW)
    for row, (name, one) in enumerate(found.items(), start=_HEAD_ROW + 1):
        page.write_string(row, 0, called(name, language), sheet.look(text_wrap=True))
        for column, fen in enumerate(_fen_of(one), start=1):
            page.write_number(row, column, fen / 1e6, sheet.money())
        for column, count in enumerate(_counts_of(one), start=1 + len(_FEN)):
            page.write_number(row, column, count, sheet.look())
        page.write_string(row, len(heads) - 1, _last(one), sheet.look(align="center"))
    for row, line in enumerate(differences(found, language), start=_HEAD_ROW + len(found) + 2):
        page.write_string(row, 0, printable(line), sheet.look(border=0))
    sheet.printed(landscape=True)


def values_of(found: Compared) -> dict[str, dict[str, int | str]]:
    """Return the same as plain values in fen, by strategy."""
    keys = ("unmet_fen_months", "idle_fen_months", "unpaid_fen", "missed_fen")
    return {
        name: {
            **dict(zip(keys, _fen_of(one), strict=True)),
            **dict(zip(("payments", "untidy"), _counts_of(one), strict=True)),
            "last_month": _last(one),
        }
        for name, one in found.items()
    }


_FEN = ("schedule-head-unmet", "schedule-head-idle", "schedule-unpaid", "schedule-head-missed")
_COUNTS = ("schedule-head-count", "schedule-head-untidy")


def _fen_of(one: Schedule) -> tuple[int, ...]:
    return one.unmet, one.idle, int(one.unpaid.sum()), sum(one.missed.values())


def _counts_of(one: Schedule) -> tuple[int, ...]:
    return one.measures.tranches, one.untidy


def _last(one: Schedule) -> str:
    return one.months[one.measures.last] if one.measures.last >= 0 else "—"


def called(name: Strategy, language: Language) -> str:
    """Return what a strategy is called."""
    return say(f"schedule-strategy-{name.replace('_', '-')}", language)


def _columns(found: Compared, language: Language) -> tuple[Column, list[Column]]:
    first = Column(
        say("schedule-head-strategy", language), tuple(called(name, language) for name in found)
    )
    fen = list(zip(*map(_fen_of, found.values()), strict=True))
    counts = list(zip(*map(_counts_of, found.values()), strict=True))
    cells = [
        *(tuple(map(format_amount, row)) for row in fen),
        *(tuple(map(str, c)) for c in counts),
    ]
    figures = [
        Column(say(key, language), column)
        for key, column in zip(_FEN + _COUNTS, cells, strict=True)
    ]
    last = Column(say("schedule-head-last", language), tuple(map(_last, found.values())))
    return first, [*figures, last]


def differences(found: Compared, language: Language) -> Iterator[str]:
    """Yield in which month each rule of thumb pays more or less than the plan, most first."""
    (_, base), *others = found.items()
    for name, other in others:
        change = (other.payments - base.payments).sum(axis=0)
        if not change.any():
            yield say("schedule-same", language, strategy=called(name, language))
            continue
        most, least = int(np.argmax(change)), int(np.argmin(change))
        words = {
            "more": other.months[most],
            "less": other.months[least],
            "plus": format_amount(int(change[most])),
            "minus": format_amount(-int(change[least])),
            "unmet": format_amount(other.unmet - base.unmet),
            "idle": format_amount(other.idle - base.idle),
        }
        yield say("schedule-differs", language, strategy=called(name, language), **words)

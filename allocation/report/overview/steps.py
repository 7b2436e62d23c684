"""Where each amount comes from: steps from the formula to the rounding, for groups and for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.reasons import Reasons
from allocation.money import format_amount
from allocation.report.explained_page import page_of, step_label
from allocation.report.layout import groups, places_of_fen
from allocation.report.overview.drawing import (
    BLUE,
    GREEN,
    RED,
    Drawing,
    Mark,
    Rect,
    Text,
    line,
    room,
)
from allocation.report.overview.words import Words, same, words

if TYPE_CHECKING:
    from allocation.report.explained_page import Page
    from allocation.report.overview.case import Case
    from allocation.result import Fen

_ROW, _WIDTH, _FIGURES = 22, 760, 110


@dataclass(frozen=True)
class StepTable:
    """Groups down, steps across: 万元 each step gives or takes; the last column is the amount.

    All have the decimals that show each of them whole, so that they add up as they stand there.
    """

    heads: tuple[Words, ...]
    rows: tuple[tuple[Words, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Explained:
    """One recipient: the waterfall and the rules that hold the amount."""

    name: Words
    drawing: Drawing
    reasons: tuple[Words, ...]


def step_table(case: Case) -> StepTable:
    """Return the steps of each group, and of all."""
    found = case.waterfall
    heads = [Words(step_label(step, "zh"), step_label(step, "en")) for step in found.steps]
    shown, english = (groups(case.result, language) for language in ("zh", "en"))
    rows = [(words("report-total"), found.parts)]
    for group, other in zip(shown, english, strict=True):
        if group.label:
            rows.append((Words(group.label, other.label), found.parts[list(group.members)]))
    sums = [(label, parts.sum(axis=0)) for label, parts in rows]
    places = places_of_fen(np.concatenate([fen for _, fen in sums]))
    written = tuple((label, _written(fen, places)) for label, fen in sums)
    return StepTable((*heads, words("report-amount")), written)


def _written(fen: Fen, places: int) -> tuple[str, ...]:
    return (
        *(amount_words(part, places) for part in fen.tolist()),
        format_amount(int(fen.sum()), decimals=places),
    )


def explained(case: Case) -> tuple[Explained, ...]:
    """Return everyone's waterfall, in the recipients' order."""
    reasons = Reasons(case.result)

    def pages(at: int) -> tuple[Page, Page]:
        zh = page_of(case.result, case.waterfall, reasons, at, "zh")
        return zh, page_of(case.result, case.waterfall, reasons, at, "en")

    return tuple(_explained(*pages(at)) for at in range(len(case.result.recipients)))


def _explained(zh: Page, en: Page) -> Explained:
    name = Words(zh.name, en.name)
    reasons = tuple(Words(a, b) for a, b in zip(zh.reasons, en.reasons, strict=True))
    return Explained(name, _waterfall(zh, en), reasons)


def _waterfall(zh: Page, en: Page) -> Drawing:
    """Return the steps from top to bottom; sums start at zero."""
    labels = [Words(a.label, b.label) for a, b in zip(zh.lines, en.lines, strict=True)]
    left = room(labels) + 10
    stops = [0, *(shown.running for shown in zh.lines)]
    low, high = min(stops), max(*stops, 1)
    scale = (_WIDTH - left - _FIGURES) / (high - low)
    marks: list[Mark] = [line(left - low * scale, 0, left - low * scale, _ROW * len(labels))]
    before = 0
    for at, (label, shown) in enumerate(zip(labels, zh.lines, strict=True)):
        start = 0 if shown.change is None else before
        x, wide = min(start, shown.running), abs(shown.running - start)
        fill = BLUE if shown.change is None else RED if shown.change > 0 else GREEN
        y, figure = _ROW * at + 3, shown.shown_change or shown.shown_running
        marks += [
            Text(left - 8, y + 12, label, "end"),
            Rect(left + (x - low) * scale, y, max(wide * scale, 0.5), 15, fill),
            Text(left + (x + wide - low) * scale + 6, y + 12, same(figure)),
        ]
        before = shown.running
    name = words("overview-waterfall", name=Words(zh.name, en.name))
    return Drawing(name, _WIDTH, _ROW * len(labels) + 6, tuple(marks))


def amount_words(fen: int, places: int = 2) -> str:
    """Return a signed change in 万元; nothing for none."""
    if not fen:
        return ""
    shown = format_amount(fen, decimals=places)
    return f"+{shown}" if fen > 0 else shown

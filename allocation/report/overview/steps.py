"""Where each amount comes from: steps from the formula to the rounding, for groups and for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation.explain.reasons import Reasons
from allocation.money import format_amount
from allocation.report.explained_page import page_of, step_label
from allocation.report.layout import groups
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
from allocation.report.overview.words import Words, both, same, words

if TYPE_CHECKING:
    from allocation.report.explained_page import Page
    from allocation.report.overview.case import Case
    from allocation.result import Fen

_ROW, _WIDTH, _FIGURES = 22, 760, 110


@dataclass(frozen=True)
class StepTable:
    """Groups down, steps across: fen each step gives or takes; the last column is the amount."""

    heads: tuple[Words, ...]
    rows: tuple[tuple[Words, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Explained:
    """One recipient: the waterfall and the rules that hold the amount."""

    name: Words
    drawing: Drawing
    reasons: tuple[Words, ...]


def step_table(case: Case) -> StepTable:
    """Return the steps of each group, and of all."""
    found = case.waterfall
    heads = [both(lambda language, step=step: step_label(step, language)) for step in found.steps]
    shown, english = (groups(case.result, language) for language in ("zh", "en"))
    rows = [(words("report-total"), _summed(found.parts))]
    for group, other in zip(shown, english, strict=True):
        if group.label:
            label = Words(group.label, other.label)
            rows.append((label, _summed(found.parts[list(group.members)])))
    return StepTable((*heads, words("report-amount")), tuple(rows))


def _summed(parts: Fen) -> tuple[int, ...]:
    return (*np.asarray(parts.sum(axis=0)).tolist(), int(parts.sum()))


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


def amount_words(fen: int) -> str:
    """Return a signed change in 万元; nothing for none."""
    if not fen:
        return ""
    shown = format_amount(fen)
    return f"+{shown}" if fen > 0 else shown

"""The sheet 说明: pot, method, rules with their sources, checksums of what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.disbursement.settlement import settlement
from allocation.money import format_amount
from allocation.report.layout import named, title
from allocation.report.settled import settled_notes
from allocation.report.terminal import changes, method
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from allocation.report.sheet import Sheet
    from allocation.result import Allocation
    from allocation.whole import RuleOutcome

_FIRST_ROW = 2
_LAST_COLUMN = 5
_WIDTHS = (30, 44, 12, 16, 10, 18)
_RULE_HEADS = (
    "rule",
    "rule-source",
    "rule-priority",
    "rule-effect",
    "rule-recipients",
    "rule-broken",
)


def write_notes(result: Allocation, sheet: Sheet) -> None:
    """Write everything a reader needs to trust the table."""
    language = sheet.language
    heads = [say(f"report-{key}", language) for key in _RULE_HEADS]
    facts = _facts(result, language)
    row = _FIRST_ROW + len(facts) + 1
    sheet.top(title(result, language), heads, _WIDTHS, row)
    _pairs(sheet, _FIRST_ROW, facts)
    for rule in result.rules:
        row += 1
        _rule(sheet, row, rule)
    row += 1
    for key in ("hashes", "versions"):
        row = _section(sheet, row + 1, say(f"report-{key}", language), result.record.get(key, {}))
    sheet.printed(landscape=True)


def _facts(result: Allocation, language: Language) -> list[tuple[str, str]]:
    heading = result.heading
    rounding = heading.rounding.replace("_", "-")
    facts = [
        ("report-scenario", heading.scenario),
        ("report-year", str(heading.year)),
        ("report-pot", format_amount(heading.pot)),
        ("report-pot-source", heading.pot_source),
        ("report-quantum", format_amount(heading.quantum)),
        ("report-rounding", say(f"report-rounding-{rounding}", language)),
        ("report-left", format_amount(heading.unspent)),
        ("report-method-label", method(result, language)),
        ("report-unit-label", say("report-unit", language)),
    ]
    facts += [("settle-label", said) for said in settled_notes(settlement(result), language)]
    facts += [("report-changed-label", sentence) for sentence in changes(result, language)]
    if heading.illustrative:
        facts.append(("report-figures-note", say("report-figures-note-text", language)))
    return [(say(key, language), value) for key, value in facts]


def _pairs(sheet: Sheet, row: int, pairs: Sequence[tuple[str, str]]) -> int:
    """Write label and text, one pair a row; return the row after."""
    look = sheet.look(text_wrap=True)
    for at, (label, value) in enumerate(pairs, row):
        sheet.page.write_string(at, 0, label, sheet.head())
        sheet.page.merge_range(at, 1, at, _LAST_COLUMN, "", look)
        sheet.page.write_string(at, 1, value, look)
        sheet.fit_height(at, (label, _WIDTHS[0]), (value, sum(_WIDTHS[1:])))
    return row + len(pairs)


def _section(sheet: Sheet, row: int, head: str, pairs: Mapping[str, Any]) -> int:
    """Write a head and its pairs below; nothing if there are none."""
    if not pairs:
        return row - 1
    sheet.page.write_string(row, 0, head, sheet.look(bold=True, border=0))
    return _pairs(sheet, row + 1, [(key, str(value)) for key, value in pairs.items()])


def _rule(sheet: Sheet, row: int, rule: RuleOutcome) -> None:
    text, centre = sheet.look(text_wrap=True), sheet.look(align="center")
    effect = say("report-bound" if rule.binds else "report-not-bound", sheet.language)
    priority = "" if rule.priority is None else str(rule.priority)
    count = int(np.count_nonzero(rule.recipients)) if rule.binds else 0
    cells = (named(rule, sheet.language), rule.source, priority, effect, str(count or ""))
    for column, words in enumerate(cells):
        sheet.page.write_string(row, column, words, text if column <= 1 else centre)
    sheet.amount(row, len(cells), rule.broken_by, sheet.money())
    sheet.fit_height(row, *zip(cells, _WIDTHS[: len(cells)], strict=True))

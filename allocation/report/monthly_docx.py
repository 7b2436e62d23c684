"""直达资金月报 as a Word file: budget, effect, execution, outlook, problems.

The five headings were seen in a real notice on such reports; the order of what stands under them
was not. What only the office knows is its own words, or a visible blank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allocation.ledger.utilisation import total_of
from allocation.money import format_amount
from allocation.report.notice_docx import (
    BODY,
    CREATED,
    HEAD,
    NOTE,
    NOTE_SIZE,
    TITLE,
    TITLE_SIZE,
    open_document,
    page_setup,
    paragraph,
    set_font,
)
from allocation.report.notice_text import day, given
from allocation.report.papers_sheets import deadline, month_of
from allocation.report.utilised_words import name_of, rate, rate_sentence, reason
from allocation.wording import Language, say

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from allocation.ledger.self_evaluation import Report
    from allocation.report.utilised import Utilised

_CELL_SIZE = 8
#: Millimetres; together what the margins leave.
_NAME_WIDTH, _FIGURE_WIDTH = 30, 18
_MOST_ROWS, _MOST_WARNINGS = 40, 12
_COLUMNS = ("denominator", "disbursed_month", "disbursed", "spent_month", "spent")
_NAMES = ("disbursed-month", "disbursed", "disbursed-rate", "spent-month", "spent", "spent-rate")


def write_monthly(found: Utilised, report: Report, path: Path, language: Language) -> None:
    """Write the report of the direct funds of the month of ``found.as_of``."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    document = open_document(None)
    page_setup(document)
    words = {"year": found.as_of.year, "month": found.as_of.month}
    title = say("papers-monthly-title", language, **words)
    core = document.core_properties
    core.title, core.author, core.created = title, "", CREATED
    if found.source.synthetic:
        remark = say("utilisation-synthetic", language).strip()
        paragraph(document, remark, font=NOTE, size=NOTE_SIZE, align=ALIGN.CENTER)
    paragraph(document, title, font=TITLE, size=TITLE_SIZE, align=ALIGN.CENTER, space=14)
    rows = month_of(found)
    _section(document, "budget", [_budget(found, rows, language)], language)
    _table(document, found, rows, language)
    effect = [*_rates(found, rows, language), given(report.effect)]
    _section(document, "effect", effect, language)
    _section(document, "execution", _execution(found, rows, language), language)
    _section(document, "outlook", [given(report.outlook)], language)
    _section(document, "problems", [given(report.problems)], language)
    paragraph(document, deadline(language), size=NOTE_SIZE, font=NOTE, indent=2, before=10)
    paragraph(document, given(report.office), align=ALIGN.RIGHT, before=28, keep=True)
    paragraph(document, day(report.date, language), align=ALIGN.RIGHT)
    document.save(str(path))


def _section(document: Any, key: str, texts: list[str], language: Language) -> None:
    paragraph(document, say(f"papers-monthly-{key}", language), font=HEAD, indent=2, keep=True)
    for text in texts:
        paragraph(document, text, indent=2)


def _budget(found: Utilised, rows: pd.DataFrame, language: Language) -> str:
    if rows.empty:
        return say("papers-no-direct", language)
    whole = say(f"utilisation-{found.denominator.replace('_', '-')}", language)
    amount = format_amount(int(rows["denominator"].sum()))
    count = int((rows["denominator"] != 0).sum())
    return say("papers-monthly-amount", language, whole=whole, amount=amount, count=count)


def _rates(found: Utilised, rows: pd.DataFrame, language: Language) -> list[str]:
    whole = f"utilisation-{found.denominator.replace('_', '-')}"
    base = int(rows["denominator"].sum())
    pairs = [(part, int(rows[part].sum())) for part in ("disbursed", "spent")]
    return [
        rate_sentence(fen, base, language, names=(f"utilisation-{part}", whole))
        for part, fen in pairs
        if len(rows)
    ]


def _execution(found: Utilised, rows: pd.DataFrame, language: Language) -> list[str]:
    """Return the yardstick, and the warnings that direct funds alone give."""
    if rows.empty:
        return [say("papers-no-direct", language)]
    alerts = found.direct().alerts
    months = int(found.elapsed * 12)
    said = [say("papers-elapsed", language, months=months)]
    said.append(say("papers-monthly-warnings", language, count=len(alerts)))
    for row in alerts.head(_MOST_WARNINGS).itertuples(index=False, name="Row"):
        name = name_of(found, str(row.recipient), language)
        colour = say(f"utilisation-{row.level}", language)
        said.append(f"{colour} {name}: {reason(found, row, language)}")
    if len(alerts) > _MOST_WARNINGS:
        more = len(alerts) - _MOST_WARNINGS
        said.append(say("utilisation-more-alerts", language, count=more))
    return said


def _table(document: Any, found: Utilised, rows: pd.DataFrame, language: Language) -> None:
    """Write the table of direct funds; with many recipients the total alone."""
    from docx.shared import Mm

    if rows.empty:
        return
    named = say(f"utilisation-{found.denominator.replace('_', '-')}", language)
    heads = [say("papers-head-recipient", language), named]
    heads += [say(f"papers-head-{key}", language) for key in _NAMES]
    listed = rows if len(rows) <= _MOST_ROWS else rows.iloc[:0]
    total = total_of(rows, found.elapsed).iloc[0].to_dict()
    total |= {name: int(rows[name].sum()) for name in ("disbursed_month", "spent_month")}
    lines = [[say("report-total", language), *_figures(total)]]
    for code, row in zip(listed.index, listed.to_dict("records"), strict=True):
        lines.append([name_of(found, str(code), language), *_figures(row)])
    unit = say("report-unit", language)
    paragraph(document, unit, size=NOTE_SIZE, keep=True)
    table = document.add_table(rows=1 + len(lines), cols=len(heads), style="Table Grid")
    for cells, texts in zip(table.rows, [heads, *lines], strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            set_font(cell.paragraphs[0].add_run(text), BODY, _CELL_SIZE)
    widths = [Mm(_NAME_WIDTH), *[Mm(_FIGURE_WIDTH)] * (len(heads) - 1)]
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _figures(row: dict[str, Any]) -> list[str]:
    money = {name: format_amount(int(row[name])) for name in _COLUMNS}
    return [
        *(money["denominator"], money["disbursed_month"], money["disbursed"]),
        *(rate(row["disbursed_rate"]), money["spent_month"], money["spent"]),
        rate(row["spent_rate"]),
    ]

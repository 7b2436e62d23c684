"""A book made of plain records, and files against it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from allocation.ledger.imports.intake import take_in
from allocation.ledger.imports.known import Entered, Known
from allocation.ledger.imports.mapping import usual_mapping
from allocation.ledger.imports.rows import read_rows
from allocation.ledger.records import Holder, Line
from allocation.scenario.workbook.sheets import open_file

LINE = Line("外经贸发展专项资金", 2023, "第一批", "产业园", direct=False)
GREEN = LINE._replace(purpose="绿色改造")
ZONES = {
    "32-jiangning": "江宁经济技术开发区",
    "32-kunshan": "昆山经济技术开发区",
}
HOLDERS = {code: Holder(code, name, "zone", "320000") for code, name in ZONES.items()}
BOOK = Known(
    {**HOLDERS, "320000": Holder("320000", "江苏省", "unit", "central")},
    (LINE, GREEN),
    dict.fromkeys(ZONES, frozenset((LINE, GREEN))),
)
HEAD = "支付日期,收款单位,金额(元),业务类型,资金用途,凭证号"


def reading(path, *rows, head=HEAD, mapping=None):
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return read_rows(open_file(path), mapping or usual_mapping())


def entered(known: Known, intake) -> Known:
    """Return the book after an import."""
    assert intake.reading.problems == []
    new = [
        Entered(
            len(known.entered) + at,
            posting.content.day,
            posting.content.code,
            posting.content.kind,
            posting.content.fen,
            posting.content.line,
            posting.content.document,
        )
        for at, posting in enumerate(intake.new, 1)
    ]
    opened = intake.reading.opened
    return replace(
        known,
        entered=(*known.entered, *new),
        files={**known.files, opened.sha256: "2023-07-01"},
    )


def contents(known: Known) -> Counter:
    return Counter(entry[1:7] for entry in known.entered)


def imported(known: Known, read, overlap="ask") -> Known:
    return entered(known, take_in(read, known, overlap))

"""Amounts of this year beside last year's, where the scenario has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.report.comparison_sheet import Compared
from allocation.report.layout import groups, names
from allocation.wording import say

if TYPE_CHECKING:
    from allocation.result import Allocation
    from allocation.wording import Language

#: The money column that rules on last year read, if they name no other.
_COLUMN = "last_year"


def against_last_year(result: Allocation, language: Language) -> Compared | None:
    """Return both years in the order of the table; None without last year's amounts in fen.

    A blank cell is unknown, not nothing.
    """
    frame = result.recipients
    if _COLUMN not in frame.text or not frame.text[_COLUMN].unit:
        return None
    column, problems = frame.money(_COLUMN)
    if problems:
        return None
    fen = [None if cell is None else int(cell) for cell in column.exact()]
    order = [at for group in groups(result, language) for at in group.members]
    called = names(result, language)
    heads = say("report-last-year", language), say("report-this-year", language)
    amounts = result.amounts.tolist()
    labels = [called[at] for at in order]
    return Compared(labels, [fen[at] for at in order], [amounts[at] for at in order], heads)

"""How a settlement is laid out: who left as lines of their own, what is recovered marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount
from allocation.report.layout import Line, lines, marks, places_of_fen, printable
from allocation.wording import Language, say

if TYPE_CHECKING:
    from allocation.disbursement.settlement import Settlement
    from allocation.result import Allocation, Fen


def settled_lines(
    result: Allocation, settled: Settlement | None, language: Language
) -> tuple[Line, ...]:
    """Return the lines of the table, those who left last; they count in the total."""
    table = lines(result, language)
    if settled is None or not settled.left:
        return table
    gone = range(len(result.recipients), len(settled.new))
    total = replace(table[0], members=(*table[0].members, *gone))
    grouped = any(line.kind == "group" for line in table)
    head = [Line("group", say("settle-left", language), tuple(gone))] if grouped else []
    names = [who.name if language == "zh" else who.name_en for who in settled.left]
    rows = [Line("row", printable(name), (at,)) for at, name in zip(gone, names, strict=True)]
    return (total, *table[1:], *head, *rows)


def settled_marks(
    result: Allocation, settled: Settlement | None, language: Language
) -> tuple[tuple[str, ...], ...]:
    """Return the marks of everybody, those who left last: shape (n + k,)."""
    found = marks(result, language)
    if settled is None:
        return found
    sign = (say("settle-mark", language),)
    everybody = (*found, *(() for _ in settled.left))
    pairs = zip(everybody, settled.recovered.tolist(), strict=True)
    return tuple(signs + sign if back else signs for signs, back in pairs)


def with_left(fen: Fen, settled: Settlement | None) -> Fen:
    """Return one column of amounts (n,) with nothing for those who left: shape (n + k,)."""
    gone = 0 if settled is None else len(settled.left)
    return np.concatenate([fen, np.zeros(gone, dtype=np.int64)])


def settled_columns(settled: Settlement | None) -> tuple[tuple[str, Fen], ...]:
    """Return what is issued already and now, each with the key of its head; (n + k,), fen."""
    if settled is None:
        return ()
    issued, now = settled.issued.sum(axis=1), settled.this_issue.sum(axis=1)
    return ("settle-issued", issued), ("settle-this-issue", now)


def settled_places(result: Allocation, settled: Settlement | None) -> int:
    """Return how many decimals of 万元 show every amount whole."""
    issued = () if settled is None else (settled.issued.ravel(),)
    return places_of_fen(np.concatenate([result.cells.ravel(), *issued]))


def settled_notes(settled: Settlement | None, language: Language) -> list[str]:
    """Return the sentences below the table: the sum, and what is recovered."""
    if settled is None:
        return []
    now = settled.this_issue.sum(axis=1)
    sums = settled.whole.sum(), settled.issued.sum(), now.sum()
    whole, issued, this = (format_amount(int(fen)) for fen in sums)
    said = [say("settle-sum", language, whole=whole, issued=issued, now=this)]
    if settled.recovered.any():
        back = format_amount(int(-now[settled.recovered].sum()))
        count = int(settled.recovered.sum())
        said.append(say("settle-recovered", language, count=count, amount=back))
    return said

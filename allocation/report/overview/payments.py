"""The payments of an allocation as a heat map: recipients down, months across."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.disbursement.plan_file import shipped_plans
from allocation.money import format_amount
from allocation.report.overview.drawing import Drawing, Mark, Rect, Text, room, shade
from allocation.report.overview.words import Words, same, words
from allocation.report.scheduled import schedule
from allocation.scenario.find import Reference

if TYPE_CHECKING:
    from pathlib import Path

    from allocation.disbursement.schedule import Schedule
    from allocation.report.overview.case import Case
    from allocation.result import Fen

#: Recipients with a row of their own; the rest are summed up in one.
_ROWS = 40
_ROW, _TOP, _WIDTH, _WIDEST = 20, 24, 980, 90
#: Narrower cells hold no figure; it is shown when the cell is pointed at.
_FIGURE = 54
_PLAIN = "#f2f2f2"


def planned(case: Case, plan: Path | str | None) -> Schedule | None:
    """Return the payments by the plan, or by the shipped plan of the scenario's name.

    None where neither is there.

    Raises
    ------
    InputError, ConflictError, FaultError
        As :func:`allocation.schedule`.
    """
    shipped = Reference.parse(case.result.heading.scenario).target in shipped_plans()
    return schedule(case.result, plan).schedule if plan is not None or shipped else None


def heat_map(found: Schedule) -> Drawing:
    """Return who is paid how much in which month, the largest amounts on top."""
    issue, payments = found.issue, found.payments
    order = np.argsort(-payments.sum(axis=1), kind="stable")
    shown, rest = order[:_ROWS], order[_ROWS:]
    names = [Words(*pair) for pair in zip(issue.called("zh"), issue.called("en"), strict=True)]
    rows: list[tuple[Words, Fen]] = [(names[at], payments[at]) for at in shown]
    if len(rest):
        rows.append((words("overview-rest", count=len(rest)), payments[rest].sum(axis=0)))
    left = room([name for name, _ in rows]) + 10
    across = min((_WIDTH - left) / len(found.months), _WIDEST)
    marks: list[Mark] = [
        Text(left + across * (at + 0.5), _TOP - 8, same(month), "middle", size=11)
        for at, month in enumerate(found.months)
    ]
    most = int(payments.max(initial=0)) or 1
    for at, (name, paid) in enumerate(rows):
        place = (left, _TOP + _ROW * at, across)
        marks += _row(name, paid.tolist(), found.months, place, most if at < len(shown) else 0)
    height = _TOP + _ROW * len(rows) + 4
    return Drawing(
        words("overview-payments"), left + across * len(found.months), height, tuple(marks)
    )


def _row(
    name: Words,
    paid: list[int],
    months: tuple[str, ...],
    place: tuple[float, float, float],
    most: int,
) -> list[Mark]:
    """Return one row at ``place``: left, top and width of a cell; grey where ``most`` is nothing.

    The rest is no recipient: shaded like one it would leave all others pale.
    """
    left, y, across = place
    marks: list[Mark] = [Text(left - 6, y + 14, name, "end")]
    for at, (fen, month) in enumerate(zip(paid, months, strict=True)):
        x = left + across * at
        fill, ink = shade((fen / most) ** 0.5) if fen and most else (_PLAIN, "#111")
        tip = words("overview-payment-tip", name=name, month=month, amount=format_amount(fen))
        marks.append(Rect(x, y, across - 1, _ROW - 1, fill, tip))
        if fen and across >= _FIGURE:
            marks.append(Text(x + across - 5, y + 14, same(format_amount(fen)), "end", ink, 11))
    return marks

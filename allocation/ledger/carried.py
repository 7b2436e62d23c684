"""结转与结余: what is carried over, in which year, and on which day it becomes surplus (law 14)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from allocation.disbursement.rules import rules
from allocation.ledger.budget_year import unspent_of

if TYPE_CHECKING:
    import pandas as pd

    from allocation.disbursement.rules import Rule

#: Of this year; carried over once and in use; should be surplus already.
Stage = Literal["this_year", "carried_once", "overdue"]
#: The rule of the clock that says when unspent money becomes surplus.
SURPLUS = "surplus"


def surplus_rule() -> Rule:
    """Return the dated rule that makes unspent money surplus, with its article."""
    return next(rule for rule in rules() if rule.key == SURPLUS)


def surplus_day(budget_year: int) -> date | None:
    """Return the day on which what is unspent of a budget year becomes surplus.

    None where the rule was not in force on that day.
    """
    rule = surplus_rule()
    assert rule.day is not None, "the rule names a day of the year"
    day = date(budget_year + rule.year, *rule.day)
    return day if rule.in_force(day) else None


def carried_over(money: pd.DataFrame, as_of: date, year: int) -> pd.DataFrame:
    """Return the unspent money of each line and holder, its stage, and when it becomes surplus.

    Parameters
    ----------
    money
        As :func:`~allocation.ledger.budget_year.money_of_year` of that day and year.

    Returns
    -------
    pandas.DataFrame
        The columns of ``money`` with ``unspent`` (int64 fen), ``stage``, ``surplus_on`` (date or
        None) and ``days_left`` (Int64, below zero after that day), for rows that have unspent money
        or surplus; what is due first comes first.
    """
    import pandas as pd

    table = money.assign(unspent=unspent_of(money))
    table = table[(table["unspent"] != 0) | (table["surplus"] != 0)].copy()
    days = {budget: surplus_day(budget) for budget in table["year"].unique().tolist()}
    left = {budget: (day - as_of).days if day else None for budget, day in days.items()}
    table["stage"] = [_stage(budget, year) for budget in table["year"].tolist()]
    table["surplus_on"] = pd.Series(
        [days[budget] for budget in table["year"].tolist()], table.index, dtype=object
    )
    found = [left[budget] for budget in table["year"].tolist()]
    table["days_left"] = pd.array(found, dtype="Int64")
    return table.sort_values(["year"], kind="stable", ignore_index=True)


def _stage(budget: int, year: int) -> Stage:
    if budget == year:
        return "this_year"
    return "carried_once" if budget == year - 1 else "overdue"

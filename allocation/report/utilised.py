"""``allocation.utilisation``: how far the money has come, against time, plan and thresholds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import allocation.ledger.ageing
import allocation.ledger.alerts
from allocation.errors import Problem, raise_if_any
from allocation.ledger.alert_settings import Alerts, read_alerts, shipped_alerts
from allocation.ledger.alerts import Facts
from allocation.ledger.book import Book
from allocation.ledger.budget_year import money_of_year
from allocation.ledger.carried import carried_over
from allocation.ledger.elapsed import elapsed_share
from allocation.ledger.legs import holders_of
from allocation.ledger.planned import Plan, planned_by, read_plan
from allocation.ledger.self_evaluation import Report, read_report
from allocation.ledger.utilisation import SUMS, total_of, utilisation_table
from allocation.report.clock import today

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    import pandas as pd

    from allocation.ledger.groups import By
    from allocation.ledger.utilisation import Denominator
    from allocation.wording import Language

#: Groups that keep each recipient whole, so that a plan by recipient can be added up.
PLANNED_BY: tuple[By, ...] = ("recipient", "unit", "fiscal_region", "assessment_region")


def utilisation(
    source: Book | Path | str | pd.DataFrame,
    as_of: date | None = None,
    *,
    year: int | None = None,
    by: By = "recipient",
    denominator: Denominator = "with_carry_over",
    plan: Path | str | None = None,
    alerts: Alerts | Path | str | None = None,
) -> Utilised:
    """Return the utilisation of a book, its idle money, carry-over and warnings.

    Parameters
    ----------
    source
        A book, its file, or a frame as :meth:`allocation.Book.flows`.
    as_of
        The day; default: today in China.
    year
        The budget year; default: that of the day.
    by
        What one row is: ``recipient``, ``purpose``, ``batch``, ``unit``, ``fiscal_region``,
        ``assessment_region``, ``direct``, ``fund`` or ``year`` (budget year of the money).
    denominator
        ``initial``, ``adjusted`` or ``with_carry_over``.
    plan
        ``schedule.csv`` of ``bokuan schedule``.
    alerts
        ``alert.toml``; default: the thresholds that ship.

    Raises
    ------
    InputError
        If a file is wrong, the book has nothing of that year, or a plan cannot be grouped so.
    """
    day = as_of or today()
    of = _flows_of(source, day)
    budget_year = year or day.year
    money = money_of_year(of.flows, day, budget_year)
    problems = []
    if money.empty:
        words = {"found": f"{of.name} {budget_year}"}
        problems.append(Problem("L12-nothing-held", words=words))
    if plan is not None and by not in PLANNED_BY:
        words = {"found": by, "allowed": "、".join(PLANNED_BY)}
        problems.append(Problem("L13-plan-by", words=words))
    raise_if_any(problems)
    people = _People(holders_of(of.flows))
    settings = alerts if isinstance(alerts, Alerts) else None
    if settings is None:
        settings = shipped_alerts() if alerts is None else read_alerts(alerts)  # type: ignore[arg-type]
    schedule = None if plan is None else read_plan(plan, people)
    return Utilised(of, day, budget_year, by, denominator, money, schedule, settings)


@dataclass(frozen=True)
class _Source:
    """Flows until the day, and what is known of the book they are of."""

    flows: pd.DataFrame
    name: str = ""
    title: str = ""
    synthetic: bool = False
    path: Path | None = None

    def documents(self, day: date) -> pd.DataFrame | None:
        """Return the entries by which money was issued until a day; None without a book.

        The book is read once more: all its entries take longer than all the rest.
        """
        if self.path is None:
            return None
        with Book.open(self.path) as book:
            entries = book.entries()
        issued = entries["kind"].isin(("receive", "issue")) & (entries["document"] != "")
        return entries[issued & (entries["valid_on"].dt.date <= day)]


def _flows_of(source: Book | Path | str | pd.DataFrame, day: date) -> _Source:
    if isinstance(source, (str, Path)):
        with Book.open(source) as book:
            return _flows_of(book, day)
    if not isinstance(source, Book):
        return _Source(source)
    name = str(source.path)
    return _Source(source.flows(day), name, source.title, source.synthetic, source.path)


class _People:
    """Recipients by id and name."""

    def __init__(self, holders: pd.DataFrame) -> None:
        self.ids: tuple[str, ...] = tuple(holders.index)
        self.names: tuple[str, ...] = tuple(holders["name"])


@dataclass(frozen=True)
class Utilised:
    """How far the money of a budget year has come on a day.

    Parameters
    ----------
    money
        A row for each line and holder (:func:`allocation.ledger.budget_year.money_of_year`).
    plan
        What a schedule pays, by code and month; None without one.
    """

    source: _Source
    as_of: date
    year: int
    by: By
    denominator: Denominator
    money: pd.DataFrame
    plan: Plan | None
    settings: Alerts

    @property
    def elapsed(self) -> Fraction:
        """序时进度, exact."""
        return elapsed_share(self.as_of, self.year)

    @property
    def planned(self) -> dict[str, int] | None:
        """Fen that the plan has paid by then, by code."""
        return None if self.plan is None else planned_by(self.plan, self.as_of)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each group (:func:`allocation.ledger.utilisation.utilisation_table`)."""
        return self.grouped(self.by, planned=self.by in PLANNED_BY)

    @cached_property
    def recipients(self) -> pd.DataFrame:
        """The same, by recipient."""
        return self.grouped("recipient", planned=True)

    @cached_property
    def total(self) -> pd.DataFrame:
        """The same over everybody, one row."""
        return total_of(self.table, self.elapsed)

    def grouped(self, by: By, *, planned: bool = False) -> pd.DataFrame:
        """Return the table by something else; the denominators stay.

        Who has passed everything on, and so has no figures, is left out unless nobody has any.
        """
        table = utilisation_table(
            self.money,
            self.as_of,
            self.year,
            by=by,
            denominator=self.denominator,
            planned=self.planned if planned else None,
        )
        shown = (table[[name for name in (*SUMS, "planned") if name in table]] != 0).any(axis=1)
        return table[shown] if shown.any() else table

    @cached_property
    def idle(self) -> pd.DataFrame:
        """Idle money by the day since which it is idle (:mod:`allocation.ledger.ageing`)."""
        found = allocation.ledger.ageing.ageing(self.source.flows, self.as_of)
        return found[found["year"] <= self.year].reset_index(drop=True)

    @cached_property
    def carried(self) -> pd.DataFrame:
        """Unspent money, and when it becomes surplus (:mod:`allocation.ledger.carried`)."""
        return carried_over(self.money, self.as_of, self.year)

    @cached_property
    def alerts(self) -> pd.DataFrame:
        """The warning lists (:mod:`allocation.ledger.alerts`)."""
        facts = Facts(self.recipients, self.idle, self.carried, self.elapsed)
        return allocation.ledger.alerts.alerts(facts, self.settings, self.as_of, self.year)

    @cached_property
    def names(self) -> dict[str, str]:
        """Everybody's name by code."""
        return {
            str(code): str(name) for code, name in holders_of(self.source.flows)["name"].items()
        }

    def at(self, day: date) -> Utilised:
        """Return the same as of an earlier day."""
        money = money_of_year(self.source.flows, day, self.year)
        return replace(self, as_of=day, money=money)

    def direct(self) -> Utilised:
        """Return the same of direct funds alone (直达资金)."""
        flows = self.source.flows
        source = replace(self.source, flows=flows[flows["direct"]])
        return replace(self, source=source, money=self.money[self.money["direct"]], plan=None)

    def print(self, language: Language = "zh") -> None:
        """Print the table, ageing, carry-over and warnings."""
        from allocation.report.utilised_text import print_utilised

        print_utilised(self, language)

    def save(
        self,
        directory: Path | str,
        language: Language = "zh",
        *,
        report: Report | Path | str | None = None,
    ) -> list[Path]:
        """Write the papers: workbook, monthly report, CSV table and pictures.

        Parameters
        ----------
        report
            ``papers.toml``: what only the office can say; without it, visible blanks.

        Raises
        ------
        InputError
            If ``report`` is wrong or a file cannot be written; then none is.
        """
        from allocation.report.papers import save_papers

        words = read_report(report) if isinstance(report, (str, Path)) else report or Report()
        return save_papers(self, words, Path(directory), language)

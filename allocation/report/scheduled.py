"""``allocation.schedule``: payments by recipient and month, as frames, pictures and files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.disbursement.issue import Issue, whole_of, whole_of_record
from allocation.disbursement.plan_file import LoadedPlan, load_plan, shipped_plans
from allocation.disbursement.schedule import Schedule, described, schedule_of
from allocation.disbursement.strategies import RULES_OF_THUMB, payments_by
from allocation.engine import DEFAULT_SOLVER, allocate
from allocation.errors import Problem, raise_if_any
from allocation.record import read_record
from allocation.report.fonts import drawable_language
from allocation.result import Allocation
from allocation.scenario.find import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.disbursement.strategies import Strategy
    from allocation.wording import Language


def schedule(
    source: Allocation | Path | str,
    plan: Path | str | None = None,
    *,
    sets: Sequence[str] = (),
    paid: Path | str | None = None,
    solver: str = DEFAULT_SOLVER,
    strategy: Strategy = "optimal",
) -> Scheduled:
    """Return the payments of an allocation, a record, or the scenario a reference means.

    Parameters
    ----------
    source
        An allocation, a ``record.json``, or a scenario.
    plan
        A shipped plan or a TOML file; default: the shipped plan of the scenario's name.
    sets
        ``KEY=VALUE`` changes of the plan.
    paid
        CSV file of payments made, which are frozen; instead of the plan's.
    solver
        As for :func:`allocation.allocate`; the payments do not depend on it (law 6).
    strategy
        ``optimal``; ``in_turn``, which keeps rules of tranches and is not proven best; or a rule of
        thumb: ``even``, ``by_need``, ``catch_up``.

    >>> found = schedule("linhe-2023")
    >>> int(found.table["total_fen"].sum()) == found.schedule.issue.total
    True

    Raises
    ------
    InputError
        With everything that is wrong in the plan and its tables.
    ConflictError
        If the plan cannot hold: what conflicts, and changes that help.
    FaultError
        If nothing was proven.
    """
    issue, name = _whole(source)
    more = [f"paid.file={Path(paid).resolve()}"] if paid is not None else []
    loaded = load_plan(_reference(plan, name), [*sets, *more])
    return Scheduled(schedule_of(issue, loaded, solver=solver, strategy=strategy))


def _whole(source: Allocation | Path | str) -> tuple[Issue, str]:
    """Return what is paid in all, and the name of its scenario."""
    if isinstance(source, Allocation):
        return whole_of(source), source.heading.scenario
    if str(source).endswith(".json"):
        record = read_record(source)
        return whole_of_record(record), str(record["scenario"])
    result = allocate(str(source))
    return whole_of(result), result.heading.scenario


def _reference(plan: Path | str | None, scenario: str) -> str:
    if plan is not None:
        return str(plan)
    name = Reference.parse(scenario).target
    if name not in shipped_plans():
        words = {"found": name, "allowed": "、".join(shipped_plans()) or "—"}
        raise_if_any([Problem("L1-no-plan", words=words)])
    return name


@dataclass(frozen=True)
class Scheduled:
    """Payments by recipient and month, proven and exact."""

    schedule: Schedule

    def __repr__(self) -> str:
        """Say what it is, not all that is in it."""
        return f"Scheduled({self.schedule!r})"

    @property
    def table(self) -> pd.DataFrame:
        """int64 fen, by id: ``name``, a column ``2023-06_fen`` each month, ``total_fen``."""
        import pandas as pd

        found, issue = self.schedule, self.schedule.issue
        columns: dict[str, Any] = {"name": issue.names}
        columns |= {f"{month}_fen": found.payments[:, at] for at, month in enumerate(found.months)}
        columns["total_fen"] = found.payments.sum(axis=1)
        return pd.DataFrame(columns, index=pd.Index(issue.ids, name="id"))

    @property
    def strategies(self) -> dict[Strategy, Schedule]:
        """The plan beside the rules of thumb, on the same past and the same cash."""
        prepared = self.schedule.prepared
        others: dict[Strategy, Schedule] = {
            name: described(prepared, payments_by(prepared, name), name) for name in RULES_OF_THUMB
        }
        return {self.schedule.strategy: self.schedule} | others

    @property
    def comparison(self) -> pd.DataFrame:
        """One row for each strategy: unmet need and idle money in fen × months, payments, last one.

        ``missed_fen`` is what deadlines ask for and is not paid by then; ``untidy`` how many
        recipients' payments break the rules of tranches.
        """
        import pandas as pd

        from allocation.report.schedule_compare import values_of

        rows = values_of(self.strategies)
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")

    @property
    def loaded(self) -> LoadedPlan:
        """The plan in effect."""
        return self.schedule.prepared.loaded

    def plot_calendar(self, language: Language = "zh") -> Figure:
        """Return recipients × months as a heat map with figures, a matplotlib figure."""
        from allocation.report.schedule_chart import calendar

        return calendar(self.schedule, drawable_language(language))

    def plot_curve(self, language: Language = "zh") -> Figure:
        """Return need, payments and receipts so far, a matplotlib figure."""
        from allocation.report.schedule_chart import curve

        return curve(self.schedule, drawable_language(language))

    def save(
        self, directory: Path | str, language: Language = "zh", *, compare: bool = False
    ) -> list[Path]:
        """Write ``schedule.csv``, ``schedule.xlsx``, two pictures and ``schedule.json``.

        With ``compare`` the plan stands beside the rules of thumb in workbook and record.

        Raises
        ------
        InputError
            If a file cannot be written; then no half-written file is left.
        """
        from allocation.report.schedule_files import save_schedule

        compared = self.strategies if compare else {}
        return save_schedule(self.schedule, Path(directory), language, compared)

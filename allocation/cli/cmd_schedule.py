"""``bokuan schedule``: payments by recipient and month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, one_of, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.disbursement.strategies import Strategy


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    strategies = ("optimal", "in_turn", "even", "by_need", "catch_up")
    return (
        argument("source"),
        option(language, "--plan", term="cli-schedule-plan", metavar="PLAN"),
        option(
            language,
            "--set",
            "sets",
            term="cli-schedule-set",
            metavar="KEY=VALUE",
            multiple=True,
        ),
        option(language, "--paid", term="cli-schedule-paid", metavar="FILE"),
        one_of(language, "--strategy", strategies, term="cli-schedule-strategy"),
        option(language, "--strategies", "compare", term="cli-schedule-compare", is_flag=True),
        option(language, "--solver", term="cli-solver", metavar="NAME"),
        option(language, "--out", term="cli-schedule-out", metavar="DIR"),
    )


def run(
    language: Language,
    source: str,
    *,
    plan: str | None,
    sets: tuple[str, ...],
    paid: str | None,
    strategy: Strategy | None,
    compare: bool,
    solver: str | None,
    out: str | None,
) -> None:
    """Plan; write; print. Files are there even if nobody reads the table."""
    from allocation.engine import DEFAULT_SOLVER
    from allocation.report.schedule_compare import print_strategies
    from allocation.report.schedule_text import print_schedule
    from allocation.report.scheduled import schedule

    found = schedule(
        source,
        plan,
        sets=sets,
        paid=paid,
        solver=solver or DEFAULT_SOLVER,
        strategy=strategy or "optimal",
    )
    written = found.save(out, language, compare=compare) if out is not None else []
    print_schedule(found.schedule, language)
    if compare:
        print_strategies(found.strategies, language)
    for path in written:
        print(say("cli-written", language, path=path))

"""``bokuan run``: allocate a scenario's pot, print the table and write the files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from allocation.cli.options import argument, one_of, option, sets_option
from allocation.cli.speech import tell
from allocation.errors import ConflictError
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.scenario import Loaded


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("scenario"),
        sets_option(language),
        one_of(language, "--objective", ("fair", "benefit"), term="cli-objective"),
        option(language, "--solver", term="cli-solver", metavar="NAME"),
        option(language, "--quantum", term="cli-quantum", metavar="AMOUNT"),
        option(language, "--cross-check", term="cli-cross-check", is_flag=True),
        option(language, "--out", term="cli-out", metavar="DIR"),
        option(language, "--no-chart", term="cli-no-chart", is_flag=True),
    )


def run(
    language: Language,
    scenario: str,
    *,
    sets: tuple[str, ...],
    objective: str | None,
    solver: str | None,
    quantum: str | None,
    cross_check: bool,
    out: str | None,
    no_chart: bool,
) -> int:
    """Allocate; cross-check; write; print. Files are there even if nobody reads the table.

    Where the rules conflict, the conflict is told, then its repairs.
    """
    from allocation import engine
    from allocation.report.saved import save_all
    from allocation.report.terminal import print_allocation

    loaded = engine.loaded_with(scenario, sets, objective, quantum)
    try:
        result = engine.allocate(loaded, solver=solver or engine.DEFAULT_SOLVER)
    except ConflictError as error:
        tell(error.text(language))
        _tell_repairs(loaded, solver or engine.DEFAULT_SOLVER, language)
        return error.exit_code
    if cross_check:
        engine.cross_check(loaded, result)
    written = save_all(result, out, language, chart=not no_chart) if out is not None else []
    print_allocation(result, language, warnings=result.warnings)
    if cross_check:
        print(say("cli-agrees", language, solver=engine.REFEREE))
    for path in written:
        print(say("cli-written", language, path=path))
    return 0


def _tell_repairs(loaded: Loaded, solver: str, language: Language) -> None:
    """Tell how the conflict can be repaired, after a blank line."""
    from allocation.explain.repairs import repairs_of
    from allocation.report.repairs import repair_lines

    taken = (*loaded.scenario.override, *loaded.scenario.what_if)
    print(file=sys.stderr)
    tell("\n".join(repair_lines(repairs_of(loaded, solver), language, taken=taken)))

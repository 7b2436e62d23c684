"""``bokuan template``: a scenario as a workbook to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("workbook"),
        option(language, "--from", "scenario", term="cli-template-from", metavar="SCENARIO"),
    )


def run(language: Language, workbook: str, *, scenario: str | None) -> None:
    """Write the workbook; say where it is and what must lie beside it."""
    from allocation.report.template import template

    made = template(workbook, scenario, language)
    print(say("cli-written", language, path=made.path))
    for problem in made.warnings:
        print(say("report-warning", language, text=problem.text(language)))

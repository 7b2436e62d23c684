"""``bokuan frontier``: what fairness costs in benefit, corner by corner, and who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, option, sets_option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("scenario"),
        sets_option(language),
        option(language, "--weights", term="cli-frontier-weights", metavar="COLUMN", default=""),
        option(language, "--out", term="cli-frontier-out", metavar="DIR"),
    )


def run(
    language: Language, scenario: str, *, sets: tuple[str, ...], weights: str, out: str | None
) -> None:
    """Trace; write; print."""
    from allocation.engine import loaded_with
    from allocation.report.frontier import frontier
    from allocation.report.frontier_text import print_frontier

    found = frontier(loaded_with(scenario, sets), weights=weights)
    written = found.save(out, language) if out is not None else []
    print_frontier(found.found, language)
    for path in written:
        print(say("cli-written", language, path=path))

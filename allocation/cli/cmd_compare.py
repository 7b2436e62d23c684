"""``bokuan compare``: who gains, who loses, and by how much, from one scenario to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from allocation.cli.options import argument, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("before"),
        argument("after"),
        option(
            language, "--set", "sets", term="cli-compare-set", metavar="KEY=VALUE", multiple=True
        ),
        option(language, "--attribute", term="cli-attribute", is_flag=True),
        option(language, "--out", term="cli-compare-out", metavar="FILE"),
    )


def run(
    language: Language,
    before: str,
    after: str,
    *,
    sets: tuple[str, ...],
    attribute: bool,
    out: str | None,
) -> None:
    """Allocate both and print the difference, or its parts; write it too if asked."""
    from allocation.engine import allocate
    from allocation.explain.attribution import attribution
    from allocation.report.attributed import print_attribution, save_attribution
    from allocation.report.comparison_file import save_comparison
    from allocation.report.terminal import print_comparison

    first, second = allocate(before), allocate(after, sets=sets)
    if attribute:
        found = attribution(first, second)
        written = save_attribution(found, Path(out)) if out is not None else None
        print_attribution(first, second, found, language)
    else:
        written = save_comparison(first, second, Path(out), language) if out is not None else None
        print_comparison(first, second, language)
    if written is not None:
        print(say("cli-written", language, path=written))

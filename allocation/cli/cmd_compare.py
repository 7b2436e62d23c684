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
    out = option(language, "--out", term="cli-compare-out", metavar="FILE.csv")
    return argument("before"), argument("after"), out


def run(language: Language, before: str, after: str, out: str | None) -> None:
    """Allocate both and print the difference; write it too if asked."""
    from allocation.engine import allocate
    from allocation.report.comparison_file import save_comparison
    from allocation.report.terminal import print_comparison

    first, second = allocate(before), allocate(after)
    written = save_comparison(first, second, Path(out)) if out is not None else None
    print_comparison(first, second, language)
    if written is not None:
        print(say("cli-written", language, path=written))

"""``bokuan explain``: each amount as a sum, and the rules behind it."""

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
        option(language, "--zone", "zones", term="cli-explain-zone", metavar="NAME", multiple=True),
        option(language, "--out", term="cli-explain-out", metavar="DIR"),
    )


def run(
    language: Language,
    scenario: str,
    *,
    sets: tuple[str, ...],
    zones: tuple[str, ...],
    out: str | None,
) -> None:
    """Allocate and explain: write the pages if asked, else print a page or everyone's steps."""
    from allocation.engine import allocate
    from allocation.explain.recipient import positions
    from allocation.report.explained_text import print_all, print_page
    from allocation.report.explanation import explain

    explained = explain(allocate(scenario, sets=sets))
    if out is not None:
        for path in explained.save(out, zones, language):
            print(say("cli-written", language, path=path))
        return
    # All names are looked up before the first page is printed.
    positions(explained.result, zones)
    for at, zone in enumerate(zones):
        print("\n" if at else "", end="")
        print_page(explained.content(zone, language))
    if not zones:
        print_all(explained.result, explained.waterfall, language)

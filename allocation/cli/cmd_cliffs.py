"""``bokuan cliffs``: what a rank, an edge and a figure are worth, and an audit for paradoxes."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

from allocation.cli.options import argument, option, sets_option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import click

#: Seconds between two words of progress.
_PAUSE = 0.2


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("scenario"),
        sets_option(language),
        option(language, "--zone", "zones", term="cli-zone", metavar="NAME", multiple=True),
        option(language, "--all", "everything", term="cli-cliffs-all", is_flag=True),
        option(language, "--out", term="cli-cliffs-out", metavar="DIR"),
    )


def run(
    language: Language,
    scenario: str,
    *,
    sets: tuple[str, ...],
    zones: tuple[str, ...],
    everything: bool,
    out: str | None,
) -> None:
    """Study the scenario; write; print. Violations are findings, not errors: exit code 0."""
    from allocation.report.cliffs import cliffs
    from allocation.report.cliffs_terminal import print_cliffs

    found = cliffs(scenario, sets=sets, zones=zones, progress=_progress(language))
    written = found.save(out, language) if out is not None else []
    print_cliffs(found.findings, found.who, language, everything=everything)
    if out is not None and not any(path.suffix == ".png" for path in written):
        print(say("cliffs-no-chart", language))
    for path in written:
        print(say("cli-written", language, path=path))


def _progress(language: Language) -> Callable[[int, int], None] | None:
    """Return what tells a waiting person how far it is; nothing where nobody watches."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    last = monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if done == total:
            # An empty line: what was written is wiped out.
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        elif monotonic() - last > _PAUSE:
            last = monotonic()
            said = say("cliffs-progress", language, done=done, total=total)
            print(f"\r{said}", end="", file=sys.stderr, flush=True)

    return tell

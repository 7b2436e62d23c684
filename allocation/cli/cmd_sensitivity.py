"""``bokuan sensitivity``: what one more 万元 of each bound is worth, to whom, and how far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, option, sets_option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    zone = option(
        language, "--zone", "zones", term="cli-sensitivity-zone", metavar="NAME", multiple=True
    )
    return (
        argument("scenario"),
        sets_option(language),
        zone,
        option(language, "--from", "start", term="cli-sensitivity-from", metavar="POT"),
        option(language, "--to", "stop", term="cli-sensitivity-to", metavar="POT"),
        option(language, "--out", term="cli-sensitivity-out", metavar="DIR"),
    )


def run(
    language: Language,
    scenario: str,
    *,
    sets: tuple[str, ...],
    zones: tuple[str, ...],
    start: str | None,
    stop: str | None,
    out: str | None,
) -> None:
    """Allocate, explore, write, print."""
    from allocation.engine import allocate, loaded_with
    from allocation.explain.recipient import positions
    from allocation.report.sensitivity import sensitivity
    from allocation.report.sensitivity_files import ends, save_sensitivity
    from allocation.report.sensitivity_terminal import print_sensitivity

    result = allocate(loaded_with(scenario, sets))
    places = positions(result, zones)
    low, high = ends(result, start, stop, asked=bool(zones) or out is not None)
    found = sensitivity(result)
    curve = None
    if zones or out is not None:
        curve = found.curves(start=low, stop=high)
    written = []
    if out is not None and curve is not None:
        written = save_sensitivity(found, curve, out, language, places)
    print_sensitivity(found, language, curve=curve, zones=places)
    for path in written:
        print(say("cli-written", language, path=path))

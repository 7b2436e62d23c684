"""``bokuan verify``: whether a record is proved, without a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, option
from allocation.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.wording import Language


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return argument("record"), option(language, "--inputs", term="cli-inputs", metavar="DIR")


def run(language: Language, record: str, inputs: str | None) -> int:
    """Print every check with what failed in it; return 1 if anything did."""
    from allocation.verification import verify

    found = verify(record, inputs)
    for line in found.lines(language):
        print(line)
    return 0 if found.proved else ConflictError.exit_code

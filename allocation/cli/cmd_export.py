"""``bokuan export``: the first program of a scenario, for any solver that reads LP or MPS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from allocation.cli.options import argument, sets_option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return argument("scenario"), argument("file"), sets_option(language)


def run(language: Language, scenario: str, file: str, sets: tuple[str, ...]) -> None:
    """Write the program that makes the lowest ratio as large as the rules allow."""
    from allocation.model_file import save_model

    print(say("cli-written", language, path=save_model(scenario, Path(file), sets)))
    print(say("cli-exported", language))

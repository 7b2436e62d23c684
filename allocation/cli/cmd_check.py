"""``bokuan check``: everything wrong with a scenario and its data, nothing solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, sets_option
from allocation.errors import ConflictError, InputError, Problem
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return argument("scenario"), sets_option(language)


def run(language: Language, scenario: str, sets: tuple[str, ...]) -> None:
    """Print every problem; a quiet line if there is none.

    Raises
    ------
    InputError, ConflictError
        With every problem and warning; a conflict if rules that cannot all hold are all there is.
    """
    from allocation.conflict import check
    from allocation.scenario import load

    loaded = load(scenario, sets=sets)
    problems = [*loaded.warnings, *check(loaded)]
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise _error(errors, problems)
    for problem in problems:
        print(say("report-warning", language, text=problem.text(language)))
    key = "cli-check-notes" if problems else "cli-check-sound"
    print(say(key, language, name=loaded.name, count=len(problems)))


def _error(errors: Sequence[Problem], problems: Sequence[Problem]) -> InputError | ConflictError:
    """Return the error that says all: a conflict if only law 11 is broken."""
    if all(problem.code.startswith("L11-") for problem in errors):
        return ConflictError(problems)
    return InputError(problems)

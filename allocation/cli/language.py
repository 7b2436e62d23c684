"""Which language to speak, known before anything else is read: the errors are in it too."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from allocation.errors import Problem
from allocation.wording import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPTION, VARIABLE = "--lang", "BOKUAN_LANG"


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language asked for: the last ``--lang``, else the environment's, else Chinese.

    A language there is not is passed over here, and refused by :func:`language_problem`.
    """
    asked = [environment.get(VARIABLE, ""), *_given(arguments)]
    known = [language for name in asked for language in LANGUAGES if language == name]
    return known[-1] if known else "zh"


def language_problem(found: str) -> Problem | None:
    """Return what is wrong with the name of a language, if anything."""
    if not found or found in LANGUAGES:
        return None
    words = {"found": found, "allowed": "、".join(LANGUAGES), "option": OPTION}
    return Problem("L1-unknown-language", words=words)


def _given(arguments: Sequence[str]) -> list[str]:
    """Return every value of ``--lang``, before the command or after it."""
    apart = [(at, value) for at, (name, value) in enumerate(pairwise(arguments)) if name == OPTION]
    joined = [
        (at, argument.partition("=")[2])
        for at, argument in enumerate(arguments)
        if argument.startswith(f"{OPTION}=")
    ]
    return [value for _, value in sorted(apart + joined)]

"""Every user-facing sentence, in Chinese and in English, from the TOML tables beside this file.

``problems.toml`` holds the problems of :mod:`allocation.errors` (a table per code);
``terms.toml`` the words of reports and of the command line.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return every sentence by key: ``{key: {"zh": …, "en": …}}``."""
    tables: dict[str, dict[str, str]] = {}
    for name in ("problems.toml", "terms.toml"):
        text = files(__package__).joinpath(name).read_text(encoding="utf-8")
        tables |= tomllib.loads(text)
    return tables


def say(key: str, /, language: Language = "zh", **words: object) -> str:
    """Return the sentence ``key`` in ``language`` with its ``{words}`` filled in.

    Raises
    ------
    KeyError
        If the key or one of its words does not exist: a fault of ours, found by the tests.
    """
    return sentences()[key][language].format(**words)

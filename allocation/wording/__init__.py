"""Every user-facing sentence, in Chinese and in English, from the TOML tables beside this file.

``problems.toml`` holds the problems of :mod:`allocation.errors`, a table per code; ``cli.toml``
what the command line says, ``report.toml`` what reports say, ``regions.toml`` the names of regions,
``verify.toml`` what the check of a record says; the others are of one command each.
A file is read when its first sentence is needed.
"""

from __future__ import annotations

import os.path
import tomllib
from functools import cache
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_TABLES = (
    "problems",
    "cli",
    "report",
    "regions",
    "conflict",
    "explain",
    "attribution",
    "sensitivity",
    "cliffs",
    "verify",
    "settle",
    "clock",
    "notice",
    "schedule",
    "utilisation",
    "papers",
    "template",
    "reallocation",
    "book",
    "imports",
    "forecast",
    "sweep",
    "frontier",
    "overview",
)


@cache
def _table(name: str) -> dict[str, dict[str, str]]:
    """Return one table's sentences by key."""
    # pathlib and importlib.resources would cost --help a fifth of its time.
    file = os.path.join(os.path.dirname(__file__), f"{name}.toml")  # noqa: PTH118, PTH120
    with open(file, "rb") as table:  # noqa: PTH123
        return tomllib.load(table)


def sentences() -> dict[str, dict[str, str]]:
    """Return every sentence by key: ``{key: {"zh": …, "en": …}}``."""
    return {key: words for name in _TABLES for key, words in _table(name).items()}


def say(key: str, /, language: Language = "zh", **words: object) -> str:
    """Return the sentence ``key`` in ``language`` with its ``{words}`` filled in.

    Raises
    ------
    KeyError
        If the key or one of its words does not exist: a fault of ours, found by the tests.
    """
    topic = key.partition("-")[0]
    name = topic if topic in _TABLES else "problems" if topic[1:].isdigit() else "regions"
    return _table(name)[key][language].format(**words)

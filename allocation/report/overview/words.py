"""Words in Chinese and English at once: the page holds both, and a switch shows one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.report.layout import printable
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation.errors import BokuanError
    from allocation.wording import Language


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str


def words(key: str, **values: object) -> Words:
    """Return a sentence in both languages; values that are words are given in each."""
    return both(
        lambda language: say(
            key,
            language,
            **{
                name: getattr(value, language) if isinstance(value, Words) else value
                for name, value in values.items()
            },
        )
    )


def both(said: Callable[[Language], str]) -> Words:
    """Return what a function says in each language."""
    return Words(said("zh"), said("en"))


def first_problem(error: BokuanError) -> Words:
    """Return the first thing that is wrong."""
    return both(lambda language: printable(error.problems[0].text(language)))


def same(text: str) -> Words:
    """Return a text that is the same in both languages."""
    return Words(text, text)

"""Words in Chinese and English at once: the page holds both, and a switch shows one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.report.layout import label, printable
from allocation.wording import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocation.errors import Problem
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


def said_of(problem: Problem) -> Words:
    """Return a problem or warning in both languages."""
    return both(lambda language: printable(problem.text(language)))


def called(value: str) -> Words:
    """Return what a unit's code or a region is called; other values as they are."""
    return both(lambda language: label(value, language))


def same(text: str) -> Words:
    """Return a text that is the same in both languages."""
    return Words(text, text)

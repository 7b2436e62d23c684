"""What can go wrong, as values.

    BokuanError                 exit code
    ├── InputError      2       a file, a table or an argument is wrong: every problem at once
    ├── ConflictError   1       the rules cannot all hold: the rules and their numbers
    └── FaultError      3       our own fault: a solver proved nothing, or a check of ours failed

A :class:`Problem` is one thing found wrong: a stable code, a place, and the words in Chinese and
English, taken from ``wording/problems.toml``. Leaf functions return problems; one place raises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, order=True)
class Place:
    """Where a problem was found: ``file:line``, ``file:line:column name``, or an argument."""

    file: str = ""
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file, str(self.line) if self.line else "", self.column]
        return ":".join(part for part in parts if part)


class Spoken(str):
    """A value that is a key of the wording: it is said in the language of its problem."""

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """One thing found wrong.

    Parameters
    ----------
    code
        Stable code ``L<law>-<slug>``, a key of ``wording/problems.toml``.
    place
        Where it stands.
    words
        The values the sentence quotes: what was found, what is allowed.
    warning
        True when the run may go on.
    """

    code: str
    place: Place = field(default_factory=Place)
    words: Mapping[str, object] = field(default_factory=dict)
    warning: bool = False

    def text(self, language: Language = "zh") -> str:
        """Return ``place: [code] what was found; what is allowed; what to do``."""
        where = f"{self.place}: " if str(self.place) else ""
        words = {
            name: say(value, language) if isinstance(value, Spoken) else value
            for name, value in self.words.items()
        }
        return f"{where}[{self.code}] {say(self.code, language, **words)}"


class BokuanError(Exception):
    """Base of every error a user can meet; never raised itself."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text("en") for problem in self.problems))

    def text(self, language: Language = "zh") -> str:
        """Return all problems, one a line."""
        return "\n".join(problem.text(language) for problem in self.problems)


class InputError(BokuanError):
    """Something the user gave is wrong (law 1)."""

    exit_code = 2


class ConflictError(BokuanError):
    """The rules cannot all hold (law 11)."""

    exit_code = 1


class FaultError(BokuanError):
    """Our own fault: no proof, no amounts (law 8)."""

    exit_code = 3


def nearest(name: str, known: Sequence[str], count: int = 3) -> str:
    """Return up to ``count`` known names nearest to ``name``, joined for a sentence, or ``—``."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=count, cutoff=0.5)
    return "、".join(close) if close else "—"


def raise_if_any(problems: Sequence[Problem]) -> None:
    """Raise one :class:`InputError` with every problem that is not a warning."""
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise InputError(errors)

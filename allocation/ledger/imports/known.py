"""What the book knows already, as far as an import needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


class LineKey(NamedTuple):
    """A line of funds (资金): what never changes about money on its way down."""

    fund: str
    year: int
    batch: str
    purpose: str
    direct: bool


class Holder(NamedTuple):
    """Who holds money: its code, name, level, and the code of whoever passes money to it."""

    code: str
    name: str
    level: str
    parent: str


class Entered(NamedTuple):
    """An entry of the book, as far as a file could say it; ``kind`` is its movement.

    ``file`` and ``place`` say where it came from; both are blank for one entered by hand.
    """

    entry: int
    day: date
    code: str
    kind: str
    fen: int
    line: LineKey
    document: str
    file: str = ""
    place: str = ""


@dataclass(frozen=True)
class Known:
    """The book at the moment of an import.

    Parameters
    ----------
    holders
        By code.
    lines
        Every line of funds.
    held
        Lines on which a holder has ever had money, by its code.
    entered, reversed
        Entries that stand, and those that were reversed, in the order of the book.
    files
        SHA-256 of each file imported, and the day on which it was.
    """

    holders: Mapping[str, Holder] = field(default_factory=dict)
    lines: Sequence[LineKey] = ()
    held: Mapping[str, frozenset[LineKey]] = field(default_factory=dict)
    entered: Sequence[Entered] = ()
    reversed: Sequence[Entered] = ()
    files: Mapping[str, str] = field(default_factory=dict)

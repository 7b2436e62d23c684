"""What the book knows already, as far as an import needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from allocation.ledger.records import Holder, Line, MovementKind


class Entered(NamedTuple):
    """An entry of the book, as far as a file could say it.

    ``code`` and ``name`` are the holder's; ``origin`` says where it was read, and is blank for one
    entered by hand.
    """

    entry: int
    day: date
    code: str
    kind: MovementKind
    fen: int
    line: Line
    document: str
    name: str = ""
    origin: str = ""


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
    lines: Sequence[Line] = ()
    held: Mapping[str, frozenset[Line]] = field(default_factory=dict)
    entered: Sequence[Entered] = ()
    reversed: Sequence[Entered] = ()
    files: Mapping[str, str] = field(default_factory=dict)

"""序时进度: how much of the year has gone, by whole months."""

from __future__ import annotations

from calendar import monthrange
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_MONTHS = 12


def months_elapsed(as_of: date, year: int) -> int:
    """Return how many months of ``year`` are over at the end of the day ``as_of``: 0 to 12.

    A month is over on its last day.
    """
    if as_of.year != year:
        return _MONTHS if as_of.year > year else 0
    last = monthrange(as_of.year, as_of.month)[1]
    return as_of.month if as_of.day == last else as_of.month - 1


def elapsed_share(as_of: date, year: int) -> Fraction:
    """Return the time-proportional yardstick: months elapsed / 12, exact.

    >>> from datetime import date
    >>> elapsed_share(date(2021, 5, 31), 2021)
    Fraction(5, 12)
    """
    return Fraction(months_elapsed(as_of, year), _MONTHS)

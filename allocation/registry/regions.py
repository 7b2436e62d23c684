"""The two region systems of law 5, as two types that refuse to be mixed.

A zone is **ranked** in its assessment region and its money is **tilted** by its fiscal region.
Liaoning ranks in the East, Jilin and Heilongjiang in Central, and all three get the Northeast tilt.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from allocation.wording import Language, say


class _Region(Enum):
    """Base of both systems: equal only to itself, never comparable with anything else."""

    # Hidden from the type checker, which then refuses mixed comparisons before they run.
    if not TYPE_CHECKING:

        def __eq__(self, other: object) -> bool:
            if type(other) is not type(self):
                raise TypeError(say("L5-mixed-regions", "en", left=repr(self), right=repr(other)))
            return self is other

        def __hash__(self) -> int:
            # One hash for all: a look-up by the wrong type meets __eq__ and raises, instead of
            # missing in silence.
            return hash(_Region)

    def label(self, language: Language = "zh") -> str:
        """Return the region's name in ``language``."""
        return say(f"{type(self).__name__}-{self.value}", language)


class AssessmentRegion(_Region):
    """Ranking pool of the assessment (考核地区): three regions."""

    EAST = "east"
    CENTRAL = "central"
    WEST = "west"


class FiscalRegion(_Region):
    """Fiscal region of the tilt (财政分区): four regions."""

    EAST = "east"
    CENTRAL = "central"
    WEST = "west"
    NORTHEAST = "northeast"

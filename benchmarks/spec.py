"""What a benchmark is, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.timing import Ratio


@dataclass(frozen=True)
class Scope:
    """How much of the benchmarks to run.

    Parameters
    ----------
    largest
        No problem has more recipients than this.
    cbc_largest
        PuLP with CBC is run up to this many recipients.
    cbc_limit
        Seconds after which CBC is asked to stop (it may take longer); the ratio is then an upper
        bound.
    """

    largest: int
    cbc_largest: int
    cbc_limit: int

    def sizes(self, *sizes: int) -> tuple[int, ...]:
        """Return the sizes within scope."""
        return tuple(size for size in sizes if size <= self.largest)


@dataclass(frozen=True)
class Line:
    """One figure: a ratio with its spread, or an amount of memory.

    Parameters
    ----------
    what
        What was measured, with its size.
    against
        What it was measured against, or the unit.
    value, low, high
        Median, smallest and largest over the rounds.
    target
        The largest value we allow, None where there is none.
    rounds
        How many rounds.
    bound
        True if the peer was stopped, so that the true value is smaller.
    """

    what: str
    against: str
    value: float
    low: float
    high: float
    target: float | None
    rounds: int
    bound: bool = False

    @classmethod
    def of(
        cls, what: str, against: str, found: Ratio, target: float | None, *, bound: bool = False
    ) -> Self:
        """Return the line of a measured ratio."""
        return cls(
            what, against, found.value, found.low, found.high, target, found.rounds, bound=bound
        )

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None where there is none."""
        return None if self.target is None else self.value <= self.target


@dataclass(frozen=True)
class Benchmark:
    """A named measure."""

    name: str
    title: str
    run: Callable[[Scope], Iterator[Line]]

"""Which cases there are: a grid, one key at a time, or a sample that covers every range evenly.

The sample is a Latin hypercube (McKay, Beckman and Conover, *Technometrics* 21, 1979): of n cases,
each n-th part of every range is in exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from allocation.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.sweep.axes import Axis

GRID, SINGLE, LATIN = "grid", "one-at-a-time", "latin-hypercube"
#: No sweep has more cases.
MOST_CASES = 1_000_000


@dataclass(frozen=True)
class Design:
    """The cases of a sweep.

    Parameters
    ----------
    axes
        What is varied.
    kind
        ``grid``, ``one-at-a-time`` or ``latin-hypercube``.
    cases
        Each case's value of every axis, None where the key keeps its value.
    """

    axes: tuple[Axis, ...]
    kind: str
    cases: tuple[tuple[str | None, ...], ...]

    def sets(self, case: int) -> tuple[str, ...]:
        """Return the changes of a case, as ``--set`` takes them."""
        values = zip(self.axes, self.cases[case], strict=True)
        return tuple(axis.sets(value) for axis, value in values if value is not None)


def design(
    axes: Sequence[Axis], kind: str, count: int | None = None, seed: int = 0
) -> Design | Problem:
    """Return the cases, or why there are too many or none.

    Parameters
    ----------
    count, seed
        Of a sample: how many cases, and where its random numbers start.
    """
    if kind == LATIN:
        size = count or 0
    elif kind == SINGLE:
        size = sum(len(axis.values) for axis in axes)
    else:
        size = prod(len(axis.values) for axis in axes)
    if not 1 <= size <= MOST_CASES or not axes:
        return Problem("L1-vary-cases", words={"found": size, "allowed": MOST_CASES})
    if kind == LATIN:
        return Design(tuple(axes), kind, _latin(axes, size, seed))
    if kind == SINGLE:
        return Design(tuple(axes), kind, _single(axes))
    return Design(tuple(axes), kind, tuple(product(*(axis.values for axis in axes))))


def _single(axes: Sequence[Axis]) -> tuple[tuple[str | None, ...], ...]:
    nothing: list[str | None] = [None] * len(axes)
    return tuple(
        (*nothing[:at], value, *nothing[at + 1 :])
        for at, axis in enumerate(axes)
        for value in axis.values
    )


def _latin(axes: Sequence[Axis], count: int, seed: int) -> tuple[tuple[str, ...], ...]:
    from scipy.stats import qmc

    shares = qmc.LatinHypercube(d=len(axes), rng=seed).random(count).tolist()
    return tuple(
        tuple(axis.drawn(at) for axis, at in zip(axes, row, strict=True)) for row in shares
    )

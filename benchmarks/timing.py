"""Timing in turn: one round runs each contender once, and ratios are taken within a round."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Contender = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """Median, smallest and largest of the rounds' ratios."""

    value: float
    low: float
    high: float
    rounds: int


def seconds(contender: Contender) -> float:
    """Return how long one run takes."""
    gc.collect()
    start = perf_counter()
    contender()
    return perf_counter() - start


def ratio(ours: Contender, peer: Contender, rounds: int, *, warm: bool = True) -> Ratio:
    """Return the time of ``ours`` over the time of ``peer``, run in turn.

    ``warm`` runs both once before the first round; leave it out for a peer that takes minutes.
    """
    ours()
    if warm:
        peer()
    ratios = [seconds(ours) / seconds(peer) for _ in range(rounds)]
    return Ratio(median(ratios), min(ratios), max(ratios), rounds)


def peak_bytes(contender: Contender) -> int:
    """Return the most memory held at once by one run, above what was held before it."""
    gc.collect()
    tracemalloc.start()
    try:
        contender()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

"""Timing in turn: a round times both contenders, and ratios are taken within a round."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

#: Seconds for which each contender is run again and again in a round.
_WHILE = 0.1

Contender = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """Median, smallest and largest of the rounds' ratios; the peer's longest run in seconds."""

    value: float
    low: float
    high: float
    rounds: int
    peer_longest: float


def seconds(contender: Contender) -> float:
    """Return how long one run takes: the median of as many as fit into a short while."""
    gc.collect()
    times: list[float] = []
    while sum(times) < _WHILE:
        start = perf_counter()
        contender()
        times.append(perf_counter() - start)
    return median(times)


def ratio(ours: Contender, peer: Contender, rounds: int, *, warm: bool = True) -> Ratio:
    """Return the time of ``ours`` over the time of ``peer``, run in turn.

    ``warm`` runs both once before the first round; leave it out for a peer that takes minutes.
    """
    ours()
    if warm:
        peer()
    times = [(seconds(ours), seconds(peer)) for _ in range(rounds)]
    ratios = [own / other for own, other in times]
    longest = max(other for _, other in times)
    return Ratio(median(ratios), min(ratios), max(ratios), rounds, longest)


def peak_bytes(contender: Contender) -> int:
    """Return the most memory held at once by one run, above what was held before it."""
    gc.collect()
    tracemalloc.start()
    try:
        contender()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

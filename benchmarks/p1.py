"""Problem P1: recipients in 37 provinces in 4 regions, with and without rank-order rows.

A feasible point in whole quanta is drawn first and every rule is drawn around it, so that the
rules hold together by construction. All amounts are whole fen in ready arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND, Block, sums_by

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Floats, Integers

PROVINCES = 37
REGIONS = 4
#: Ten thousand million yuan, in fen.
POT = 10**12
#: One yuan, in fen.
QUANTUM = 100
#: Least sum of each region, as a share of its target.
REGION_LEAST = (1.03, 0.9, 0.9, 0.9)
_SCORE_PARTS = 10**15


@dataclass(frozen=True)
class Problem:
    """The rules' rows and bounds in fen, and what recipients have a claim to.

    Parameters
    ----------
    blocks
        The rows, rule by rule.
    lower, upper
        Shape (n,), int64: floors and caps, fen.
    targets
        Shape (n,), Python integers: claims, up to a common factor.
    order
        Shape (n,), int64: ties of equal fractions go to the smaller, the better in rank.
    feasible
        Shape (n,), int64: amounts in whole quanta that meet every rule, fen.
    """

    blocks: tuple[Block, ...]
    lower: Integers
    upper: Integers
    targets: BigIntegers
    order: Integers
    feasible: Integers

    @property
    def size(self) -> int:
        """Number of recipients n."""
        return len(self.lower)

    @property
    def wanted(self) -> Floats:
        """Shape (n,): each recipient's share of the pot by its claim, fen."""
        claims = self.targets.astype(np.float64)
        return np.asarray(claims * (POT / claims.sum()))


def nested(size: int, seed: int = 0) -> Problem:
    """Return P1: the pot, provinces from and to, regions at least, floors and caps."""
    return _draw(size, np.random.default_rng(seed), ranked=False)


def ranked(size: int, seed: int = 0) -> Problem:
    """Return P1 with rows that give a better rank no less within each province."""
    return _draw(size, np.random.default_rng(seed), ranked=True)


def _draw(size: int, rng: np.random.Generator, *, ranked: bool) -> Problem:
    province = np.sort(np.arange(size) % PROVINCES)
    region = province % REGIONS
    scores = np.exp(rng.normal(0.0, 1.0, size))
    targets = (scores / scores.sum() * _SCORE_PARTS).astype(np.int64) + 1
    wanted = targets * (POT / int(targets.sum()))
    lower, upper = _bounds(wanted, rng)
    feasible = _feasible(wanted, region, lower, upper)
    rank: tuple[Block, ...] = ()
    place = np.arange(size)
    if ranked:
        order = np.lexsort((-wanted * np.exp(rng.normal(0.0, 0.15, size)), province))
        feasible[order] = feasible[np.lexsort((-feasible, province))]
        lower, upper = np.minimum(lower, feasible), np.maximum(upper, feasible)
        rank = (_rank_rows(order, province),)
        place[order] = np.arange(size)
    blocks = (
        _sums("pot", np.zeros(size, dtype=np.int64), np.array([POT]), np.array([POT])),
        _province_rows(province, wanted, feasible, rng),
        _region_rows(region, wanted, feasible),
        *rank,
    )
    return Problem(blocks, lower, upper, targets.astype(object), place, feasible)


def _bounds(wanted: Floats, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Return floors and caps; some floors lie above the target, some caps below."""
    size = len(wanted)
    high = rng.random(size) < 0.15
    low = (rng.random(size) < 0.10) & ~high
    floor = np.where(high, rng.uniform(1.0, 1.15, size), rng.uniform(0.5, 0.85, size))
    cap = np.where(low, rng.uniform(0.9, 1.0, size), rng.uniform(1.2, 1.8, size))
    return _down(wanted * floor), _up(wanted * cap)


def _feasible(wanted: Floats, region: Integers, lower: Integers, upper: Integers) -> Integers:
    """Return amounts in whole quanta between the bounds that add up to the pot.

    The first region gets its least share, the others what is left, each evenly between its
    recipients' floors and caps.
    """
    first = region == 0
    goal = np.where(
        np.arange(REGIONS) == 0,
        REGION_LEAST[0] * wanted[first].sum(),
        (POT - REGION_LEAST[0] * wanted[first].sum())
        / wanted[~first].sum()
        * sums_by(region, wanted, REGIONS),
    )
    least = sums_by(region, lower.astype(np.float64), REGIONS)
    most = sums_by(region, upper.astype(np.float64), REGIONS)
    part = np.clip((goal - least) / (most - least), 0.0, 1.0)[region]
    amounts = np.asarray(lower + _down(part * (upper - lower)))
    missing = (POT - int(amounts.sum())) // QUANTUM
    room = (upper - amounts) // QUANTUM if missing > 0 else (amounts - lower) // QUANTUM
    before = np.cumsum(room) - room
    moved = np.clip(abs(missing) - before, 0, room)
    amounts += np.sign(missing) * moved * QUANTUM
    assert amounts.sum() == POT
    return amounts


def _sums(name: str, group: Integers, lower: Integers, upper: Integers) -> Block:
    """Return rows that bound the sum of each group."""
    size = len(group)
    ones = np.ones(size, dtype=np.int64)
    return Block(name, group, np.arange(size), ones, lower, upper)


def _province_rows(
    province: Integers, wanted: Floats, feasible: Integers, rng: np.random.Generator
) -> Block:
    target = sums_by(province, wanted, PROVINCES)
    have = _whole_sums(province, feasible, PROVINCES)
    lower = np.minimum(_down(target * rng.uniform(0.93, 0.995, PROVINCES)), have)
    upper = np.maximum(_up(target * rng.uniform(1.005, 1.07, PROVINCES)), have)
    return _sums("province", province, lower, upper)


def _region_rows(region: Integers, wanted: Floats, feasible: Integers) -> Block:
    target = sums_by(region, wanted, REGIONS)
    have = _whole_sums(region, feasible, REGIONS)
    lower = np.minimum(_down(target * np.array(REGION_LEAST)), have)
    return _sums("region", region, lower, np.full(REGIONS, NO_BOUND))


def _rank_rows(order: Integers, province: Integers) -> Block:
    """Return rows: in each province, each gets no less than the next in ``order``."""
    better, worse = order[:-1], order[1:]
    together = province[better] == province[worse]
    better, worse = better[together], worse[together]
    row, one = np.arange(len(better)), np.ones(len(better), dtype=np.int64)
    return Block(
        "rank",
        np.concatenate([row, row]),
        np.concatenate([better, worse]),
        np.concatenate([one, -one]),
        np.zeros(len(better), dtype=np.int64),
        np.full(len(better), NO_BOUND),
    )


def _whole_sums(group: Integers, values: Integers, size: int) -> Integers:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, group, values)
    return total


def _down(amount: Floats) -> Integers:
    """Return the whole quanta below an amount, in fen."""
    return np.floor(amount / QUANTUM).astype(np.int64) * QUANTUM


def _up(amount: Floats) -> Integers:
    """Return the whole quanta above an amount, in fen."""
    return np.ceil(amount / QUANTUM).astype(np.int64) * QUANTUM

"""Small programs with a pot, crossing groups and benefits, and what amounts are worth in them."""

from fractions import Fraction

import numpy as np

from allocation_models.program import NO_BOUND, Block, stack

POT = 6_000_000


def program_of(rng, count):
    """A pot, two crossing groups, floors and caps."""
    ones = np.ones(count, dtype=np.int64)
    first = np.arange(count)
    left, right = first[: 2 * count // 3], first[count // 3 :]
    blocks = [
        Block("pot", 0 * first, first, ones, np.array([POT]), np.array([POT])),
        Block("a", 0 * left, left, ones[left], np.array([-NO_BOUND]), np.array([POT * 8 // 10])),
        Block("b", 0 * right, right, ones[right], np.array([POT * 3 // 10]), np.array([NO_BOUND])),
    ]
    lower = rng.integers(0, POT // (3 * count), count)
    upper = rng.integers(POT // count, POT, count)
    return stack(blocks, lower, upper)


def claims_of(rng, count):
    weight = rng.integers(1, 50, count)
    return (weight * POT // int(weight.sum())).astype(np.int64)


def value_of(benefit, claims, amounts):
    """Total benefit of exact amounts."""
    total = Fraction(0)
    for weight, claim, amount in zip(benefit.weights, claims.tolist(), amounts, strict=True):
        ends = [claim * end.numerator // end.denominator for end in benefit.ends]
        edges = [0, *ends, max(10**12, int(amount) + 1)]
        for slope, low, high in zip(benefit.slopes, edges[:-1], edges[1:], strict=True):
            total += Fraction(float(weight)) * slope * max(Fraction(0), min(amount, high) - low)
    return total

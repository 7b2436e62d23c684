"""The Gini coefficient and the Lorenz curve against their definitions."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation_models.inequality import inequality

PAIRS = st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**15)), min_size=1, max_size=12)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(PAIRS)
def test_gini_is_half_the_mean_difference(pairs):
    amounts, weights = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    found = inequality(amounts, weights)
    kept = [(a, w) for a, w in pairs if w]
    total, weight = sum(a for a, _ in kept), sum(w for _, w in kept)
    if not total:
        assert found is None
        return
    apart = sum(abs(a * v - b * w) for (a, w), (b, v) in product(kept, kept))
    assert found.gini == Fraction(apart, 2 * weight * total)
    assert found.lowest == min(Fraction(a, w) for a, w in kept)
    assert found.highest == max(Fraction(a, w) for a, w in kept)


@SLOW
@given(PAIRS)
def test_the_curve_bends_upwards_and_ends_at_everything(pairs):
    amounts, weights = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    found = inequality(amounts, weights)
    if found is None:
        return
    steps = [
        (b - a, v - u)
        for (a, b), (u, v) in zip(pairwise(found.amount), pairwise(found.weight), strict=True)
    ]
    assert all(a * v <= b * w for (a, w), (b, v) in pairwise(steps))
    assert found.amount[-1] == sum(a for a, w in pairs if w)
    assert found.weight[-1] == sum(w for _, w in pairs)


def test_proportional_amounts_are_perfectly_even():
    found = inequality(np.array([2, 4, 6]), np.array([1, 2, 3]))
    assert found.gini == 0
    assert found.lowest == found.highest == 2

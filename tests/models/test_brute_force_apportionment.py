"""Apportionment against quanta given out one at a time, compared in Fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from allocation_models.apportionment import NoApportionmentError, apportion

Campaign = Callable[..., int]
#: Squared signposts by definition, as Fractions.
SIGNPOSTS: dict[str, Any] = {
    "adams": lambda n: Fraction(n) ** 2,
    "dean": lambda n: Fraction(n * (n + 1) * 2, 2 * n + 1) ** 2,
    "huntington_hill": lambda n: Fraction(n * (n + 1)),
    "webster": lambda n: Fraction(2 * n + 1, 2) ** 2,
    "modified_webster": lambda n: Fraction(2 * n + 1, 2) ** 2 if n else Fraction(7, 10) ** 2,
    "jefferson": lambda n: Fraction(n + 1) ** 2,
}


def seat_by_seat(
    total: int,
    targets: list[int],
    lower: list[int],
    upper: list[int],
    order: list[int],
    method: str,
) -> list[int] | None:
    """Return the quanta given out one at a time, or None if they cannot all be."""
    quanta = list(lower)
    while sum(quanta) < total:
        size = sum(quanta) + 1
        able = [i for i, t in enumerate(targets) if t and quanta[i] < upper[i]]
        if method == "quota":
            able = [i for i in able if quanta[i] < Fraction(size * targets[i], sum(targets))]
        if not able:
            return None

        def turn(i: int) -> tuple[bool, Fraction, int]:
            post = SIGNPOSTS["jefferson" if method == "quota" else method](quanta[i])
            return post == 0, Fraction(targets[i] ** 2) / (post or 1) if post else 0, -order[i]

        quanta[max(able, key=turn)] += 1
    return quanta if sum(quanta) == total else None


@pytest.mark.parametrize("method", [*SIGNPOSTS, "quota"])
def test_quanta_are_those_given_out_one_at_a_time(method: Any, campaign: Campaign) -> None:
    given = 0
    for seed in range(campaign(small=80, full=4000)):
        random = np.random.default_rng(seed)
        count, total = int(random.integers(1, 6)), int(random.integers(0, 60))
        biggest = int(random.choice([3, 10, 10**6, 10**30]))
        targets = [int(random.random() * biggest) for _ in range(count)]
        targets[0] += not any(targets)
        lower = random.integers(0, 3, count).tolist() if seed % 2 else [0] * count
        upper = [low + int(random.integers(0, 40)) if seed % 3 == 0 else 10**9 for low in lower]
        order = random.permutation(count).tolist()
        arrays = (np.array(part) for part in (lower, upper, order))
        wanted = seat_by_seat(total, targets, lower, upper, order, method)
        try:
            found = apportion(total, np.array(targets, dtype=object), *arrays, method).tolist()
        except NoApportionmentError:
            found = None
        assert found == wanted, f"seed {seed}"
        given += found is not None
    assert given


def test_the_quota_method_says_where_a_most_keeps_it_from_going_on() -> None:
    targets = np.array([9, 1], dtype=object)
    none, most, order = np.zeros(2, dtype=np.int64), np.array([5, 10]), np.arange(2)
    with pytest.raises(NoApportionmentError):
        apportion(10, targets, none, most, order, "quota")

"""Who is funded, against enumeration of every set of recipients, each judged in Fractions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from allocation_models.blame import InfeasibleError
from allocation_models.program import Block, LinearProgram, stack
from allocation_models.solvers.highs import simplex
from allocation_models.zero_or_least import fix_funded

Maximum = Callable[..., Fraction | None]
Campaign = Callable[..., int]
Bounds = tuple[list[int], list[int]]


@dataclass
class Choice:
    """Sums of groups within bounds; everyone gets nothing or at least ``least``."""

    groups: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    least: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, seed: int) -> Choice:
        random = np.random.default_rng(seed)
        count = int(random.integers(2, 6))
        groups = random.random((int(random.integers(1, 4)), count)) < 0.6
        groups = np.vstack([np.ones(count, dtype=bool), groups[groups.any(axis=1)]])
        point = random.integers(0, 30, count) * (random.random(count) < 0.7)
        sums = groups @ point
        slack = 6 * (np.arange(len(sums)) > 0)
        return cls(
            groups.astype(np.int64),
            np.maximum(sums - slack, 0),
            sums + slack,
            np.where(random.random(count) < 0.2, np.minimum(point, 5), 0),
            np.maximum(point, random.integers(0, 40, count)),
            random.integers(1, 25, count) * (random.random(count) < 0.8),
            random.permutation(count),
        )

    @property
    def open(self) -> list[int]:
        """Return those to decide on, first in order first."""
        return [i for i in np.argsort(self.order).tolist() if self.least[i] and self.upper[i]]

    def program(self) -> LinearProgram:
        row, column = np.nonzero(self.groups)
        data = self.groups[row, column]
        block = Block("groups", row, column, data, self.row_lower, self.row_upper)
        return stack([block], self.lower, self.upper)

    def bounds(self, funded: tuple[bool, ...]) -> Bounds:
        lower, upper = self.lower.copy(), self.upper.copy()
        for i, on in zip(self.open, funded, strict=True):
            lower[i], upper[i] = (max(lower[i], self.least[i]), upper[i]) if on else (lower[i], 0)
        return lower.tolist(), upper.tolist()

    def holds(self, bounds: Bounds, maximum: Maximum) -> bool:
        lower, upper = map(np.array, bounds)
        one = np.eye(len(lower), dtype=np.int64)
        matrix = np.vstack([self.groups, -self.groups, one, -one])
        limits = np.concatenate([self.row_upper, -self.row_lower, upper, -lower])
        return maximum([0] * len(lower), matrix.tolist(), limits.tolist()) is not None

    def best(self, maximum: Maximum) -> Bounds | None:
        """Return the bounds of the first of the largest sets that can be funded."""
        sets = product((True, False), repeat=len(self.open))
        by_size = sorted(sets, key=lambda funded: -sum(funded))
        tried = (self.bounds(funded) for funded in by_size)
        return next((bounds for bounds in tried if self.holds(bounds, maximum)), None)


def test_the_funded_are_the_most_and_the_first_of_all_sets(
    exact_maximum: Maximum, campaign: Campaign
) -> None:
    seen = set()
    for seed in range(campaign(small=40, full=2000)):
        choice = Choice.of(seed)
        if not choice.open:
            continue
        wanted = choice.best(exact_maximum)
        try:
            fixed = fix_funded(choice.program(), choice.least, choice.order, simplex)
        except InfeasibleError:
            assert wanted is None, f"seed {seed}"
            seen.add("none")
            continue
        found = fixed.column_lower.tolist(), fixed.column_upper.tolist()
        assert found == wanted, f"seed {seed}"
        seen.add("all" if wanted == choice.bounds((True,) * len(choice.open)) else "some")
    assert seen == {"all", "some", "none"}


def test_nothing_changes_where_nobody_can_be_funded() -> None:
    choice = Choice.of(0)
    choice.upper[:] = 0
    program = choice.program()
    assert fix_funded(program, choice.least, choice.order, simplex) is program

"""An exact reference that shares nothing with the product: linear programs over Fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest

Numbers = Sequence[int | Fraction]
Table = list[list[Fraction]]


def _pivot(table: Table, row: int, column: int) -> None:
    pivot = table[row][column]
    table[row][column] = Fraction(1)
    table[row] = [value / pivot for value in table[row]]
    for index, line in enumerate(table):
        if index != row and line[column]:
            factor, line[column] = line[column], Fraction(0)
            table[index] = [a - factor * b for a, b in zip(line, table[row], strict=True)]


def _climb(table: Table, basis: list[int], free: list[int], goal: int, rows: int) -> None:
    """Pivot by Bland's rule until line ``goal`` has no negative entry."""
    while entering := [(name, j) for j, name in enumerate(free) if table[goal][j] < 0]:
        _, j = min(entering)
        leaving = [
            (table[i][-1] / table[i][j], basis[i], i) for i in range(rows) if table[i][j] > 0
        ]
        assert leaving, "unbounded"
        i = min(leaving)[2]
        _pivot(table, i, j)
        basis[i], free[j] = free[j], basis[i]


def _maximum(
    cost: Numbers, matrix: Sequence[Numbers], limits: Sequence[int | Fraction]
) -> Fraction | None:
    """Return the most of cost · x under matrix x ≤ limits, x ≥ 0; None if nothing is feasible."""
    count, rows = len(cost), len(limits)
    table = [
        [*map(Fraction, line), Fraction(-1), Fraction(limit)]
        for line, limit in zip(matrix, limits, strict=True)
    ]
    table.append([*(-Fraction(c) for c in cost), Fraction(0), Fraction(0)])
    table.append([Fraction(0)] * count + [Fraction(1), Fraction(0)])
    basis, free = list(range(count + 1, count + 1 + rows)), list(range(count + 1))
    worst = min(range(rows), key=lambda i: table[i][-1])
    if table[worst][-1] < 0:
        _pivot(table, worst, count)
        basis[worst], free[count] = count, basis[worst]
        _climb(table, basis, free, rows + 1, rows)
        if table[rows + 1][-1] < 0:
            return None
        if count in basis:
            i = basis.index(count)
            j = next(j for j in range(count + 1) if table[i][j])
            _pivot(table, i, j)
            basis[i], free[j] = free[j], basis[i]
    gone = free.index(count)
    table = [line[:gone] + line[gone + 1 :] for line in table]
    del free[gone]
    _climb(table, basis, free, rows, rows)
    return table[rows][-1]


@pytest.fixture(scope="session")
def exact_maximum() -> Callable[..., Fraction | None]:
    return _maximum

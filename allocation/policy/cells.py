"""The columns of a scenario's program: cells recipient × purpose, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.program import NO_BOUND, Block

if TYPE_CHECKING:
    from allocation_models.program import BigIntegers, Integers, Mask


@dataclass(frozen=True)
class Terms:
    """Entries of a block: recipient ``who`` counts ``coefficient`` times in ``row``."""

    row: Integers
    who: Integers
    coefficient: Integers | BigIntegers


@dataclass(frozen=True)
class Cells:
    """The cells recipient × purpose, recipient by recipient.

    Parameters
    ----------
    allowed
        Shape (n, p): which purposes a recipient may use.
    totals
        Shape (p,): fen of each purpose.
    names
        Shape (p,): keys of the purposes; empty where none is named.
    """

    allowed: Mask
    totals: Integers
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of cells n · p."""
        return int(self.allowed.size)

    @property
    def purposes(self) -> int:
        """Number of purposes p."""
        return len(self.totals)

    def sums(
        self,
        name: str,
        terms: Terms,
        lower: Integers,
        upper: Integers | None = None,
        *,
        whole: bool = True,
    ) -> Block:
        """Return rows ``lower ≤ Σ coefficient · amount ≤ upper`` over recipients' amounts.

        A recipient's amount is the sum of its cells. No ``upper``: no upper bound.
        """
        columns: Integers = (terms.who[:, None] * self.purposes + np.arange(self.purposes)).ravel()
        return Block(
            name,
            np.repeat(terms.row, self.purposes),
            columns,
            terms.coefficient.repeat(self.purposes),
            lower,
            np.full(len(lower), NO_BOUND) if upper is None else upper,
            whole,
        )

    def purpose_totals(self, name: str) -> Block:
        """Return one row per purpose: its cells add up to its total."""
        column = np.arange(self.count)
        return Block(
            name,
            column % self.purposes,
            column,
            np.ones(self.count, dtype=np.int64),
            self.totals,
            self.totals,
        )


def plain_sums(row: Integers, who: Integers) -> Terms:
    """Return the terms of plain sums: each recipient once in its row."""
    return Terms(row, who, np.ones(len(who), dtype=np.int64))

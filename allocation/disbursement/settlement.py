r"""Settling an advance: what is issued now is the whole less what is issued already.

.. math::

    \text{此次下达}_{ik} = \text{总额}_{ik} - \text{已经下达}_{ik}, \qquad
    \sum_{ik} \text{此次下达}_{ik} = B - \sum_{ik} \text{已经下达}_{ik}

for recipient i and purpose k, in whole fen, pot B (less what rounding per unit leaves unspent).
Recipients that left the list count with a whole of nothing. Unless it is recovered, the rule
``already_issued`` keeps every difference at zero or above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.scenario.issued import Left, issued_fen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from allocation.result import Allocation, Fen
    from allocation_models.program import Mask


@dataclass(frozen=True)
class Settlement:
    """Whole amounts, what is issued already and what is issued now; k of n + k recipients left.

    Parameters
    ----------
    whole, issued
        Shape (n + k, p), int64 fen; p is 1 where it is not known for which purpose money was
        issued.
    new
        Shape (n + k,): to whom nothing was issued, its cell being blank.
    left
        The last k recipients: they take no part any more, and all they have is recovered.
    """

    whole: Fen
    issued: Fen
    new: Mask
    left: tuple[Left, ...]

    @property
    def this_issue(self) -> Fen:
        """Shape (n + k, p), int64 fen; below zero is recovered."""
        return self.whole - self.issued

    def by_column(self, purposes: Iterable[str]) -> Iterator[tuple[str, Fen, Fen]]:
        """Yield what is issued already and now, (n + k,) fen: by purpose where known, and in all.

        Each with what stands before its name: ``KEY_`` for a purpose, nothing for the sum.
        """
        if self.issued.shape[1] > 1:
            for at, purpose in enumerate(purposes):
                yield f"{purpose}_", self.issued[:, at], self.this_issue[:, at]
        yield "", self.issued.sum(axis=1), self.this_issue.sum(axis=1)

    @property
    def recovered(self) -> Mask:
        """Shape (n + k,): who has to give something back."""
        return np.asarray(self.this_issue.sum(axis=1) < 0)


def settlement(result: Allocation) -> Settlement | None:
    """Return what an allocation issues now, or None if its scenario names nothing issued."""
    loaded = result.solved.task.loaded if result.solved else None
    found = issued_fen(loaded.scenario, loaded.frame) if loaded else None
    if loaded is None or found is None:
        return None
    return _settled(result.cells, *found, loaded.left)


def settlement_of_record(record: Mapping[str, Any]) -> Settlement | None:
    """Return what the allocation of a record issues, or None if it names nothing issued."""
    said = record["issued"]
    if said is None:
        return None
    left = tuple(
        Left(who["id"], who["name"], who["name_en"], tuple(who["fen"])) for who in said["left"]
    )
    cells = np.array(record["amount_fen"], dtype=np.int64)
    return _settled(cells, np.array(said["fen"], dtype=np.int64), np.array(said["new"]), left)


def _settled(cells: Fen, issued: Fen, new: Mask, left: tuple[Left, ...]) -> Settlement:
    width = issued.shape[1]
    whole = cells if width == cells.shape[1] else cells.sum(axis=1, keepdims=True)
    gone = np.array([who.fen for who in left], dtype=np.int64).reshape(-1, width)
    return Settlement(
        np.concatenate([whole, np.zeros_like(gone)]),
        np.concatenate([issued, gone]),
        np.concatenate([new, np.zeros(len(gone), dtype=bool)]),
        left,
    )

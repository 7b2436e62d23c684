"""The lines of a schedule: recipients, or recipients × purposes where there are several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from allocation.disbursement.schedule import Schedule
    from allocation.result import Fen
    from allocation.wording import Language
    from allocation_models.program import Integers


@dataclass(frozen=True)
class Lines:
    """Payments line by line.

    Parameters
    ----------
    recipient, purpose
        Shape (l,): positions in the issue; ``purpose`` is -1 where there is one only.
    payments
        Shape (l, T), int64 fen.
    amounts
        Shape (l,), int64 fen: what is allocated.
    """

    recipient: Integers
    purpose: Integers
    payments: Fen
    amounts: Fen

    @property
    def unpaid(self) -> Fen:
        """Shape (l,), int64 fen: what is not paid by the last month."""
        left: Fen = self.amounts - self.payments.sum(axis=1)
        return left


def lines_of(found: Schedule) -> Lines:
    """Return a line for each recipient, or for each purpose a recipient has money for."""
    cells, issue = found.cells, found.issue
    if len(issue.purposes) <= 1:
        count = np.arange(len(issue.ids))
        return Lines(count, np.full(len(count), -1), found.payments, issue.amounts)
    recipient, purpose = np.nonzero(issue.cells)
    at = recipient, purpose
    return Lines(recipient, purpose, np.asarray(cells[at]), np.asarray(issue.cells[at]))


def labels(found: Schedule, lines: Lines, language: Language) -> list[str]:
    """Return what each line is called, as ``南宁经济技术开发区·加工贸易``."""
    called, purposes = found.issue.called(language), found.issue.purposes
    return [
        called[who] if what < 0 else f"{called[who]}·{purposes[what]}"
        for who, what in zip(lines.recipient.tolist(), lines.purpose.tolist(), strict=True)
    ]

"""Everyone's exact amount over the pot, from kink to kink.

Where the amounts are not linear bit by bit in the pot (an award is a lump sum, so that the claims
to the rest move with the pot; who is dropped or funded may change) the curve holds exact values at
evenly spread pots, and says why it is no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import solver_named, task_of
from allocation.errors import ConflictError, InputError
from allocation.explain.moving_rules import moving_program, why_not_linear
from allocation.explain.parameters import Parameter, parameters
from allocation.explain.sides import by_recipient
from allocation.policy.rows import POT
from allocation.sharing import share_out
from allocation_models.affine import Affine, chosen
from allocation_models.family import Family, family
from allocation_models.level_sequence import OutOfReachError
from allocation_models.nested_piece import nested_bounds
from allocation_models.pot_curve import pot_curve
from allocation_models.trace import Trace, bends, trace

if TYPE_CHECKING:
    import pandas as pd

    from allocation.frame import Frame
    from allocation.result import Solved
    from allocation_models.clamps import NestedBounds
    from allocation_models.program import BigIntegers

#: Pots at which exact values are taken where there is no curve.
_POINTS = 21


@dataclass(frozen=True)
class Curve:
    """Exact amounts over the pot.

    Parameters
    ----------
    recipients
        Who.
    pots
        Shape (m,), fen, ascending.
    amounts
        Shape (m, n), exact fen.
    conflict
        Whether the rules cannot hold at pots beyond an end that is short of what was asked for.
    reason
        Why the amounts between two pots are not on a straight line, one word; empty if they are.
    """

    recipients: Frame
    pots: tuple[Fraction, ...]
    amounts: BigIntegers
    conflict: bool = False
    reason: str = ""

    def knots(self, at: int) -> list[tuple[Fraction, Fraction]]:
        """Return a recipient's own kinks: pot and amount; every point where there is no curve."""
        points = list(zip(self.pots, map(Fraction, self.amounts[:, at].tolist()), strict=True))
        return points if self.reason else bends(points)

    def frame(self, at: int | None = None) -> pd.DataFrame:
        """Return the amounts as a frame: pots × recipients, or one recipient's kinks."""
        import pandas as pd

        ids = self.recipients.ids
        if at is None:
            return pd.DataFrame(self.amounts, pd.Index(self.pots, name="pot_fen"), list(ids))
        pots, amounts = zip(*self.knots(at), strict=True)
        index = pd.Index(pots, name="pot_fen", dtype=object)
        return pd.DataFrame({ids[at]: pd.Series(amounts, index, dtype=object)})


def curve_of(solved: Solved, start: int, stop: int) -> Curve:
    """Return the curve over pots from ``start`` to ``stop`` fen, around the pot there is."""
    task, frame = solved.task, solved.task.loaded.frame
    pot = next((it for it in parameters(task) if it.kind == POT), None)
    reason = "upper" if pot is None else why_not_linear(task, pot)
    if pot is None and task.cells.purposes > 1:
        reason = "purposes"
    if not reason and bool(task.rows.priority.any()):
        reason = "soft"
    if pot is None or reason in ("upper", "purposes"):
        cells = np.array(solved.shares.exact(task.cells.count), dtype=object)
        now = by_recipient(task, cells)
        return Curve(frame, (Fraction(task.pot),), np.array([now], dtype=object), reason=reason)
    if reason:
        return _sampled(solved, start, stop, reason)
    found = _traced(solved, pot, start - task.pot, stop - task.pot)
    rows = [by_recipient(task, row) for row in found.amounts]
    pots = tuple(task.pot + at for at in found.at)
    return Curve(frame, pots, np.array(rows, dtype=object), found.conflict)


def _traced(solved: Solved, pot: Parameter, start: int, stop: int) -> Trace:
    """Return the trace from ``start`` to ``stop`` fen beside the pot."""
    task = solved.task
    moving = moving_program(task, solved.shares.program, pot)
    asked = family(moving, task.targets, task.rows.helpers, solver_named(solved.solver))
    still = _still_bounds(asked, task.pot)
    if still is None:
        return trace(asked, Fraction(start), Fraction(stop))
    curve = pot_curve(still)
    low, high = curve.range(task.pot + start, task.pot + stop)
    found = curve.traced(low, high)
    short = low > task.pot + start or high < task.pot + stop
    return replace(found, at=tuple(at - task.pot for at in found.at), conflict=short)


def _still_bounds(asked: Family, pot: int) -> NestedBounds | None:
    """Return the nested bounds if none but the total's moves with the pot; else None."""
    nesting = asked.nesting
    if nesting is None or nesting.tree is None or len(nesting.left):
        return None
    closed = asked.moving.closed(asked.targets, asked.helper)
    found = nested_bounds(closed, nesting.tree, asked.targets)
    free = np.asarray((found.upper.at == pot) & (found.upper.rate == 1), dtype=bool)
    upper = chosen(free, Affine.fixed(np.full(len(free), float("inf"))), found.upper)
    parts = (found.lower.rate, upper.rate, found.node_lower.rate[1:], found.node_upper.rate[1:])
    if any(part.any() for part in parts):
        return None
    return replace(found, upper=upper)


def _sampled(solved: Solved, start: int, stop: int, reason: str) -> Curve:
    """Return exact values at evenly spread pots in whole quanta; pots in conflict are left out."""
    task = solved.task
    quantum = task.loaded.scenario.rounding.quantum
    spread = {start + (stop - start) * step // (_POINTS - 1) for step in range(_POINTS)}
    pots = sorted({pot // quantum * quantum for pot in spread} | {task.pot})
    points = [(pot, _amounts(solved, pot)) for pot in pots]
    kept = [(Fraction(pot), amounts) for pot, amounts in points if amounts is not None]
    return Curve(
        task.loaded.frame,
        tuple(pot for pot, _ in kept),
        np.array([amounts for _, amounts in kept], dtype=object),
        conflict=len(kept) < len(points),
        reason=reason,
    )


def _amounts(solved: Solved, pot: int) -> BigIntegers | None:
    """Return the exact amounts (n,) with another pot, or None if the rules cannot hold."""
    from allocation_models.blame import InfeasibleError

    task = solved.task
    try:
        other = task_of(task.loaded.again(f"pot.amount={pot}分"))
        found = share_out(other, solver_named(solved.solver))
    except (InfeasibleError, ConflictError, InputError, OutOfReachError):
        return None
    return by_recipient(task, np.array(found.exact(task.cells.count), dtype=object))

"""The cheapest repairs of a conflict, in money (law 11).

Each is computed by one linear program, written in short figures on the safe side, and then really
applied: what does not end in amounts is not offered. The price of a repair is the money by which
the pot changes, or by which the rules as they were are missed by the repaired amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.conflict import smallest_conflict
from allocation.engine import DEFAULT_SOLVER, solver_named, whole_task_of
from allocation.errors import ConflictError
from allocation.explain.bench import Bench, Draft
from allocation.explain.figures import amount_text
from allocation.explain.price import price_of
from allocation.explain.several_changes import several_changes
from allocation.explain.single_changes import single_changes
from allocation.money import UNITS

if TYPE_CHECKING:
    from allocation.explain.moves import Words
    from allocation.scenario import Loaded


@dataclass(frozen=True)
class Repair:
    """A change after which the rules can all hold: applied and found to give amounts.

    Parameters
    ----------
    sets
        ``KEY=VALUE`` changes, as ``--set`` takes them.
    sentences
        What changes: keys of the wording and their words.
    price
        Fen by which the pot changes or the rules as they were are missed.
    count
        How many things change: figures and exempted recipients.
    """

    sets: tuple[str, ...]
    sentences: tuple[tuple[str, Words], ...]
    price: int
    count: int


def repairs_of(loaded: Loaded, solver: str = DEFAULT_SOLVER) -> tuple[Repair, ...]:
    """Return the repairs of a scenario whose rules conflict, the cheapest first.

    Empty if the rules can all hold, if no change of the pot or of the rules in conflict helps, or
    if it is the upper level that conflicts: that is to be repaired in its own scenario.
    """
    try:
        bench = Bench(loaded, whole_task_of(loaded), solver)
    except ConflictError:
        return ()
    proof = smallest_conflict(bench.task, solver_named(solver))
    if proof is None:
        drafts = [] if bench.allocated(()) is not None else _of_rounding(bench)
    else:
        drafts = single_changes(bench, proof) or several_changes(bench, proof)
    repairs = [_priced(bench, draft) for draft in drafts if bench.allocated(draft.sets) is not None]
    return tuple(sorted(repairs, key=lambda repair: (repair.price, repair.count)))


def _priced(bench: Bench, draft: Draft) -> Repair:
    result = bench.allocated(draft.sets)
    assert result is not None, "only what was applied is priced"
    price = price_of(bench.task, dict.fromkeys(draft.changed), result)
    return Repair(draft.sets, draft.sentences, price, draft.count)


def _of_rounding(bench: Bench) -> list[Draft]:
    """Return the largest smaller quantum with which amounts exist, where only rounding fails."""
    quantum = bench.task.loaded.scenario.rounding.quantum
    for fen in sorted(UNITS.values(), reverse=True):
        sets = (f"rounding.quantum={amount_text(fen)}",)
        if fen < quantum and quantum % fen == 0 and bench.allocated(sets) is not None:
            words = {"before": amount_text(quantum), "after": amount_text(fen)}
            return [Draft(sets, (("conflict-quantum", words),), ())]
    return []

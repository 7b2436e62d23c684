"""Why a recipient gives or gets, and what stopped more: facts compared in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from allocation_models.helpers import helper_values
from allocation_models.program import NO_BOUND

if TYPE_CHECKING:
    from allocation.reallocation.reallocate import Reallocation
    from allocation_models.program import Integers, LinearProgram, Mask
    from allocation_models.solvers import Solver

Cause = Literal["beyond", "needed", "rules", "even"]
Stop = Literal["idle", "covered", "rule", "none", "even"]


@dataclass(frozen=True)
class Reason:
    """Why one cell gives or gets, and why not more.

    Parameters
    ----------
    at, line
        The recipient and the line, positions.
    fen
        What it gets more; below zero, gives.
    cause
        ``beyond``: it holds more than it can use; ``needed``: it can use more; ``rules``: only a
        rule asks for it; ``even``: with less, the worst tail or the expected leftover is lower.
    figure
        Fen it held beyond its use, or could use more, before the moves.
    stop
        ``idle``: all its idle money goes; ``covered``: its use is met, or nothing is left beyond
        it; ``rule``: a rule is at its bound; ``none``: no more would make
        more be used; ``even``: nor leave less over.
    rule
        That rule's key.
    """

    at: int
    line: int
    fen: int
    cause: Cause
    figure: int
    stop: Stop
    rule: str = ""


def reasons(found: Reallocation) -> list[Reason]:
    """Return a reason for every cell that gives or gets, in the order of recipients and lines."""
    exchange, quantum = found.exchange, found.ground.quantum
    moves = found.moves.ravel() // quantum
    user, lines = exchange.user, found.moves.shape[1]
    use = found.users.fen.sum(axis=0) // len(found.users.fen)
    held = _by_user(found, found.ground.holdings.held.ravel())
    now = held + _by_user(found, found.moves.ravel())
    less, more = _rules_at_bound(found, moves)
    gain = found.used(found.moves) - found.used(np.zeros_like(found.moves))
    given = []
    for cell in np.flatnonzero(moves).tolist():
        who, gives = int(user[cell]), moves[cell] < 0
        gap = int(held[who] - use[who]) * (1 if gives else -1)
        cause: Cause = "beyond" if gives else "needed"
        if gap <= 0 or (gain[who] < 0 if gives else gain[who] <= 0):
            cause = "even" if found.tail else "rules"
        done = abs(int(now[who] - use[who])) < quantum
        all_idle = gives and moves[cell] == exchange.lower[cell]
        rule = (less if gives else more)[cell]
        stop: Stop = "idle" if all_idle else "rule" if rule else "covered" if done else "none"
        if found.tail is not None:
            stop = "even" if stop in ("covered", "none") else stop
        elif done and not all_idle:
            stop = "covered"
        named = rule if stop == "rule" else ""
        at, line = divmod(cell, lines)
        given.append(Reason(at, line, int(moves[cell]) * quantum, cause, max(gap, 0), stop, named))
    return given


def _by_user(found: Reallocation, cells: Integers) -> Integers:
    total = np.zeros(found.users.fen.shape[1], dtype=np.int64)
    np.add.at(total, found.exchange.user, cells)
    return total


def _rules_at_bound(found: Reallocation, moves: Integers) -> tuple[list[str], list[str]]:
    """Return for each cell a rule that lets it hold no quantum less, and one for no more."""
    rules = found.exchange.rules
    helpers = np.arange(rules.columns) >= found.exchange.cells
    start = np.concatenate([moves, np.zeros(int(helpers.sum()), dtype=np.int64)])
    sums = rules.activity(helper_values(rules, start, helpers, whole=False)).astype(object)
    names = _names_of_rows(found)
    stops: list[list[str]] = []
    for side in (-1, 1):
        blocking = _blocked(rules, sums, side)
        held = [""] * found.exchange.cells
        for entry in np.flatnonzero(blocking).tolist():
            cell, name = int(rules.indices[entry]), names[int(rules.row_of_entry[entry])][side]
            if cell < len(held) and name:
                held[cell] = held[cell] or name
        stops.append(held)
    return stops[0], stops[1]


def _blocked(rules: LinearProgram, sums: Integers, side: int) -> Mask:
    """Return which entries' rows would break if their column moved by one to ``side``."""
    row, step = rules.row_of_entry, rules.data.astype(object) * side
    after = sums[row] + step
    upper, lower = rules.row_upper[row], rules.row_lower[row]
    over = (after > upper) & (step > 0) & (upper < NO_BOUND)
    under = (after < lower) & (step < 0) & (lower > -NO_BOUND)
    return np.asarray(over | under, dtype=bool)


def _names_of_rows(found: Reallocation) -> list[dict[int, str]]:
    """Return the rule of each row of the exchange, for less (-1) and for more (1)."""
    ground = found.ground
    program = ground.rows.program
    of_row = {row: group.name for group in program.groups for row in range(group.start, group.stop)}
    several = [dict.fromkeys((-1, 1), of_row[row]) for row in ground.watched.tolist()]
    own = [{-1: low, 1: high} for low, high in zip(ground.low_of, ground.high_of, strict=True)]
    return several + own


def most_without_rules(found: Reallocation, solver: Solver) -> int:
    """Return by how much more use could grow, fen, if no rule but the frozen money stood."""
    from allocation_models.reallocation import reallocate

    exchange, ground = found.exchange, found.ground
    free_side = np.full(exchange.rules.rows, NO_BOUND)
    rules = replace(exchange.rules, row_lower=-free_side, row_upper=free_side)
    free = replace(exchange, rules=rules)
    moves = reallocate(free, ["use", "moved"], solver)
    best = free.value("use", moves)
    return (exchange.value("use", found.moves.ravel() // ground.quantum) - best) * ground.quantum

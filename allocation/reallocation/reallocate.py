"""The main road of a reallocation: plan → holdings, use, rules → moves, exact and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allocation.conflict import conflict_error
from allocation.engine import DEFAULT_SOLVER, solver_named
from allocation.errors import BokuanError, ConflictError, FaultError, InputError, Problem
from allocation.money import format_amount
from allocation.reallocation.from_book import holdings_of_book
from allocation.reallocation.holdings import Holdings, read_holdings
from allocation.reallocation.plan import ReallocationPlan
from allocation.reallocation.problem import Ground, excess_of, exchange_of, ground_of
from allocation.reallocation.use import unasked, users_of
from allocation.scenario import load
from allocation.scenario.files import SCENARIO_LIMIT, digest, read_bytes
from allocation.scenario.settings import read_settings

if TYPE_CHECKING:
    from fractions import Fraction

    from allocation.ledger.book import Book
    from allocation.reallocation.use import Users
    from allocation.scenario import Loaded
    from allocation.scenario.trail import Trail
    from allocation_models.program import Floats, Integers
    from allocation_models.reallocation import Exchange
    from allocation_models.solvers import Solver
    from allocation_models.tail import Frontier, Uncertain

#: Seconds a whole-number program may take before it is given up, unproven.
PATIENCE = 120.0


@dataclass(frozen=True)
class Transfer:
    """Money of one line that goes from one recipient to another; positions, fen."""

    line: int
    giver: int
    getter: int
    fen: int


@dataclass(frozen=True)
class Tail:
    """What an uncertain reallocation comes to; exact but for the frontier.

    Parameters
    ----------
    before, after
        Shape (S,), fen: what is left over in each scenario without and with the moves.
    worst_before, worst_after
        Fen: the mean of the worst tail.
    expected, worst
        Shape (c,), fen as floats: corners of the frontier of the program without whole numbers.
    complete
        Whether these are all corners.
    """

    before: Integers
    after: Integers
    worst_before: Fraction
    worst_after: Fraction
    expected: Floats
    worst: Floats
    complete: bool


@dataclass(frozen=True)
class Reallocation:
    """A reallocation, proven and checked.

    Parameters
    ----------
    plan, loaded
        What was asked.
    ground, users, exchange
        What it was made from.
    moves
        Shape (n, L), int64 fen: what each recipient gets more of each line; below zero, less.
    transfers
        The same money, from whom to whom.
    warnings
        Of the scenario and the tables.
    hashes
        File name to SHA-256 hex of every file read.
    tail
        Where use is uncertain.
    """

    plan: ReallocationPlan
    loaded: Loaded
    ground: Ground
    users: Users
    exchange: Exchange
    moves: Integers
    transfers: tuple[Transfer, ...]
    warnings: tuple[Problem, ...]
    hashes: dict[str, str]
    tail: Tail | None = None

    @property
    def before(self) -> Integers:
        """Shape (n,), fen: held before, over all lines."""
        before: Integers = self.ground.holdings.held.sum(axis=1)
        return before

    @property
    def after(self) -> Integers:
        """Shape (n,), fen: held after."""
        after: Integers = self.before + self.moves.sum(axis=1)
        return after

    @property
    def moved(self) -> int:
        """Fen that goes from one recipient to another."""
        return int(np.maximum(self.moves, 0).sum())

    def used(self, moves: Integers) -> Integers:
        """Return the expected use this year of each user (G,), fen, with ``moves`` (n, L) made.

        The mean of the scenarios, rounded down, where use is uncertain.
        """
        held = np.zeros(self.users.fen.shape[1], dtype=np.int64)
        np.add.at(held, self.users.of_cell.ravel(), (self.ground.holdings.held + moves).ravel())
        total: Integers = np.minimum(held, self.users.fen).sum(axis=0)
        return total // len(self.users.fen)


def reallocate(
    path: Path | str,
    *,
    scenario: str | None = None,
    book: Book | None = None,
    uncertain: bool = False,
    solver: str = DEFAULT_SOLVER,
) -> Reallocation:
    """Return the reallocation of a plan file.

    Parameters
    ----------
    path
        The plan; its tables are beside it.
    scenario
        Whose rules hold; default: the plan's.
    book
        What is held, as of the plan's day; default: the plan's table.
    uncertain
        Whether to use the plan's scenarios of use.
    solver
        As for :func:`allocation.allocate`; the moves do not depend on it (law 6).

    Raises
    ------
    InputError
        With everything that is wrong in the plan, its tables and the scenario.
    ConflictError
        If the rules cannot all hold with what is frozen.
    FaultError
        If nothing was proven, or a check of ours failed.
    """
    plan, trail = read_settings(path, ReallocationPlan)
    folder = Path(path).parent
    wanted = scenario or plan.scenario
    problems = [] if wanted else [Problem("L1-no-scenario", trail.place(()))]
    problems += unasked(plan, trail, book, uncertain=uncertain)
    if problems:
        raise InputError(problems)
    loaded = load(wanted, beside=None if scenario else folder)
    holdings, problems = _holdings(plan, trail, folder, loaded, book)
    if holdings is None or _wrong(problems):
        raise InputError(problems)
    users, more = users_of(plan, folder, loaded, holdings, book, uncertain=uncertain)
    problems += more
    if users is None or _wrong(problems):
        raise InputError([problem for problem in problems if not problem.warning])
    ground = ground_of(loaded, holdings, plan.quantum)
    content = read_bytes(Path(path), str(path), SCENARIO_LIMIT)
    assert isinstance(content, bytes), "what was parsed was read"
    hashes = {Path(path).name: digest(content)} | holdings.hashes | users.hashes
    warnings = (*loaded.warnings, *problems, *_other_pot(loaded, ground))
    exchange = exchange_of(ground, users)
    moves, tail = _solved(plan, ground, users, exchange, solver, uncertain=uncertain)
    _check(ground, exchange, moves)
    shape = holdings.held.shape
    return Reallocation(
        plan=plan,
        loaded=loaded,
        ground=ground,
        users=users,
        exchange=exchange,
        moves=moves.reshape(shape) * ground.quantum,
        transfers=_transfers(exchange, moves, shape[1], ground.quantum),
        warnings=tuple(warnings),
        hashes=dict(loaded.hashes) | hashes,
        tail=tail,
    )


def _holdings(
    plan: ReallocationPlan, trail: Trail, folder: Path, loaded: Loaded, book: Book | None
) -> tuple[Holdings | None, list[Problem]]:
    """Return what is held, from the plan's table or from the book."""
    if (plan.holdings is None) == (book is None):
        code = "L12-no-holdings" if book is None else "L12-two-holdings"
        return None, [Problem(code, trail.place(("holdings",)))]
    if plan.holdings is not None:
        return read_holdings(plan.holdings, folder, loaded.frame)
    assert book is not None, "one of the two is there"
    year = loaded.scenario.year
    return holdings_of_book(book, loaded.frame, year, fund=plan.fund, as_of=plan.as_of)


def _wrong(problems: list[Problem]) -> bool:
    return any(not problem.warning for problem in problems)


def _other_pot(loaded: Loaded, ground: Ground) -> list[Problem]:
    """Return a warning if what is held is not the scenario's pot: rules are measured anew."""
    pot, held = loaded.scenario.pot.amount, ground.holdings.total
    if pot == held:
        return []
    words = {"found": format_amount(held), "allowed": format_amount(pot)}
    return [Problem("L12-other-pot", loaded.place("pot"), words, warning=True)]


def _solved(
    plan: ReallocationPlan,
    ground: Ground,
    users: Users,
    exchange: Exchange,
    solver: str,
    *,
    uncertain: bool,
) -> tuple[Integers, Tail | None]:
    """Return the moves in quanta (K,), and the tail where use is uncertain."""
    from allocation_models.blame import InfeasibleError
    from allocation_models.reallocation import reallocate as moves_of
    from allocation_models.solvers import UnprovenError
    from allocation_models.solvers.highs import patient

    method = patient(PATIENCE) if solver == DEFAULT_SOLVER else solver_named(solver)
    try:
        if not uncertain:
            return moves_of(exchange, plan.order, method), None
        return _solved_uncertain(plan, ground, users, exchange, method)
    except InfeasibleError:
        raise _conflict(ground, solver_named(DEFAULT_SOLVER)) from None
    except (UnprovenError, ArithmeticError) as error:
        words = {"found": str(error), "allowed": int(PATIENCE)}
        raise FaultError([Problem("L8-reallocation-unproven", words=words)]) from error


def _solved_uncertain(
    plan: ReallocationPlan, ground: Ground, users: Users, exchange: Exchange, solver: Solver
) -> tuple[Integers, Tail]:
    from allocation_models.solvers.highs import simplex
    from allocation_models.tail import Uncertain, frontier, reallocate_uncertain

    assert plan.uncertain is not None, "asked for only where it is there"
    problem = Uncertain(exchange, excess_of(ground, users), plan.uncertain.tail)
    corners = frontier(problem, simplex)
    most = None if plan.uncertain.most is None else plan.uncertain.most // ground.quantum
    # The corners are of the program without whole numbers: nothing lies below the last one.
    if most is not None and most < float(corners.tail[-1]) * (1 - 1e-6) - 1e-6:
        least = int(corners.tail[-1] * ground.quantum)
        words = {"found": format_amount(plan.uncertain.most or 0), "allowed": format_amount(least)}
        raise ConflictError([Problem("L11-tail-bound", words=words)])
    moves = reallocate_uncertain(problem, most, solver, few="few" in plan.order)
    return moves, _tail(ground, users, problem, moves, corners)


def _tail(
    ground: Ground, users: Users, problem: Uncertain, moves: Integers, corners: Frontier
) -> Tail:
    """Return what is left over, exactly, before and after."""
    from allocation_models.tail import worst_mean

    def left(change: Integers) -> Integers:
        held = np.zeros(users.fen.shape[1], dtype=np.int64)
        np.add.at(held, users.of_cell.ravel(), ground.holdings.held.ravel() + change)
        over: Integers = np.maximum(held - users.fen, 0).sum(axis=1)
        return over

    before, after = left(np.zeros_like(moves)), left(moves * ground.quantum)
    return Tail(
        before,
        after,
        worst_mean(before, problem.tail),
        worst_mean(after, problem.tail),
        corners.expected * ground.quantum,
        corners.tail * ground.quantum,
        corners.complete,
    )


def _conflict(ground: Ground, solver: Solver) -> BokuanError:
    """Return the smallest set of rules in conflict; or that lines, parents or quanta stand against.

    What is told by rules is measured over all lines together.
    """
    found = conflict_error(ground.task, solver)
    if isinstance(found, ConflictError):
        return found
    words = {
        "count": len(ground.holdings.lines),
        "amount": format_amount(int(ground.holdings.idle.sum())),
        "quantum": format_amount(ground.quantum),
    }
    return ConflictError([Problem("L11-reallocation", words=words)])


def _check(ground: Ground, exchange: Exchange, moves: Integers) -> None:
    """Check everything again in fen: frozen, lines, parents, and every hard rule (laws 2 and 8)."""
    from allocation_models.helpers import helper_values

    holdings, rows = ground.holdings, ground.rows
    after = holdings.held + moves.reshape(holdings.held.shape) * ground.quantum
    sums = after.sum(axis=1)
    sound = exchange.holds(moves) and bool((after >= holdings.frozen).all())
    sound &= bool((after.sum(axis=0) == holdings.held.sum(axis=0)).all())
    sound &= bool((sums >= ground.low).all() and (sums <= ground.high)[~ground.closed].all())
    extra = np.zeros(int(rows.helpers.sum()), dtype=np.int64)
    values = helper_values(
        rows.program, np.concatenate([after.ravel(), extra]), rows.helpers, whole=False
    )
    broken, _ = rows.program.broken(values)
    hard = (rows.priority == 0) & rows.program.whole_rows
    watched = np.zeros(rows.program.rows, dtype=bool)
    watched[ground.watched] = True
    wrong = broken[(hard & watched)[broken]]
    if not sound or len(wrong):
        names = "、".join(rows.program.group_names(wrong)) or "moves"
        raise FaultError([Problem("L8-check-failed", words={"found": names})])


def _transfers(
    exchange: Exchange, moves: Integers, lines: int, quantum: int
) -> tuple[Transfer, ...]:
    from allocation_models.reallocation import transfers

    return tuple(
        Transfer(giver % lines, giver // lines, getter // lines, quanta * quantum)
        for giver, getter, quanta in transfers(moves, exchange.pool, exchange.order)
    )

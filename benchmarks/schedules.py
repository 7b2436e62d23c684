"""Payments over months (P2): our program built and solved, and the whole plan, against HiGHS."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation_models.disbursement import Payable, keeps, network_of, objectives_of, pay
from allocation_models.flow import float_network
from allocation_models.solvers import Status
from allocation_models.solvers.highs import simplex
from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import peak_bytes, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation_models.solvers import FloatProgram

_AIMS = ("unmet", "idle", "early", "even", "smooth")
_ROUNDS = 7
#: Presolve takes a third longer, interior points three times as long.
_OPTIONS: tuple[tuple[str, bool | int | float | str], ...] = (
    ("output_flag", False),
    ("threads", 1),
    ("presolve", "off"),
    ("primal_feasibility_tolerance", 1e-9),
    ("dual_feasibility_tolerance", 1e-9),
    ("small_matrix_value", 1e-12),
)
_MONTHS, _PURPOSES = 12, 6


def problem(recipients: int, seed: int = 2) -> Payable:
    """Return P2: recipients × purposes over a year, two receipts, cash just enough in all."""
    rng = np.random.default_rng(seed)
    size = (recipients * _PURPOSES, _MONTHS)
    amount = np.rint(np.exp(rng.normal(4.0, 1.0, size[0]))).astype(np.int64) + 1
    steps = np.cumsum(rng.random(size), axis=1)
    need = np.floor(amount[:, None] * steps / steps[:, -1:]).astype(np.int64)
    need[:, -1] = amount
    most = np.repeat(amount[:, None], _MONTHS, axis=1)
    total = int(amount.sum())
    received = np.zeros(_MONTHS, dtype=np.int64)
    received[0], received[4] = total * 7 // 10, total - total * 7 // 10
    limit = np.full(_MONTHS, total * 12 // (10 * _MONTHS))
    limit[1], limit[5] = limit[1] // 3, limit[5] // 2
    return Payable(need, np.zeros_like(need), most, np.zeros_like(need), most, received, limit)


def first_program(payable: Payable) -> None:
    """Build the first program and solve it; our check of the answer included."""
    network = network_of(payable)
    program = float_network(network, objectives_of(payable, _AIMS[:1])[0].cost)
    if simplex(program).solve().status is not Status.OPTIMAL:
        raise ArithmeticError("no optimum")


def whole_plan(payable: Payable) -> None:
    """Plan the payments through every objective, and check them."""
    if not keeps(payable, pay(payable, _AIMS, simplex)):
        raise ArithmeticError("bounds are broken")


def bare(program: FloatProgram) -> None:
    """Hand the ready matrix to HiGHS and run it, with the options that are the fastest here."""
    import highspy

    highs: Any = highspy.Highs()
    for name, value in _OPTIONS:
        highs.setOptionValue(name, value)
    highs.passModel(
        len(program.cost),
        len(program.row_lower),
        len(program.data),
        2,
        1,
        0.0,
        program.cost,
        program.column_lower,
        program.column_upper,
        program.row_lower,
        program.row_upper,
        program.indptr.astype(np.int32),
        program.indices.astype(np.int32),
        program.data,
        np.zeros(len(program.cost), dtype=np.int32),
    )
    highs.run()
    if highs.getModelStatus().name != "kOptimal":
        raise ArithmeticError("no optimum")


def _speed(scope: Scope) -> Iterator[Line]:
    for recipients in scope.sizes(230, 3_000):
        payable = problem(recipients)
        program = float_network(network_of(payable), objectives_of(payable, _AIMS[:1])[0].cost)
        peer, rounds = partial(bare, program), _ROUNDS if recipients < 1_000 else 1
        size = f"{recipients} × {_MONTHS} × {_PURPOSES}"
        against = "bare HiGHS, ready matrix"
        found = ratio(partial(first_program, payable), peer, rounds, warm=rounds > 1)
        yield Line.of(f"{size}, built and solved", against, found, 1.3)
        found = ratio(partial(whole_plan, payable), peer, rounds, warm=rounds > 1)
        yield Line.of(f"{size}, all objectives, exact", against, found, None)


def _memory(scope: Scope) -> Iterator[Line]:
    for recipients in scope.sizes(230, 3_000):
        peak = peak_bytes(partial(whole_plan, problem(recipients))) / recipients
        what = f"{recipients} × {_MONTHS} × {_PURPOSES}"
        yield Line(what, "bytes per recipient, without HiGHS' own", peak, peak, peak, None, 1)


SPEED = Benchmark("schedule", "Payments over months (P2)", _speed)
MEMORY = Benchmark("schedule-memory", "Payments over months (P2): memory above the data", _memory)

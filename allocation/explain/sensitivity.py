"""Sensitivity of an allocation: what one more of each parameter is worth, to whom, how far.

Signs, the same for every solver and every rule: a worth or a gain is the change per fen **more** of
the parameter, as it is written. Less of it changes everything by the opposite, over the range given
below where it stands. Where the two sides differ, the answer is not unique and both are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocation.engine import solver_named
from allocation.explain.curves import Curve, curve_of
from allocation.explain.moving_rules import moving_program, why_not_linear
from allocation.explain.parameters import Parameter, parameters
from allocation.explain.recipient import positions
from allocation.explain.sides import Side, side_by_solving, side_of_piece
from allocation_models.family import NoPieceError, family, onward
from allocation_models.level_sequence import OutOfReachError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocation.result import Allocation, Solved
    from allocation_models.family import Family


@dataclass(frozen=True)
class ParameterSensitivity:
    """What a parameter is worth.

    Parameters
    ----------
    parameter
        Which.
    up, down
        Above and below where it stands, both per fen more; None if it cannot move that way.
    reason
        Why the sides are differences over a step and not rates, one word; empty if they are rates.
    """

    parameter: Parameter
    up: Side | None
    down: Side | None
    reason: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides there are."""
        return tuple(side for side in (self.up, self.down) if side is not None)

    @property
    def unique(self) -> bool:
        """Whether both sides are there and say the same."""
        return len(self.sides) == 2 and len({(s.worth, s.gains) for s in self.sides}) == 1


@dataclass(frozen=True)
class Sensitivity:
    """What every parameter of an allocation is worth.

    Parameters
    ----------
    result
        The allocation.
    parameters
        The pot first, then the rules in order.
    """

    result: Allocation
    parameters: tuple[ParameterSensitivity, ...]

    def __getitem__(self, key: str) -> ParameterSensitivity:
        """Return the parameter called ``key``."""
        return {found.parameter.key: found for found in self.parameters}[key]

    @property
    def solved(self) -> Solved:
        """What the allocation was made from."""
        assert self.result.solved is not None, "an allocation that was made here keeps it"
        return self.result.solved

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per parameter and side, indexed by ``key`` and ``side`` (``more``, ``less``).

        ``kind``, ``name``, ``name_en``, ``group``; ``value_fen`` and ``reach_fen`` as Int64
        (missing: no single amount, no end; the reach is rounded down); ``worth`` (exact Fraction,
        per fen) and ``worth_points`` (float: percentage points of the lowest ratio, or yuan of
        benefit, per 10,000 yuan); ``unique``; ``step_fen`` (0: a rate) and ``reason``.
        """
        import pandas as pd

        rows = [
            (found, name, side)
            for found in self.parameters
            for name, side in (("more", found.up), ("less", found.down))
            if side is not None
        ]
        keys = [(found.parameter.key, name) for found, name, _ in rows]
        scale = self.scale
        columns = {
            "kind": [found.parameter.kind for found, _, _ in rows],
            "name": [found.parameter.name for found, _, _ in rows],
            "name_en": [found.parameter.name_en for found, _, _ in rows],
            "group": [found.parameter.group for found, _, _ in rows],
            "value_fen": pd.array([f.parameter.value for f, _, _ in rows], dtype="Int64"),
            "worth": [side.worth for _, _, side in rows],
            "worth_points": [float(side.worth * scale) for _, _, side in rows],
            "reach_fen": pd.array(
                [None if s.reach is None else int(s.reach) for _, _, s in rows], dtype="Int64"
            ),
            "unique": [found.unique for found, _, _ in rows],
            "step_fen": [side.step for _, _, side in rows],
            "reason": [found.reason for found, _, _ in rows],
        }
        index = pd.MultiIndex.from_tuples(keys, names=["key", "side"])
        return pd.DataFrame(columns, index=index)

    @property
    def scale(self) -> int:
        """What a worth is multiplied by for display: points (or yuan) per 10,000 yuan."""
        benefit = self.solved.task.loaded.scenario.objective.kind == "benefit"
        return 1_000_000 if benefit else 100_000_000

    @cached_property
    def gains(self) -> pd.DataFrame:
        """Exact change of each amount per unit more of each parameter: parameter × recipient.

        Indexed by ``key`` and ``side``; one column per recipient id; Fractions, yuan per yuan.
        """
        import pandas as pd

        rows = {
            (found.parameter.key, name): side.gains
            for found in self.parameters
            for name, side in (("more", found.up), ("less", found.down))
            if side is not None
        }
        index = pd.MultiIndex.from_tuples(list(rows), names=["key", "side"])
        return pd.DataFrame(list(rows.values()), index, list(self.result.recipients.ids))

    def curve(
        self, zone: str = "", *, start: int | None = None, stop: int | None = None
    ) -> pd.DataFrame:
        """Return the exact amounts over the pot, from kink to kink.

        Parameters
        ----------
        zone
            A recipient's code or name: its own kinks; empty: everyone's.
        start, stop
            Pots in fen; default: 20 % below and above.

        Returns
        -------
        pandas.DataFrame
            Index ``pot_fen``, one column per recipient id; exact Fractions of fen. Between two rows
            the amounts are linear, unless ``curves(…).reason`` says otherwise.
        """
        at = positions(self.result, [zone])[0] if zone else None
        return self.curves(start=start, stop=stop).frame(at)

    def curves(self, *, start: int | None = None, stop: int | None = None) -> Curve:
        """Return the curve as a record, with the reason where it is none.

        The pot there is lies always within it.
        """
        pot = self.solved.task.pot
        low = pot * 4 // 5 if start is None else start
        high = pot * 6 // 5 if stop is None else stop
        return curve_of(self.solved, min(low, pot), max(high, pot))


def sensitivity_of(result: Allocation, asked: Sequence[Parameter] | None = None) -> Sensitivity:
    """Return what every parameter of an allocation is worth.

    Parameters
    ----------
    asked
        Some of the parameters, to save time.

    Raises
    ------
    UnprovenError, ArithmeticError
        If nothing was proven.
    """
    assert result.solved is not None, "an allocation that was made here keeps it"
    solved = result.solved
    found = tuple(_explored(solved, parameter) for parameter in asked or parameters(solved.task))
    return Sensitivity(result, found)


def gave_way(solved: Solved) -> bool:
    """Whether some soft rule had to give way: then the amounts are no max-min of fixed rules."""
    program, whole = solved.shares.program, solved.task.rows.program
    return bool(
        np.any(program.row_lower != whole.row_lower) or np.any(program.row_upper != whole.row_upper)
    )


def _explored(solved: Solved, parameter: Parameter) -> ParameterSensitivity:
    task = solved.task
    reason = why_not_linear(task, parameter) or ("soft" if gave_way(solved) else "")
    if not reason:
        try:
            return _by_pieces(solved, parameter)
        except NoPieceError:
            reason = "unproven"
    solver = solver_named(solved.solver)
    cells = np.array(solved.shares.exact(task.cells.count), dtype=object)
    up, down = (side_by_solving(task, parameter, cells, solver, sign) for sign in (1, -1))
    return ParameterSensitivity(parameter, up, down, reason)


def _by_pieces(solved: Solved, parameter: Parameter) -> ParameterSensitivity:
    task = solved.task
    moving = moving_program(task, solved.shares.program, parameter)
    asked = family(moving, task.targets, task.rows.helpers, solver_named(solved.solver))
    up, down = _side(solved, asked), _side(solved, asked.turned())
    return ParameterSensitivity(parameter, up, None if down is None else down.turned())


def _side(solved: Solved, asked: Family) -> Side | None:
    """Return one side, or None if the rules cannot hold together on it."""
    try:
        piece = onward(asked)
    except OutOfReachError:
        return None
    count = solved.task.cells.count
    if tuple(piece.amounts[:count].tolist()) != solved.shares.exact(count):
        raise NoPieceError
    return side_of_piece(solved.task, piece)

"""What all cases of a sweep have in common where only numbers change: rows, columns, who is alike.

There is none where the scenario itself is not sound, or where a case needs more than nested rows
with bounds: purposes, soft choices of who is funded, ranks, benefit, another rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.coefficients import coefficient_values, values_by_attribute
from allocation.engine import prepared
from allocation.entitlement import factor_shares
from allocation.errors import BokuanError
from allocation.policy.bounds import BoundsOf, Setting, bounds_of
from allocation.policy.kinds import BoundRule, RuleBase, UtilisationCut
from allocation_models.fair_share import close_bounds
from allocation_models.laminar import nest
from allocation_models.nested_batch import UNIT_ERROR, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.policy.formula import Coefficient
    from allocation.scenario import Loaded, Scenario
    from allocation.scenario.lines import KeyPath
    from allocation.task import Task
    from allocation_models.laminar import Tree
    from allocation_models.program import Floats, Integers, LinearProgram

#: Rules that are bounds on single recipients, or on groups, whatever the entitlements are.
_KINDS = ("floor", "cap", "hold_harmless", "growth_cap", "at_most_requested", "exclude")
_ALSO = ("already_issued", "utilisation_cut", "group_share")
#: Numbers of a formula beyond these, or more coefficients, are left alone.
_SMALL, _LARGE, _MOST = 2.0**-60, 2.0**60, 12


@dataclass(frozen=True)
class RowsOf:
    """The rows of one group of the program, by what becomes of them.

    Parameters
    ----------
    rows
        All of them.
    single, column
        Those of one recipient, and whom.
    nested, node
        Those in the tree, and the node each is.
    """

    rows: slice
    single: Integers
    column: Integers
    nested: Integers
    node: Integers


@dataclass(frozen=True)
class Ground:
    """What does not change from case to case.

    Parameters
    ----------
    task
        That of the scenario the cases start from.
    layout
        The tree of its rows.
    rows
        Its groups of rows, by name.
    shares
        Shape (factors, n): each recipient's share of each factor, floats.
    alike
        Shape (n,): recipients with equal numbers are the same in all that the entitlement reads.
    """

    task: Task
    layout: Layout
    rows: Mapping[str, RowsOf]
    shares: Floats
    alike: Integers

    @classmethod
    def of(cls, loaded: Loaded, totals: Mapping[str, int]) -> Ground | None:
        """Return the common ground of cases that start from a scenario; None if there is none."""
        if not _plain(loaded.scenario):
            return None
        try:
            task = prepared(loaded, totals)
        except BokuanError:
            return None
        program = close_bounds(task.rows.program, task.targets, task.rows.helpers)
        nesting = nest(program)
        if nesting.tree is None or nesting.reason is not None:
            return None
        counted = [
            factor_shares(key, factor, loaded.frame, task.excluded)[:2]
            for key, factor in loaded.scenario.factors.items()
        ]
        exact = [Fraction(v, total) for values, total in counted for v in values.tolist()]
        shares = _floats(exact)
        if shares is None:
            return None
        shares = shares.reshape(len(counted), -1)
        words = [tuple(values.tolist()) for values, _ in counted]
        words += [
            column
            for each in loaded.scenario.coefficients.values()
            for column in _read(each, loaded)
        ]
        layout, rows = Layout.of(nesting.tree), _rows(program, nesting.tree)
        # A rule may be called what the rows of the pot are called.
        return cls(task, layout, rows, shares, _numbered(words)) if _distinct(program) else None

    @property
    def scenario(self) -> Scenario:
        """The scenario the cases start from."""
        return self.task.loaded.scenario

    @cached_property
    def entries(self) -> Mapping[KeyPath, Any]:
        """The scenario's entries with numbers that may differ, by where they stand."""
        scenario = self.scenario
        tables: dict[str, Mapping[str, Any]] = {
            "factors": scenario.factors,
            "coefficients": scenario.coefficients,
            "rules": scenario.rules,
        }
        inside: dict[KeyPath, Any] = {
            (top, key): entry for top, table in tables.items() for key, entry in table.items()
        }
        return {("pot",): scenario.pot, ("rounding",): scenario.rounding, **inside}

    @property
    def error(self) -> float:
        """Largest relative error of a target: what is read, weighed, added and multiplied."""
        return (4 * len(self.shares) + 4 * len(self.scenario.coefficients) + 8) * UNIT_ERROR

    def coefficient(self, key: str, coefficient: Coefficient) -> Floats | None:
        """Return everyone's coefficient (n,), floats; None if something is wrong with it."""
        frame = self.task.loaded.frame
        if coefficient.by:
            each, codes = values_by_attribute(coefficient, frame)
            found = _floats(each)
            return None if found is None else found[codes]
        values, common, problems = coefficient_values(key, coefficient, frame)
        exact = [Fraction(value, common) for value in values.tolist()]
        return None if problems else _floats(exact)

    def bounds(self, rule: RuleBase, pot: int) -> BoundsOf | None:
        """Return the bounds a rule sets on single recipients; None if it sets none."""
        task = self.task
        setting = Setting(task.loaded.frame, pot, task.entitlement, task.excluded)
        found = bounds_of(rule, setting)
        assert found is None or not found[1], "a rule like it was sound"
        return found[0] if found else None


def _floats(exact: list[Fraction]) -> Floats | None:
    """Return numbers as floats (n,); None if products of a few could overflow or lose digits."""
    found = [float(value) for value in exact]
    fits = all(_SMALL < value < _LARGE or not value for value in found)
    return np.array(found) if fits else None


def with_pot(rule: RuleBase) -> bool:
    """Tell whether a rule's bounds on single recipients are shares of the pot."""
    return isinstance(rule, BoundRule) and (
        rule.share_of_pot is not None or rule.share_of_equal_split is not None
    )


def _plain(scenario: Scenario) -> bool:
    """Tell whether a scenario asks for nothing but nested rules, fair shares and whole quanta."""
    return (
        scenario.objective.kind == "fair"
        and scenario.rounding.method == "largest_remainder"
        and not scenario.purposes
        and len(scenario.coefficients) <= _MOST
        and all(map(_still, scenario.rules.values()))
    )


def _still(rule: RuleBase) -> bool:
    """Tell whether a rule's rows are there whatever the entitlements are."""
    if isinstance(rule, UtilisationCut):
        return rule.base == "last_year"
    return getattr(rule, "kind", "") in (*_KINDS, *_ALSO)


def _read(coefficient: Coefficient, loaded: Loaded) -> list[tuple[str, ...]]:
    """Return the columns, as text, that a coefficient reads."""
    rank = coefficient.rank
    names = (coefficient.by, coefficient.column, *((rank.column, rank.among) if rank else ()))
    return [loaded.frame.attribute(name) for name in names if name in loaded.frame.text]


def _numbered(columns: list[tuple[object, ...]]) -> Integers:
    """Return numbers (n,), equal where all columns are."""
    known: dict[tuple[object, ...], int] = {}
    rows = zip(*columns, strict=True)
    return np.array([known.setdefault(row, len(known)) for row in rows], dtype=np.int64)


def _distinct(program: LinearProgram) -> bool:
    return len({group.name for group in program.groups}) == len(program.groups)


def _rows(program: LinearProgram, tree: Tree) -> dict[str, RowsOf]:
    """Return the program's groups of rows by what becomes of them."""
    sizes = np.diff(program.indptr)
    found = {}
    for group in program.groups:
        rows = np.arange(group.start, group.stop)
        single = rows[sizes[rows] == 1]
        inside = (tree.rows >= group.start) & (tree.rows < group.stop)
        found[group.name] = RowsOf(
            slice(group.start, group.stop),
            single,
            program.indices[program.indptr[single]],
            tree.rows[inside],
            tree.node_of_row[inside],
        )
    return found

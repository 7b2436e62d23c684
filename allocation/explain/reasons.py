"""Why a recipient's amount is what it is, in sentences: every one checked exactly, none guessed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount, format_ratio
from allocation.policy.rows import UPPER
from allocation.registry.units import units_by_id
from allocation.wording import Language, say
from allocation_models.fair_share import fractions_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from allocation.policy.bounds import BoundsOf
    from allocation.result import Allocation, Solved
    from allocation.whole import RuleOutcome
    from allocation_models.program import Integers, Mask

#: Ratios to the entitlement are said to this many places of a per cent.
_PLACES = 4


@dataclass(frozen=True)
class Reason:
    """One sentence: its key and the words it quotes, in both languages."""

    key: str
    zh: Mapping[str, object]
    en: Mapping[str, object]

    def text(self, language: Language) -> str:
        """Return the sentence."""
        return say(self.key, language, **(self.zh if language == "zh" else self.en))


def _reason(key: str, **words: object) -> Reason:
    return Reason(key, words, words)


@dataclass(frozen=True)
class Reasons:
    """The reasons of every recipient of an allocation, worked out when asked for."""

    result: Allocation

    def of(self, index: int) -> tuple[Reason, ...]:
        """Return why the recipient at ``index`` gets what it gets: what holds it comes first."""
        rules = [self._rule(rule, index) for rule in self.result.rules]
        held = [reason for said, _ in rules for reason in said]
        idle = [reason for _, said in rules for reason in said]
        free = [] if held else [self._free(index)]
        return (*held, *free, *self._above(index), *self._purposes(index), *idle)

    # ---- what holds ---------------------------------------------------------------------------

    def _rule(self, rule: RuleOutcome, index: int) -> tuple[list[Reason], list[Reason]]:
        """Return what a rule has to do with a recipient, and what it says without effect."""
        bounds = self._solved.task.rows.bounds.get(rule.key)
        if bounds is None:
            return [*self._rows_of(rule, index), *self._broken_rows(rule, index)], []
        if rule.recipients[index]:
            return [self._held(rule, bounds, index)], []
        if not bounds.applies[index]:
            return [], []
        amount = int(bounds.amount[index])
        gap = amount - self._amounts[index] if bounds.floor else self._amounts[index] - amount
        if rule.priority and gap > 0:
            words = {"priority": rule.priority, "gap": format_amount(int(gap))}
            key = "explain-because-short" if bounds.floor else "explain-because-over"
            return [_of(rule, key, amount=format_amount(amount), **words)], []
        if gap > 0:
            # Zero or at least: it is zero, and nobody is left out who was entitled to something.
            return [], []
        key = "explain-because-idle-floor" if bounds.floor else "explain-because-idle-cap"
        return [], [_of(rule, key, amount=format_amount(amount))]

    def _held(self, rule: RuleOutcome, bounds: BoundsOf, index: int) -> Reason:
        """Return the sentence of a rule about this recipient that moves or holds it."""
        scenario = self._solved.task.loaded.scenario
        setting, amount = scenario.rules[rule.key], format_amount(int(bounds.amount[index]))
        if setting.kind == "exclude":
            return _of(rule, "explain-because-excluded")
        if setting.kind == "already_issued":
            return _of(rule, "settle-because", amount=amount)
        if setting.kind == "top_award":
            return _of(rule, "explain-because-award", amount=amount)
        if setting.kind == "zero_or_at_least" and not self._amounts[index]:
            least = format_amount(setting.amount)
            if setting.below == "raise":
                return _of(rule, "explain-because-not-funded", amount=least)
            claim = _whole(self.result.entitlements[index])
            return _of(rule, "explain-because-left-out", amount=least, claim=claim)
        key = "explain-because-floor" if bounds.floor else "explain-because-cap"
        return _of(rule, key, amount=amount)

    def _rows_of(self, rule: RuleOutcome, index: int) -> Iterator[Reason]:
        """Yield what the rows of a rule about several recipients say that hold this one."""
        rows = self._rows_with(rule.key, index, self._tight)
        if rule.kind == "group_share":
            yield from (self._group(rule, row) for row in rows)
        elif len(rows) and rule.kind == "rank_order":
            per = getattr(self._solved.task.loaded.scenario.rules[rule.key], "per", "amount")
            key = "explain-because-order-per-yuan" if per == "target" else "explain-because-order"
            said = _of(rule, key)
            chinese, english = self._others(rows, index)
            yield Reason(key, {**said.zh, "others": chinese}, {**said.en, "others": english})
        elif len(rows):
            yield _of(rule, "explain-because-step")

    def _group(self, rule: RuleOutcome, row: int) -> Reason:
        """Return what a group's row says: its bound, and what the group gets."""
        program = self._solved.task.rows.program
        low = self._sums[row] == program.row_lower[row]
        limit = int(program.row_lower[row] if low else program.row_upper[row])
        key = "explain-because-group-least" if low else "explain-because-group-most"
        return _of(
            rule,
            key,
            count=len(self._members(row)),
            limit=format_amount(limit),
            sum=format_amount(int(self._whole_sums[row])),
        )

    def _broken_rows(self, rule: RuleOutcome, index: int) -> Iterator[Reason]:
        """Yield that a soft rule about several recipients is not met, if this one is among them."""
        if rule.priority and len(self._rows_with(rule.key, index, self._loosened)):
            yield _of(rule, "explain-because-not-met", priority=rule.priority)

    # ---- what stands around -------------------------------------------------------------------

    def _free(self, index: int) -> Reason:
        """Return how a recipient that no rule holds stands to its entitlement."""
        ratio = self._ratios[index]
        if ratio is None:
            return _reason("explain-because-no-claim")
        if ratio == 1:
            return _reason("explain-because-unchanged")
        alike = self._not_held & (self._scope == self._scope[index])
        same = {self._ratios[other] for other in np.flatnonzero(alike).tolist()} == {ratio}
        key = "explain-because-alone"
        if same and alike.sum() > 1:
            upper = self._solved.task.loaded.scenario.upper
            key = "explain-because-alike-in-unit" if upper else "explain-because-alike"
        return _reason(key, ratio=format_ratio(ratio, _PLACES))

    def _above(self, index: int) -> Iterator[Reason]:
        """Yield what the upper level gives to the recipient's unit."""
        task = self._solved.task
        if task.loaded.scenario.upper is None:
            return
        unit = units_by_id()[task.loaded.frame.attribute("unit")[index]]
        row = next(iter(self._rows_with(UPPER, index, np.ones(len(self._sums), dtype=bool))))
        words = {
            "amount": format_amount(int(task.rows.program.row_lower[row])),
            "scenario": task.loaded.scenario.upper.scenario,
            "count": len(self._members(row)),
        }
        key = "explain-because-upper"
        yield Reason(key, words | {"unit": unit.name}, words | {"unit": unit.name_en})

    def _purposes(self, index: int) -> Iterator[Reason]:
        """Yield what the amount is for, where there are several purposes."""
        if len(self.result.purposes) < 2:
            return
        for at, purpose in enumerate(self.result.purposes):
            if fen := int(self.result.cells[index, at]):
                yield _reason(
                    "explain-because-purpose",
                    name=purpose.name,
                    name_en=purpose.name_en,
                    amount=format_amount(fen),
                )

    # ---- facts, worked out once ---------------------------------------------------------------

    @property
    def _solved(self) -> Solved:
        assert self.result.solved is not None, "whoever solves says from what"
        return self.result.solved

    @cached_property
    def _amounts(self) -> list[int]:
        amounts: list[int] = self.result.amounts.tolist()
        return amounts

    @cached_property
    def _sums(self) -> Integers:
        shares = self._solved.shares
        exact = fractions_of(shares.numerator, shares.denominator)
        return np.asarray(self._solved.task.rows.program.activity(exact))

    @cached_property
    def _whole_sums(self) -> Integers:
        return np.asarray(self._solved.task.rows.program.activity(self._solved.whole.columns))

    @cached_property
    def _tight(self) -> Mask:
        """The rows that hold the exact amounts where they are, shape (m,)."""
        program = self._solved.task.rows.program
        met = (self._sums == program.row_lower) | (self._sums == program.row_upper)
        return np.asarray(self._solved.shares.tight & met, dtype=bool)

    @cached_property
    def _loosened(self) -> Mask:
        """The soft rows that are not met, shape (m,)."""
        held, asked = self._solved.shares.program, self._solved.task.rows.program
        return np.asarray(
            (held.row_lower != asked.row_lower) | (held.row_upper != asked.row_upper), dtype=bool
        )

    @cached_property
    def _ratios(self) -> list[Fraction | None]:
        """Exact amount over entitlement, None without one, shape (n,)."""
        exact = np.array(self.result.unrounded, dtype=object)
        amounts = exact.reshape(self.result.cells.shape).sum(axis=1).tolist()
        pairs = zip(amounts, self.result.entitlements, strict=True)
        return [Fraction(amount) / claim if claim else None for amount, claim in pairs]

    @cached_property
    def _not_held(self) -> Mask:
        """Who is entitled to something and held by no rule, shape (n,)."""
        free = np.array([ratio is not None for ratio in self._ratios], dtype=bool)
        for rule in self.result.rules:
            free &= ~rule.recipients
        return free

    @cached_property
    def _scope(self) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        """Among whom ratios are compared: the unit's recipients if the upper level fixes it."""
        task = self._solved.task
        if task.loaded.scenario.upper is None:
            return np.full(len(task.order), "")
        return np.array(task.loaded.frame.attribute("unit"))

    def _rows_with(self, name: str, index: int, among: Mask) -> Integers:
        """Return the rows of group ``name`` within ``among`` that the recipient stands in."""
        program, purposes = self._solved.task.rows.program, self._solved.task.cells.purposes
        inside = (program.indices // purposes == index) & (program.indices < self._cells)
        marked = np.zeros(program.rows, dtype=bool)
        marked[program.row_of_entry[inside]] = True
        found = [
            group.start + np.flatnonzero((marked & among)[group.start : group.stop])
            for group in program.groups
            if group.name == name
        ]
        return np.concatenate([np.zeros(0, dtype=np.int64), *found])

    @property
    def _cells(self) -> int:
        return self._solved.task.cells.count

    def _members(self, row: int) -> list[int]:
        """Return the recipients of a row, in order."""
        columns = self._solved.task.rows.program.columns_of(np.array([row]))
        who = columns[columns < self._cells] // self._solved.task.cells.purposes
        members: list[int] = np.unique(who).tolist()
        return members

    def _others(self, rows: Integers, index: int) -> tuple[str, str]:
        """Return the names of those the recipient is compared with in ``rows``, zh and en."""
        met = dict.fromkeys(other for row in rows.tolist() for other in self._members(row))
        frame = self.result.recipients
        others = [other for other in met if other != index]
        english = [frame.names_en[other] or frame.names[other] for other in others]
        return "、".join(frame.names[other] for other in others), ", ".join(english)


def _of(rule: RuleOutcome, key: str, **words: object) -> Reason:
    """Return a sentence about a rule, with its names and its source."""
    source = rule.source or "—"
    return _reason(key, name=rule.name, name_en=rule.name_en, source=source, **words)


def _whole(exact: Fraction) -> str:
    """Return exact fen in 万元, rounded half up to a fen."""
    return format_amount((2 * exact.numerator + exact.denominator) // (2 * exact.denominator))

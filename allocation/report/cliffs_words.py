"""What the study of cliffs says of a change, a figure and a cause."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from allocation.explain.changes import Leaving, Likeness, MoreMoney
from allocation.explain.figure_steps import THRESHOLD, FigureStep
from allocation.explain.rank_moves import RankMove
from allocation.money import format_amount
from allocation.report.layout import names, printable
from allocation.wording import Language, say

if TYPE_CHECKING:
    from allocation.explain.audit import Criterion, Violation
    from allocation.explain.changes import Change
    from allocation.result import Allocation

_FEN_PER_WAN = 1_000_000


class Words:
    """The words of one allocation in one language."""

    def __init__(self, result: Allocation, language: Language) -> None:
        self.result, self.language = result, language
        self.names = names(result, language)

    def check(self, criterion: Criterion) -> str:
        """Return what a criterion asks for."""
        return say(f"cliffs-{criterion.key.replace('_', '-')}", self.language)

    def level(self, criterion: Criterion) -> str:
        """Return whether a criterion is about exact or about whole amounts."""
        return say("cliffs-whole" if criterion.whole else "cliffs-exact", self.language)

    def change(self, change: Change) -> str:
        """Return what was changed."""
        match change:
            case MoreMoney():
                return self._more_money(change)
            case RankMove():
                return self._rank_move(change)
            case FigureStep():
                return self._figure_step(change)
            case Leaving():
                return self._leaving(change)
            case Likeness():
                pair = {"name": self.names[change.who], "other": self.names[change.other]}
                return say("cliffs-change-alike", self.language, **pair)
        raise TypeError(change)

    def _more_money(self, change: MoreMoney) -> str:
        amount = format_amount(change.fen)
        if not change.purpose:
            return say("cliffs-change-pot", self.language, amount=amount)
        known = {each.key: each for each in self.result.purposes}
        purpose = known[change.purpose]
        name = printable(purpose.name if self.language == "zh" else purpose.name_en)
        return say("cliffs-change-purpose", self.language, amount=amount, purpose=name)

    def _rank_move(self, change: RankMove) -> str:
        words = {
            "name": self.names[change.who],
            "column": printable(change.column),
            "before": change.before,
            "after": change.after,
        }
        if change.other is None:
            return say("cliffs-change-rank", self.language, **words)
        return say("cliffs-change-swap", self.language, other=self.names[change.other], **words)

    def _figure_step(self, change: FigureStep) -> str:
        return say(
            "cliffs-change-figure",
            self.language,
            name=self.names[change.who],
            column=printable(change.use.column),
            before=figure(change.before),
            after=figure(change.after),
            step=self.step(change.step),
        )

    def _leaving(self, change: Leaving) -> str:
        name = self.names[change.who]
        if change.taking is None:
            return say("cliffs-change-leaving", self.language, name=name)
        amount = format_amount(sum(change.taking.values()))
        return say("cliffs-change-leaving-paid", self.language, name=name, amount=amount)

    def step(self, step: str) -> str:
        """Return a step of a figure, such as ``-1%`` or ``+1 unit``."""
        if step == THRESHOLD:
            return say("cliffs-threshold-step", self.language)
        return step if "%" in step else say("cliffs-unit-step", self.language, step=step)

    def causes(self, violation: Violation) -> str:
        """Return which rules are to blame."""
        if violation.causes is None:
            return say("cliffs-cause-unasked", self.language)
        if not violation.causes:
            return say("cliffs-cause-together", self.language)
        return say("report-and", self.language).join(map(self.key, violation.causes))

    def key(self, key: str) -> str:
        """Return the name of a rule or coefficient by its dotted key."""
        if key == "rounding":
            return say("cliffs-cause-rounding", self.language)
        assert self.result.solved is not None, "whoever solves says from what"
        scenario = self.result.solved.task.loaded.scenario
        table, _, name = key.partition(".")
        found = getattr(scenario, table)[name]
        own = found.name if self.language == "zh" else found.name_en or found.name
        return printable(own or name)

    def example(self, violation: Violation) -> str:
        """Return one violation in full."""
        effect = violation.effect
        return say(
            "cliffs-example",
            self.language,
            change=self.change(violation.change),
            name=self.names[violation.wronged],
            exact_before=wan(effect.exact_before),
            exact_after=wan(effect.exact_after),
            exact=signed(effect.exact),
            before=wan(effect.before),
            after=wan(effect.after),
            whole=signed(effect.whole),
            causes=self.causes(violation),
        )


def wan(fen: Fraction | int, places: int = 2) -> str:
    """Return fen as 万元, rounded half up to ``places``."""
    step = 10**places
    scaled = Fraction(fen) * step / _FEN_PER_WAN
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return format_amount(whole * (_FEN_PER_WAN // step), "万元", places)


def signed(fen: Fraction | int, places: int = 2) -> str:
    """Return a change in 万元 with its sign; what is smaller than shown says so."""
    if not fen:
        return "0"
    shown, sign = wan(abs(Fraction(fen)), places), "+" if fen > 0 else "-"
    # 0.0001 万元 is a yuan: a change that would show as nothing is shown as less than the least.
    small = not shown.strip("0.")
    return f"{sign}<0.{'1'.zfill(places)}" if small else f"{sign}{shown}"


def figure(value: Fraction) -> str:
    """Return a reported figure as people write it; at most six places."""
    scaled = round(value * 10**6)
    head, tail = divmod(abs(scaled), 10**6)
    places = str(tail).zfill(6).rstrip("0")
    return ("-" if scaled < 0 else "") + f"{head:,}" + (f".{places}" if places else "")

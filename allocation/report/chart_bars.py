"""What the chart shows: one bar per recipient, or per unit where there are too many to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.registry.regions import FiscalRegion
from allocation.report.fonts import can_draw, chinese_font
from allocation.report.layout import (
    decimals,
    grouped_by,
    groups,
    half_up,
    label,
    marks,
    named,
    names,
    printable,
    title,
    wan,
)
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation.result import Allocation

#: More bars than this cannot be read on one page.
MOST_BARS = 60
#: Of more recipients that belong to no groups, so many from the top and from the bottom.
_TOP, _BOTTOM = 40, 15
_REGION_ORDER = tuple(region.value for region in FiscalRegion)


@dataclass(frozen=True)
class Part:
    """A piece of a bar: fen, its colour (a place in the legend), whether a rule holds it."""

    fen: int
    colour: int
    held: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar from left to right, its entitlement in fen, and the words at its end."""

    label: str
    parts: tuple[Part, ...]
    entitlement: int
    words: str

    @property
    def amount(self) -> int:
        """The length of the bar, fen."""
        return sum(part.fen for part in self.parts)

    @property
    def end(self) -> int:
        """Where the words may begin, fen: behind the bar and its tick."""
        return max(self.amount, self.entitlement)


@dataclass(frozen=True)
class Bars:
    """The bars from top to bottom.

    Parameters
    ----------
    legend
        What each colour stands for; empty if there is one colour only.
    held
        The legend of hatched parts; empty if there are none.
    """

    bars: tuple[Bar, ...]
    legend: tuple[str, ...]
    held: str


def bars(result: Allocation, language: Language) -> Bars:
    """Return the bars, largest amount first."""
    source = _Source(result, language)
    if len(result.recipients) <= MOST_BARS:
        return source.single()
    if grouped_by(result) and len(groups(result, language)) <= MOST_BARS:
        return source.grouped()
    return source.ends()


class _Source:
    """Everything the bars of one result are made of, worked out once."""

    def __init__(self, result: Allocation, language: Language) -> None:
        self.result, self.language = result, language
        self.places = decimals(result)
        self.entitlements = half_up(result.entitlements).tolist()
        self.amounts = result.amounts.tolist()
        self.marks = marks(result, language)
        self.by_purpose = len(result.purposes) > 1
        self.regions = self._regions()
        ids, called = result.recipients.ids, names(result, language)
        self.names = [drawable(n, i) for n, i in zip(called, ids, strict=True)]

    def single(self) -> Bars:
        """Return one bar per recipient."""
        return Bars(self._ranked(map(self._bar, range(len(self.amounts)))), self._legend(), "")

    def grouped(self) -> Bars:
        """Return one bar per group; without purposes, a segment for each of its recipients."""
        found = groups(self.result, self.language)
        ranked = self._ranked(self._group(group.label, group.members) for group in found)
        held = "" if self.by_purpose else say("report-chart-segment", self.language)
        return Bars(ranked, self._legend(), held)

    def ends(self) -> Bars:
        """Return the largest and the smallest, and say how many are left out between them."""
        whole = self.single()
        omitted = len(whole.bars) - _TOP - _BOTTOM
        words = say("report-chart-omitted", self.language, count=omitted)
        gap = Bar(words, (), 0, "")
        return Bars((*whole.bars[:_TOP], gap, *whole.bars[-_BOTTOM:]), whole.legend, "")

    def _ranked(self, found: Iterable[Bar]) -> tuple[Bar, ...]:
        return tuple(sorted(found, key=lambda bar: -bar.amount))

    def _bar(self, index: int) -> Bar:
        amount = wan(self.amounts[index], self.places)
        words = " ".join(filter(None, (amount, *self.marks[index])))
        parts = self._parts((index,), hatched=False)
        return Bar(self.names[index], parts, self.entitlements[index], words)

    def _group(self, name: str, members: tuple[int, ...]) -> Bar:
        amount = wan(sum(self.amounts[index] for index in members), self.places)
        count = sum(1 for index in members if self.amounts[index])
        words = say("report-chart-zones", self.language, amount=amount, count=count)
        entitlement = sum(self.entitlements[index] for index in members)
        ranked = tuple(sorted(members, key=lambda index: -self.amounts[index]))
        shown = words if amount else ""
        return Bar(drawable(name, "-"), self._parts(ranked, hatched=True), entitlement, shown)

    def _parts(self, members: tuple[int, ...], *, hatched: bool) -> tuple[Part, ...]:
        if self.by_purpose:
            sums = self.result.cells[list(members)].sum(axis=0).tolist()
            return tuple(Part(fen, colour) for colour, fen in enumerate(sums) if fen)
        return tuple(
            Part(self.amounts[i], self._colour(i), held=hatched and bool(self.marks[i]))
            for i in members
            if self.amounts[i]
        )

    def _regions(self) -> tuple[str, ...]:
        """Return the fiscal regions that occur, known ones first and in their order."""
        frame = self.result.recipients
        if "fiscal_region" not in frame.text:
            return ()
        found = set(frame.attribute("fiscal_region"))
        return (*(r for r in _REGION_ORDER if r in found), *sorted(found - {*_REGION_ORDER}))

    def _colour(self, index: int) -> int:
        if not self.regions:
            return 0
        return self.regions.index(self.result.recipients.attribute("fiscal_region")[index])

    def _legend(self) -> tuple[str, ...]:
        if self.by_purpose:
            pairs = ((named(p, self.language), p.key) for p in self.result.purposes)
            return tuple(drawable(printable(name), key) for name, key in pairs)
        other = say("report-chart-other", self.language)
        return tuple(drawable(label(r, self.language) or other, other) for r in self.regions)


def drawable(text: str, instead: str) -> str:
    """Return ``text`` if the font has all its characters, else what stands in for it."""
    return text if can_draw(text) else instead


def boxed(text: str, instead: str) -> str:
    """Return ``text`` with □ for each character the font lacks; without a font, ``instead``."""
    if chinese_font() is None:
        return drawable(text, instead)
    return "".join(sign if can_draw(sign) else "□" for sign in text)


def drawn_title(result: Allocation, language: Language) -> str:
    """Return the title of a picture; illustrative figures say so whatever the font can draw."""
    mark = say("report-illustrative", "en") if result.heading.illustrative else ""
    return boxed(printable(title(result, language)), result.heading.scenario + mark)

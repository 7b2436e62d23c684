"""What stands on the page that explains one recipient's amount, before it is text, HTML or PNG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.money import format_amount
from allocation.report.layout import names, printable, title
from allocation.report.terminal import changes, method
from allocation.wording import Language, say

if TYPE_CHECKING:
    from allocation.explain.reasons import Reasons
    from allocation.explain.waterfall import Step, Waterfall
    from allocation.result import Allocation, Fen


@dataclass(frozen=True)
class PageLine:
    """One line: a step with its change and where the sum then stands, or a sum so far (fen).

    ``places`` are the decimals of 万元 that show every line of the page whole.
    """

    label: str
    change: int | None
    running: int
    places: int

    @property
    def shown_change(self) -> str:
        """The change in 万元 with its sign; empty for a sum."""
        if self.change is None:
            return ""
        shown = format_amount(self.change, decimals=self.places)
        return f"+{shown}" if self.change > 0 else shown

    @property
    def shown_running(self) -> str:
        """The sum so far in 万元."""
        return format_amount(self.running, decimals=self.places)


@dataclass(frozen=True)
class Page:
    """Everything on one recipient's page, in one language, safe to print."""

    language: Language
    title: str
    recipient: str
    name: str
    id: str
    fund: str
    lines: tuple[PageLine, ...]
    adds_up: str
    reasons: tuple[str, ...]
    method: str
    changes: tuple[str, ...]
    sealed: str


def page_of(
    result: Allocation, found: Waterfall, reasons: Reasons, index: int, language: Language
) -> Page:
    """Return the page of the recipient at ``index``."""
    heading = result.heading
    name = names(result, language)[index]
    fund = say(
        "explain-fund",
        language,
        year=heading.year,
        pot=format_amount(heading.pot),
        source=printable(heading.pot_source),
        quantum=format_amount(heading.quantum),
    )
    code = printable(result.recipients.ids[index])
    sealed = {"scenario": printable(heading.scenario), "digest": result.record["sha256"]}
    return Page(
        language=language,
        title=printable(title(result, language)),
        recipient=say("explain-recipient", language, name=name, id=code),
        name=name,
        id=code,
        fund=fund,
        lines=_lines(found, index, language),
        adds_up=say("explain-adds-up", language, amount=format_amount(int(result.amounts[index]))),
        reasons=tuple(printable(reason.text(language)) for reason in reasons.of(index)),
        method=method(result, language),
        changes=tuple(map(printable, changes(result, language))),
        sealed=say("explain-sealed", language, **sealed),
    )


def _lines(found: Waterfall, index: int, language: Language) -> tuple[PageLine, ...]:
    """Return the steps from top to bottom, with the entitlement and the amount as sums."""
    lines: list[PageLine] = []
    running, parts = 0, found.parts[index].tolist()
    places = places_of(found.parts[index])
    for at, (step, part) in enumerate(zip(found.steps, parts, strict=True)):
        running += part
        lines.append(PageLine(step_label(step, language), part, running, places))
        last = at + 1 == len(parts)
        if step.claim and (last or not found.steps[at + 1].claim):
            lines.append(PageLine(say("explain-step-entitlement", language), None, running, places))
    return (*lines, PageLine(say("explain-step-amount", language), None, running, places))


def step_label(step: Step, language: Language) -> str:
    """Return what a step is called: its kind, and a coefficient's own name."""
    kind = say(f"explain-step-{step.kind}", language)
    name = printable(step.name if language == "zh" else step.name_en or step.name)
    if not name:
        return kind
    if kind.casefold() in name.casefold():
        return name
    return say("explain-step-own", language, kind=kind, name=name)


def places_of(fen: Fen) -> int:
    """Return how many decimals of 万元 show all of ``fen`` whole: at least 2."""
    return next(places for places in range(2, 7) if not (fen % 10 ** (6 - places)).any())

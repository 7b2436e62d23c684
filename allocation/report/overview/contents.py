"""What stands on the report in which order: facts, the table, sections of pictures, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.errors import ConflictError, InputError
from allocation.explain.frontier import find_trade_off
from allocation.explain.sensitivity import sensitivity_of
from allocation.money import format_amount
from allocation.report.layout import printable
from allocation.report.overview.changes import causes, movers
from allocation.report.overview.charts import bars, flow, tile_map
from allocation.report.overview.fairness import fairness_words, format_number, lorenz, measures
from allocation.report.overview.payments import heat_map, planned
from allocation.report.overview.progress import progress_curve, progress_words
from allocation.report.overview.steps import explained, step_table
from allocation.report.overview.tornado import asked, gainers, tornado
from allocation.report.overview.trade_off import trade_off
from allocation.report.overview.words import Words, both, said_of, same, words
from allocation.report.terminal import changes, method

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from allocation.report.overview.case import Case
    from allocation.report.overview.drawing import Drawing
    from allocation.report.overview.steps import Explained, StepTable
    from allocation.report.utilised import Utilised


@dataclass(frozen=True)
class Picture:
    """A drawing; ``case`` says of which allocation where there are several."""

    drawing: Drawing
    case: Words | None


@dataclass(frozen=True)
class Section:
    """Pictures and sentences under one head; ``key`` is the anchor and names the head."""

    key: str
    title: Words
    pictures: tuple[Picture, ...]
    notes: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Fact:
    """One line of the headline: what it is, and for each allocation the figure."""

    label: Words
    values: tuple[Words, ...]


@dataclass(frozen=True)
class Person:
    """One recipient: a waterfall for each allocation that it is part of."""

    id: str
    name: Words
    parts: tuple[tuple[Words | None, Explained], ...]


def facts(cases: Sequence[Case]) -> tuple[Fact, ...]:
    """Return the headline: whose money, how much, to how many, how evenly."""
    found = [_facts(case) for case in cases]
    return tuple(Fact(words(key), tuple(each[key] for each in found)) for key in found[0])


def _facts(case: Case) -> dict[str, Words]:
    heading, spread = case.result.heading, measures(case)
    return {
        "report-scenario": same(printable(heading.scenario)),
        "report-year": same(str(heading.year)),
        "report-pot": same(format_amount(heading.pot)),
        "overview-allocated": same(format_amount(int(case.result.amounts.sum()))),
        "overview-recipients": same(f"{len(case.result.recipients):,}"),
        "report-quantum": same(format_amount(heading.quantum)),
        "overview-gini": same("—" if spread is None else f"{float(spread.gini):.4f}"),
        "overview-spread": same("—")
        if spread is None
        else format_number(spread)
        if spread.lowest
        else words("overview-no-end"),
    }


def sections(
    cases: Sequence[Case], plan: Path | str | None, progress: Utilised | None
) -> tuple[Section, ...]:
    """Return the sections of pictures; those that have nothing to show are left out."""
    drawn = [
        _changed(cases),
        _each("map", cases, [tile_map(case) for case in cases]),
        _each("bars", cases, [bars(case) for case in cases]),
        _fair(cases),
        _each("flow", cases, [flow(case) for case in cases]),
        _payments(cases, plan),
        _progress(progress),
        _tornado(cases),
        _frontier(cases),
    ]
    return tuple(found for found in drawn if found.pictures or found.notes)


def _section(key: str, pictures: Sequence[Picture] = (), notes: Sequence[Words] = ()) -> Section:
    return Section(key, words(f"overview-section-{key}"), tuple(pictures), tuple(notes))


def _each(
    key: str,
    cases: Sequence[Case],
    drawings: Sequence[Drawing | None],
    notes: Sequence[Words] = (),
) -> Section:
    """Return a section with a picture of each allocation that has one."""
    pairs = zip(labels(cases), drawings, strict=True)
    pictures = [Picture(drawing, label) for label, drawing in pairs if drawing is not None]
    return _section(key, pictures, notes)


def labels(cases: Sequence[Case]) -> tuple[Words | None, ...]:
    """Return what each allocation is called beside others; nothing where it is alone."""
    if len(cases) == 1:
        return (None,)
    return tuple(words("overview-case", number=at) for at in range(1, len(cases) + 1))


def _changed(cases: Sequence[Case]) -> Section:
    pictures: list[Picture] = []
    notes: list[Words] = []
    for number, case in enumerate(cases[1:], start=2):
        drawing = movers(cases[0], case, number)
        if drawing is None:
            notes.append(words("overview-no-movers", number=number))
            continue
        pictures.append(Picture(drawing, None))
        notes += causes(cases[0], case, number)
    return _section("changes", pictures, notes)


def _fair(cases: Sequence[Case]) -> Section:
    pairs = zip(labels(cases), cases, strict=True)
    notes = [_labelled(label, fairness_words(measures(case))) for label, case in pairs]
    return _section("fairness", [Picture(lorenz(cases), None)], notes)


def _labelled(label: Words | None, said: Words) -> Words:
    if label is None:
        return said
    return Words(f"{label.zh}:{said.zh}", f"{label.en}: {said.en}")


def _payments(cases: Sequence[Case], plan: Path | str | None) -> Section:
    """Return the payments; a plan that was asked for must hold, one that only ships need not."""
    drawings: list[Drawing | None] = []
    notes: list[Words] = []
    for label, case in zip(labels(cases), cases, strict=True):
        try:
            found = planned(case, plan)
        except (InputError, ConflictError) as error:
            if plan is not None:
                raise
            notes.append(
                _labelled(label, words("overview-no-payments", reason=said_of(error.problems[0])))
            )
            found = None
        drawings.append(None if found is None else heat_map(found))
    return _each("payments", cases, drawings, notes)


def _progress(found: Utilised | None) -> Section:
    if found is None:
        return _section("progress")
    return _section("progress", [Picture(progress_curve(found), None)], progress_words(found))


def _tornado(cases: Sequence[Case]) -> Section:
    """Return the sensitivity of the first allocation."""
    chosen, count = asked(cases[0].result)
    found = sensitivity_of(cases[0].result, chosen)
    drawing = tornado(found)
    notes = list(gainers(found)) if drawing else [words("overview-no-tornado")]
    if len(chosen) < count:
        notes.append(words("overview-largest", count=len(chosen), all=count))
    pictures = [Picture(drawing, labels(cases)[0])] if drawing else []
    return _section("tornado", pictures, notes)


def _frontier(cases: Sequence[Case]) -> Section:
    """Return the trade-off of every allocation that aims at benefit."""
    drawings: list[Drawing | None] = []
    notes: list[Words] = []
    for label, case in zip(labels(cases), cases, strict=True):
        drawings.append(None)
        solved = case.result.solved
        if solved is None or solved.task.loaded.scenario.objective.kind != "benefit":
            continue
        try:
            drawings[-1] = trade_off(find_trade_off(solved.task.loaded))
        except InputError as error:
            notes.append(
                _labelled(label, words("overview-no-frontier", reason=said_of(error.problems[0])))
            )
    return _each("frontier", cases, drawings, notes)


def people(cases: Sequence[Case]) -> tuple[Person, ...]:
    """Return everyone's waterfalls, those of the first allocation first."""
    names: dict[str, Words] = {}
    parts: dict[str, list[tuple[Words | None, Explained]]] = {}
    for label, case in zip(labels(cases), cases, strict=True):
        for key, found in zip(case.result.recipients.ids, explained(case), strict=True):
            names.setdefault(key, found.name)
            parts.setdefault(key, []).append((label, found))
    return tuple(Person(key, name, tuple(parts[key])) for key, name in names.items())


def step_tables(cases: Sequence[Case]) -> tuple[tuple[Words | None, StepTable], ...]:
    """Return what each step gives and takes, for each allocation."""
    return tuple(zip(labels(cases), map(step_table, cases), strict=True))


def notes(cases: Sequence[Case]) -> tuple[Words, ...]:
    """Return how the amounts were found, what was changed, warnings, and the records' hashes."""
    found: list[Words] = []
    for label, case in zip(labels(cases), cases, strict=True):
        found += [_labelled(label, said) for said in _notes(case)]
    return tuple(found)


def _notes(case: Case) -> list[Words]:
    result = case.result
    source = both(lambda _: printable(result.heading.pot_source))
    sealed = {"scenario": printable(result.heading.scenario), "digest": result.record["sha256"]}
    changed = zip(changes(result, "zh"), changes(result, "en"), strict=True)
    return [
        words("overview-source", source=source),
        both(lambda language: method(result, language)),
        *(Words(printable(zh), printable(en)) for zh, en in changed),
        *map(said_of, result.warnings),
        words("explain-sealed", **sealed),
    ]

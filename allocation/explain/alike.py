"""Who is alike: the same in everything that the scenario reads of a recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.explain.changes import Likeness
from allocation.explain.what_if import figures
from allocation.scenario.checks.columns import uses
from allocation.scenario.checks.groups import attributes_named, filters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from allocation.explain.what_if import Amounts, Case
    from allocation.scenario.checks.columns import Use


def likenesses(case: Case, amounts: Amounts) -> list[Likeness]:
    """Return everyone who has a like, with the like that gets most in whole amounts."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, key in enumerate(zip(*_readings(case), strict=True)):
        groups.setdefault(key, []).append(index)
    found = []
    for members in groups.values():
        most = max(members, key=lambda index: (int(amounts.whole[index]), amounts.exact(index)))
        found += [Likeness(index, most) for index in members if index != most]
    return sorted(found, key=lambda like: like.who)


def _readings(case: Case) -> Iterator[Sequence[object]]:
    """Yield all that the scenario reads of the recipients, each of shape (n,)."""
    scenario, frame = case.loaded.scenario, case.frame
    yield [0] * len(frame)
    for use in uses(scenario):
        yield from _cells(case, use)
    for _, attribute in attributes_named(scenario):
        if attribute:
            yield frame.attribute(attribute)
    for _, where in filters(scenario):
        yield frame.members(where).tolist()
    if case.totals:
        yield frame.attribute("unit")


def _cells(case: Case, use: Use) -> Iterator[Sequence[object]]:
    """Yield a column as it is read: equal figures are equal however they are written."""
    frame = case.frame
    if use.reads == "text" and use.column in frame.text:
        yield frame.attribute(use.column)
    elif use.reads == "rank":
        ranks, unranked, _ = frame.ranks(use.column)
        yield ranks.exact()
        yield unranked.tolist()
    else:
        yield figures(frame, use).exact()

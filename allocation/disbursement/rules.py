"""The deadlines of the law as dated, cited data, from ``rules.toml`` (laws 3 and 14)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from allocation.money import parse_ratio

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

#: What a rule says: a last day, a first day, the end of a year, or only a share.
Kind = Literal["deadline", "opens", "year_end", "share"]
#: What starts the count.
Event = Literal["main", "advance", "approved", "issued", "advance_issued", "budget_year"]


@dataclass(frozen=True)
class Rule:
    """One deadline as the law states it.

    Parameters
    ----------
    key
        Its name in ``rules.toml``.
    name, name_en, article, article_en
        What is due, and where that is written.
    source
        Document, wording and address.
    kind
        ``deadline`` (by then), ``opens`` (not before then), ``year_end`` (what happens to money
        then) or ``share`` (no day at all).
    levels
        Whose duty it is: ``central``, ``province``.
    counts_from
        The event that starts the count; ``or_due_of`` is the rule whose last day does so while the
        event's day is not known.
    days
        Days after the event, its own day not counted; None for the other ways.
    day
        Month and day of the budget year moved by ``year`` years; None for the other ways.
    monthly
        Day of each month after the event's; None for the other ways.
    met_by
        The event that fulfils the duty, if the clock can know it.
    hard
        An obligation; False is advice, or a rule of one place.
    rolls
        May be moved off a rest day when that is asked for.
    direct
        For direct funds only.
    since, until
        First and last day in force; None is open.
    """

    key: str
    name: str
    name_en: str
    article: str
    article_en: str
    source: str
    kind: Kind
    levels: tuple[str, ...]
    counts_from: Event
    hard: bool
    or_due_of: str = ""
    days: int | None = None
    day: tuple[int, int] | None = None
    year: int = 0
    monthly: int | None = None
    share: Fraction | None = None
    met_by: Event | None = None
    rolls: bool = True
    direct: bool = False
    since: date | None = None
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on the day ``on``."""
        return (self.since or on) <= on <= (self.until or on)


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the file."""
    text = files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    return tuple(_rule(key, entry) for key, entry in tomllib.loads(text).items())


def _rule(key: str, entry: dict[str, Any]) -> Rule:
    said = {name: value for name, value in entry.items() if name not in {"from", "to"}}
    if "day" in said:
        month, day = said["day"].split("-")
        said["day"] = (int(month), int(day))
    if "share" in said:
        said["share"] = parse_ratio(said["share"])
    levels = tuple(said.pop("levels"))
    return Rule(key=key, levels=levels, since=entry.get("from"), until=entry.get("to"), **said)

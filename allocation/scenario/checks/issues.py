"""Advances and what is issued already: the share of the advance, and purposes that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem, nearest
from allocation.money import format_amount, format_ratio
from allocation.policy.kinds import AlreadyIssued

if TYPE_CHECKING:
    from allocation.scenario.load import Loaded


def issue_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with an advance, and with what is issued for purposes."""
    return [*_advance(loaded), *_purposes(loaded)]


def _advance(loaded: Loaded) -> list[Problem]:
    """Return a warning if the advance is a smaller share of the expected total than it should."""
    advance, pot = loaded.scenario.advance, loaded.scenario.pot.amount
    if advance is None or pot >= advance.share * advance.of:
        return []
    words = {
        "found": format_amount(pot),
        "of": format_amount(advance.of),
        "share": format_ratio(advance.share),
        "allowed": format_amount(int(-(-advance.share * advance.of // 1))),
        "source": advance.source,
    }
    return [Problem("L2-advance-low", loaded.place("advance"), words, warning=True)]


def _purposes(loaded: Loaded) -> list[Problem]:
    """Return the purposes that a rule on what is issued names and that are not there."""
    known = list(loaded.scenario.purposes)
    return [
        Problem(
            "L1-issued-no-purpose",
            loaded.place("rules", key, "by_purpose"),
            {"found": name, "nearest": nearest(name, known), "allowed": "、".join(known) or "—"},
        )
        for key, rule in loaded.scenario.rules.items()
        if isinstance(rule, AlreadyIssued)
        for name in rule.by_purpose
        if name not in known
    ]

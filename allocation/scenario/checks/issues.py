"""Advances and what is issued already: the share of the advance, and purposes that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem, nearest
from allocation.money import format_amount, format_ratio
from allocation.policy.kinds import AlreadyIssued
from allocation.scenario.issued import issued_for

if TYPE_CHECKING:
    from allocation.scenario.load import Loaded


def issue_problems(loaded: Loaded) -> list[Problem]:
    """Return what is wrong with an advance, and with what is issued for purposes."""
    return [*_advance(loaded), *_purposes(loaded), *_kept(loaded)]


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


def _kept(loaded: Loaded) -> list[Problem]:
    """Return a problem if what is issued is neither kept by a rule nor to be recovered."""
    issued, keys = loaded.scenario.issued, loaded.scenario.purposes
    if issued is None or issued.recover:
        return []
    columns = {key: issued_for(key) for key in keys if issued.record}
    needed = {"column": issued.column, "by_purpose": columns, "where": {}}
    for rule in loaded.scenario.rules.values():
        if isinstance(rule, AlreadyIssued) and all(
            getattr(rule, key) == value for key, value in needed.items()
        ):
            return []
    said = 'kind = "already_issued"'
    said += f', column = "{issued.column}"' if issued.table else ""
    pairs = ", ".join(f'"{key}" = "{column}"' for key, column in columns.items())
    said += f", by_purpose = {{ {pairs} }}" if pairs else ""
    words = {"allowed": f"rules.issued = {{ {said} }}"}
    return [Problem("L1-issued-no-rule", loaded.place("issued"), words)]


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

"""Policy parameters in force at a date: each dated and cited, from ``in_force.toml`` (law 3)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from allocation.errors import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

#: Keys of a rule of which one is enough: a rule that says one takes none of them from a policy.
_ALTERNATIVES = (
    ("amount", "share_of_pot", "share_of_last_year", "per_unit", "share_of_equal_split"),
    ("step", "step_share"),
)


@dataclass(frozen=True)
class Policy:
    """One entry: what it fixes, from when to when, and where that is written.

    Parameters
    ----------
    id
        What a rule calls it.
    name, name_en
        What officers call it.
    kind
        Kind of the rules it can fill.
    values
        The parameters, as a scenario would write them.
    source
        Document and address.
    since, until
        First and last day in force; None: not seen, taken as open.
    """

    id: str
    name: str
    name_en: str
    kind: str
    values: Mapping[str, Any]
    source: str
    since: date | None
    until: date | None

    def in_force(self, day: date) -> bool:
        """Whether the entry holds on ``day``."""
        return (self.since or day) <= day <= (self.until or day)


@cache
def policies() -> dict[str, Policy]:
    """Return every entry by id."""
    text = files(__package__).joinpath("in_force.toml").read_text(encoding="utf-8")
    return {
        key: Policy(
            id=key,
            name=entry["name"],
            name_en=entry["name_en"],
            kind=entry["kind"],
            values=entry["values"],
            source=entry["source"],
            since=entry.get("from"),
            until=entry.get("to"),
        )
        for key, entry in tomllib.loads(text).items()
    }


def fill(rule: Mapping[str, Any], day: date) -> dict[str, Any] | Problem:
    """Return what a rule takes from the policy it names: only what it does not say itself.

    Parameters
    ----------
    rule
        A rule as written, with ``policy``.
    day
        The day that counts, the scenario's ``as_of``.
    """
    policy = policies().get(rule["policy"])
    if policy is None:
        known = list(policies())
        words = {"found": rule["policy"], "nearest": nearest(rule["policy"], known)}
        return Problem("L3-unknown-policy", words=words | {"allowed": "、".join(known)})
    if not policy.in_force(day):
        words = {"found": policy.id, "as_of": str(day)}
        ends = {"since": str(policy.since or "—"), "until": str(policy.until or "—")}
        return Problem("L3-policy-not-in-force", words=words | ends)
    if rule.get("kind", policy.kind) != policy.kind:
        words = {"found": rule["kind"], "allowed": policy.kind, "policy": policy.id}
        return Problem("L3-policy-kind", words=words)
    said = _said(rule)
    values = {key: value for key, value in policy.values.items() if key not in said}
    # Where every number is the scenario's own, the policy is no source for them.
    names = {"name": policy.name, "name_en": policy.name_en}
    about = names | {"source": policy.source} if values else {}
    rest = {"kind": policy.kind} | about
    return {key: value for key, value in rest.items() if key not in rule} | values


def _said(rule: Mapping[str, Any]) -> set[str]:
    """Return the keys a rule says, and the alternatives to them."""
    beside = [keys for keys in _ALTERNATIVES if any(key in rule for key in keys)]
    return set(rule).union(*beside)

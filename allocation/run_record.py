"""The record of a run: everything needed to say what was done, with what, and what came out."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from allocation.record import FORMAT, sealed

if TYPE_CHECKING:
    from allocation.result import Allocation

_LIBRARIES = ("bokuan", "numpy", "highspy", "pulp")


def record_of(result: Allocation) -> dict[str, Any]:
    """Return the record of an allocation: plain values only, ready for JSON."""
    heading, solved = result.heading, result.solved
    assert solved is not None, "whoever solves says from what"
    loaded = solved.task.loaded
    record: dict[str, Any] = {
        "format": FORMAT,
        "scenario": heading.scenario,
        "title": heading.title,
        "year": heading.year,
        "illustrative": heading.illustrative,
        "pot_fen": heading.pot,
        "quantum_fen": heading.quantum,
        "rounding": heading.rounding,
        "unspent_fen": heading.unspent,
        "method": result.method,
        "reason": result.reason.removeprefix("report-reason-"),
        "solver": solved.solver,
        "hashes": dict(loaded.hashes),
        "versions": {"python": platform.python_version()} | {n: version(n) for n in _LIBRARIES},
        "origins": dict(loaded.origins),
        "recipients": list(result.recipients.ids),
        "names": list(result.recipients.names),
        "purposes": [purpose.key for purpose in result.purposes],
        "entitlement_fen": [_text(value) for value in result.entitlements],
        "unrounded_fen": [_text(value) for value in result.unrounded],
        "amount_fen": result.cells.tolist(),
        "rules": [
            {
                "key": rule.key,
                "kind": rule.kind,
                "source": rule.source,
                "priority": rule.priority,
                "binds": rule.binds,
                "broken_by_fen": rule.broken_by,
            }
            for rule in result.rules
        ],
        "changes": [
            {"origin": c.origin, "key": c.key, "before": c.before, "after": c.after}
            for c in result.changes
        ],
        "warnings": [warning.text("zh") for warning in result.warnings],
    }
    return sealed(record)


def _text(value: object) -> str:
    return str(value)

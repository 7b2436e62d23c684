"""The record of a run: everything needed to say what was done, with what, and what came out."""

from __future__ import annotations

import platform
from base64 import b64encode
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.certificate import NoProofError, certificate_of
from allocation.record import FORMAT, sealed
from allocation.scenario import Reference
from allocation.scenario.issued import issued_fen

if TYPE_CHECKING:
    from allocation.result import Allocation, Solved
    from allocation.scenario import Loaded
    from allocation.task import Task

_LIBRARIES = ("bokuan", "numpy", "highspy", "pulp")


def record_of(result: Allocation) -> dict[str, Any]:
    """Return the record of an allocation: plain values only, ready for JSON."""
    heading, solved = result.heading, result.solved
    assert solved is not None, "whoever solves says from what"
    loaded = solved.task.loaded
    record: dict[str, Any] = {
        "format": FORMAT,
        "scenario": heading.scenario,
        **stated(solved.task),
        "unspent_fen": heading.unspent,
        "method": result.method,
        "reason": result.reason.removeprefix("report-reason-"),
        "solver": solved.solver,
        "hashes": dict(loaded.hashes),
        "inputs": {name: _kept(content) for name, content in loaded.inputs.items()},
        "versions": {"python": platform.python_version()} | {n: version(n) for n in _LIBRARIES},
        "asked": {
            "changes": list(Reference.parse(loaded.reference).changes),
            "sets": list(loaded.sets),
        },
        "origins": dict(loaded.origins),
        "unrounded_fen": [_text(value) for value in result.unrounded],
        "amount_fen": result.cells.tolist(),
        "outcomes": [
            {"key": rule.key, "binds": rule.binds, "broken_by_fen": rule.broken_by}
            for rule in result.rules
        ],
        "certificate": _certificate(solved),
        "warnings": [warning.text("zh") for warning in result.warnings],
    }
    return sealed(record)


def stated(task: Task) -> dict[str, Any]:
    """Return what a record says that follows from the inputs alone, before anything is solved."""
    scenario, frame = task.loaded.scenario, task.loaded.frame
    return {
        "title": scenario.title,
        "year": scenario.year,
        "illustrative": scenario.illustrative,
        "pot_fen": task.pot,
        "quantum_fen": scenario.rounding.quantum,
        "rounding": scenario.rounding.method,
        "recipients": list(frame.ids),
        "names": list(frame.names),
        "purposes": list(scenario.purposes),
        "formula": formula_of(task),
        "entitlement_fen": [_text(value) for value in task.entitlement.fen()],
        "rules": [
            {"key": key, "kind": rule.kind, "source": rule.source, "priority": rule.priority}
            for key, rule in scenario.rules.items()
        ],
        "changes": [
            {"origin": c.origin, "key": c.key, "before": c.before, "after": c.after}
            for c in task.loaded.changes
        ],
        "issued": _issued(task.loaded),
    }


def _issued(loaded: Loaded) -> dict[str, Any] | None:
    """Return what is issued already, by recipient and purpose where known, and to who left."""
    found = issued_fen(loaded.scenario, loaded.frame)
    if found is None:
        return None
    fen, new = found
    return {
        "fen": fen.tolist(),
        "new": new.tolist(),
        "left": [asdict(who) | {"fen": list(who.fen)} for who in loaded.left],
    }


def _certificate(solved: Solved) -> dict[str, Any]:
    """Return what proves the amounts; a record without it cannot be verified, and says why."""
    try:
        return certificate_of(solved)
    except NoProofError as error:
        return {"missing": str(error)}


def _kept(content: bytes) -> dict[str, str]:
    """Return a file's content as text if it is UTF-8, else in base 64."""
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(content).decode("ascii")}


def formula_of(task: Task) -> dict[str, Any]:
    """Return what the entitlements are made of: factor shares, coefficients, awards."""
    scenario, steps = task.loaded.scenario, task.entitlement.steps
    awards = [
        task.rows.limits[key].lower
        for key, rule in scenario.rules.items()
        if rule.kind == "top_award"
    ]
    return {
        "factors": [
            {"weight": _text(scenario.factors[s.key].weight), "shares": [*map(_text, s.values)]}
            for s in steps
            if s.kind == "factor"
        ],
        "coefficients": [[*map(_text, s.values)] for s in steps if s.kind == "coefficient"],
        "awards_fen": np.sum([task.rows.idle * 0, *awards], axis=0).tolist(),
    }


def _text(value: object) -> str:
    return str(value)

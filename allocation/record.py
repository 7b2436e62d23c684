"""The record of a run: everything needed to say what was done, with what, and what came out."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from allocation.result import Allocation
    from allocation.task import Task

FORMAT = 1
_LIBRARIES = ("bokuan", "numpy", "highspy", "pulp")


def record_of(result: Allocation, task: Task, solver: str) -> dict[str, Any]:
    """Return the record of an allocation: plain values only, ready for JSON."""
    heading = result.heading
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
        "solver": solver,
        "hashes": dict(task.loaded.hashes),
        "versions": {"python": platform.python_version()} | {n: version(n) for n in _LIBRARIES},
        "origins": dict(task.loaded.origins),
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
        "warnings": [warning.text("zh") for warning in result.warnings],
    }
    return record | {"sha256": _digest(record)}


def _text(value: object) -> str:
    return str(value)


def _digest(record: Mapping[str, Any]) -> str:
    """Return the hash of a record without its own hash."""
    bare = {key: value for key, value in record.items() if key != "sha256"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_record(record: Mapping[str, Any], path: Path | str) -> None:
    """Write a record as JSON."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_record(path: Path | str) -> dict[str, Any]:
    """Read a record written by :func:`write_record`.

    Raises
    ------
    InputError
        If the file is missing, is no record of this format, or was changed since it was written.
    """
    place = Place(str(path))
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        words = {"found": type(error).__name__}
        raise InputError([Problem("L1-not-a-record", place, words)]) from None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError([Problem("L1-not-a-record", place, {"found": "format"})])
    if record.get("sha256") != _digest(record):
        raise InputError([Problem("L6-record-changed", place)])
    return record

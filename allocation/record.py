"""A run's record as a file: written, sealed by its own hash, and read back unchanged."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 3


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with its own hash at the end."""
    return dict(record) | {"sha256": _digest(record)}


def _digest(record: Mapping[str, Any]) -> str:
    """Return the hash of a record without its own hash."""
    bare = {key: value for key, value in record.items() if key != "sha256"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_record(record: Mapping[str, Any], path: Path | str) -> None:
    """Write a record as JSON."""
    text = json.dumps(record, ensure_ascii=False, indent=1)
    try:
        Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        words = {"found": path, "reason": error.strerror or type(error).__name__}
        raise InputError([Problem("L1-cannot-write", words=words)]) from error


def read_record(path: Path | str, form: int | str = FORMAT) -> dict[str, Any]:
    """Read a record of the format ``form`` written by :func:`write_record`.

    Raises
    ------
    InputError
        If the file is missing, is no record of this format, or was changed since it was written.
    """
    place = Place(str(path))
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        words = {"found": type(error).__name__}
        raise InputError([Problem("L1-not-a-record", place, words)]) from None
    return record_in(content, place, form)


def record_in(content: bytes, place: Place, form: int | str = FORMAT) -> dict[str, Any]:
    """Return the record in the bytes of a file at ``place``.

    Raises
    ------
    InputError
        If it is no record of this format, or was changed since it was written.
    """
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        words = {"found": type(error).__name__}
        raise InputError([Problem("L1-not-a-record", place, words)]) from None
    if not isinstance(record, dict) or record.get("format") != form:
        raise InputError([Problem("L1-not-a-record", place, {"found": "format"})])
    if record.get("sha256") != _digest(record):
        raise InputError([Problem("L6-record-changed", place)])
    return record

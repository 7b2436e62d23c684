"""Reading one file the user names: whole, once, and never a device, a directory or a monster."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from allocation.errors import Place, Problem

if TYPE_CHECKING:
    from pathlib import Path

#: Largest scenario file, in bytes: 8 MB.
SCENARIO_LIMIT = 8 * 1024 * 1024
#: Largest table file, in bytes: 256 MB.
TABLE_LIMIT = 256 * 1024 * 1024

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: Path, shown: str, limit: int, *, text: bool = True) -> bytes | Problem:
    """Return the content of ``path``, or what is wrong with the file.

    Parameters
    ----------
    path
        The file.
    shown
        How the file is called in messages.
    limit
        Largest size taken, in bytes.
    text
        Whether the file must be text.
    """
    place = Place(shown)
    try:
        if path.is_dir():
            return Problem("L1-is-a-directory", place, {"found": shown})
        if not path.is_file():
            return Problem("L1-no-such-file", place, {"found": shown})
        size = path.stat().st_size
        if size > limit:
            words = {"found": size, "allowed": limit // 1024 // 1024}
            return Problem("L1-file-too-large", place, words)
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Problem("L1-unreadable-file", place, {"found": shown, "reason": reason})
    if not content.strip():
        return Problem("L1-empty-file", place, {"found": shown})
    return (text_problem(content, place) if text else None) or content


def text_problem(content: bytes, place: Place) -> Problem | None:
    """Return why content is not text that can be read, if it is not."""
    if content.startswith(_UTF16):
        return Problem("L1-not-utf8", place, {"found": "UTF-16"})
    if b"\0" in content:
        return Problem("L1-binary-file", place, {"found": place.file})
    return None


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content as hex."""
    return sha256(content).hexdigest()

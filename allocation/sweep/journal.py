"""The journal of a sweep: one line for every case that is finished, only ever added to.

The first line holds the hash of all inputs; each other line one case under the hash of its
changes. Lines are written whole and flushed to the disk before they count as finished; half a line
at the end, left by a process that was killed, is cut off.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.errors import InputError, Place, Problem
from allocation.scenario.files import digest
from allocation.sweep.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from allocation.scenario import Loaded

NAME = "sweep.jsonl"
_FORMAT = "bokuan-sweep-1"


def hash_of_inputs(loaded: Loaded, solver: str) -> str:
    """Return the hash of everything amounts depend on before a case's changes are made.

    Files, the scenario in effect (policy filled in), the solver's name and the program's version.
    """
    from importlib.metadata import version

    parts = [sorted(loaded.hashes.items()), repr(loaded.scenario), list(loaded.sets), solver]
    return digest(json.dumps([*parts, version("bokuan")], ensure_ascii=False).encode())


def key_of(sets: Sequence[str]) -> str:
    """Return the name of a case: the hash of its changes."""
    return digest("\n".join(sets).encode())[:24]


@dataclass(frozen=True)
class Journal:
    """The journal in a folder.

    Parameters
    ----------
    path
        The file.
    known
        The cases it held when it was opened, by key.
    """

    path: Path
    known: Mapping[str, Outcome]

    @classmethod
    def open(cls, folder: Path, inputs: str) -> Journal:
        """Open the journal of a sweep over these inputs; start it if there is none.

        Raises
        ------
        InputError
            If it is that of other inputs, is damaged, or cannot be written.
        """
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes() if path.exists() else b""
            whole = content[: content.rfind(b"\n") + 1]
            known = _cases(whole, path, inputs)
            if len(whole) < len(content):
                os.truncate(path, len(whole))
            if not whole:
                _append(path, [{"format": _FORMAT, "inputs": inputs}])
        except OSError as error:
            words = {"found": path, "reason": error.strerror or type(error).__name__}
            raise InputError([Problem("L1-cannot-write", words=words)]) from error
        return cls(path, known)

    def add(self, cases: Mapping[str, Outcome]) -> None:
        """Write finished cases by key; when this returns they are on the disk."""
        _append(self.path, [_line(key, outcome) for key, outcome in cases.items()])


def _append(path: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    with path.open("ab") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _line(key: str, outcome: Outcome) -> dict[str, Any]:
    line: dict[str, Any] = {"case": key, "state": outcome.state}
    if outcome.fen:
        return line | {"pot": outcome.pot, "fen": outcome.fen}
    return line | {"codes": outcome.codes, "words": outcome.words}


def _cases(content: bytes, path: Path, inputs: str) -> dict[str, Outcome]:
    """Return the finished cases of a journal's whole lines."""
    if not content:
        return {}
    found: dict[str, Outcome] = {}
    for number, text in enumerate(content.splitlines(), start=1):
        try:
            line = json.loads(text)
            if number == 1:
                _require_same(line, path, inputs)
            else:
                found[line["case"]] = _outcome(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            place = Place(str(path), number)
            raise InputError([Problem("L1-journal-damaged", place, {"found": NAME})]) from None
    return found


def _require_same(head: Mapping[str, Any], path: Path, inputs: str) -> None:
    if head["format"] != _FORMAT or head["inputs"] != inputs:
        place = Place(str(path), 1)
        raise InputError([Problem("L6-other-sweep", place, {"found": path.parent})])


def _outcome(line: Mapping[str, Any]) -> Outcome:
    chinese, english = line.get("words", ("", ""))
    fen = tuple(map(int, line.get("fen", ())))
    codes = tuple(line.get("codes", ()))
    return Outcome(line["state"], fen, int(line.get("pot", 0)), codes, (chinese, english))

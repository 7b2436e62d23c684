"""Which line of funds a row means: by what it says, the only one it can be, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Problem
from allocation.ledger.imports.cells import folded
from allocation.ledger.records import Line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allocation.ledger.imports.known import Known
    from allocation.ledger.imports.reading import FileRow

#: What a new line of funds must be told; batch and purpose may be blank.
_NEEDED = ("fund", "year", "direct")
_MOST_SHOWN = 5
#: How the tag is shown, in both languages at once.
_DIRECT = "直达 direct"
Said = tuple[str | None, int | None, str | None, str | None, bool | None]


class Lines:
    """The lines rows mean in one import; every distinct wording is looked up once."""

    def __init__(self, known: Known) -> None:
        self._lines = list(known.lines)
        self._held = {code: set(lines) for code, lines in known.held.items()}
        self._found: dict[tuple[Said, str, bool], Line | Problem] = {}

    def find(self, row: FileRow, code: str) -> Line | Problem:
        """Return the line that a row of the holder ``code`` means.

        Money received makes a line if it is not there yet. Otherwise it is the one line that
        agrees with all the row says; of several, the one on which the holder has had money.
        """
        said = (row.fund or None, row.year, row.batch or None, row.purpose or None, row.direct)
        key = (said, code, row.kind == "receive")
        if key not in self._found:
            self._found[key] = self._received(said) if key[2] else self._agreeing(said, code)
        return self._found[key]

    def learn(self, code: str, line: Line) -> None:
        """Take note that a row brings money of a line to a holder, for the rows after it."""
        if line not in self._held.setdefault(code, set()):
            self._held[code].add(line)
            if line not in self._lines:
                self._lines.append(line)
            self._found.clear()

    def _received(self, said: Said) -> Line | Problem:
        fund, year, batch, purpose, direct = said
        if fund is None or year is None or direct is None:
            parts = dict(zip(Line._fields, said, strict=True))
            missing = "、".join(f"--{name}" for name in _NEEDED if parts[name] is None)
            return Problem("L12-line-incomplete", words={"missing": missing})
        new = Line(fund, year, batch or "", purpose or "", direct)
        same = [line for line in self._lines if _folded(line) == _folded(new)]
        return same[0] if same else new

    def _agreeing(self, said: Said, code: str) -> Line | Problem:
        agreeing = [line for line in self._lines if _agrees(line, said)]
        if not agreeing:
            shown = _shown(self._held.get(code) or self._lines)
            return Problem("L12-unknown-money", words={"found": _said(said), "allowed": shown})
        held = self._held.get(code, set())
        candidates = [line for line in agreeing if line in held] or agreeing
        if len(candidates) == 1:
            return candidates[0]
        words = {"found": _said(said), "allowed": _shown(candidates)}
        return Problem("L12-which-money", words=words)


def line_words(line: Line) -> str:
    """Return a line for a sentence of either language."""
    tag = [_DIRECT] if line.direct else []
    return "/".join([line.fund, str(line.year), line.batch or "—", line.purpose or "—", *tag])


def _agrees(line: Line, said: Said) -> bool:
    return all(
        value is None or _form(own) == _form(value) for own, value in zip(line, said, strict=True)
    )


def _form(value: object) -> object:
    return folded(value) if isinstance(value, str) else value


def _folded(line: Line) -> tuple[object, ...]:
    return tuple(map(_form, line))


def _said(said: Said) -> str:
    *texts, direct = said
    tag = [] if direct is None else [_DIRECT if direct else f"≠ {_DIRECT}"]
    return "/".join(["—" if text is None else str(text) for text in texts] + tag)


def _shown(lines: Iterable[Line]) -> str:
    every = sorted(lines)
    more = "…" if len(every) > _MOST_SHOWN else ""
    return ";".join(map(line_words, every[:_MOST_SHOWN])) + more or "—"

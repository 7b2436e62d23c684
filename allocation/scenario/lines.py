"""On which line of a TOML text each key stands.

:mod:`tomllib` keeps no lines. This scanner runs after it, so it may take the text to be valid; it
follows table headers, arrays of tables, dotted and quoted keys, inline tables and arrays.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

KeyPath = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""Return the 1-based line of every key, table and array element; of ``()``, 1.

    >>> key_lines('a.b = 1\n[c]\nd = [\n  {e = 2}]')[("c", "d", 0, "e")]
    4
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[KeyPath, int] = {(): 1}
        self.counts: dict[KeyPath, int] = {}
        self.breaks = [match.start() for match in re.finditer("\n", text)]

    def document(self) -> None:
        table: KeyPath = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_SPACE)

    def header(self) -> KeyPath:
        many = self.text.startswith("[[", self.at)
        start, self.at = self.at, self.at + (2 if many else 1)
        keys = self.key()
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        table: KeyPath = ()
        for depth, key in enumerate(keys):
            table += (key,)
            if many and depth == len(keys) - 1:
                self.counts[table] = self.counts.get(table, -1) + 1
            if table in self.counts:
                self.mark(table, start)
                table += (self.counts[table],)
            self.mark(table, start)
        return table

    def pair(self, table: KeyPath) -> None:
        start = self.at
        path = table
        for key in self.key():
            path += (key,)
            self.mark(path, start)
        self.skip(_EQUALS)
        self.value(path)

    def key(self) -> list[str]:
        keys = [self.part()]
        while self.skip(_DOT):
            keys.append(self.part())
        return keys

    def part(self) -> str:
        self.skip(_SPACE)
        start = self.at
        if self.skip(_STRING):
            return str(tomllib.loads(f"key = {self.text[start : self.at]}")["key"])
        self.skip(_BARE)
        return self.text[start : self.at]

    def value(self, path: KeyPath) -> None:
        start = self.text[self.at]
        if start == "{":
            self.inline(path)
        elif start == "[":
            self.array(path)
        else:
            self.skip(_STRING if start in "\"'" else _SCALAR)

    def inline(self, path: KeyPath) -> None:
        self.at += 1
        while not self.closed("}"):
            self.pair(path)

    def array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while not self.closed("]"):
            self.mark((*path, index), self.at)
            self.value((*path, index))
            index += 1

    def closed(self, bracket: str) -> bool:
        """Skip space and a comma; return True and step over ``bracket`` if it is next."""
        self.skip(_SPACE)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_SPACE)
        if self.text[self.at] != bracket:
            return False
        self.at += 1
        return True

    def skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return bool(match)

    def mark(self, path: KeyPath, start: int) -> None:
        self.found.setdefault(path, bisect_left(self.breaks, start) + 1)

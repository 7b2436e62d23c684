"""Scenario text to nested tables, with words for what TOML itself refuses."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

from allocation.errors import Place, Problem
from allocation.scenario.lines import KeyPath, key_lines

#: Chinese punctuation that looks like TOML's, and what TOML wants.
_LOOKALIKES = {
    "\uff1d": "=",
    "\uff1a": "=",
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\uff0c": ",",
    "\u3001": ",",
    "\u3002": ".",
    "\u3010": "[",
    "\u3011": "]",
    "\uff3b": "[",
    "\uff3d": "]",
    "\uff5b": "{",
    "\uff5d": "}",
    "\uff03": "#",
    "\u3000": " ",
}
#: No scenario nests tables and lists deeper than this.
_DEEPEST = 40
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot redefine", "Cannot mutate", "Duplicate")
_AT = re.compile(r"\(at line (\d+), column \d+\)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")
_CHINESE_KEY = re.compile(r"^\s*\[*[^=\"']*[\u4e00-\u9fff]")
_LIKE_A_DAY = re.compile(r"=\s*(\d{4})-(\d\d?)-(\d\d?)\b")
_UNQUOTED = re.compile(r"=\s*[^\s\"'\[{]")


def parse_toml(content: bytes, file: str) -> tuple[dict[str, Any], dict[KeyPath, int]] | Problem:
    """Return a TOML file as nested tables with the line of each key, or its syntax error."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem("L1-not-utf8", Place(file, line), {"found": _guess(content)})
    try:
        data = tomllib.loads(text)
        if _depth(data) > _DEEPEST:
            return _too_deep(text, file)
        return data, key_lines(text)
    except tomllib.TOMLDecodeError as error:
        return _syntax(text, str(error), file)
    except RecursionError:
        return _too_deep(text, file)
    except ValueError:
        # Python refuses to read whole numbers of more than 4300 digits.
        return Problem("L1-number-too-long", Place(file, _longest_line(text)))


def _depth(data: dict[str, Any]) -> int:
    """Return how many tables and lists stand inside one another."""
    level: list[Any] = [data]
    depth = 0
    while level:
        inner = (item.values() if isinstance(item, dict) else item for item in level)
        level = [part for parts in inner for part in parts if isinstance(part, (dict, list))]
        depth += 1
    return depth


def _too_deep(text: str, file: str) -> Problem:
    counts = [line.count("[") + line.count("{") for line in text.splitlines()]
    return Problem("L1-toml-too-deep", Place(file, counts.index(max(counts)) + 1))


def _guess(content: bytes) -> str:
    """Return the likely encoding of text that is not UTF-8."""
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GB18030 (GBK)"


def _syntax(text: str, message: str, file: str) -> Problem:
    lines = text.splitlines() or [""]
    match = _AT.search(message)
    number = min(int(match[1]), len(lines)) if match else len(lines)
    line = lines[number - 1]
    code, words = _diagnosis(line, message)
    found = {"found": line.strip()[:80], "detail": _AT.sub("", message).strip()}
    return Problem(code, Place(file, number), found | words)


def _diagnosis(line: str, message: str) -> tuple[str, dict[str, str]]:
    """Return the code, and further words, of a line that TOML refuses."""
    if message.startswith(_TWICE):
        return "L1-duplicate-key", {}
    outside = _QUOTED.sub("", line)
    marks = [mark for mark in _LOOKALIKES if mark in outside]
    if marks:
        allowed = " ".join(dict.fromkeys(_LOOKALIKES[mark] for mark in marks))
        return "L1-full-width", {"marks": " ".join(marks), "allowed": allowed}
    if _CHINESE_KEY.search(line.partition("=")[0]):
        return "L1-unquoted-key", {}
    if (day := _LIKE_A_DAY.search(line)) and not _is_day(*map(int, day.groups())):
        return "L1-no-such-day", {}
    if _UNQUOTED.search(line):
        return "L1-unquoted-value", {}
    return "L1-toml-syntax", {}


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _longest_line(text: str) -> int:
    sizes = [len(line) for line in text.splitlines()]
    return sizes.index(max(sizes)) + 1

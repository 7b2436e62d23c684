"""A workbook's parts, before any reader sees them: no bomb, no macro, no entity.

A reader is handed a package of our own making, of the parts that were read and judged here; so no
two programs can read two things out of one file.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.parsers import expat

from allocation.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Largest size of all parts together, unpacked, in bytes: 512 MB; and the most parts.
UNPACKED_LIMIT, MOST_PARTS = 512 * 1024 * 1024, 2_000
#: A part larger than this, in bytes, that is packed tighter than this is no table: sheets of real
#: payments are packed 5 to 30 times.
_SMALL, _TIGHTEST = 8 * 1024 * 1024, 200
#: What Python's reader of ZIP files raises on one that is damaged.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)
_CHUNK = 1024 * 1024
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: Without any of these a sheet has no formula and no error, and is not scanned.
_HINTS = (b"<f", b":f", b't="e"', b"t='e'")
#: Most cells of the rectangle from A1 to the last cell, which the reader lays out whole.
MOST_CELLS = 32_000_000
_LETTERS = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)[0-9]")
_LONG_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*[0-9]{6}")
_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*([0-9]+)")
_XML = (".xml", ".rels", ".vml")
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

#: By row and column from 0: the code of what is wrong with a cell that reads as blank.
Unread = dict[tuple[int, int], str]


def parts_of(content: bytes, file: str) -> dict[str, bytes] | Problem:
    """Return the parts of a workbook by name, or why it is not taken.

    Refused are: what is no ZIP file, bombs, macros, and parts that declare a document type, which
    is where entities come from.
    """
    place = Place(file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            found = _unpacked(package, place)
    except _DAMAGED:
        return Problem("L1-not-a-workbook", place, {"found": file, "reason": "ZIP"})
    if isinstance(found, Problem):
        return found
    for name, part in found.items():
        if problem := _refused(name, part, place):
            return problem
    return found


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return parts as a package that is not compressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def unread_cells(parts: Mapping[str, bytes]) -> dict[str, Unread]:
    """Return, by sheet name, the cells that hold an error, or a formula without its value.

    The reader of the cells gives both as blanks.
    """
    return {name: _unread(parts[part]) for name, part in _sheets(parts) if part in parts}


def _unpacked(package: zipfile.ZipFile, place: Place) -> dict[str, bytes] | Problem:
    infos = [info for info in package.infolist() if not info.is_dir()]
    names = {info.filename.lower() for info in infos}
    if len(infos) > MOST_PARTS or len(names) < len(infos):
        return _bomb(place, len(infos))
    found: dict[str, bytes] = {}
    total = 0
    for info in infos:
        part = _part(package, info, UNPACKED_LIMIT - total)
        if part is None:
            return _bomb(place, info.file_size)
        total += len(part)
        found[info.filename] = part
    return found


def _part(package: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes | None:
    """Return a part, or None as soon as it is larger or tighter packed than a table can be."""
    pieces: list[bytes] = []
    size = 0
    with package.open(info) as part:
        while piece := part.read(_CHUNK):
            size += len(piece)
            if size > room or (size > _SMALL and size > _TIGHTEST * max(info.compress_size, 1)):
                return None
            pieces.append(piece)
    return b"".join(pieces)


def _bomb(place: Place, found: int) -> Problem:
    words = {"found": found, "allowed": UNPACKED_LIMIT // 1024 // 1024, "parts": MOST_PARTS}
    return Problem("L1-unpacks-too-large", place, words)


def _refused(name: str, part: bytes, place: Place) -> Problem | None:
    lower = name.lower()
    if lower.endswith("vbaproject.bin"):
        return Problem("L1-macros", place, {"found": name[:60]})
    if not lower.endswith(_XML):
        return None
    # Other encodings could hide what is looked for.
    if b"\0" in part or _DECLARES.search(part):
        return Problem("L1-xml-entities", place, {"found": name[:60]})
    if lower == "[content_types].xml" and b"macroenabled" in part.lower():
        return Problem("L1-macros", place, {"found": name[:60]})
    if lower.startswith("xl/worksheets/") and (cells := _rectangle(part)) > MOST_CELLS:
        words = {"found": cells, "allowed": MOST_CELLS}
        return Problem("L1-sheet-too-wide", Place(place.file, 0, name[:60]), words)
    return None


def _rectangle(part: bytes) -> int:
    """Return how many cells, at most, lie from A1 to the last row and column that a sheet names."""
    columns = [_column(name.decode().upper()) + 1 for name in set(_LETTERS.findall(part))]
    # Rows are counted only where there may be many: it takes ten times as long.
    rows = max(map(int, _ROW.findall(part))) if _LONG_ROW.search(part) else 10**5 - 1
    return rows * max(columns, default=0)


def _sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield each sheet's name and its part."""
    targets = {
        marks.get("Id", ""): marks.get("Target", "")
        for tag, marks in _elements(parts.get("xl/_rels/workbook.xml.rels", b""))
        if tag == "Relationship"
    }
    for tag, marks in _elements(parts.get("xl/workbook.xml", b"")):
        if tag == "sheet":
            key = next((marks[mark] for mark in marks if mark.endswith(":id")), "")
            target = targets.get(key, "")
            absolute = target.startswith("/")
            yield marks.get("name", ""), target.lstrip("/") if absolute else f"xl/{target}"


def _elements(part: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part, each with its attributes, without their prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, marks: found.append((tag.rpartition(":")[2], marks))
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        # The reader of the cells says so.
        return []
    return found


def _unread(part: bytes) -> Unread:
    if not any(hint in part for hint in _HINTS):
        return {}
    scan = _Scan()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        return scan.found
    return scan.found


class _Scan:
    """What expat tells of a sheet: only the cells that read as blank and are not."""

    def __init__(self) -> None:
        self.found: Unread = {}
        self._row = self._column = -1
        self._kind = ""
        self._formula = self._in_value = self._has_value = False

    def start(self, tag: str, marks: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._row = int(marks["r"]) - 1 if marks.get("r", "").isdigit() else self._row + 1
            self._column = -1
        elif name == "c":
            self._cell(marks)
        elif name == "f":
            self._formula = True
        elif name == "v":
            self._in_value = True

    def _cell(self, marks: dict[str, str]) -> None:
        match = _CELL.fullmatch(marks.get("r", ""))
        self._row = int(match[2]) - 1 if match else self._row
        self._column = _column(match[1]) if match else self._column + 1
        self._kind = marks.get("t", "")
        self._formula = self._has_value = False

    def text(self, _data: str) -> None:
        self._has_value = self._has_value or self._in_value

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._in_value = False
        elif name == "c" and self._kind == "e":
            self.found[self._row, self._column] = "L1-error-in-cell"
        # Of type "str" the value may be an empty text.
        elif name == "c" and self._formula and not self._has_value and self._kind != "str":
            self.found[self._row, self._column] = "L1-formula-without-value"


def _column(letters: str) -> int:
    """Return a column's position from 0: A is 0, AA is 26."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1

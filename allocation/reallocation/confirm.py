"""A reallocation as movements of the book: recovered from the givers, issued to the getters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from allocation.errors import InputError, Place, Problem
from allocation.ledger.posting import Made
from allocation.ledger.records import Line as BookLine
from allocation.ledger.records import Movement
from allocation.record import read_record
from allocation.scenario.files import TABLE_LIMIT, digest, read_bytes

if TYPE_CHECKING:
    from allocation.ledger.book import Book
    from allocation.reallocation.reallocate import Reallocation

FORMAT = "reallocation-1"


def movements_of(found: Reallocation) -> list[dict[str, Any]]:
    """Return the movements, recoveries first: plain values for the record.

    Money goes from a recipient to the parent it came from, and from there to another; so the two
    sides of each line are equal.
    """
    moves, lines, ids = found.moves, found.ground.holdings.lines, found.loaded.frame.ids
    cells = np.argwhere(moves).tolist()
    cells.sort(key=lambda cell: moves[cell[0], cell[1]] > 0)
    return [
        {
            "kind": "issue" if moves[at, line] > 0 else "recover",
            "line": [
                lines[line].fund,
                lines[line].year,
                lines[line].batch,
                lines[line].purpose,
                lines[line].direct,
            ],
            "holder": ids[at],
            "fen": abs(int(moves[at, line])),
        }
        for at, line in cells
    ]


def confirm(book: Book, path: Path | str, document: str = "") -> int:
    """Post the reallocation of a record as one journal; return its number.

    Raises
    ------
    InputError
        If the record was changed, was not made from a book, moves nothing, or the book has changed
        since.
    """
    record = read_record(path, FORMAT)
    place = Place(str(path))
    if not record["book_state"]:
        raise InputError([Problem("L12-not-from-book", place)])
    if not record["movements"]:
        raise InputError([Problem("L12-nothing-to-move", place)])
    content = read_bytes(Path(path), str(path), TABLE_LIMIT)
    assert isinstance(content, bytes), "it was read just now"
    made = Made("reallocate", Path(path).name, digest(content))
    movements = [_movement(given, record["as_of"], document) for given in record["movements"]]
    return book.post(movements, made, state=record["book_state"])


def _movement(given: dict[str, Any], day: str, document: str) -> Movement:
    fund, year, batch, purpose, direct = given["line"]
    back = given["kind"] == "recover"
    return Movement(
        "recover" if back else "issue",
        BookLine(fund, int(year), batch, purpose, direct),
        given["holder"],
        given["fen"],
        day,
        source="issued" if back else "recovered",
        document=document,
    )

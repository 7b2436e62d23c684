"""One movement as an officer says it: names and amounts in words, the line of money left open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from allocation.errors import Problem, nearest, raise_if_any
from allocation.ledger.records import Line, Movement
from allocation.money import parse_amount
from allocation.registry.names import resolve_unit, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from allocation.ledger.book import Book
    from allocation.ledger.records import MovementKind


def movement_of(book: Book, kind: str, day: date, asked: Mapping[str, Any]) -> Movement:
    """Return the movement that is asked for.

    Parameters
    ----------
    asked
        ``recipient``, ``amount``, ``year``, ``batch``, ``purpose``, ``fund``, ``direct``, ``from``,
        ``document`` and ``note`` as text; what of the line is not given is taken from the only line
        of the recipient that fits.

    Raises
    ------
    InputError
        With everything that cannot be understood, or if several lines fit, or none.
    """
    problems: list[Problem] = []
    holder = code_of(book, asked["recipient"], day)
    if isinstance(holder, Problem):
        problems.append(holder)
    amount = _amount(asked["amount"], problems)
    if asked["year"] and not re.fullmatch(r"[1-9][0-9]{3}", asked["year"]):
        problems.append(Problem("L14-not-a-year", words={"found": asked["year"][:40]}))
    raise_if_any(problems)
    line = _line(book, kind, str(holder), asked)
    return Movement(
        cast("MovementKind", kind),
        line,
        str(holder),
        amount,
        day.isoformat(),
        source=asked["from"] or "",
        document=asked["document"],
        note=asked["note"],
    )


def code_of(book: Book, name: str, day: date) -> str | Problem:
    """Return whom a name means: a code, a name in the book, or any name the registry knows."""
    holders = book.holders
    if name in holders:
        return name
    called = [code for code, holder in holders.items() if holder.name == name]
    if len(called) == 1:
        return called[0]
    for found in (resolve_unit(name), resolve_zone(name, day)):
        if not isinstance(found, Problem):
            return found.id
    names = [holder.name for holder in holders.values()]
    return Problem(
        "L12-unknown-holder", words={"found": name[:60], "nearest": nearest(name, names)}
    )


def _amount(text: str, problems: list[Problem]) -> int:
    try:
        return parse_amount(text)
    except ValueError:
        words = {"found": text[:60], "recipient": "—", "key": "--amount"}
        problems.append(Problem("L3-amount", words=words))
        return 0


def _line(book: Book, kind: str, holder: str, asked: Mapping[str, Any]) -> Line:
    """Return the line of money meant: given in full, or the only one that fits."""
    given = {key: asked[key] for key in ("fund", "batch", "purpose") if asked[key] is not None}
    if asked["year"]:
        given["year"] = int(asked["year"])
    if asked["direct"]:
        given["direct"] = True
    table = book.positions()
    own = table[table["recipient"] == holder] if kind != "receive" else table
    fields = list(Line._fields)
    lines = [Line(*row) for row in own[fields].drop_duplicates().itertuples(index=False)]
    fitting = [line for line in lines if all(getattr(line, k) == v for k, v in given.items())]
    if len(fitting) == 1:
        return fitting[0]
    if kind == "receive" and not fitting and {"fund", "year"} <= set(given):
        return Line(**given)
    shown = "; ".join(" ".join(str(part) for part in line if part) for line in lines[:8]) or "—"
    code = "L12-which-line" if fitting else "L12-no-such-line"
    raise_if_any([Problem(code, words={"allowed": shown})])
    raise AssertionError(code)

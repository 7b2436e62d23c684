"""One movement as an officer says it: names and amounts in words, the line of money left open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from allocation.errors import Problem, nearest, raise_if_any
from allocation.ledger.holders import registered
from allocation.ledger.records import Holder, Line, Movement
from allocation.money import parse_amount
from allocation.registry.names import resolve_unit, resolve_zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from allocation.ledger.book import Book
    from allocation.ledger.records import Level, MovementKind


def movement_of(
    book: Book, kind: str, day: date, asked: Mapping[str, Any]
) -> tuple[Movement, list[Holder]]:
    """Return the movement that is asked for, and its recipient if it is declared with it.

    Parameters
    ----------
    asked
        ``recipient``, ``amount``, ``year``, ``batch``, ``purpose``, ``fund``, ``direct``, ``from``,
        ``document``, ``note``, ``under`` and ``level`` as text. What of the line is not given is
        taken from the only line of the recipient that fits, or of the one above it at ``issue``.
        With ``under``, a recipient that neither book nor registry knows is new, of that level.

    Raises
    ------
    InputError
        With everything that cannot be understood, or if several lines fit, or none.
    """
    problems: list[Problem] = []
    holder = _holder(book, asked, day, problems)
    amount = _amount(asked["amount"], problems)
    if asked["year"] and not re.fullmatch(r"[1-9][0-9]{3}", asked["year"]):
        problems.append(Problem("L14-not-a-year", words={"found": asked["year"][:40]}))
    raise_if_any(problems)
    movement = Movement(
        cast("MovementKind", kind),
        _line(book, kind, holder, asked),
        holder.code,
        amount,
        day.isoformat(),
        source=asked["from"] or "",
        document=asked["document"],
        note=asked["note"],
    )
    return movement, [holder] if asked["under"] else []


def _holder(book: Book, asked: Mapping[str, Any], day: date, problems: list[Problem]) -> Holder:
    """Return the recipient: known, or declared below another."""
    name, level = asked["recipient"], cast("Level", asked["level"] or "project")
    found, everybody = code_of(book, name, day), registered() | book.holders
    if not asked["under"]:
        problems += [found] if isinstance(found, Problem) else []
        return Holder("", name, level, "") if isinstance(found, Problem) else everybody[found]
    under = code_of(book, asked["under"], day)
    if isinstance(under, Problem):
        problems.append(under)
        return Holder("", name, level, "")
    if isinstance(found, Problem):
        return Holder(name, name, level, under)
    known = everybody[found]
    if (known.level, known.parent) != (level, under):
        words = {"found": known.code, "name": known.name[:60]}
        problems.append(Problem("L12-other-holder", words=words))
    return known


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


def _line(book: Book, kind: str, holder: Holder, asked: Mapping[str, Any]) -> Line:
    """Return the line of money meant: given in full, or the only one that fits."""
    given = {key: asked[key] for key in ("fund", "batch", "purpose") if asked[key] is not None}
    if asked["year"]:
        given["year"] = int(asked["year"])
    if asked["direct"]:
        given["direct"] = True
    table = book.positions()
    whose = holder.parent if kind == "issue" else holder.code
    own = table[table["recipient"] == whose] if kind != "receive" else table
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

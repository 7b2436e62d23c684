"""The CSV tables of a plan: figures by month, and payments already made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from allocation.disbursement.calendar import parse_day
from allocation.errors import Place, Problem, nearest
from allocation.money import UNITS, PartOfFenError, parse_amount, parse_ratio
from allocation.scenario.files import TABLE_LIMIT, digest, read_bytes
from allocation.scenario.tables import TOTALS, csv_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from fractions import Fraction
    from pathlib import Path

    from allocation.disbursement.issue import Issue

_KEYS = ("id", "recipient", "name")
#: Columns that say more of a recipient, and are passed over.
_ASIDE = ("name_en", "purpose", "note", "amount_fen", "total_fen")
MONTH = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:_(fen|yuan|wan))?")
#: Columns that say when a payment was made.
_WHEN = ("month", "date", "day")
ENDINGS = {"fen": "分", "yuan": "元", "wan": "万元"}


class Named(Protocol):
    """Recipients by id and name, shape (n,) each."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Unique."""

    @property
    def names(self) -> tuple[str, ...]:
        """In the same order."""


@dataclass(frozen=True)
class Payment:
    """A payment made: to whom (and for which purpose), in which month (and day), how much."""

    recipient: int
    purpose: int
    month: str
    day: date | None
    fen: int
    place: Place


@dataclass(frozen=True)
class Table:
    """A CSV file's rows with their lines; ``sha256`` of its content."""

    file: str
    header: list[str]
    line: int
    rows: list[tuple[int, list[str]]]
    sha256: str

    def place(self, line: int, column: str = "") -> Place:
        """Return the place of a cell."""
        return Place(self.file, line, column)


def open_table(file: str, folder: Path) -> tuple[Table | None, list[Problem]]:
    """Return a CSV file, and what is wrong with it as a whole."""
    content = read_bytes(folder / file, file, TABLE_LIMIT)
    if isinstance(content, Problem):
        return None, [content]
    rows, problems = csv_rows(content, file)
    if not rows:
        return None, problems
    (line, header), *body = rows
    problems += [
        Problem("L1-ragged-row", Place(file, at), {"found": len(cells), "allowed": len(header)})
        for at, cells in body
        if len(cells) != len(header)
    ]
    if not any(key in header for key in _KEYS):
        words = {"found": "id", "nearest": nearest("id", header)}
        problems.append(Problem("L1-unknown-column", Place(file, line), words))
    if any(not problem.warning for problem in problems):
        return None, problems
    key = header.index(next(key for key in _KEYS if key in header))
    body = [(at, cells) for at, cells in body if re.sub(r"\s", "", cells[key]) not in TOTALS]
    return Table(file, header, line, body, digest(content)), problems


def whose(table: Table, line: int, cells: Sequence[str], issue: Named) -> int | Problem:
    """Return the position of a row's recipient, by id or name, or what is wrong."""
    key = next(key for key in _KEYS if key in table.header)
    name = cells[table.header.index(key)]
    pairs = enumerate(zip(issue.ids, issue.names, strict=True))
    found = [at for at, pair in pairs if name in pair]
    if len(found) == 1:
        return found[0]
    words = {"found": name[:60], "nearest": nearest(name, [*issue.names, *issue.ids])}
    return Problem("L1-unknown-recipient", table.place(line, key), words)


def by_month(
    table: Table, issue: Issue, months: Sequence[str], parse: Callable[[str, str | None], Fraction]
) -> tuple[dict[int, list[Fraction | None]], list[Problem]]:
    """Return each recipient's figures in the plan's months; None for a blank cell.

    ``parse`` reads a cell; its unit is that of the column's name, if the name says one.
    """
    columns, problems = _month_columns(table, months)
    found: dict[int, list[Fraction | None]] = {}
    for line, cells in table.rows:
        at = whose(table, line, cells, issue)
        if isinstance(at, Problem):
            problems.append(at)
            continue
        if at in found:
            words = {"found": issue.names[at], "line": line}
            problems.append(Problem("L1-duplicate-recipient", table.place(line), words))
        found[at] = [None] * len(months)
        for column, month, unit in columns:
            text, place = cells[column], table.place(line, table.header[column])
            value = _read(text, unit, place, issue.names[at], parse)
            if isinstance(value, Problem):
                problems.append(value)
            else:
                found[at][months.index(month)] = value
    return found, problems


def _month_columns(
    table: Table, months: Sequence[str]
) -> tuple[list[tuple[int, str, str | None]], list[Problem]]:
    """Return position, month and unit of each column of a month, which stand in order."""
    matches = [(at, name, MONTH.fullmatch(name)) for at, name in enumerate(table.header)]
    place, problems = table.place(table.line), []
    for _, name, match in matches:
        if match is None and name not in (*_KEYS, *_ASIDE):
            problems.append(Problem("L2-schedule-column", place, {"found": name[:40]}))
        if match is not None and match[1] not in months:
            words = {"found": match[1], "allowed": f"{months[0]} … {months[-1]}"}
            problems.append(Problem("L14-month-outside", place, words))
    known = [(at, m[1], ENDINGS.get(m[2])) for at, _, m in matches if m and m[1] in months]
    order = [month for _, month, _ in known]
    if order != sorted(set(order)):
        words = {"found": "、".join(order)[:100]}
        problems.append(Problem("L14-columns-out-of-order", place, words))
    return known, problems


def _read(
    text: str,
    unit: str | None,
    place: Place,
    name: str,
    parse: Callable[[str, str | None], Fraction],
) -> Fraction | Problem | None:
    if not text:
        return None
    words = {"found": text[:60], "recipient": name}
    try:
        value = parse(text, unit)
    except PartOfFenError:
        return Problem("L14-part-of-fen", place, words)
    except ValueError:
        return Problem("L14-cell", place, words)
    if value < 0:
        return Problem("L14-negative-figure", place, words)
    return value


def progress_cell(text: str, _unit: str | None) -> Fraction:
    """Return progress such as ``60%`` or ``0.6``: more than all of it is a slip of the pen."""
    value = parse_ratio(text)
    if value > 1:
        raise ValueError(text)
    return value


def payments(table: Table, issue: Issue, unit: str | None) -> tuple[list[Payment], list[Problem]]:
    """Return the payments of a table with the columns id, month (or date), amount (and purpose)."""
    columns, problems = _payment_columns(table, issue)
    if problems:
        return [], problems
    found = []
    for line, cells in table.rows:
        at = whose(table, line, cells, issue)
        when = _when(table, line, cells)
        purpose = _purpose(cells, columns, issue)
        money = columns["amount"]
        named = ENDINGS.get(table.header[money].partition("_")[2], unit)
        place = table.place(line, table.header[money])
        called = issue.names[at] if isinstance(at, int) else ""
        fen = _fen(cells[money], named, place, called)
        wrong = [part for part in (at, fen, when) if isinstance(part, Problem)]
        if purpose is None:
            wrong.append(_unknown_purpose(table, line, cells[columns["purpose"]], issue))
        problems += wrong
        if not wrong:
            assert isinstance(at, int) and isinstance(fen, int)  # noqa: PT018 (for the checker)
            assert not isinstance(when, Problem), "it was kept apart above"
            found.append(Payment(at, purpose or 0, *when, fen, place))
    return found, problems


def is_planned(table: Table) -> bool:
    """Whether a table has a column for each month, as the ``schedule.csv`` of a plan."""
    return any(map(MONTH.fullmatch, table.header)) and not {*_WHEN} & {*table.header}


def planned(
    table: Table, issue: Issue, months: Sequence[str], until: str
) -> tuple[list[Payment], list[Problem]]:
    """Return what a table by month has up to ``until``: it was paid as it was planned."""
    columns, problems = _month_columns(table, months)
    purposes = {"purpose": table.header.index("purpose")} if "purpose" in table.header else {}
    if len(issue.purposes) > 1 and not purposes:
        words = {"found": "purpose", "nearest": nearest("purpose", table.header)}
        problems.append(Problem("L1-unknown-column", table.place(table.line), words))
    found: list[Payment] = []
    for line, cells in table.rows if not problems else ():
        at, purpose = whose(table, line, cells, issue), _purpose(cells, purposes, issue)
        if isinstance(at, Problem):
            problems.append(at)
            continue
        if purpose is None:
            problems.append(_unknown_purpose(table, line, cells[purposes["purpose"]], issue))
        for column, month, unit in columns:
            place, text = table.place(line, table.header[column]), cells[column]
            fen = _fen(text, unit, place, issue.names[at]) if text and month <= until else 0
            if isinstance(fen, Problem):
                problems.append(fen)
            elif fen:
                found.append(Payment(at, purpose or 0, month, None, fen, place))
    return found, problems


def _unknown_purpose(table: Table, line: int, found: str, issue: Issue) -> Problem:
    allowed = "、".join(
        f"{name}({key})" for name, key in zip(issue.purposes, issue.purpose_keys, strict=True)
    )
    words = {"found": found[:60], "allowed": allowed}
    return Problem("L1-unknown-paid-purpose", table.place(line, "purpose"), words)


def _when(table: Table, line: int, cells: Sequence[str]) -> tuple[str, date | None] | Problem:
    """Return month and, if it is said, day of a payment; what is said twice must agree."""
    said = {name: cells[table.header.index(name)] for name in _WHEN if name in table.header}
    said = {name: text for name, text in said.items() if text} or dict(list(said.items())[:1])
    read = {name: (_month_of(text), parse_day(text)) for name, text in said.items()}
    for name, (month, _) in read.items():
        if month is None:
            words = {"found": said[name][:60]}
            return Problem("L14-not-a-month", table.place(line, name), words)
    months = {month for month, _ in read.values() if month}
    days = {day for _, day in read.values() if day}
    if len(months) > 1 or len(days) > 1:
        words = {"found": "、".join(said.values())[:80]}
        return Problem("L14-month-and-day", table.place(line), words)
    return next(iter(months)), next(iter(days), None)


def _payment_columns(table: Table, issue: Issue) -> tuple[dict[str, int], list[Problem]]:
    allowed = {
        "month": _WHEN,
        "amount": ("amount", *(f"amount_{ending}" for ending in ENDINGS)),
    }
    if len(issue.purposes) > 1:
        allowed["purpose"] = ("purpose",)
    columns, problems = {}, []
    for key, names in allowed.items():
        here = [name for name in names if name in table.header]
        if here:
            columns[key] = table.header.index(here[0])
        else:
            words = {"found": key, "nearest": nearest(key, table.header)}
            problems.append(Problem("L1-unknown-column", table.place(table.line), words))
    return columns, problems


def _month_of(text: str) -> str | None:
    """Return the month a cell means: a month or a day."""
    if match := MONTH.fullmatch(text):
        return match[1]
    day = parse_day(text)
    return f"{day:%Y-%m}" if day else None


def _purpose(cells: Sequence[str], columns: dict[str, int], issue: Issue) -> int | None:
    if "purpose" not in columns:
        return 0
    name = cells[columns["purpose"]]
    for known in (issue.purposes, issue.purpose_keys):
        if name in known:
            return known.index(name)
    return None


def _fen(text: str, unit: str | None, place: Place, name: str) -> int | Problem:
    words = {"found": text[:60], "recipient": name}
    try:
        fen = parse_amount(text, unit)
    except PartOfFenError:
        return Problem("L14-part-of-fen", place, words)
    except ValueError:
        allowed = {"found": text[:60], "allowed": "、".join(UNITS)}
        return Problem("L14-payment-amount", place, allowed)
    return fen if fen >= 0 else Problem("L14-negative-figure", place, words)

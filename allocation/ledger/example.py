"""A book to try things on: years of issues, payments, refunds and a reversal, all made up.

Synthetic data (合成数据): amounts are those of an example, days and payments are drawn at random
(:mod:`allocation_models.synthetic_payments`); no figure stands for anything that happened. The
same seed gives the same entries.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from allocation.ledger.holders import registered
from allocation.ledger.posting import Made
from allocation.ledger.records import Line, Movement
from allocation_models.synthetic_payments import habits, later, left, payments, pledges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from allocation.disbursement.issue import Issue
    from allocation.ledger.book import Book
    from allocation.ledger.records import MovementKind
    from allocation_models.program import Integers
    from allocation_models.synthetic_payments import Left, Payments

#: Disbursements of a year's money, each with its spending: 20 000 payments.
DISBURSEMENTS = 10_000
#: Units issue in this many groups, each twice a year.
GROUPS = 12
#: Tenths of a year's money that are issued first, and percents of the example's amounts.
_FIRST, _AMOUNTS = 7, (90, 111)
#: Days of the year between which the first and the second issue fall.
_ISSUED = ((5, 30), (135, 176))


def write_example(
    book: Book, issue: Issue, fund: str, years: int, seed: int, until: date | None = None
) -> None:
    """Post ``years`` years of life up to the year of the issue; all but the last are closed.

    Parameters
    ----------
    issue
        Who gets how much in a year; each year's amounts are up to a tenth more or less.
    until
        The last day of the last year that is posted; default: all of it.
    """
    rng = np.random.default_rng(seed)
    issue = issue.take(np.flatnonzero(issue.amounts).tolist())
    known, rest = habits(rng, len(issue.ids)), None
    for year in range(issue.year - years + 1, issue.year + 1):
        percent = rng.integers(*_AMOUNTS, size=len(issue.ids))
        whole = issue.amounts * percent // 100
        given = np.stack([whole * _FIRST // 10, whole - whole * _FIRST // 10])
        line, groups = Line(fund, year), _groups(issue)
        days = np.stack([rng.integers(*span, size=GROUPS) for span in _ISSUED])
        found = payments(rng, known, given, days[:, groups], DISBURSEMENTS)
        day, pledged = pledges(known, given, found)
        last = until.isoformat() if until and year == issue.year else f"{year}-12-31"
        for movements in _issues(issue, line, given, days, groups):
            _post(book, movements, Made("issue"), last)
        rows = _rows(issue, line, found) + _pledged(issue, line, day, pledged)
        if rest is not None:
            rows += _rows(issue, Line(fund, year - 1), later(rng, rest), year)
        for movements in _by_month(rows):
            _post(book, movements, Made("import"), last)
        rest = left(given, found, pledged)
        if last == f"{year}-12-31":
            _correct(book, issue, line, rest)
        if year < issue.year:
            book.close_year(year)


def _post(book: Book, movements: list[Movement], made: Made, last: str) -> None:
    """Post what is no later than a day."""
    seen = [movement for movement in movements if movement.on <= last]
    if seen:
        book.post(seen, made)


def _groups(issue: Issue) -> Integers:
    """Return the group in which each recipient's unit issues, shape (n,)."""
    _, order = np.unique(np.array(issue.units), return_inverse=True)
    groups: Integers = order * GROUPS // (order.max() + 1)
    return groups


def _issues(
    issue: Issue, line: Line, given: Integers, days: Integers, groups: Integers
) -> Iterator[list[Movement]]:
    """Yield each issue: what the units of a group receive, and what they pass on."""
    parents = {code: holder.parent for code, holder in registered().items()}
    for turn, said in enumerate(("提前下达", "下达")):
        for group, day in enumerate(days[turn].tolist()):
            sums: dict[str, int] = {}
            passed_on = []
            on, document = _days(line.year, [day])[0], f"示例〔{line.year}〕{said}{group + 1}号"
            for at in np.flatnonzero((groups == group) & (given[turn] > 0)).tolist():
                code, fen = issue.ids[at], int(given[turn, at])
                sums[parents[code]] = sums.get(parents[code], 0) + fen
                passed_on.append(Movement("issue", line, code, fen, on, document=document))
            received = [
                Movement("receive", line, unit, fen, on, document=document)
                for unit, fen in sums.items()
            ]
            yield received + passed_on


def _rows(issue: Issue, line: Line, found: Payments, year: int = 0) -> list[Movement]:
    """Return payments as movements: committed, disbursed, spent, refunded."""
    number = np.arange(len(found.who))
    before = found.committed_on > 0
    parts: tuple[tuple[MovementKind, str, Integers, Integers, Integers], ...] = (
        ("commit", "HT", number[before], found.committed_on, found.paid),
        ("disburse", "ZF", number, found.paid_on, found.paid),
        ("spend", "ZC", number, found.spent_on, found.spent),
        ("refund", "TH", number, found.spent_on, found.refunded),
    )
    rows = []
    for kind, letters, chosen, days, amounts in parts:
        taken = chosen[amounts[chosen] > 0]
        source = ["committed" if kind == "disburse" and on else "" for on in found.committed_on]
        for at, who, day, fen in zip(
            taken.tolist(),
            found.who[taken].tolist(),
            _days(year or line.year, days[taken]),
            amounts[taken].tolist(),
            strict=True,
        ):
            document = f"{letters}{line.year}-{at + 1:05d}"
            rows.append(
                Movement(kind, line, issue.ids[who], fen, day, source[at], document=document)
            )
    return rows


def _pledged(issue: Issue, line: Line, day: int, pledged: Integers) -> list[Movement]:
    on = _days(line.year, [day])[0]
    return [
        Movement("commit", line, issue.ids[at], int(pledged[at]), on, document=f"HT{line.year}年末")
        for at in np.flatnonzero(pledged).tolist()
    ]


def _by_month(rows: list[Movement]) -> Iterator[list[Movement]]:
    """Yield the movements of each month, as an office would import them."""
    months: dict[str, list[Movement]] = {}
    for row in sorted(rows, key=lambda row: row.on):
        months.setdefault(row.on[:7], []).append(row)
    yield from months.values()


def _correct(book: Book, issue: Issue, line: Line, rest: Left) -> None:
    """Post a spending twice by mistake, and reverse it eight days later."""
    who = int(rest.paid.argmax())
    fen = max(int(rest.paid[who]) // 2, 1)
    spent = Movement("spend", line, issue.ids[who], fen, f"{line.year}-12-20", document="ZC重复")
    book.post([spent], Made("import"))
    entry = int(book.entries(last=1)["entry"].iloc[0])
    book.reverse(entry, "示例:重复记账", date(line.year, 12, 28))


def _days(year: int, days: Integers | list[int]) -> list[str]:
    """Return days of a year, counted from 1, as ISO texts."""
    found = np.datetime64(f"{year}-01-01") + (np.asarray(days) - 1)
    texts: list[str] = np.datetime_as_string(found, unit="D").tolist()
    return texts

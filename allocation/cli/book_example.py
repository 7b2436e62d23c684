"""``bokuan book example``: a book of made-up payments, to try things on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.cli.book_options import FUND
from allocation.cli.options import argument, days, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import click

_SCENARIO, _LAST_YEAR = "national-2022-zones", 2022
#: The book's years end with the scenario's; the first list of zones is of 2015.
_MOST_YEARS = 7


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("file"),
        option(language, "--years", term="cli-book-example-years", metavar="NUMBER", default="6"),
        option(language, "--seed", term="cli-book-example-seed", metavar="NUMBER", default="1"),
        option(language, "--until", term="cli-book-example-until", metavar="DATE"),
    )


def run(language: Language, file: str, *, years: str, seed: str, until: str | None) -> None:
    """Make the book whole, then put it in its place; say where it is."""
    from allocation.report.saved import save_files

    allowed = [str(year) for year in range(1, _MOST_YEARS + 1)]
    problems = []
    if years not in allowed:
        problems.append(_odd("--years", years, "、".join(allowed), "6"))
    if not re.fullmatch(r"[0-9]{1,9}", seed):
        problems.append(_odd("--seed", seed, "0, 1, 2 …", "1"))
    last = days(until=until)["until"]
    if last and last.year != _LAST_YEAR:
        problems.append(_odd("--until", str(last), f"{_LAST_YEAR}-01-01 … 12-31", "—"))
    path = Path(file)
    if path.exists():
        problems.append(Problem("L12-book-exists", words={"found": file}))
    raise_if_any(problems)

    def write(draft: Path) -> None:
        _write(draft, int(years), int(seed), last, language)

    for written in save_files(path.parent, {path.name: write}):
        print(say("cli-written", language, path=written))
    print(say("book-synthetic", language))


def _write(path: Path, years: int, seed: int, last: date | None, language: Language) -> None:
    from allocation.disbursement.issue import issue_of
    from allocation.engine import allocate
    from allocation.ledger.book import Book
    from allocation.ledger.example import write_example

    issue = issue_of(allocate(_SCENARIO))
    words = {"count": len(issue.ids), "year": issue.year, "years": years, "seed": seed}
    title = say("forecast-example-title", language, **words)
    with Book.create(path, title=title, synthetic=True) as book:
        write_example(book, issue, FUND, years, seed, last)


def _odd(name: str, found: str, allowed: str, near: str) -> Problem:
    words = {"option": name, "found": found[:20], "allowed": allowed, "nearest": near}
    return Problem("L1-option-value", words=words)

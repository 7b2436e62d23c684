"""``bokuan book issue``: post what an allocation issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.book_options import FUND, book_option, opened
from allocation.cli.options import argument, days, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.disbursement.issue import Issue


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("source"),
        option(language, "--on", term="cli-book-on", metavar="DATE", required=True),
        option(language, "--batch", term="cli-book-batch", metavar="TEXT", default=""),
        option(language, "--document", term="cli-book-document", metavar="TEXT", default=""),
        option(language, "--fund", term="cli-book-fund", metavar="TEXT", default=FUND),
        option(language, "--direct", term="cli-book-direct", is_flag=True),
        option(language, "--under", term="cli-book-under", metavar="NAME", default=""),
        option(language, "--passed-on", term="cli-book-passed-on", is_flag=True),
        book_option(language),
    )


def run(
    language: Language,
    source: str,
    *,
    on: str,
    batch: str,
    document: str,
    fund: str,
    direct: bool,
    under: str,
    passed_on: bool,
    book: str | None,
) -> None:
    """Post the issue and say what was posted."""
    from allocation.money import format_amount

    day = days(on=on)["on"]
    assert day is not None, "it is required"
    with opened(book) as found:
        issue = _issue(source)
        journal = found.issue(
            issue,
            fund=fund,
            on=day,
            batch=batch,
            document=document,
            direct=direct,
            under=_unit(under),
            received=not passed_on,
        )
    words = {"journal": journal, "amount": format_amount(issue.total), "count": len(issue.ids)}
    print(say("book-issued", language, **words))


def _issue(source: str) -> Issue:
    from allocation.disbursement.issue import issue_of, issue_of_record
    from allocation.engine import allocate
    from allocation.record import read_record

    if source.endswith(".json"):
        return issue_of_record(read_record(source))
    return issue_of(allocate(source))


def _unit(name: str) -> str:
    """Return the code of the budget unit of that name; nothing for none."""
    from allocation.registry.names import resolve_unit

    if not name:
        return ""
    found = resolve_unit(name)
    if isinstance(found, Problem):
        raise_if_any([found])
        return ""
    return found.id

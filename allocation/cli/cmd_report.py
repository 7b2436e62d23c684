"""``bokuan report``: one to four allocations as one HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import arguments, days, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        arguments("sources"),
        option(language, "--plan", term="cli-schedule-plan", metavar="PLAN"),
        option(language, "--book", term="cli-report-book", metavar="FILE"),
        option(language, "--as-of", term="cli-book-status-as-of", metavar="DATE"),
        option(language, "--out", term="cli-report-out", metavar="FILE", default="report.html"),
    )


def run(
    language: Language,
    sources: tuple[str, ...],
    *,
    plan: str | None,
    book: str | None,
    as_of: str | None,
    out: str,
) -> None:
    """Write the page; it begins in the language spoken."""
    from allocation.report.overview.page import report_page

    page = report_page(*sources, plan=plan, book=book, **days(as_of=as_of))
    print(say("cli-written", language, path=page.save(out, language)))

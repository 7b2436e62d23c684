"""``bokuan notice``: the issue notice and its attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.cli.options import argument, one_of, option
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from allocation.disbursement.issue import By


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        argument("source"),
        option(language, "--notice", "terms", term="cli-notice-terms", metavar="FILE"),
        one_of(language, "--by", ("city", "unit"), term="cli-notice-by"),
        option(language, "--schedule", term="cli-notice-schedule", metavar="FILE"),
        option(language, "--letterhead", term="cli-notice-letterhead", metavar="FILE"),
        option(language, "--out", term="cli-notice-out", metavar="DIR", required=True),
    )


def run(
    language: Language,
    source: str,
    *,
    terms: str | None,
    by: By | None,
    schedule: str | None,
    letterhead: str | None,
    out: str,
) -> None:
    """Write the files, say where, and which fields are still blank."""
    from allocation.report.layout import printable
    from allocation.report.notice import notice

    found = notice(source, terms, by=by, schedule=schedule, letterhead=letterhead)
    for path in found.save(out, language):
        print(say("cli-written", language, path=path))
    for problem in found.warnings:
        print(say("report-warning", language, text=printable(problem.text(language))))

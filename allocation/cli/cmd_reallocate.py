"""``bokuan reallocate``: idle money moved in mid-year to recipients that can use it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import option
from allocation.errors import InputError, Problem
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        option(language, "--plan", term="cli-reallocate-plan", metavar="PLAN"),
        option(language, "--scenario", term="cli-reallocate-scenario", metavar="REF"),
        book_option(language),
        option(language, "--uncertain", term="cli-reallocate-uncertain", is_flag=True),
        option(language, "--solver", term="cli-solver", metavar="NAME"),
        option(language, "--out", term="cli-reallocate-out", metavar="DIR"),
        option(language, "--confirm", "record", term="cli-reallocate-confirm", metavar="FILE"),
        option(language, "--document", term="cli-reallocate-document", metavar="TEXT"),
    )


def run(
    language: Language,
    *,
    plan: str | None,
    scenario: str | None,
    book: str | None,
    uncertain: bool,
    solver: str | None,
    out: str | None,
    record: str | None,
    document: str | None,
) -> None:
    """Move; write; print. With ``--confirm``, only post the reallocation of a record."""
    if record is not None:
        _confirm(language, record, book, document or "", others=(plan, scenario, out, solver))
        return
    if plan is None:
        raise InputError([Problem("L1-no-reallocation-plan")])
    if document is not None:
        words = {"found": "--document", "allowed": "--confirm"}
        raise InputError([Problem("L1-option-needs", words=words)])
    from allocation.engine import DEFAULT_SOLVER
    from allocation.report.reallocated import needs_book, reallocate
    from allocation.report.reallocation_text import print_reallocation

    with ExitStack() as stack:
        wanted = book is not None or needs_book(plan)
        ledger = stack.enter_context(opened(book)) if wanted else None
        found = reallocate(
            plan,
            scenario=scenario,
            book=ledger,
            uncertain=uncertain,
            solver=solver or DEFAULT_SOLVER,
        )
    written = found.save(out, language) if out is not None else []
    print_reallocation(found.reallocation, language)
    for path in written:
        print(say("cli-written", language, path=path))


def _confirm(
    language: Language, record: str, book: str | None, document: str, *, others: Sequence[object]
) -> None:
    from allocation.reallocation.confirm import confirm

    if any(other is not None for other in others):
        words = {"found": "--confirm", "allowed": "--book, --document"}
        raise InputError([Problem("L1-option-alone", words=words)])
    with opened(book) as ledger:
        journal = confirm(ledger, record, document)
        print(say("reallocation-confirmed", language, journal=journal, path=ledger.path))

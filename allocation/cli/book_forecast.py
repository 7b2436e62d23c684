"""``bokuan book forecast``: what will be spent by the end of the year, and what may be left."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from allocation.cli.book_options import book_option, opened
from allocation.cli.options import days, option
from allocation.errors import Problem, raise_if_any
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click


def parameters(language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters."""
    return (
        option(language, "--as-of", term="cli-book-forecast-as-of", metavar="DATE"),
        option(language, "--recipient", term="cli-book-forecast-recipient", metavar="NAME"),
        option(
            language,
            "--interval",
            term="cli-book-forecast-interval",
            metavar="SHARE",
            default="80%",
        ),
        option(language, "--over", term="cli-book-forecast-over", metavar="SHARE", default="5%"),
        option(language, "--out", term="cli-book-forecast-out", metavar="DIR"),
        book_option(language),
    )


def run(
    language: Language,
    *,
    as_of: str | None,
    recipient: str | None,
    interval: str,
    over: str,
    out: str | None,
    book: str | None,
) -> None:
    """Foresee; write; print. Files are there even if nobody reads the table."""
    from allocation.ledger.by_hand import code_of
    from allocation.ledger.forecast import forecast
    from allocation.report.book_text import print_head
    from allocation.report.forecast_files import save_forecast
    from allocation.report.forecast_text import print_forecast

    shares = _shares({"--interval": interval, "--over": over})
    day = days(as_of=as_of)["as_of"]
    with opened(book) as kept:
        code = code_of(kept, recipient, day or date.today()) if recipient else ""  # noqa: DTZ011 (as is)
        if isinstance(code, Problem):
            raise_if_any([code])
        found = forecast(kept.flows(day), day, interval=shares["--interval"], over=shares["--over"])
        written = []
        if out is not None:
            written = save_forecast(
                found, out, language, recipient=str(code), synthetic=kept.synthetic
            )
        print_head(kept, language)
        print_forecast(found, str(code), language)
    for path in written:
        print(say("cli-written", language, path=path))


def _shares(texts: dict[str, str]) -> dict[str, Fraction]:
    """Return shares strictly between 0 and 1, by option; refuse all others at once."""
    from allocation.money import parse_ratio

    found, problems = {}, []
    for name, text in texts.items():
        try:
            found[name] = parse_ratio(text)
        except ValueError:
            found[name] = Fraction(0)
        if not 0 < found[name] < 1:
            words = {"option": name, "found": text[:40], "allowed": "1%–99%", "nearest": "80%"}
            problems.append(Problem("L1-option-value", words=words))
    raise_if_any(problems)
    return found

"""A forecast in sentences and as a table on the terminal; amounts ahead in whole 万元."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from allocation.money import format_amount, format_ratio
from allocation.report.layout import percent, printable, wan
from allocation.report.terminal import console, ruled
from allocation.wording import Language, say

if TYPE_CHECKING:
    from allocation.ledger.forecast import Forecast

#: So many recipients are shown: those with most left over. All stand in the files.
SHOWN = 20
_HEADS = ("recipient", "budget", "spent", "expected", "range", "left", "chance")


def print_forecast(found: Forecast, recipient: str, language: Language) -> None:
    """Print what is foreseen: of all as a table, or of one recipient."""
    out = console()
    for sentence in sentences(found, recipient, language):
        out.print(sentence)
    if not recipient:
        over = format_ratio(found.over, 0)
        heads = [say(f"forecast-head-{head}", language, over=over) for head in _HEADS]
        out.print(ruled(heads, _rows(found)))
        if len(found.recipients) > SHOWN:
            words = {"shown": SHOWN, "count": len(found.recipients)}
            out.print(say("forecast-shown", language, **words))
    for sentence in (*judgement(found, language), say("forecast-estimate", language)):
        out.print(sentence)


def sentences(found: Forecast, recipient: str, language: Language) -> tuple[str, ...]:
    """Return what is there, and what is foreseen, of all or of one recipient.

    Raises
    ------
    InputError
        If the recipient is not in the forecast.
    """
    if recipient:
        at = found.position(recipient)
        low, high = found.ends[:, at].tolist()
        name, chosen = printable(found.names[at]), slice(at, at + 1)
    else:
        low, high = found.total_ends
        name, chosen = say("forecast-all", language), slice(None)
    budget, spent, expected, left = (
        int(fen[chosen].sum()) for fen in (found.budget, found.spent, found.expected, found.left)
    )
    now = say(
        "forecast-now",
        language,
        name=name,
        day=found.as_of,
        last=found.last_spent,
        spent=format_amount(spent),
        budget=format_amount(budget),
        rate=percent(spent, budget) or "—",
    )
    words = {"expected": expected, "low": low, "high": high, "left": left}
    ahead = say(
        "forecast-ahead",
        language,
        sure=format_ratio(found.interval, 0),
        **{key: rough(fen) for key, fen in words.items()},
    )
    if not recipient:
        return now, ahead
    return now, ahead, _one(found, at, language)


def _one(found: Forecast, at: int, language: Language) -> str:
    return say(
        "forecast-one",
        language,
        over=format_ratio(found.over, 0),
        chance=format_ratio(found.chances[at], 0),
        own=estimate(float(found.trust[at])),
    )


def judgement(found: Forecast, language: Language) -> tuple[str, ...]:
    """Return how wrong such forecasts were, and whether they were better than the rules."""
    test = found.back_test
    shares = {method: test.share(method) for method in ("forecast", "proportional", "last_year")}
    said = [
        say(
            "forecast-tested",
            language,
            years="、".join(map(str, test.years)) if language == "zh" else _listed(test.years),
            **{method: estimate(share, 1) for method, share in shares.items()},
        )
    ]
    said.append(_intervals(found, language))
    if shares["forecast"] >= min(shares["proportional"], shares["last_year"]):
        said.append(say("forecast-no-better", language))
    return tuple(said)


def _intervals(found: Forecast, language: Language) -> str:
    """Return how often intervals held what they promise."""
    test, sure = found.back_test, format_ratio(found.interval, 0)
    single, total = test.coverage, test.total_coverage
    if single is None or total is None:
        words = {"sure": sure, "count": len(test.years)}
        return say("forecast-untested-interval", language, **words)
    words = {"sure": sure, "coverage": estimate(single), "total": estimate(total)}
    return say("forecast-coverage", language, **words)


def _listed(years: tuple[int, ...]) -> str:
    return ", ".join(map(str, years))


def _rows(found: Forecast) -> list[list[str]]:
    low, high = found.ends
    budget, spent, expected, left = found.budget, found.spent, found.expected, found.left
    chances = found.chances
    return [
        [
            printable(found.names[at]),
            rough(budget[at]),
            rough(spent[at]),
            rough(expected[at]),
            f"{rough(low[at])}~{rough(high[at])}",
            rough(left[at]),
            format_ratio(chances[at], 0),
        ]
        for at in np.argsort(-left, kind="stable")[:SHOWN].tolist()
    ]


def rough(fen: int) -> str:
    """Return an estimate in whole 万元: more places would claim to be known."""
    return wan(int(fen), 0) or "0"


def estimate(share: float, places: int = 0) -> str:
    """Return an estimated share as a percentage."""
    return format_ratio(Fraction(share), places)

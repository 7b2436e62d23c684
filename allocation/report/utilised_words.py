"""Utilisation in words: titles, names of groups, rates with their two figures, reasons."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from allocation.ledger.alert_settings import RATES
from allocation.ledger.carried import surplus_rule
from allocation.ledger.utilisation import total_of
from allocation.money import format_amount, format_ratio
from allocation.registry.regions import AssessmentRegion, FiscalRegion
from allocation.registry.units import units_by_id
from allocation.registry.zones import all_zones
from allocation.report.layout import places_of_fen, printable
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocation.ledger.alert_settings import Threshold
    from allocation.report.utilised import Utilised

_REGIONS = {"fiscal_region": FiscalRegion, "assessment_region": AssessmentRegion}


def title(found: Utilised, language: Language) -> str:
    """Return what stands above a table: book, year, day."""
    head = printable(found.source.title)
    words = say("utilisation-title", language, year=found.year, day=found.as_of)
    marked = say("utilisation-synthetic", language) if found.source.synthetic else ""
    return f"{head}{' ' if head else ''}{words}{marked}"


def places(found: Utilised) -> int:
    """Return how many places of 万元 show every amount of the table whole."""
    sums = found.table[["denominator", "disbursed", "spent"]]
    return places_of_fen(sums.to_numpy().ravel())


def rate(value: Fraction | None) -> str:
    """Return a rate in per cent, rounded half up at two places; a blank where there is none."""
    return "" if value is None else format_ratio(value)


def points(value: Fraction | None) -> str:
    """Return a difference of rates in points with its sign."""
    if value is None:
        return ""
    words = format_ratio(value).removesuffix("%")
    return words if words.startswith("-") or value == 0 else f"+{words}"


def rate_sentence(part: int, whole: int, language: Language, *, names: tuple[str, str]) -> str:
    """Return a rate with its numerator and denominator (law 13), or why there is none.

    Parameters
    ----------
    names
        Keys of what the numerator and the denominator are called.
    """
    words = {
        "part": say(names[0], language),
        "whole": say(names[1], language),
        "part_fen": format_amount(part),
        "whole_fen": format_amount(whole),
    }
    if whole <= 0:
        return say("utilisation-no-rate", language, **words)
    return say("utilisation-rate", language, rate=rate(Fraction(part, whole)), **words)


def label(found: Utilised, key: str, by: str, language: Language) -> str:
    """Return what a group is called."""
    if not key:
        return say("utilisation-none", language)
    if by in _REGIONS:
        return _REGIONS[by](key).label(language)
    if by == "direct":
        return say(f"utilisation-{key}", language)
    return name_of(found, key, language) if by in {"recipient", "unit"} else printable(key)


def name_of(found: Utilised, code: str, language: Language) -> str:
    """Return a holder's name; in English that of the registry, if it has one."""
    if language == "en":
        unit = units_by_id().get(code)
        english = unit.name_en if unit else zones_in_english().get(code)
        if english:
            return english
    return printable(found.names.get(code, code))


@cache
def zones_in_english() -> dict[str, str]:
    """Return the English names of zones that have one, by code."""
    return {zone.id: zone.name_en for zone in all_zones() if zone.name_en}


def summary(found: Utilised, language: Language) -> list[str]:
    """Return the totals in sentences: both rates, the yardstick, and the plan."""
    row = found.total.iloc[0]
    whole = f"utilisation-{found.denominator.replace('_', '-')}"
    said = [
        rate_sentence(
            int(row[part]),
            int(row["denominator"]),
            language,
            names=(f"utilisation-{part}", whole),
        )
        for part in ("disbursed", "spent")
    ]
    months = found.elapsed * 12
    yardstick = {"months": int(months), "rate": format_ratio(found.elapsed)}
    if row["ahead"] is not None:
        gap = points(row["ahead"])
        said.append(say("utilisation-elapsed", language, gap=gap, **yardstick))
    if found.planned is not None:
        plan = total_of(found.recipients, found.elapsed).iloc[0]
        names = ("utilisation-disbursed", "utilisation-planned")
        pair = (int(plan["disbursed"]), int(plan["planned"]))
        said.append(rate_sentence(*pair, language, names=names))
    return said


def stage_word(row: Any, language: Language) -> str:
    """Return in which year of carry-over money is, and when it becomes surplus."""
    stage = str(row.stage).replace("_", "-")
    if row.surplus_on is None:
        return say("utilisation-stage-unknown", language)
    rule = surplus_rule()
    article = rule.article if language == "zh" else rule.article_en
    return say(f"utilisation-stage-{stage}", language, day=row.surplus_on, article=article)


def reason(found: Utilised, row: Any, language: Language) -> str:
    """Return why somebody is on a warning list, with the money."""
    threshold = found.settings.threshold[int(row.threshold)]
    words = {"name": called(threshold, language), "stake": format_amount(int(row.at_stake))}
    kind = row.measure.replace("_", "-")
    if row.measure not in RATES:
        key = f"utilisation-why-{kind}"
        if row.measure == "near_surplus" and int(row.days) < 0:
            return say("utilisation-why-past-surplus", language, days=-int(row.days), **words)
        return say(key, language, days=int(row.days), **words)
    part = "spent" if row.measure in {"spent_rate", "behind_elapsed"} else "disbursed"
    whole = found.denominator.replace("_", "-") if row.measure != "behind_plan" else "planned"
    said = rate_sentence(
        int(row.numerator),
        int(row.denominator),
        language,
        names=(f"utilisation-{part}", f"utilisation-{whole}"),
    )
    limit = format_ratio(row.limit)
    return say(f"utilisation-why-{kind}", language, said=said, limit=limit, **words)


def called(threshold: Threshold, language: Language) -> str:
    """Return the name of a threshold."""
    words = threshold.name if language == "zh" else threshold.name_en or threshold.name
    return printable(words)


def band_sums(found: Utilised, state: str) -> list[int]:
    """Return the idle money of each band of days, and above the last, in fen."""
    import numpy as np

    rows = found.idle[found.idle["state"] == state]
    at = np.searchsorted(np.array(found.settings.bands), rows["days"].to_numpy())
    sums = np.zeros(len(found.settings.bands) + 1, dtype=np.int64)
    np.add.at(sums, at, rows["amount"].to_numpy())
    return [int(fen) for fen in sums]


def band_heads(bands: Sequence[int], language: Language) -> list[str]:
    """Return what the bands are called: up to 30 days, 31 to 90, …, over 365."""
    first = [say("utilisation-band-first", language, days=bands[0])]
    pairs = pairwise(bands)
    between = [say("utilisation-band", language, first=a + 1, last=b) for a, b in pairs]
    return [*first, *between, say("utilisation-band-last", language, days=bands[-1])]


def carried_sums(found: Utilised) -> pd.DataFrame:
    """Return unspent money and surplus by the year of the line, with its stage and day."""
    rows = found.carried
    stages = rows.groupby("year")[["stage", "surplus_on"]].first()
    return rows.groupby("year")[["unspent", "surplus"]].sum().join(stages).reset_index()

"""Published ranks of the assessment, as far as they were seen: most zones have none."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from allocation.errors import FaultError, InputError, Problem
from allocation.registry.regions import AssessmentRegion
from allocation.registry.table import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The comprehensive ranking, the one that steers money.
OVERALL = "综合排名"
#: The ranking within an assessment region; asked for with ``region``.
REGIONAL = "分地区排名"

_Key = tuple[int, str, AssessmentRegion | None]


def _add(ranks: dict[str, int], row: Mapping[str, str]) -> None:
    """Add one row; a row that repeats another source's rank is the same fact."""
    zone, rank = row["zone_id"], int(row["rank"])
    holder = next((other for other, taken in ranks.items() if taken == rank), zone)
    if holder != zone or ranks.setdefault(zone, rank) != rank:
        words = {"round": row["pub_round"], "list": row["list_type"], "rank": rank, "zone": zone}
        raise FaultError([Problem("L1-conflicting-ranks", words=words)])


@cache
def _rankings() -> dict[_Key, dict[str, int]]:
    found: dict[_Key, dict[str, int]] = {}
    for row in read_table("rankings"):
        region = AssessmentRegion(row["region"]) if row["region"] else None
        _add(found.setdefault((int(row["pub_round"]), row["list_type"], region), {}), row)
    return found


def published_ranks(
    pub_round: int, list_type: str = OVERALL, region: AssessmentRegion | None = None
) -> Mapping[str, int]:
    """Return the published ranks of a round by zone id; zones without a published rank are absent.

    Parameters
    ----------
    pub_round
        Year of the assessment (N年考核): it uses the data of N-1 and comes out about January N+1.
    list_type
        Which list, as printed: ``综合排名`` (default), ``分地区排名``, ``进出口总额前10名`` …
    region
        The pool of a regional list; None for a national one.

    Raises
    ------
    InputError
        If no rank of that list is in the registry; the problem names the lists of the round.
    """
    ranks = _rankings().get((pub_round, list_type, region))
    if ranks is None:
        raise InputError([_unknown_ranking(pub_round, list_type, region)])
    return MappingProxyType(ranks)


def _unknown_ranking(pub_round: int, list_type: str, region: AssessmentRegion | None) -> Problem:
    here = [_title(kind, pool) for number, kind, pool in _rankings() if number == pub_round]
    rounds = sorted({number for number, _, _ in _rankings()})
    words = {
        "round": pub_round,
        "list": _title(list_type, region),
        "known": "、".join(here) or "—",
        "rounds": "、".join(map(str, rounds)),
    }
    return Problem("L1-unknown-ranking", words=words)


def _title(list_type: str, region: AssessmentRegion | None) -> str:
    return f"{list_type}({region.value})" if region else list_type

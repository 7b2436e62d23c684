from __future__ import annotations

import pytest

from allocation.errors import FaultError, InputError
from allocation.registry import REGIONAL, AssessmentRegion, published_ranks, rankings


def test_the_2021_round_prints_its_top_thirty():
    ranks = published_ranks(2021)
    assert set(range(1, 31)) <= set(ranks.values())
    assert ranks["32-suzhou-industrial-park"] == 1
    assert ranks["21-dalian"] == 18
    assert len(ranks) == 32


def test_a_round_knows_the_ranks_in_a_pool():
    assert published_ranks(2023, REGIONAL, AssessmentRegion.CENTRAL) == {
        "41-zhengzhou": 4,
        "41-luohe": 7,
    }


def test_a_regional_rank_agrees_with_the_order_of_the_overall_one():
    overall = published_ranks(2023)
    pool = published_ranks(2023, REGIONAL, AssessmentRegion.CENTRAL)
    by_pool = sorted(pool, key=pool.__getitem__)
    assert by_pool == sorted(pool, key=overall.__getitem__)


@pytest.mark.parametrize(
    ("provinces", "count"), [(("320000",), 9), (("410000",), 7)], ids=["Jiangsu", "Henan"]
)
def test_the_2023_round_in_two_provinces(provinces, count):
    ranks = published_ranks(2023)
    assert sum(zone[:2] in {code[:2] for code in provinces} for zone in ranks) == count


def test_ranks_cannot_be_written():
    with pytest.raises(TypeError):
        published_ranks(2021)["21-dalian"] = 1


@pytest.mark.parametrize(
    "asked", [(2025,), (2021, "综合"), (2021, REGIONAL, AssessmentRegion.EAST), (2023, REGIONAL)]
)
def test_an_unknown_ranking_is_an_error_that_names_the_known(asked):
    with pytest.raises(InputError) as error:
        published_ranks(*asked)
    (problem,) = error.value.problems
    assert problem.code == "L1-unknown-ranking"
    assert "2021" in problem.text("zh")


ROW = {"pub_round": "2099", "data_year": "2098", "list_type": "综合排名", "region": ""}


@pytest.mark.parametrize(
    "second", [{"zone_id": "a", "rank": "2"}, {"zone_id": "b", "rank": "1"}], ids=["zone", "rank"]
)
def test_rows_that_contradict_each_other_are_our_fault(monkeypatch, second):
    rows = (ROW | {"zone_id": "a", "rank": "1"}, ROW | second)
    monkeypatch.setattr(rankings, "read_table", lambda _: rows)
    rankings._rankings.cache_clear()
    with pytest.raises(FaultError, match="L1-conflicting-ranks"):
        published_ranks(2099)
    rankings._rankings.cache_clear()


def test_rows_that_repeat_each_other_are_one_fact(monkeypatch):
    row = ROW | {"zone_id": "a", "rank": "1"}
    monkeypatch.setattr(rankings, "read_table", lambda _: (row, row))
    rankings._rankings.cache_clear()
    assert published_ranks(2099) == {"a": 1}
    rankings._rankings.cache_clear()

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from typing import Any

CHANGES = {"plain": "", "weighted": "@weighted"}


def test_both_examples_are_filled_as_published(case: Any) -> None:
    for example, group in groupby(case.published(), lambda row: row["example"]):
        published = {row["source"]: Fraction(row["allocation"]) for row in group}
        result = case.run(CHANGES[example])
        assert case.exact(result) == published
        assert case.whole(result) == published


def test_sources_that_get_their_demand_are_held_by_it(case: Any) -> None:
    (demand,) = case.run("@weighted").rules
    assert demand.recipients.tolist() == [True, True, False, True]

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np


def test_every_grant_is_the_published_one_to_a_dollar(case: Any) -> None:
    result = case.run()
    grants = case.whole(result)
    published = {row["council"]: int(row["grant"]) for row in case.published()}
    assert grants.keys() == published.keys()
    assert len(grants) == 137
    assert max(abs(grants[key] - published[key]) for key in grants) <= 1
    assert sum(grants.values()) == sum(published.values())
    assert result.heading.unspent == 0


def test_32_councils_are_at_the_minimum(case: Any) -> None:
    (minimum,) = case.run().rules
    assert minimum.binds
    assert minimum.recipients.sum() == 32


def test_one_scale_factor_for_all_others(case: Any) -> None:
    result = case.run()
    (minimum,) = result.rules
    mean = {row["council"]: int(row["mean_need"]) for row in case.published()}
    exact = case.exact(result)
    others = [result.recipients.ids[i] for i in np.flatnonzero(~minimum.recipients)]
    # Published means are rounded to a dollar, so ratios agree to the size of that rounding.
    assert all(abs(exact[key] - Fraction("0.688808251") * mean[key]) < 1 for key in others)


def test_the_need_is_the_published_trimmed_mean(case: Any) -> None:
    result = case.run()
    need = next(step for step in result.steps if step.key == "need")
    mean = {row["council"]: max(int(row["mean_need"]), 0) for row in case.published()}
    total = sum(mean.values())
    shares = dict(zip(result.recipients.ids, need.values, strict=True))
    # Each mean, and hence half a dollar for each of 137 in the total, is rounded.
    assert all(abs(shares[key] * total - mean[key]) < 2 for key in mean)


def test_nobody_is_left_between_zero_and_a_least_amount(case: Any) -> None:
    # Councils without a need only have the minimum, which is raised like everyone else's amount.
    least = 'rules.least={kind="zero_or_at_least",amount="50000元",below="raise"}'
    before, after = case.run(), case.run("", least)
    assert before.amounts.min() == 4_449_000
    assert after.amounts.min() == 5_000_000
    assert after.heading.unspent == 0

from __future__ import annotations

from itertools import groupby
from typing import Any

CHANGES = {"ex1": "", "ex2": "@ex2"}
STANDS = "largest_remainder"


def test_eight_methods_give_the_published_seats(case: Any) -> None:
    methods = set()
    for (example, method), group in groupby(
        case.published(), lambda row: (row["example"], row["method"])
    ):
        published = {row["party"]: int(row["seats"]) for row in group}
        sets = [] if method == STANDS else [f"rounding.method={method}"]
        result = case.run(CHANGES[example], *sets)
        assert case.whole(result) == published, (example, method)
        assert result.heading.rounding == method
        methods.add(method)
    assert len(methods) == 8

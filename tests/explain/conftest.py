"""Small scenarios by hand: a table of recipients, one factor, and the rules under test."""

import csv

import pytest

from allocation.engine import allocate
from allocation.report.cliffs import cliffs

HEAD = """title = "手算"
title_en = "by hand"
level = "unit"
year = 2024
as_of = 2024-01-31
[pot]
amount = "{pot}"
source = "手算"
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
key = "id"
amounts = {{ {amounts} }}
[factors.size]
weight = "{weight}"
column = "size"
[rounding]
quantum = "{quantum}"
"""


def write(folder, rows, rules="", *, pot="400万元", quantum="1万元", weight="100%"):
    """Write a scenario and its table; return the scenario's path."""
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    money = [f'{key} = "万元"' for key in ("last_year", "unspent_rise") if key in rows[0]]
    head = HEAD.format(pot=pot, quantum=quantum, weight=weight, amounts=", ".join(money))
    path = folder / "s.toml"
    path.write_text(head + rules, encoding="utf-8")
    return path


@pytest.fixture
def scenario(tmp_path):
    """Return a function that writes a scenario of recipients given as ``id=figures``."""

    def make(rules="", **more):
        recipients = more.pop("recipients")
        rows = [{"id": key, "name": key} | figures for key, figures in recipients.items()]
        return write(tmp_path, rows, rules, **more)

    return make


@pytest.fixture
def study(scenario):
    """Return a function that studies such a scenario."""

    def make(rules="", *, zones=(), **more):
        return cliffs(allocate(str(scenario(rules, **more))), zones=zones)

    return make


@pytest.fixture
def violations():
    """Return a function that gives a check's violations: by recipient, change in fen, causes."""

    def of(found, key, *, whole=False):
        check = next(
            check
            for check in found.findings.checks
            if check.test.key == key and check.test.whole == whole
        )
        ids = found.findings.result.recipients.ids
        return [(ids[each.wronged], each.effect, each.causes) for each in check.violations]

    return of


@pytest.fixture
def cases():
    """Return a function that gives how many cases a check had, and how many were refused."""

    def of(found, key, *, whole=False):
        table = found.checks
        level = "whole" if whole else "exact"
        row = table[(table["check"] == key) & (table["level"] == level)].iloc[0]
        return int(row["cases"]), int(row["conflicts"]), int(row["refused"])

    return of

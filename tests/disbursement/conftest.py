from __future__ import annotations

import pytest

SCENARIO = """title = "三个项目"
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
[pot]
amount = "600万元"
source = "示例"
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
[factors.a]
weight = 1
column = "a"
"""
PLAN = """title = "三个项目的拨付计划"
first = "2024-01"
last = "2024-06"
illustrative = true
[received.main]
day = 2024-01-10
amount = "600万元"
source = "示例"
[cash]
limit = "150万元"
source = "示例"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with ``s.toml`` (a: 100, b: 200, c: 300万元) and ``plan.toml``."""
    (tmp_path / "s.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,name,a\na,甲,1\nb,乙,2\nc,丙,3\n", encoding="utf-8")
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def plan(folder):
    """Return a function that writes a plan: the sound one with more lines, or text replaced."""

    def write(more="", *changes):
        text = PLAN
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "plan.toml").write_text(text + more, encoding="utf-8")
        return "plan.toml"

    return write

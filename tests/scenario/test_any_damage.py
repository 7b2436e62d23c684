"""Whatever is done to the files, the answer is a scenario or problems: never a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.errors import InputError
from allocation.scenario import check, load

GOOD = Path(__file__).parent / "good"
FILES = ("plan.toml", "data/trade.csv", "data/extra.csv")
PIECES = st.sampled_from(
    ["", "\0", '"', "'''", "[", "]", "{", "=", ".", ",", "\n", "\r", "-", "0", "9" * 5000, "nan",
     "off", "[[rules]]", "[rules.x]\n", "kind = 1\n", "{}", "\ufeff", "\uff1d", "合计", "XPCC", "%",
     "2022-12-01T00:00:00Z", "true", "1e999", "[[[", "a.b.c = 1\n", "[override.x.set]\n", "x" * 300]
)  # fmt: skip
DAMAGE = st.tuples(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 40), PIECES)
CHANGES = st.sampled_from(["", "@both", "@with_order", "@both,with_order", "@", "@,"])
KEYS = st.sampled_from(
    ["pot", "pot.amount", "rules", "rules.west", "rules.west.kind", "factors", "what_if", "a.b", "",
     "tables.trade", "tables.trade.file", "splits.part.columns", "recipients.kind", "objective",
     "coefficients.rank.rank.tiers.0", "rules.west.where", "as_of", "upper", "rounding.quantum"]
)  # fmt: skip
VALUES = st.sampled_from(["off", "1", "[1]", "{}", '{kind="cap"}', "", "cap", "[", "true", "x,y"])
SETS = st.lists(st.builds("{}={}".format, KEYS, VALUES), max_size=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("damage") / "plan"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damage=st.lists(DAMAGE, max_size=3), changes=CHANGES, sets=SETS)
def test_any_damage(folder, damage, changes, sets):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(GOOD, folder)
    for file, where, length, piece in damage:
        text = (folder / file).read_bytes().decode()
        at = int(where * len(text))
        (folder / file).write_bytes((text[:at] + piece + text[at + length :]).encode())
    try:
        loaded = load(str(folder / "plan.toml") + changes, sets=sets)
        problems = [*loaded.warnings, *check(loaded)]
    except InputError as error:
        problems = list(error.problems)
        assert problems
    for problem in problems:
        assert problem.text("zh") != problem.text("en")

"""Law 10: a change from one run to another is a sum of what each override does."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from generated import write_scenario

import allocation
from allocation.engine import allocate
from allocation.errors import ConflictError, InputError
from allocation.explain import attribution as module
from allocation.explain.attribution import attribution
from allocation.scenario import load, shipped

WAN = 1_000_000


def changes_of(name):
    scenario = load(name).scenario
    return [*scenario.override, *scenario.what_if]


PAIRS = tuple((name, f"{name}@{change}") for name in shipped() for change in changes_of(name))


def assert_adds_up(found):
    assert found.parts.dtype == np.int64
    assert (found.parts.sum(axis=0) == found.after - found.before).all()
    # Where the money is the same everywhere, no change adds to it or takes from it.
    return found.parts.sum(axis=1)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_parts_add_up_on_every_shipped_change(before, after):
    for a, b in ((before, after), (after, before)):
        found = attribution(allocate(a), allocate(b))
        assert assert_adds_up(found).tolist() == [0] * len(found.players)


#: Overrides for generated scenarios; some touch the same money, none the same key.
OVERRIDES = """
[override.tilt]
reason = "t"
set = { coefficients.tilt.values.r1 = "2" }
[override.weights]
reason = "w"
[override.weights.set]
"factors.a.weight" = "40%"
"factors.b.weight" = "60%"
[override.title]
reason = "nothing to do with money"
set = { title = "another" }
"""


def with_overrides(folder, seed, kind="nested"):
    path = write_scenario(folder, seed, kind)
    path.write_text(path.read_text(encoding="utf-8") + OVERRIDES, encoding="utf-8")
    return str(path)


def test_parts_add_up_on_generated_scenarios_in_whatever_order(tmp_path, campaign):
    checked = 0
    for seed in range(campaign(small=3, full=60)):
        path = with_overrides(tmp_path / str(seed), seed, ("nested", "ranked", "two_way")[seed % 3])
        try:
            names = ("tilt", "weights", "title")
            runs = [
                attribution(allocate(path), allocate(f"{path}@{','.join(order)}"))
                for order in (names, names[::-1])
            ]
        except (ConflictError, InputError):
            continue
        assert not assert_adds_up(runs[0]).any()
        assert runs[0].players == runs[1].players
        assert np.array_equal(runs[0].parts, runs[1].parts)
        labels = [player.label for player in runs[0].players]
        assert not runs[0].parts[labels.index("title")].any()
        checked += 1
    assert checked >= 2


def test_three_changes_against_all_orders():
    """The mean over the six orders, each change made by a reference of its own."""
    changes = ("more_west", "no_group_floor", "rules.cap.share_of_pot=9%")

    def amounts(chosen):
        named = [name for name in changes[:2] if name in chosen]
        sets = [text for text in changes[2:] if text in chosen]
        reference = f"national-2022@{','.join(named)}" if named else "national-2022"
        return allocate(reference, sets=sets).amounts.astype(object)

    parts = dict.fromkeys(changes, 0)
    for order in permutations(changes):
        for at, name in enumerate(order):
            parts[name] = parts[name] + amounts(order[: at + 1]) - amounts(order[:at])
    after = allocate("national-2022@more_west,no_group_floor", sets=changes[2:])
    found = attribution(allocate("national-2022"), after)
    for at, player in enumerate(found.players):
        exact = [Fraction(int(value), 6) for value in parts[player.label]]
        assert all(abs(e - int(w)) < 1 for e, w in zip(exact, found.parts[at], strict=True))


MIRROR = """
title = "镜"
level = "unit"
year = 2024
as_of = 2024-01-31
pot = { amount = "300万元", source = "示例" }
recipients = { kind = "table", table = "t" }
tables.t = { file = "t.csv", key = "id" }
factors.each = { weight = "100%", column = "each" }
[override.a]
reason = "a"
[override.a.set.rules.a]
kind = "floor"
where = { id = "a" }
amount = "140万元"
[override.b]
reason = "b"
[override.b.set.rules.b]
kind = "floor"
where = { id = "b" }
amount = "140万元"
[override.more]
reason = "needs a"
set = { rules.a.amount = "150万元" }
[override.clash]
reason = "too much"
[override.clash.set.rules.clash]
kind = "floor"
amount = "90万元"
[override.relief]
reason = "makes room"
set = { pot.amount = "600万元" }
"""


@pytest.fixture
def mirror(tmp_path):
    """Return the path of a scenario of alike recipients a, b, c."""
    (tmp_path / "s.toml").write_text(MIRROR, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,name\na,甲\nb,乙\nc,丙\n", encoding="utf-8")
    return str(tmp_path / "s.toml")


def test_alike_changes_have_alike_parts(mirror):
    """Worked by hand: 100, 100, 100; with one floor 140, 80, 80; with both 140, 140, 20.

    a's floor gives a 40 alone and 60 after b's, 50 in the mean; it takes 20 from c alone and 60
    after b's, 40 in the mean; so b is left with 10 less.
    """
    found = attribution(allocate(mirror), allocate(f"{mirror}@a,b"))
    assert (found.parts // WAN).tolist() == [[50, -10, -40], [-10, 50, -40]]


def test_what_is_taken_away_counts_against_what_it_did(mirror):
    there = attribution(allocate(mirror), allocate(f"{mirror}@a,b"))
    back = attribution(allocate(f"{mirror}@a,b"), allocate(mirror))
    assert [player.label for player in back.players] == ["-a", "-b"]
    assert np.array_equal(back.parts, -there.parts)


def test_common_changes_are_no_players(mirror):
    found = attribution(allocate(f"{mirror}@a"), allocate(f"{mirror}@a,b"))
    assert [player.label for player in found.players] == ["b"]


def refused(a, b):
    with pytest.raises(InputError) as error:
        attribution(a, b)
    return [problem.code for problem in error.value.problems]


def test_what_cannot_be_told_apart_is_refused(mirror):
    plain, changed = allocate(mirror), allocate(f"{mirror}@a")
    assert refused(plain, allocate("national-2022")) == ["L10-other-scenario"]
    assert refused(changed, changed) == ["L10-no-change"]
    assert refused(allocate(f"{mirror}@a,b"), allocate(f"{mirror}@b,a")) == ["L10-other-order"]


def test_a_change_that_needs_another_is_named(mirror):
    codes = refused(allocate(mirror), allocate(f"{mirror}@a,more"))
    assert codes == ["L10-subset-fails", "L1-set-absent"]


def test_a_subset_that_conflicts_is_named(mirror):
    both = allocate(f"{mirror}@clash,a,relief")
    with pytest.raises(InputError) as error:
        attribution(allocate(mirror), both)
    first = error.value.problems[0]
    assert first.code == "L10-subset-fails"
    assert set(str(first.words["found"]).split("、")) == {"clash", "a"}
    assert error.value.problems[1].code.startswith("L11-")


def test_who_takes_no_part_gets_nothing():
    found = attribution(allocate("liaoning-2022"), allocate("liaoning-2022@with_dalian"))
    joined = found.before == 0
    assert joined.sum() == 3
    assert (found.parts[0] == found.after - found.before).all()


def test_many_changes_are_sampled_and_the_error_is_said(mirror, monkeypatch, campaign):
    """Floors, some for the same recipient, against all subsets of them: 512 in a campaign."""
    count = campaign(small=6, full=9)
    monkeypatch.setattr(module, "MOST_EXACT", count - 1)
    names = [f"o{at}" for at in range(count)]
    path = mirror.replace("s.toml", "nine.toml")
    floors = "".join(
        f'[override.{name}]\nreason = "x"\n[override.{name}.set.rules.{name}]\nkind = "floor"\n'
        f'where = {{ id = "{"abc"[at % 3]}" }}\namount = "{(101, 101, 20)[at % 3] + 3 * at}万元"\n'
        for at, name in enumerate(names)
    )
    head = MIRROR[: MIRROR.index("[override.a]")]
    Path(path).write_text(head + floors, encoding="utf-8")
    monkeypatch.setattr(module, "_amounts", kept(module._amounts))
    before, after = allocate(path), allocate(f"{path}@{','.join(names)}")
    sampled = attribution(before, after)
    assert_adds_up(sampled)
    assert sampled.orders == 100
    monkeypatch.setattr(module, "MOST_EXACT", count)
    exact = attribution(before, after)
    assert exact.error is None
    off = np.abs(sampled.parts - exact.parts)
    # A fen either way is the rounding's.
    assert (off <= 4 * sampled.error + 2).all()
    assert (off <= 2 * sampled.error + 2).mean() > 0.9
    assert sampled.error.max() > 0


def kept(amounts):
    """Return the function with its answers kept: the two ways ask for the same subsets."""
    known = {}

    def answer(loaded, changes, subset):
        if subset not in known:
            known[subset] = amounts(loaded, changes, subset)
        return known[subset]

    return answer


def test_the_frame(mirror):
    frame = allocation.attribute(mirror, f"{mirror}@a,b")
    assert frame.index.tolist() == ["a", "b", "c"]
    parts = frame[["part_a_fen", "part_b_fen"]]
    assert (parts.sum(axis=1) == frame["change_fen"]).all()
    assert {str(kind) for kind in parts.dtypes} == {"int64"}


def test_a_change_of_any_name_has_a_column_of_its_own(mirror):
    path = mirror.replace("s.toml", "odd.toml")
    text = (
        MIRROR.replace("[override.a", "[override.before")
        .replace("[override.b]", '[override."pot.amount=600万元"]')
        .replace("[override.b.set", '[override."pot.amount=600万元".set')
    )
    Path(path).write_text(text, encoding="utf-8")
    after = allocate(f"{path}@before,pot.amount=600万元", sets=["pot.amount=600万元"])
    frame = allocation.attribute(path, after)
    parts = frame[[name for name in frame.columns if name.startswith("part_")]]
    assert (parts.sum(axis=1) == frame["change_fen"]).all()
    assert frame["before_fen"].tolist() == [100 * WAN] * 3

"""A what-if on data in memory gives what a run of the changed files gives."""

import csv
import random

import numpy as np
import pytest
from generated import KINDS, write_scenario, write_table

from allocation.engine import allocate
from allocation.errors import ConflictError, InputError
from allocation.explain.changes import MoreMoney, leavings
from allocation.explain.figure_steps import figure_steps
from allocation.explain.rank_moves import rank_moves
from allocation.explain.what_if import Amounts, Case, Refused
from allocation.report.cliffs_frames import decimal


def rerun(path, sets=()):
    """Allocate from the files; the error if there are no amounts."""
    try:
        result = allocate(str(path), sets=sets)
    except (ConflictError, InputError) as error:
        return error
    return Amounts.of(result.solved.shares, result.solved.whole)


def same(ours, theirs):
    if isinstance(theirs, Exception):
        codes = {problem.code for problem in theirs.problems}
        assert isinstance(ours, Refused)
        assert ours.conflict == isinstance(theirs, ConflictError)
        return codes == {problem.code for problem in ours.problems}
    exact = [ours.exact(at) == theirs.exact(at) for at in range(len(theirs.whole))]
    return all(exact) and bool(np.all(ours.cells == theirs.cells))


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def generated(tmp_path, campaign):
    """Yield generated scenarios that have amounts: path, case, and a random generator."""

    def some(kind):
        for seed in range(campaign(small=3, full=40)):
            path = write_scenario(tmp_path / f"{kind}-{seed}", seed, kind)
            try:
                result = allocate(str(path))
            except ConflictError:
                continue
            yield path, Case.of(result), random.Random(seed)

    return some


@pytest.mark.parametrize("kind", KINDS)
def test_moves_and_steps_are_what_the_changed_table_gives(generated, kind):
    checked = 0
    for path, case, rng in generated(kind):
        table = path.parent / "t.csv"
        before = rows_of(table)
        everyone = np.ones(len(case.frame), dtype=bool)
        moves, steps = rank_moves(case, everyone), figure_steps(case, everyone)
        for change in [*rng.sample(moves, min(3, len(moves))), *rng.sample(steps, 3)]:
            ours = change.of(case)
            rows = [dict(row) for row in before]
            for index, row in enumerate(rows):
                row["rank"] = ours.frame.text["rank"].cells[index]
            if hasattr(change, "use"):
                rows[change.who][change.use.column] = decimal(change.after, 20)
            write_table(table, rows)
            assert same(ours.amounts(), rerun(path)), (kind, change)
            checked += 1
        write_table(table, before)
    assert checked > 5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "two_way"])
def test_a_larger_pot_and_a_recipient_gone_are_what_the_scenario_gives(generated, kind):
    checked = 0
    for path, case, rng in generated(kind):
        pot = case.loaded.scenario.pot.amount
        more = MoreMoney("+10%", pot // 10_000_000 * 1_000_000)
        assert same(
            more.of(case).amounts(), rerun(path, [f"pot.amount={(pot + more.fen) // 100}元"])
        )
        leaving = rng.choice(leavings(case, np.ones(len(case.frame), dtype=bool)))
        gone = case.frame.ids[leaving.who]
        ours, theirs = (
            leaving.of(case).amounts(),
            rerun(path, [f'recipients.exclude=["{gone}"]']),
        )
        assert same(ours, theirs)
        checked += 1
    assert checked


def test_a_zone_of_a_unit_leaves_with_its_money():
    case = Case.of(allocate("national-2022-zones"))
    base = case.amounts()
    everyone = np.ones(len(case.frame), dtype=bool)
    alone = [
        index
        for index, unit in enumerate(case.frame.attribute("unit"))
        if case.frame.attribute("unit").count(unit) == 1
    ]
    assert alone
    for leaving in (leavings(case, everyone)[0], leavings(case, everyone)[alone[0]]):
        stays = leaving.of(case).amounts()
        goes = leaving.settled(case, base).of(case).amounts()
        own = int(base.whole[leaving.who])
        kept = sum(case.totals.values()) - (own if leaving.who in alone else 0)
        assert int(stays.whole.sum()) == kept
        assert int(goes.whole.sum()) == sum(case.totals.values()) - own


def test_the_upper_level_does_not_move_with_a_zones_own_rank():
    case = Case.of(allocate("national-2022-zones"))
    units = np.array(case.frame.attribute("unit"))
    for move in rank_moves(case, np.arange(len(case.frame)) < 60)[:8]:
        whole = move.of(case).amounts().whole
        assert {u: int(whole[units == u].sum()) for u in np.unique(units)} == dict(case.totals)


def test_more_money_at_the_upper_level_is_more_money_here():
    case = Case.of(allocate("national-2022-zones"))
    rich = MoreMoney("+1", 1_000_000).of(case)
    gain = sum(rich.totals.values()) - sum(case.totals.values())
    # Shenzhen has no zones: its share of the rest stays with it.
    assert 0 <= gain <= 1_000_000
    assert int(rich.amounts().whole.sum()) == sum(rich.totals.values())

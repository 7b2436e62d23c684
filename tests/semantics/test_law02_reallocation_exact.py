"""Laws 2, 6 and 10 for reallocations: frozen money, totals and rules, the same fen, sums."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from reallocations import PLAN, write_case

import allocation
from allocation.errors import ConflictError
from allocation.policy.bounds import bounds_of
from allocation.reallocation.why import reasons
from allocation_models.reallocation import reallocate as moves_of


def solved(plan, **more):
    """Return a reallocation, or None where the rules do not hold as generated."""
    try:
        return allocation.reallocate(str(plan), **more).reallocation
    except ConflictError:
        return None


def written(path):
    with Path(path).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_generated_reallocations_keep_everything(tmp_path, campaign):
    moved = 0
    for seed in range(campaign(small=25, full=400)):
        found = solved(write_case(tmp_path, seed))
        if found is None:
            continue
        moved += bool(found.moves.any())
        rows = written(tmp_path / "h.csv")
        ids = found.loaded.frame.ids
        held, frozen = np.zeros((2, *found.moves.shape), dtype=object)
        for row in rows:
            at = ids.index(row["id"]), int(row["batch"][1:])
            parts = [int(row[k]) * 100 for k in ("available", "committed", "disbursed", "spent")]
            held[at], frozen[at] = sum(parts), sum(parts[1:])
        after = held + found.moves
        assert (after >= frozen).all(), "committed and paid money stays"
        assert (found.moves % found.ground.quantum == 0).all()
        parents = np.array([found.ground.holdings.parents[at] for at in range(len(ids))])
        for parent in set(parents):
            assert (found.moves[parents == parent].sum(axis=0) == 0).all(), "totals per line"
        assert found.used(found.moves).sum() >= found.used(0 * found.moves).sum()
        rules_hold(found, after.sum(axis=1))
    assert moved > 5


def rules_hold(found, after):
    """Check every rule of the scenario again, from what the rule says."""
    scenario, frame, pot = found.loaded.scenario, found.loaded.frame, int(after.sum())
    task = found.ground.task
    for rule in scenario.rules.values():
        if rule.kind in ("floor", "cap"):
            assert rule.share_of_pot is not None
            bound = rule.share_of_pot * pot
            assert all(a >= bound if rule.kind == "floor" else a <= bound for a in after)
            assert bounds_of(rule, _setting(task)) is not None
        if rule.kind == "group_share":
            inside = frame.members(rule.where)
            short = rule.least * pot - int(after[inside].sum())
            before = rule.least * pot - int(found.before[inside].sum())
            assert short <= 0 if rule.priority is None else short <= max(before, 0)
        if rule.kind == "rank_order":
            ranked = after[np.argsort([int(cell) for cell in frame.attribute("rank")])]
            assert (np.diff(ranked) <= 0).all()


def _setting(task):
    from allocation.policy.bounds import Setting

    claims = np.array(task.entitlement.fen(), dtype=object)
    return Setting(task.loaded.frame, task.pot, claims, task.excluded)


def test_the_same_fen_on_every_solver_and_in_any_order_of_rows(tmp_path, campaign):
    for seed in range(campaign(small=4, full=40)):
        plan = write_case(tmp_path, seed)
        first = solved(plan)
        if first is None:
            continue
        other = solved(plan, solver="PULP_CBC_CMD")
        assert (first.moves == other.moves).all()
        assert first.transfers == other.transfers
        head, *body = (tmp_path / "h.csv").read_text(encoding="utf-8").splitlines()
        turned = "\n".join([head, *reversed(body)]) + "\n"
        (tmp_path / "h.csv").write_text(turned, encoding="utf-8")
        assert (solved(plan).moves == first.moves).all()


def test_every_amount_is_before_and_moves_and_every_move_has_a_reason(tmp_path, campaign):
    for seed in range(campaign(small=10, full=100)):
        found = solved(write_case(tmp_path, seed))
        if found is None:
            continue
        table = np.zeros_like(found.moves)
        for one in found.transfers:
            table[one.giver, one.line] -= one.fen
            table[one.getter, one.line] += one.fen
        assert (table == found.moves).all()
        given = {(reason.at, reason.line): reason for reason in reasons(found)}
        assert {key: r.fen for key, r in given.items()} == {
            (int(at), int(line)): int(found.moves[at, line])
            for at, line in np.argwhere(found.moves)
        }


def test_a_rule_that_stopped_more_does_stop_more(tmp_path, campaign):
    seen = 0
    for seed in range(campaign(small=40, full=300)):
        found = solved(write_case(tmp_path, seed, lines=1))
        if found is None:
            continue
        for reason in reasons(found):
            if reason.stop != "rule" or reason.rule not in ("most", "floor"):
                continue
            seen += 1
            bound = found.loaded.scenario.rules[reason.rule].share_of_pot * found.before.sum()
            more = found.after[reason.at] + found.ground.quantum * (1 if reason.fen > 0 else -1)
            assert more > bound if reason.rule == "most" else more < bound
    assert seen


def test_no_rules_make_more_be_used_than_the_best(tmp_path):
    """Asked for use alone, nothing beats the moves found with all objectives."""
    from allocation_models.solvers.highs import simplex

    for seed in range(12):
        found = solved(write_case(tmp_path, seed))
        if found is None:
            continue
        best = moves_of(found.exchange, ["use"], simplex)
        quanta = found.moves.ravel() // found.ground.quantum
        assert found.exchange.value("use", best) == found.exchange.value("use", quanta)


@pytest.mark.parametrize("name", ["liaoning-2022"])
def test_the_shipped_example(name):
    found = allocation.reallocate(name)
    assert int(found.table["move_fen"].sum()) == 0
    assert (found.table["after_fen"] >= found.table["frozen_fen"]).all()
    assert found.transfers["amount_fen"].sum() == 119_000_000


def test_money_for_a_purpose_stays_in_it_and_goes_where_it_may(tmp_path):
    """Two purposes, each with its own use; the scenario says who may use the second."""
    plan = write_case(tmp_path, 0)
    text = (tmp_path / "s.toml").read_text(encoding="utf-8").partition("[rules.floor]")[0]
    purposes = '[purposes.x]\nname = "甲类"\namount = "300元"\n'
    purposes += '[purposes.y]\nname = "乙类"\namount = "300元"\nwhere = { side = "e" }\n'
    pot = next(line for line in text.splitlines() if line.startswith("amount = "))
    text = text.replace(pot, 'amount = "600元"')
    (tmp_path / "s.toml").write_text(text + purposes, encoding="utf-8")
    table = "id,name,a,rank,side,most\nr0,甲,1,1,e,\nr1,乙,1,2,w,\nr2,丙,1,3,e,\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    held = "id,purpose,available,committed,disbursed,spent\n"
    held += "r0,甲类,100,0,0,0\nr1,甲类,100,0,0,0\nr2,甲类,0,0,0,100\n"
    held += "r0,乙类,200,0,0,0\nr2,乙类,0,50,50,0\n"
    (tmp_path / "h.csv").write_text(held, encoding="utf-8")
    use = "id,purpose,use\nr0,甲类,0\nr1,甲类,100\nr2,甲类,250\n"
    use += "r0,乙类,0\nr1,乙类,500\nr2,乙类,160\n"
    (tmp_path / "u.csv").write_text(use, encoding="utf-8")
    plan.write_text(PLAN.format(quantum="1元"), encoding="utf-8")
    found = allocation.reallocate(str(plan)).table
    moves = {(row.id, row.purpose): row.move_fen for row in found.itertuples() if row.move_fen}
    assert moves == {
        ("r0", "甲类"): -10000,
        ("r2", "甲类"): 10000,
        ("r0", "乙类"): -6000,
        ("r2", "乙类"): 6000,
    }

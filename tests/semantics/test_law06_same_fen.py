"""Law 6: the same inputs give the same fen on every solver and in every order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from generated import KINDS, shuffle_table, write_scenario

from allocation.engine import REFEREE, allocate, allocate_task, cross_check, solver_named, task_of
from allocation.errors import ConflictError, FaultError, InputError
from allocation.record import read_record
from allocation.scenario import load, shipped

WAYS = (("highs", False), ("highs-ipm", False), ("scipy", False), (REFEREE, False))


def amounts(reference, solver, direct):
    try:
        task = replace(task_of(load(reference)), direct=direct)
        result = allocate_task(task, solver_named(solver), solver)
    except ConflictError as error:
        return error.problems[0].code
    by_id = dict(zip(result.recipients.ids, result.cells.tolist(), strict=True))
    return dict(sorted(by_id.items()))


@pytest.mark.parametrize("name", shipped())
def test_every_solver_gives_the_same_fen_on_shipped_scenarios(name):
    expected = amounts(name, "highs", direct=True)
    for solver, direct in WAYS:
        assert amounts(name, solver, direct) == expected, solver


@pytest.mark.parametrize("name", shipped())
def test_every_solver_gives_the_same_fen_at_one_fen(name):
    expected = allocate(name, quantum="1分").cells.tolist()
    for solver in ("highs-ipm", "scipy", REFEREE):
        assert allocate(name, quantum="1分", solver=solver).cells.tolist() == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quantum", ["1万元", "1分"])
def test_every_solver_and_order_gives_the_same_fen_on_generated_scenarios(
    tmp_path, kind, quantum, campaign
):
    for seed in range(campaign(small=3, full=34)):
        folder = tmp_path / f"{seed}"
        path = str(write_scenario(folder, seed, kind, quantum))
        expected = amounts(path, "highs", direct=True)
        for solver, direct in WAYS:
            assert amounts(path, solver, direct) == expected, (seed, solver)
        shuffle_table(folder / "t.csv", seed)
        assert amounts(path, "highs", direct=True) == expected, (seed, "shuffled")


def test_the_second_opinion_agrees_and_would_notice():
    loaded = load("jiangsu-2024")
    result = allocate(loaded)
    cross_check(loaded, result)
    cells = result.cells.copy()
    cells[0], cells[1] = cells[0] + result.heading.quantum, cells[1] - result.heading.quantum
    with pytest.raises(FaultError, match="L6-solvers-differ"):
        cross_check(loaded, replace(result, cells=cells))


def test_the_record_holds_the_hash_of_every_input_and_reads_back(tmp_path):
    result = allocate("national-2022")
    assert set(result.record["hashes"]) == {"national-2022.toml", "data/units-2022.csv"}
    result.save(tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == result.record


def test_two_runs_give_the_same_record():
    assert allocate("henan-2023").record == allocate("henan-2023").record


def test_a_record_that_was_changed_is_refused(tmp_path):
    result = allocate("henan-2023")
    changed = json.loads(json.dumps(result.record))
    changed["amount_fen"][0][0] += 1
    path = tmp_path / "record.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(InputError, match="L6-record-changed"):
        read_record(path)


def test_an_unknown_solver_is_named_with_those_there_are():
    with pytest.raises(InputError, match="highs-ipm"):
        allocate("henan-2023", solver="cplexx")

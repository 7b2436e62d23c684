"""Law 6: a case of a sweep gives the fen, or the codes, that a run with its changes gives."""

import pytest
from generated import KINDS, write_scenario

import allocation
from allocation.errors import BokuanError
from allocation.scenario import load

SHIPPED = {
    "national-2022": {
        "coefficients.tilt.values.west": "1.0:2.0:0.5",
        "rules.inland.least": "50%,95%",
        "pot.amount": "1亿元,20亿元",
        "rounding.quantum": "1分,1万元",
    },
    "national-2022-zones": {
        "coefficients.rank.rank.tiers.0.value": "1.0:2.0:0.5",
        "pot.amount": "20亿元,21亿元",
    },
    "fujian-2021": {"pot.amount": "50万元,5000万元", "rounding.quantum": "1元,1万元"},
    "henan-2023": {"rounding.method": "largest_remainder,webster"},
}


def run(reference, sets):
    """Return the fen of a run of its own, or its codes."""
    try:
        result = allocation.allocate(load(reference, sets=sets, may_repeat=True))
    except BokuanError as error:
        return tuple(dict.fromkeys(problem.code for problem in error.problems))
    return tuple(result.cells.ravel().tolist())


def compare(reference, found):
    for case, outcome in enumerate(found.outcomes):
        expected = run(reference, found.design.sets(case))
        assert (outcome.fen or outcome.codes) == expected, found.design.sets(case)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios(name):
    found = allocation.sweep(name, SHIPPED[name])
    compare(name, found)
    assert found.done.any()


@pytest.mark.parametrize("kind", KINDS)
def test_generated_scenarios(tmp_path, campaign, kind):
    for seed in range(campaign(small=2, full=30)):
        path = str(write_scenario(tmp_path / f"{kind}-{seed}", seed, kind))
        pot = load(path).scenario.pot.amount // 1_000_000
        vary = {
            "pot.amount": [f"{pot * part // 100}万元" for part in (5, 90, 100, 120)],
            "coefficients.tilt.values.r1": ["0.7", "1.3"],
            "factors.a.weight": ["70%", "50%"],
        }
        found = allocation.sweep(path, vary)
        compare(path, found)
        # The other weight stays: they do not add up to 100 %.
        refused = [outcome for outcome in found.outcomes if outcome.state == "refused"]
        assert any("L1-weights-sum" in outcome.codes for outcome in refused)


def test_changes_that_need_the_files_read_again(tmp_path):
    path = str(write_scenario(tmp_path, 3, "nested"))
    found = allocation.sweep(
        path,
        {"factors.b.column": ["a", "b"], "tables.t.amounts.last_year": ["元", "万元"]},
        sets=["pot.source=别处"],
    )
    for case, outcome in enumerate(found.outcomes):
        expected = run(path, ("pot.source=别处", *found.design.sets(case)))
        assert (outcome.fen or outcome.codes) == expected
    assert len({outcome.fen for outcome in found.outcomes}) > 1


@pytest.mark.parametrize(
    ("vary", "code"),
    [
        ({"pot.amout": "1元"}, "L1-unknown-key"),
        ({"pot.amount": "20"}, "L3-amount"),
        ({"rules.nobody.least": "10%"}, "L1-set-absent"),
        ({"coefficients.tilt.values.west": "1,x"}, "L3-ratio"),
        ({"coefficients.tilt.values.west": [1.5]}, "L3-not-text"),
        ({}, "L1-vary-cases"),
    ],
)
def test_values_that_fit_nowhere_stop_the_sweep(vary, code):
    with pytest.raises(allocation.InputError) as caught:
        allocation.sweep("national-2022", vary)
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("more", ["\n", "broken"])
def test_files_that_change_meanwhile(tmp_path, more):
    path = write_scenario(tmp_path, 3, "nested")
    table = path.with_name("t.csv")

    def progress(done, _total):
        if done == 1:
            table.write_text(table.read_text(encoding="utf-8") + more, encoding="utf-8")

    with pytest.raises(allocation.InputError) as caught:
        allocation.sweep(str(path), {"tables.t.amounts.last_year": "元,万元"}, progress=progress)
    assert caught.value.problems[0].code == "L6-inputs-changed"

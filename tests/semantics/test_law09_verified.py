"""Law 9: every result can be re-verified without a solver, and nothing else can."""

import ast
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from generated import KINDS, write_scenario
from tampered import WAYS, tampered

from allocation import verifier, verify
from allocation.engine import allocate
from allocation.errors import BokuanError, InputError
from allocation.record import sealed
from allocation.scenario import load, shipped

ALONE = Path(verifier.__file__)
SEAL = "hashes match"
CASES = Path(__file__).resolve().parents[1] / "cases"


def as_read(result):
    """Return a result's record as somebody reads it."""
    return json.loads(json.dumps(result.record))


def failing(record):
    """Return the English names of the checks that fail, with what they say."""
    return {
        name[1]: [said[1] for said in found] for name, found in verifier.verify(record) if found
    }


def with_changes(name):
    """Return a scenario and each of its what-ifs and overrides, as references."""
    scenario = load(name).scenario
    return [name, *(f"{name}@{change}" for change in (*scenario.what_if, *scenario.override))]


REFERENCES = [reference for name in shipped() for reference in with_changes(name)]


@pytest.mark.parametrize("reference", REFERENCES)
def test_every_shipped_scenario_is_proved(reference):
    found = verify(allocate(reference).record)
    assert found.proved, found.lines("en")


@pytest.mark.parametrize("name", [name for name in shipped() if name != "guangxi-2018"])
def test_most_benefit_is_proved_too(name):
    sets = ["objective.min_ratio=40%"]
    found = verify(allocate(name, objective="benefit", sets=sets).record)
    assert found.proved, found.lines("en")


def generated_records(folder, kind, seeds):
    """Yield the records of generated scenarios whose rules can hold, fair and most benefit."""
    for seed in seeds:
        path = write_scenario(folder / f"{kind}{seed}", seed, kind)
        for objective in ("fair",) if kind == "two_way" else ("fair", "benefit"):
            try:
                result = allocate(str(path), objective=objective)
            except BokuanError:
                continue
            yield seed, as_read(result)


@pytest.mark.parametrize("kind", KINDS)
def test_generated_scenarios_are_proved_and_tampered_ones_are_not(tmp_path, campaign, kind):
    proved, rejected = 0, dict.fromkeys(WAYS, 0)
    for seed, record in generated_records(tmp_path, kind, range(campaign(small=5, full=120))):
        assert failing(record) == {}
        proved += 1
        for way in WAYS:
            changed = tampered(record, way, seed)
            if changed is not None:
                found = failing(changed)
                assert found, (kind, seed, way)
                # Sealed again: what tells is not the record's own hash.
                assert way == "input" or SEAL not in found
                rejected[way] += 1
    assert proved >= 4
    assert min(rejected.values()) >= proved - 2


def test_a_forged_input_with_a_forged_hash_is_not_what_the_program_was_made_from():
    from hashlib import sha256

    record = as_read(allocate("liaoning-2022"))
    name = "data/liaoning-2022.csv"
    text = record["inputs"][name]["text"]
    forged = text.replace("沈阳经济技术开发区,", "沈阳经济技术开发区,1", 1)
    assert forged != text
    record["inputs"][name]["text"] = forged
    record["hashes"][name] = sha256(forged.encode()).hexdigest()
    del record["sha256"]
    record = sealed(record)
    assert failing(record) == {}
    assert not verify(record).proved


FORGERIES = {
    "names": lambda r: r["names"].__setitem__(slice(0, 2), r["names"][1::-1]),
    "title": lambda r: r.update(title="另一个方案"),
    "illustrative": lambda r: r.update(illustrative=False),
    "year": lambda r: r.update(year=1999),
    "source": lambda r: r["rules"][0].update(source="国务院令第1号"),
    "recipients": lambda r: r["recipients"].__setitem__(0, "\x1b[31mX"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_labels_that_are_not_those_of_the_inputs_are_found(forgery):
    record = as_read(allocate("national-2022"))
    FORGERIES[forgery](record)
    del record["sha256"]
    found = verify(sealed(record))
    assert not found.proved
    assert "\x1b" not in "".join(found.lines("zh"))


def test_an_input_that_is_not_in_the_folder_is_said_to_be_absent(tmp_path):
    found = verify(allocate("henan-2023").record, tmp_path)
    assert not found.proved
    assert "is recorded, — is right" in "".join(found.lines("en"))


def test_a_wrong_amount_is_said_with_its_figure():
    record = as_read(allocate("national-2022"))
    record["amount_fen"][0][0] += record["quantum_fen"]
    found = failing(record)
    assert SEAL in found
    assert any("Σ" in line for line in found["whole amounts meet every row and the pot"])
    raised = as_read(allocate("national-2022"))
    at = raised["names"].index("西藏自治区")
    limit = next(each for each in raised["certificate"]["limits"]["floor"] if each[0] == at)
    top, bottom = raised["certificate"]["exact"][at]
    limit[1] = top // bottom + 12_345
    assert "西藏自治区: fails by 123" in failing(raised)["the exact amounts meet every row"][0]


def test_a_fair_looking_point_that_is_not_the_fairest_has_no_proof():
    import numpy as np

    from allocation_models.certificate import NoProofError, Point, fair_stages
    from allocation_models.fair_share import close_bounds, fractions_of

    solved = allocate("jiangsu-2024").solved
    task, shares = solved.task, solved.shares
    program = close_bounds(shares.program, task.targets, task.rows.helpers)
    amounts = fractions_of(shares.numerator, shares.denominator)
    free = np.flatnonzero((amounts > program.column_lower) & (amounts < program.column_upper))
    amounts[free[0]] -= 1
    amounts[free[-1]] += 1
    with pytest.raises(NoProofError):
        fair_stages(Point.of(program, amounts, task.targets), None)


def test_divisor_methods_and_rounding_per_unit_are_proved_and_defended():
    folder = CASES / "us_house_huntington_hill"
    record = as_read(allocate(str(folder / "scenario.toml")))
    assert failing(record) == {}
    assert failing(tampered(record, "quantum", 1))
    record = as_read(allocate(str(CASES / "tx_rdspd_rounding" / "scenario.toml")))
    assert failing(record) == {}


# ---- it runs alone ------------------------------------------------------------------------------


def test_the_verifier_is_one_short_file_of_the_standard_library():
    text = ALONE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    names = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [node.module]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert names <= sys.stdlib_module_names


def run_alone(folder, *arguments):
    copied = folder / "verifier.py"
    copied.write_bytes(ALONE.read_bytes())
    command = [sys.executable, "-I", "-S", str(copied), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_it_runs_where_nothing_is_installed(tmp_path):
    path = tmp_path / "record.json"
    allocate("fujian-2021").save(path)
    ran = run_alone(tmp_path, path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == "已证明"
    assert "×" not in ran.stdout
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("top3", "top4"), encoding="utf-8")
    ran = run_alone(tmp_path, path, "--lang", "en")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == "not proved"
    assert run_alone(tmp_path, tmp_path / "absent.json").returncode == 2


def test_inputs_in_a_folder_are_compared_with_the_record(tmp_path):
    import shutil

    from allocation.scenario import locate

    record = allocate("henan-2023").record
    folder = locate("henan-2023").parent
    assert verify(record, folder).proved
    shutil.copytree(folder, tmp_path / "in")
    file = tmp_path / "in/data/henan-2023.csv"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = verify(record, tmp_path / "in")
    assert not found.proved
    assert "data/henan-2023.csv" in "".join(found.lines("en"))


# ---- whatever it is given -----------------------------------------------------------------------


def damaged(value, rng):
    """Return a JSON value with one thing in it replaced, or left out."""
    value = json.loads(json.dumps(value))
    node, key = {"": value}, ""
    while rng.random() < 0.85:
        inner = node[key]
        if not isinstance(inner, (dict, list)) or not inner:
            break
        node, key = inner, rng.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
    if rng.random() < 0.3 and key != "":
        del node[key]
    else:
        node[key] = rng.choice([None, -1, "x", [], {}, 10**40, True, [[1, 0]], "1/0"])
    return value


def test_damage_never_makes_it_fall_over_nor_say_proved(campaign):
    record = as_read(allocate("liaoning-2022"))
    rng = random.Random(9)
    for _ in range(campaign(small=150, full=3000)):
        broken = damaged(record, rng)
        if not isinstance(broken, dict) or broken == record:
            continue
        found = verifier.verify(broken)
        assert any(failures for _, failures in found)
        for language in ("zh", "en"):
            assert verifier.told(found, language)


def test_what_is_no_record_is_refused(tmp_path):
    path = tmp_path / "record.json"
    for text in ("", "[]", '{"format": 1}', '{"format": 2.5}', "[" * 100_000, '{"format": NaN}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            verify(path)
        assert caught.value.problems[0].code == "L1-not-a-record"
    with pytest.raises(InputError):
        verify(tmp_path / "absent.json")


def test_both_languages_say_everything():
    record = as_read(allocate("national-2022-zones"))
    record["amount_fen"][3][0] += 1
    found = verify(record)
    chinese, english = found.lines("zh"), found.lines("en")
    assert len(chinese) == len(english)
    assert chinese[-1] == "未能证明"
    assert english[-1] == "not proved"
    heads = [line for line in english if not line.startswith("    ")]
    assert not any("一" <= sign <= "鿿" for sign in "".join(heads))
    assert list(found.table["holds"]).count(False) == sum(line[0] == "×" for line in english)

"""The journal: what is finished is not done again, and nothing of it is lost."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import allocation
from allocation.sweep import outcome, sweep
from allocation.sweep.journal import NAME

VARY = {"coefficients.tilt.values.west": "1.0:2.0:0.1"}


@pytest.fixture
def counted(monkeypatch):
    """Count the cases that are really solved."""
    solved = []

    def solve(start, sets):
        solved.append(sets)
        return outcome.solve_case(start, sets)

    monkeypatch.setattr(sweep, "solve_case", solve)
    return solved


def test_finished_cases_are_not_done_again(tmp_path, counted):
    first = allocation.sweep("national-2022", VARY, journal=tmp_path)
    assert len(counted) == 11
    again = allocation.sweep("national-2022", VARY, journal=tmp_path)
    assert len(counted) == 11
    assert again.kept == 11
    assert again.outcomes == first.outcomes
    finer = {"coefficients.tilt.values.west": "1.0:2.0:0.05"}
    found = allocation.sweep("national-2022", finer, journal=tmp_path)
    assert (len(counted), found.kept) == (21, 11)


def test_half_a_line_is_cut_off(tmp_path, counted):
    first = allocation.sweep("national-2022", VARY, journal=tmp_path)
    path = tmp_path / NAME
    content = path.read_bytes()
    for cut in (1, 100, 2000):
        path.write_bytes(content[:-cut])
        assert allocation.sweep("national-2022", VARY, journal=tmp_path).outcomes == first.outcomes
        assert sorted(path.read_bytes().splitlines()) == sorted(content.splitlines())
    assert 11 + 3 <= len(counted) <= 11 + 6


def test_conflicts_are_kept_with_their_words(tmp_path):
    vary = {"rules.floor.amount": "500万元,1亿元"}
    first = allocation.sweep("national-2022", vary, journal=tmp_path)
    assert [found.state for found in first.outcomes] == ["allocated", "conflict"]
    again = allocation.sweep("national-2022", vary, journal=tmp_path)
    assert again.kept == 2
    assert again.outcomes == first.outcomes
    assert "L11-" in again.cases["codes"].iloc[1]
    assert "保底" in again.outcomes[1].words[0]


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "national-2022@more_west"},
        {"sets": ["pot.amount=21亿元"]},
        {"solver": "scipy"},
    ],
)
def test_the_journal_of_other_inputs_is_refused(tmp_path, other):
    allocation.sweep("national-2022", VARY, journal=tmp_path)
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(allocation.InputError) as caught:
        allocation.sweep(
            **({"subject": "national-2022", "vary": VARY, "journal": tmp_path} | other)
        )
    assert caught.value.problems[0].code == "L6-other-sweep"
    assert (tmp_path / NAME).read_bytes() == before


@pytest.mark.parametrize("line", ["{", "[]", '{"case": 1}', '{"state": "allocated"}'])
def test_a_damaged_journal_is_refused_with_its_line(tmp_path, line):
    allocation.sweep("national-2022", VARY, journal=tmp_path)
    path = tmp_path / NAME
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4] = line
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(allocation.InputError) as caught:
        allocation.sweep("national-2022", VARY, journal=tmp_path)
    assert caught.value.problems[0].code == "L1-journal-damaged"
    assert caught.value.problems[0].place.line == 5


def test_a_run_that_is_killed_loses_nothing_finished(tmp_path):
    vary = "pot.amount=20亿元:24亿元:2百万元"
    command = [sys.executable, "-m", "allocation", "sweep", "national-2022", "--vary", vary]
    command += ["--out", str(tmp_path), "--workers", "1"]
    path = tmp_path / NAME
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not path.exists() or path.stat().st_size < 20_000):
            time.sleep(0.01)
        os.kill(running.pid, signal.SIGKILL)
    lines = path.read_bytes()
    whole = lines[: lines.rfind(b"\n") + 1].splitlines()[1:]
    assert 0 < len(whole) < 201
    done = subprocess.run(command, capture_output=True, check=True)
    assert f"其中 {len(whole)} 个" in done.stdout.decode()
    kept = path.read_bytes().splitlines()[1:]
    assert kept[: len(whole)] == whole
    assert len({json.loads(line)["case"] for line in kept}) == len(kept) == 201

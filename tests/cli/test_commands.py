import csv
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from allocation.scenario import shipped


def test_list_names_every_shipped_scenario(bokuan):
    for language, title in (("zh", "外经贸"), ("en", "foreign-trade")):
        ended = bokuan("list", "--lang", language)
        assert ended.code == 0
        assert [line.split()[0] for line in ended.out.splitlines()] == shipped()
        assert title in ended.out


def test_check_is_quiet_when_all_is_well(bokuan):
    ended = bokuan("check", "plan.toml")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "plan:没有问题\n"
    assert bokuan("check", "plan.toml", "--lang", "en").out == "plan: no problems\n"


def test_check_tells_every_problem_at_once(bokuan, plan, tmp_path):
    plan(('weight = "100%"', 'weigth = "100%"'), ('"20万元"', '"20"'), ('"30%"', '"lots"'))
    (tmp_path / "t.csv").write_text("unit,trade\n辽宁,10\n江苏,x\n江苏,1\n", encoding="utf-8")
    ended = bokuan("check", "plan.toml")
    assert ended.code == 2
    assert not ended.out
    codes = re.findall(r"\[(L\d+-[\w-]+)\]", ended.err)
    assert len(codes) == len(ended.err.splitlines()) >= 5
    assert {"L1-unknown-key", "L3-amount", "L3-ratio"} <= set(codes)
    assert all(line.startswith(("plan.toml:", "t.csv:")) for line in ended.err.splitlines())


def test_check_tells_rules_that_cannot_hold_from_bad_input(bokuan):
    ended = bokuan("check", "plan.toml", "--set", "rules.floor.amount=40万元")
    assert ended.code == 1
    assert "[L11-conflict]" in ended.err
    assert "120.00 > 资金总额 100.00" in ended.err


def test_run_tells_a_conflict_and_repairs_that_work(bokuan):
    ended = bokuan("run", "plan.toml", "--set", "rules.floor.amount=40万元")
    assert ended.code == 1
    assert not ended.out
    assert "plan.toml:26: [L11-floor] “保底”" in ended.err
    assert "(依据:示例办法第1条)" in ended.err
    assert "120.00 > 资金总额 100.00" in ended.err
    assert "代价由低到高" in ended.err
    assert "[override.repair]" in ended.err
    ended.err.encode("gbk")
    changes = re.findall(r"^   (--set .*)$", ended.err, re.MULTILINE)
    assert len(changes) >= 3
    for change in changes:
        again = bokuan("run", "plan.toml", *shlex.split(change))
        assert (again.code, again.err) == (0, ""), change
    english = bokuan("run", "plan.toml", "--set", "rules.floor.amount=40万元", "--lang", "en")
    assert "Repairs, the cheapest first" in english.err
    assert "保底" not in english.err


def test_run_prints_the_table(bokuan):
    ended = bokuan("run", "plan.toml")
    assert (ended.code, ended.err) == (0, "")
    assert re.search(r"辽宁省\s.*20\.00.*●保底", ended.out)
    assert re.search(r"四川省\s.*30\.00.*●占比", ended.out)
    english = bokuan("run", "plan.toml", "--lang", "en")
    assert "Three units" in english.out
    assert "保底" not in english.out


def test_verify_says_proved_or_what_fails(bokuan, tmp_path):
    assert bokuan("run", "plan.toml", "--out", "out", "--no-chart").code == 0
    for language, verdict in (("zh", "已证明"), ("en", "proved")):
        ended = bokuan("verify", "out/record.json", "--inputs", ".", "--lang", language)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.splitlines()[-1] == verdict
    path = tmp_path / "out/record.json"
    path.write_text(path.read_text(encoding="utf-8").replace("辽宁", "广西"), encoding="utf-8")
    ended = bokuan("verify", "out/record.json", "--lang", "en")
    assert ended.code == 1
    assert ended.out.splitlines()[-1] == "not proved"
    ended = bokuan("verify", "plan.toml")
    assert ended.code == 2
    assert "[L1-not-a-record]" in ended.err


def test_run_writes_four_files_that_open(bokuan, tmp_path):
    from allocation import read_record

    ended = bokuan("run", "plan.toml", "--out", "out/here", "--cross-check")
    assert (ended.code, ended.err) == (0, "")
    assert "PULP_CBC_CMD" in ended.out
    folder = tmp_path / "out" / "here"
    names = {"allocation.csv", "allocation.xlsx", "allocation.png", "record.json"}
    assert {path.name for path in folder.iterdir()} == names
    assert all(name in ended.out for name in names)
    with (folder / "allocation.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(int(row["amount_fen"]) for row in csv.DictReader(file)) == 100_000_000
    assert zipfile.is_zipfile(folder / "allocation.xlsx")
    assert (folder / "allocation.png").read_bytes().startswith(b"\x89PNG")
    assert read_record(folder / "record.json")["pot_fen"] == 100_000_000


def test_run_without_chart_and_with_changes(bokuan, tmp_path):
    ended = bokuan(
        "run",
        "plan.toml",
        "--set",
        "pot.amount=200万元",
        "--set",
        "rules.west=off",
        "--quantum",
        "1元",
        "--solver",
        "highs-ipm",
        "--no-chart",
        "--out",
        "out",
    )
    assert ended.code == 0
    assert not (tmp_path / "out" / "allocation.png").exists()
    record = json.loads((tmp_path / "out" / "record.json").read_text(encoding="utf-8"))
    assert (record["pot_fen"], record["quantum_fen"]) == (200_000_000, 100)
    assert record["solver"] == "highs-ipm"


def test_run_benefit(bokuan):
    ended = bokuan("run", "plan.toml", "--objective", "benefit", "--lang", "en")
    assert ended.code == 0
    assert "most benefit" in ended.out


def test_run_says_which_rules_conflict(bokuan):
    inland = 'rules.west.where.fiscal_region=["west", "northeast"]'
    change = ("--set", inland, "--set", "rules.west.least=90%")
    for language, rule in (("zh", "“西部占比”"), ("en", "'share of the west'")):
        ended = bokuan("run", "plan.toml", *change, "--lang", language, "--out", "out")
        assert ended.code == 1
        assert rule in ended.err
        assert "[L11-" in ended.err
        assert not ended.out


def test_run_reports_where_it_cannot_write(bokuan, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    ended = bokuan("run", "plan.toml", "--out", "taken")
    assert ended.code == 2
    assert "[L1-cannot-write]" in ended.err
    assert not ended.out


def test_run_takes_a_change_by_name(bokuan):
    assert "national-2022@more_west" not in bokuan("run", "national-2022").out
    assert bokuan("run", "national-2022@more_west").code == 0
    ended = bokuan("run", "national-2022@more_wset")
    assert ended.code == 2
    assert "more_west" in ended.err


def test_compare(bokuan, plan, tmp_path):
    plan(('"20万元"', '"25万元"'), name="other.toml")
    ended = bokuan("compare", "plan.toml", "other.toml", "--out", "new/diff.csv")
    assert (ended.code, ended.err) == (0, "")
    assert re.search(r"辽宁省.*\+5\.00\s+\+25\.0%", ended.out)
    with (tmp_path / "new" / "diff.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["辽宁省"]["change_yuan"] == "50000.00"
    assert rows["江苏省"]["outcome"] == "loses"
    assert rows["四川省"]["percent"] == "0.00"
    english = bokuan("compare", "plan.toml", "other.toml", "--lang", "en")
    assert "Three units" in english.out


def test_doctor(bokuan):
    for language in ("zh", "en"):
        ended = bokuan("doctor", "--lang", language)
        assert (ended.code, ended.err) == (0, "")
        assert "×" not in ended.out
        assert "PULP_CBC_CMD" in ended.out


def test_gbk_console(bokuan):
    for arguments in (["run", "plan.toml"], ["doctor"], ["list"], ["--help"]):
        ended = bokuan(*arguments, encoding="gbk")
        assert ended.code == 0
        assert re.search("[一-鿿]", ended.out)
        assert "?" not in ended.out


@pytest.mark.parametrize("arguments", [["run", "plan.toml"], ["list"], ["run", "没有"], ["doctor"]])
def test_ascii_console_does_not_crash(bokuan, arguments):
    ended = bokuan(*arguments, encoding="ascii")
    assert ended.code in {0, 2}
    assert "UnicodeEncodeError" not in ended.err


def test_a_closed_pipe_is_quiet(tmp_path):
    for command in ("list", "run national-2022", "compare national-2022 national-2022@more_west"):
        with subprocess.Popen(
            [sys.executable, "-m", "allocation", *command.split()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
        ) as process:
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 141


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_ctrl_c_is_quiet(tmp_path):
    script = (
        "import time, allocation.scenario as s, sys\n"
        "def wait(*a, **k):\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "s.load = wait\n"
        "from allocation.cli import main\nsys.exit(main(['check', 'x']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as process:
        assert process.stdout.readline().strip() == b"ready"
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read().strip() == b""


def test_our_own_fault_is_an_apology(tmp_path):
    script = (
        "import sys, allocation.scenario as s\n"
        "def fail(*a, **k): raise ZeroDivisionError('secret')\n"
        "s.load = fail\n"
        "from allocation.cli import main\nsys.exit(main(['check', 'x', '--lang', 'en']))"
    )
    command = [sys.executable, "-X", "utf8", "-c", script]
    plain = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path)
    assert plain.returncode == 3
    assert b"ZeroDivisionError" in plain.stderr
    assert b"report" in plain.stderr
    assert b"Traceback" not in plain.stderr
    debug = os.environ | {"BOKUAN_DEBUG": "1"}
    told = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env=debug)
    assert told.returncode == 3
    assert b"Traceback" in told.stderr

"""The real command, in a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from allocation.cli import main

SOUND = """
title = "三个单位"
title_en = "Three units"
level = "national"
year = 2022
as_of = 2022-12-01

[pot]
amount = "100万元"
source = "示例"

[recipients]
kind = "units"
units = ["辽宁", "江苏", "四川"]

[tables.t]
file = "t.csv"
key = "unit"
source = "示例"

[factors.trade]
weight = "100%"
column = "trade"
source = "示例"

[rules.floor]
kind = "floor"
name = "保底"
name_en = "floor"
amount = "20万元"
source = "示例办法第1条"

[rules.west]
kind = "group_share"
name = "西部占比"
name_en = "share of the west"
where = { fiscal_region = "west" }
least = "30%"
source = "示例办法第2条"
"""
#: Every warning is an error, but for what PuLP says of its next version.
QUIET = "error,ignore::DeprecationWarning"
TABLE = "unit,trade\n辽宁,10\n江苏,80\n四川,10\n"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the sound scenario ``plan.toml``."""
    (tmp_path / "plan.toml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def inside(folder, monkeypatch, capsys):
    """Return a function that runs ``bokuan`` in this process: quick, for many small cases."""
    monkeypatch.chdir(folder)

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = main(arguments)
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def bokuan(folder):
    """Return a function that runs ``bokuan`` in a process of its own."""

    def run(*arguments, encoding="utf-8", **environment):
        settings = {"PYTHONIOENCODING": encoding, "PYTHONWARNINGS": QUIET} | environment
        kept = {k: v for k, v in os.environ.items() if not k.startswith("BOKUAN_")}
        done = subprocess.run(
            [sys.executable, "-m", "allocation", *map(str, arguments)],
            capture_output=True,
            check=False,
            cwd=folder,
            env=kept | settings,
            timeout=120,
        )
        return Ended(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))

    return run


@pytest.fixture
def plan(tmp_path):
    """Return a function that writes the sound scenario with some text changed."""

    def write(*changes, name="plan.toml"):
        text = SOUND
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write

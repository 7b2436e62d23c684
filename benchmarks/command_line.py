"""The command line: whole processes against an empty Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.spec import Benchmark, Line, Scope
from benchmarks.timing import Contender, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 15
_EMPTY = "python -c pass"


def bokuan(*arguments: str) -> list[str]:
    """Return the command: the installed script, or the module where there is none."""
    script = Path(sys.executable).with_name("bokuan.exe" if os.name == "nt" else "bokuan")
    start = [str(script)] if script.exists() else [sys.executable, "-m", "allocation"]
    return [*start, *arguments]


def process(command: list[str], folder: str) -> Contender:
    return lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _start_up(scope: Scope) -> Iterator[Line]:
    del scope
    with tempfile.TemporaryDirectory() as folder:
        run = ("run", "national-2022")
        commands: tuple[tuple[str, tuple[str, ...], float], ...] = (
            ("bokuan --help", ("--help",), 6.0),
            ("bokuan run national-2022", run, 80.0),
            ("... --out DIR --no-chart", (*run, "--out", folder, "--no-chart"), 80.0),
            ("... --out DIR", (*run, "--out", folder), 160.0),
        )
        empty = process([sys.executable, "-c", "pass"], folder)
        for name, arguments, target in commands:
            found = ratio(process(bokuan(*arguments), folder), empty, _ROUNDS)
            yield Line.of(name, _EMPTY, found, target)


START_UP = Benchmark("process", "The command line: whole processes", _start_up)

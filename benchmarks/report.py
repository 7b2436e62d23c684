"""The table of results as Markdown."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.spec import Benchmark, Line

_LIBRARIES = ("numpy", "scipy", "highspy", "pulp")
_HEAD = ("| | against | median | least–most | target | met | rounds |", "|---" * 7 + "|")


def heading(options: str) -> str:
    """Return what was run where: no names, only what the ratios may depend on."""
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    python = platform.python_version()
    return (
        "# Benchmark results\n\n"
        f"`python -m benchmarks{options}`, {datetime.now(UTC).date()}: "
        f"{os.cpu_count()} cores, Python {python}, {versions}.\n\n"
        "Each figure is a time of ours over a time of the peer, taken in turn in one run; "
        "below 1 we are faster. Medians over the rounds."
    )


def section(benchmark: Benchmark, lines: Sequence[Line]) -> str:
    """Return one benchmark's table."""
    return "\n".join((f"## {benchmark.title}", "", *_HEAD, *map(_row, lines)))


def _row(line: Line) -> str:
    target = "" if line.target is None else f"≤ {_figure(line.target)}"
    met = {None: "", True: "yes", False: "**no**"}[line.met]
    value = ("≤ " if line.bound else "") + _figure(line.value)
    spread = "" if line.rounds == 1 else f"{_figure(line.low)}–{_figure(line.high)}"
    return (
        f"| {line.what} | {line.against} | {value} | {spread} | {target} | {met} | {line.rounds} |"
    )


def _figure(value: float) -> str:
    """Return a ratio as people read it: 1/32, 2.1, 410."""
    if value < 0.5:
        return f"1/{1 / value:.0f}"
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"

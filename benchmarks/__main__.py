"""``python -m benchmarks``: run the benchmarks, print the tables, write them down."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import report
from benchmarks.registry import BENCHMARKS
from benchmarks.spec import Scope

_RESULTS = Path(__file__).with_name("RESULTS.md")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="at most 3 000 recipients")
    extent.add_argument(
        "--full", action="store_true", help="PuLP + CBC at 300 000 too: over ten minutes"
    )
    parser.add_argument(
        "--cbc-limit", type=int, default=1800, metavar="SECONDS", help="stop CBC after this long"
    )
    parser.add_argument(
        "--only",
        choices=[benchmark.name for benchmark in BENCHMARKS],
        help="run one; write nothing",
    )
    return parser


def main() -> None:
    """Run what was asked for."""
    asked = _parser().parse_args()
    scope = Scope(
        largest=3_000 if asked.quick else 300_000,
        cbc_largest=300_000 if asked.full else 30_000,
        cbc_limit=asked.cbc_limit,
    )
    options = " --quick" if asked.quick else " --full" if asked.full else ""
    parts = [report.heading(options)]
    for benchmark in BENCHMARKS:
        if asked.only in (None, benchmark.name):
            parts.append(report.section(benchmark, list(benchmark.run(scope))))
            print(parts[-1], end="\n\n", flush=True)
    if asked.only is None:
        _RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

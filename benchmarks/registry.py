"""All benchmarks, in the order in which they run."""

from __future__ import annotations

from benchmarks import command_line, general_rules, nested_rules, what_ifs

BENCHMARKS = (
    nested_rules.SPEED,
    nested_rules.MEMORY,
    general_rules.SPEED,
    what_ifs.WHAT_IFS,
    command_line.START_UP,
)

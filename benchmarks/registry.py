"""All benchmarks, in the order in which they run."""

from __future__ import annotations

from benchmarks import command_line, conflicts, general_rules, nested_rules

BENCHMARKS = (
    nested_rules.SPEED,
    nested_rules.MEMORY,
    general_rules.SPEED,
    conflicts.SPEED,
    command_line.START_UP,
)

"""All benchmarks, in the order in which they run."""

from __future__ import annotations

from benchmarks import command_line, general_rules, nested_rules, pot_curve

BENCHMARKS = (
    nested_rules.SPEED,
    nested_rules.MEMORY,
    general_rules.SPEED,
    pot_curve.SPEED,
    command_line.START_UP,
)

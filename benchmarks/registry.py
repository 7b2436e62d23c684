"""All benchmarks, in the order in which they run."""

from __future__ import annotations

from benchmarks import (
    books,
    certificates,
    command_line,
    conflicts,
    explained,
    general_rules,
    imports,
    nested_rules,
    pot_curve,
    reports,
    schedules,
    sweeps,
    what_ifs,
    years,
)

BENCHMARKS = (
    nested_rules.SPEED,
    nested_rules.MEMORY,
    general_rules.SPEED,
    explained.SPEED,
    certificates.SPEED,
    certificates.GROWTH,
    what_ifs.WHAT_IFS,
    sweeps.CASE,
    sweeps.MANY,
    pot_curve.SPEED,
    conflicts.SPEED,
    schedules.SPEED,
    schedules.MEMORY,
    books.POSTING,
    books.STATUS,
    imports.SPEED,
    years.FORECAST,
    years.REALLOCATION,
    command_line.START_UP,
    reports.WRITING,
    reports.OPENING,
)

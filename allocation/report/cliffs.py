"""The study of cliffs as users hold it: frames, a picture, and files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.engine import allocate
from allocation.explain.cliffs import find_cliffs
from allocation.explain.recipient import chosen
from allocation.report.cliffs_chart import draw_cliffs, figure, shown
from allocation.report.cliffs_frames import (
    audit_frame,
    checks_frame,
    ranks_frame,
    statistics_frame,
    write_frame,
)
from allocation.report.fonts import drawable_language
from allocation.report.saved import save_files
from allocation.result import Allocation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.explain.cliffs import Findings
    from allocation.frame import Mask
    from allocation.scenario import Loaded
    from allocation.wording import Language


@dataclass(frozen=True)
class Cliffs:
    """What ranks, edges and figures are worth, and what the audit found.

    Parameters
    ----------
    findings
        Every what-if with its exact effects, and every check.
    who
        Shape (n,): whose data were changed.
    """

    findings: Findings
    who: Mask

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """One row per move on a ranking, the largest effect first."""
        return ranks_frame(self.findings)

    @cached_property
    def statistics(self) -> pd.DataFrame:
        """One row per step of a reported figure, likewise; columns: see ``cliffs_frames``."""
        return statistics_frame(self.findings)

    @cached_property
    def audit(self) -> pd.DataFrame:
        """One row per violation; none: none was found in the cases of ``checks``."""
        return audit_frame(self.findings)

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row per check: how many cases, violations, conflicts and refused what-ifs."""
        return checks_frame(self.findings)

    def plot(self, language: Language = "zh") -> Figure:
        """Return the picture; ValueError if nothing has an effect."""
        import matplotlib as mpl

        from allocation.report.chart import settings

        with mpl.rc_context(settings()):
            return figure(self.findings, drawable_language(language))

    def save(self, folder: Path | str, language: Language = "zh") -> list[Path]:
        """Write the frames as CSV files and the picture, whole or not at all; return the paths.

        Raises
        ------
        InputError
            If the folder or a file in it cannot be written.
        """
        frames = {
            "cliffs.csv": self.ranks,
            "statistics.csv": self.statistics,
            "audit.csv": audit_frame(self.findings, language),
            "checks.csv": self.checks,
        }
        writers: dict[str, Callable[[Path], None]] = {
            name: partial(write_frame, frame) for name, frame in frames.items()
        }
        if shown(self.findings, drawable_language(language)) is not None:
            writers["cliffs.png"] = lambda path: draw_cliffs(self.findings, path, language)
        return save_files(Path(folder), writers)


def cliffs(
    subject: str | Loaded | Allocation,
    *,
    sets: Sequence[str] = (),
    zones: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Cliffs:
    """Return what a rank, an edge and a reported figure are worth, and audit for paradoxes.

    Parameters
    ----------
    subject
        A result of :func:`allocation.allocate`, or what it takes: a scenario's name or path, or a
        scenario already loaded.
    sets
        ``KEY=VALUE`` changes, if ``subject`` is a name or path.
    zones
        Names or ids of the recipients whose data are changed; default: everyone. The pot, and who
        is alike, are looked at in any case.
    progress
        Called with how many what-ifs are done, and of how many.

    Raises
    ------
    InputError
        With every problem of the scenario, its data or the names.
    ConflictError
        If the rules cannot all hold to begin with. A what-if they cannot hold in is counted.
    """
    result = subject if isinstance(subject, Allocation) else allocate(subject, sets=sets)
    who = chosen(result, zones)
    return Cliffs(find_cliffs(result, who, progress), who)

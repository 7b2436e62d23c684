"""``allocation.reallocate``: idle money moved in mid-year, as frames, pictures and files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocation.engine import DEFAULT_SOLVER
from allocation.errors import InputError, Problem, nearest
from allocation.reallocation.plan import ReallocationPlan
from allocation.reallocation.reallocate import Reallocation
from allocation.reallocation.reallocate import reallocate as reallocation_of
from allocation.report.fonts import drawable_language
from allocation.scenario.find import scenarios_folder
from allocation.scenario.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.ledger.book import Book
    from allocation.wording import Language

_ENDING = ".toml"


def shipped_reallocations() -> list[str]:
    """Return the names of the plans that come with the product."""
    return sorted(path.stem for path in (scenarios_folder() / "reallocations").glob(f"*{_ENDING}"))


def reallocate(
    plan: Path | str,
    *,
    scenario: str | None = None,
    book: Book | None = None,
    uncertain: bool = False,
    solver: str = DEFAULT_SOLVER,
) -> Reallocated:
    """Return where idle money is moved so that most of it is used this year.

    Parameters
    ----------
    plan
        A shipped plan, or a TOML file.
    scenario
        Whose rules hold; default: the plan's.
    book
        What is held, as of the plan's day; default: the plan's table.
    uncertain
        Whether use is uncertain: the plan's scenarios of use, and a bound on the worst tail.
    solver
        As for :func:`allocation.allocate`; the moves do not depend on it (law 6).

    >>> found = reallocate("liaoning-2022")
    >>> int(found.table["move_fen"].sum())
    0

    Raises
    ------
    InputError
        With everything that is wrong in the plan, its tables and the scenario.
    ConflictError
        If the rules cannot all hold with what is committed and paid.
    FaultError
        If nothing was proven.
    """
    found = reallocation_of(
        _located(str(plan)), scenario=scenario, book=book, uncertain=uncertain, solver=solver
    )
    return Reallocated(found)


def needs_book(plan: str) -> bool:
    """Whether a plan says nothing of what is held, so that the book has to."""
    return read_settings(_located(plan), ReallocationPlan)[0].holdings is None


def _located(reference: str) -> Path:
    known = shipped_reallocations()
    if reference in known:
        return scenarios_folder() / "reallocations" / f"{reference}{_ENDING}"
    if not reference.endswith(_ENDING):
        words = {"found": reference[:200], "nearest": nearest(reference, known)}
        words["allowed"] = "、".join(known) or "—"
        raise InputError([Problem("L1-unknown-plan", words=words)])
    return Path(reference)


@dataclass(frozen=True)
class Reallocated:
    """Idle money moved, proven and exact."""

    reallocation: Reallocation

    @property
    def table(self) -> pd.DataFrame:
        """int64 fen, a row for each recipient and line: before, frozen, move, after."""
        from allocation.report.reallocation_files import cells

        return _frame(cells(self.reallocation))

    @property
    def transfers(self) -> pd.DataFrame:
        """From whom to whom, int64 fen; in each line at most one fewer than those touched."""
        from allocation.report.reallocation_files import transfers

        return _frame(transfers(self.reallocation))

    @property
    def frontier(self) -> pd.DataFrame:
        """Corners of the frontier in yuan, floats: estimates; empty where use is certain."""
        from allocation.report.reallocation_files import frontier

        return _frame(frontier(self.reallocation)).astype("float64")

    def sentences(self, language: Language = "zh") -> list[str]:
        """Return why each gives or gets, what stopped more, and what it comes to."""
        from allocation.report.reallocation_text import sentences

        return list(sentences(self.reallocation, language))

    def plot(self, language: Language = "zh") -> Figure:
        """Return the money from givers to getters, a matplotlib figure."""
        from allocation.report.reallocation_chart import flows

        return flows(self.reallocation, drawable_language(language))

    def save(self, directory: Path | str, language: Language = "zh") -> list[Path]:
        """Write tables, workbook, pictures and ``reallocation.json``.

        Raises
        ------
        InputError
            If a file cannot be written; then no half-written file is left.
        """
        from allocation.report.reallocation_files import save_reallocation

        return save_reallocation(self.reallocation, Path(directory), language)


def _frame(rows: Iterable[list[Any]]) -> pd.DataFrame:
    import pandas as pd

    head, *body = rows
    return pd.DataFrame(body, columns=head)

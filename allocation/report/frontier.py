"""The trade-off as users hold it: frames, a picture, and files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.explain.frontier import find_trade_off
from allocation.report.cliffs_frames import decimal
from allocation.report.csv_file import defused, yuan
from allocation.report.frontier_chart import draw_frontier, frontier_figure
from allocation.report.saved import save_files
from allocation.scenario import Loaded, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.explain.frontier import Point, TradeOff
    from allocation.wording import Language


@dataclass(frozen=True)
class Frontier:
    """Fairness against benefit, corner by corner.

    Parameters
    ----------
    found
        The corners with their allocations, the fair one, and the scenario as it is.
    """

    found: TradeOff

    @cached_property
    def corners(self) -> pd.DataFrame:
        """One row per corner and for ``fair`` and ``chosen``.

        ``point``; ``ratio`` and ``benefit_yuan`` (Fractions, exact); ``price``: yuan of benefit
        given up per point of the ratio since the corner before; ``min_ratio`` of the run.
        """
        import pandas as pd

        return pd.DataFrame(list(_corner_rows(self.found)))

    @cached_property
    def steps(self) -> pd.DataFrame:
        """One row per step and recipient: ``before_fen, after_fen, change_fen`` (int64)."""
        import pandas as pd

        return pd.DataFrame(list(_step_rows(self.found)))

    def plot(self, language: Language = "zh") -> Figure:
        """Return the picture."""
        return frontier_figure(self.found, language)

    def save(self, folder: Path | str, language: Language = "zh") -> list[Path]:
        """Write ``frontier.csv``, ``steps.csv`` and ``frontier.png``, all or none.

        Raises
        ------
        InputError
            If the folder or a file in it cannot be written.
        """
        writers: dict[str, Callable[[Path], None]] = {
            "frontier.csv": lambda path: _write(path, _corner_lines(self.found)),
            "steps.csv": lambda path: _write(path, _step_lines(self.found)),
            "frontier.png": lambda path: draw_frontier(self.found, path, language),
        }
        return save_files(Path(folder), writers)


def frontier(subject: str | Loaded, *, sets: Sequence[str] = (), weights: str = "") -> Frontier:
    """Return the trade-off between fairness and benefit: exact corners, and the cost of each step.

    Parameters
    ----------
    subject
        A scenario's name or path, or a scenario already loaded.
    sets
        ``KEY=VALUE`` changes, if ``subject`` is a name or path.
    weights
        Column of benefit per yuan; default: what the scenario's objective says.

    Raises
    ------
    InputError, ConflictError, FaultError
        As a run does; and if nothing says what benefit is.
    """
    loaded = subject if isinstance(subject, Loaded) else load(subject, sets=sets)
    return Frontier(find_trade_off(loaded, weights))


def named_points(found: TradeOff) -> list[tuple[str, Point]]:
    """Return every point with its name: numbers for corners, then ``fair`` and ``chosen``."""
    corners = [(str(number), point) for number, point in enumerate(found.points, start=1)]
    return [*corners, ("fair", found.fair), ("chosen", found.chosen)]


def prices(found: TradeOff) -> list[Fraction | None]:
    """Return for each named point the yuan of benefit given up per hundredth of the least ratio.

    Since the corner before; None for the first corner and for what is no corner.
    """
    steps = [
        (one.value - two.value) / ((two.ratio - one.ratio) * 100)
        for one, two in pairwise(found.points)
    ]
    return [None, *steps, None, None]


def _corner_rows(found: TradeOff) -> Iterator[dict[str, object]]:
    for (name, point), cost in zip(named_points(found), prices(found), strict=True):
        row = {"point": name, "ratio": point.ratio, "benefit_yuan": point.value}
        yield row | {"price": cost, "min_ratio": point.asked}


def _steps(found: TradeOff) -> Iterator[tuple[str, str, Point, Point]]:
    named = named_points(found)[:-1]
    for (one, before), (two, after) in pairwise(named):
        yield one, two, before, after


def _step_rows(found: TradeOff) -> Iterator[dict[str, object]]:
    frame = found.fair.result.recipients
    for one, two, before, after in _steps(found):
        amounts = zip(before.result.amounts.tolist(), after.result.amounts.tolist(), strict=True)
        for at, (old, new) in enumerate(amounts):
            called = {"id": frame.ids[at], "name": frame.names[at], "name_en": frame.names_en[at]}
            fen = {"before_fen": old, "after_fen": new, "change_fen": new - old}
            yield {"from": one, "to": two} | called | fen


def _corner_lines(found: TradeOff) -> Iterator[list[str]]:
    yield ["point", "least_ratio", "benefit_yuan", "price_per_point_yuan", "min_ratio"]
    for row in _corner_rows(found):
        cells = (row["ratio"], row["benefit_yuan"], row["price"])
        figures = ["" if cell is None else decimal(cell) for cell in cells]  # type: ignore[arg-type]  # Fractions
        yield [str(row["point"]), *figures, str(row["min_ratio"])]


def _step_lines(found: TradeOff) -> Iterator[list[str]]:
    yield ["from", "to", "id", "name", "before_yuan", "after_yuan", "change_yuan"]
    for row in _step_rows(found):
        text = [str(row[key]) for key in ("from", "to", "id", "name")]
        fen = (row[f"{key}_fen"] for key in ("before", "after", "change"))
        yield [*map(defused, text), *(yuan(int(str(each))) for each in fen)]


def _write(path: Path, rows: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)

"""How wrong the forecast was in earlier years, in money, beside the rules an office would use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from allocation_models.back_test import curve_alone, judged, trials
from allocation_models.spending_curves import SHAPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from allocation_models.back_test import Judged, Trial
    from allocation_models.program import Floats
    from allocation_models.spending_curves import History, Shape

#: What is compared: the forecast and the two rules.
METHODS = ("forecast", "proportional", "last_year")


@dataclass(frozen=True)
class BackTest:
    """Forecasts of earlier years against what happened.

    Parameters
    ----------
    shape
        The kind of curve that was least wrong by itself.
    years
        The years that were forecast.
    trials
        One for each.
    table
        A row per number of months known, 0 to 11: ``months``, ``forecasts`` (how many), ``used``
        (fen, what really was used), for each method ``<method>_error`` (fen, mean error of a
        recipient without its sign) and ``<method>_share`` (all errors over all use),
        ``<method>_total`` (error of the sum over the sum, mean over years); ``coverage`` and
        ``total_coverage`` (how often the truth, and the sum, lay in its interval; NaN with fewer
        than three years). Estimates.
    """

    shape: Shape
    years: tuple[int, ...]
    trials: tuple[Trial, ...]
    table: pd.DataFrame

    def share(self, method: str) -> float:
        """Return all errors of a method over all use, from one month known to eleven."""
        return _share(self.table, method)

    @property
    def coverage(self) -> float | None:
        """How often the truth lay in the interval, from one month known on; None if not known."""
        return self._mean("coverage")

    @property
    def total_coverage(self) -> float | None:
        """Likewise of the sum over all recipients."""
        return self._mean("total_coverage")

    def _mean(self, column: str) -> float | None:
        found = float(self.table[column].iloc[1:].mean())
        return None if np.isnan(found) else found


def back_test(history: History, first: int, chance: float) -> BackTest:
    """Return the back-test of the kind of curve that was least wrong.

    Parameters
    ----------
    first
        The first year of the history.
    chance
        Of the interval.
    """
    tried = {shape: trials(history, shape) for shape in SHAPES}
    shape = min(SHAPES, key=lambda shape: _wrong(tried[shape]))
    made = tried[shape]
    years = tuple(first + trial.year for trial in made)
    return BackTest(shape, years, made, _table(made, judged(made, chance)))


def _wrong(made: Sequence[Trial]) -> float:
    """Return the errors of curves by themselves, from one month known on."""
    return float(sum(np.abs(curve_alone(one) - one.truth)[1:].sum() for one in made))


def _share(table: pd.DataFrame, method: str) -> float:
    known = table.iloc[1:]
    errors = (known[f"{method}_error"] * known["forecasts"]).sum()
    return float(errors / max(known["used"].sum(), 1))


def _table(made: Sequence[Trial], found: Sequence[Judged]) -> pd.DataFrame:
    import pandas as pd

    truth = np.stack([trial.truth for trial in made])
    low, high = (np.stack([getattr(one, end) for one in found]) for end in ("low", "high"))
    # Who has nothing can only be foreseen right.
    had = np.stack([[part.used + part.there > 0 for part in trial.ahead] for trial in made])
    count = had.sum(axis=(0, 2))
    columns: dict[str, object] = {
        "months": np.arange(12),
        "forecasts": count,
        "used": truth.sum(axis=(0, 2)).astype(np.int64),
    }
    foreseen = {
        "forecast": np.stack([one.expected for one in found]),
        "proportional": np.stack([trial.proportional for trial in made]),
        "last_year": np.stack([trial.last_year for trial in made]),
    }
    for method in METHODS:
        columns |= _errors(method, foreseen[method], truth, count)
    known = ~np.isnan(low).any(axis=(0, 2))
    inside = ((low <= truth) & (truth <= high) & had).sum(axis=(0, 2)) / np.maximum(count, 1)
    sums = truth.sum(axis=2)
    ends = (np.stack([getattr(one, f"total_{end}") for one in found]) for end in ("low", "high"))
    whole = ((next(ends) <= sums) & (sums <= next(ends))).mean(axis=0)
    columns |= {
        "coverage": np.where(known, inside, np.nan),
        "total_coverage": np.where(known, whole, np.nan),
    }
    return pd.DataFrame(columns)


def _errors(
    method: str, foreseen: Floats, truth: Floats, count: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> dict[str, object]:
    errors = np.abs(foreseen - truth).sum(axis=(0, 2))
    used = truth.sum(axis=2)
    total = np.abs(foreseen.sum(axis=2) - used) / np.maximum(used, 1)
    return {
        f"{method}_error": np.rint(errors / np.maximum(count, 1)).astype(np.int64),
        f"{method}_share": errors / np.maximum(used.sum(axis=0), 1),
        f"{method}_total": total.mean(axis=0),
    }

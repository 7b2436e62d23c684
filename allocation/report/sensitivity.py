"""``allocation.sensitivity``: the sensitivity of an allocation, with its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocation.engine import allocate
from allocation.explain.recipient import positions
from allocation.explain.sensitivity import Sensitivity, sensitivity_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from allocation.result import Allocation
    from allocation.wording import Language


@dataclass(frozen=True)
class SensitivityReport(Sensitivity):
    """A sensitivity that can be drawn."""

    def plot(
        self,
        zones: Sequence[str] = (),
        *,
        start: int | None = None,
        stop: int | None = None,
        language: Language = "zh",
    ) -> Figure:
        """Return the picture of amounts over the pot, kinks marked, as a matplotlib figure.

        Parameters
        ----------
        zones
            Codes or names; default: those with the largest amounts.
        start, stop
            Pots in fen; default: 20 % below and above.
        language
            Of the labels; English without a Chinese font.
        """
        from allocation.report.curve_chart import curve_figure

        places = positions(self.result, zones)
        return curve_figure(self, self.curves(start=start, stop=stop), places, language)


def sensitivity(result: Allocation | str) -> SensitivityReport:
    """Return what one more of the pot, and of each floor, cap and group share, is worth.

    Parameters
    ----------
    result
        An allocation; or a scenario, as :func:`allocation.allocate` takes it.

    Raises
    ------
    InputError, ConflictError, FaultError
        As :func:`allocation.allocate`.
    """
    found = sensitivity_of(allocate(result) if isinstance(result, str) else result)
    return SensitivityReport(found.result, found.parameters)

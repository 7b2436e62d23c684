"""``allocation.explain``: why each amount is what it is, as frames, pages and figures (law 10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.engine import allocate
from allocation.explain.reasons import Reasons
from allocation.explain.recipient import positions
from allocation.explain.waterfall import Waterfall, waterfall
from allocation.report.explained_page import Page, page_of
from allocation.report.fonts import drawable_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from allocation.result import Allocation
    from allocation.wording import Language


def explain(result: Allocation | str) -> Explanation:
    """Return the explanation of an allocation, or of the scenario that a reference means.

    >>> explained = explain("national-2022")
    >>> steps = explained.table.drop(columns="amount_fen")
    >>> bool((steps.sum(axis=1) == explained.table["amount_fen"]).all())
    True

    Raises
    ------
    InputError, ConflictError, FaultError
        As :func:`allocation.allocate`.
    """
    found = allocate(result) if isinstance(result, str) else result
    return Explanation(found, waterfall(found))


@dataclass(frozen=True)
class Explanation:
    """Every amount of an allocation as a sum of whole fen, and the rules behind it.

    A zone (any recipient) goes by its id, its name, or any name the registry knows.
    """

    result: Allocation
    waterfall: Waterfall

    @property
    def table(self) -> pd.DataFrame:
        """int64 fen, one row per recipient by id, one column per step, ``amount_fen`` last."""
        import pandas as pd

        keys = [f"{step.key}_fen" for step in self.waterfall.steps]
        index = pd.Index(self.result.recipients.ids, name="id")
        table = pd.DataFrame(self.waterfall.parts, columns=keys, index=index)
        table["amount_fen"] = self.result.amounts
        return table

    def reasons(self, zone: str, language: Language = "zh") -> tuple[str, ...]:
        """Return which rules hold a recipient's amount, a sentence each."""
        return self.content(zone, language).reasons

    def text(self, zone: str, language: Language = "zh") -> str:
        """Return a recipient's page as plain text, at most 100 columns wide."""
        from allocation.report.explained_text import page_text

        return page_text(self.content(zone, language))

    def page(self, zone: str, language: Language = "zh") -> str:
        """Return a recipient's page as one self-contained HTML file."""
        from allocation.report.explained_html import page_html

        return page_html(*self._pair(positions(self.result, [zone])[0], language))

    def plot(self, zone: str, language: Language = "zh") -> Figure:
        """Return a recipient's waterfall as a matplotlib figure."""
        from allocation.report.explained_chart import figure

        return figure(self.content(zone, drawable_language(language)))

    def save(
        self, directory: Path | str, zones: Sequence[str] = (), language: Language = "zh"
    ) -> list[Path]:
        """Write ``explain.csv``, and text, HTML and PNG for ``zones``.

        Without ``zones``: text and HTML for everyone; the picture stands in the HTML too.

        Raises
        ------
        InputError
            For every zone that is unknown; or if a file cannot be written.
        """
        from allocation.report.explained_files import save_explanations

        chosen = positions(self.result, zones) or range(len(self.result.recipients))
        pages = {at: self._pair(at, language) for at in chosen}
        return save_explanations(
            self.result, self.waterfall, pages, Path(directory), pictures=bool(zones)
        )

    def content(self, zone: str, language: Language = "zh") -> Page:
        """Return what stands on a recipient's page."""
        return self._content(positions(self.result, [zone])[0], language)

    def _content(self, index: int, language: Language) -> Page:
        return page_of(self.result, self.waterfall, self._reasons, index, language)

    def _pair(self, index: int, language: Language) -> tuple[Page, Page]:
        """Return a page, and the same page in the language that pictures can be labelled in."""
        spoken = drawable_language(language)
        page = self._content(index, language)
        return page, page if spoken == language else self._content(index, spoken)

    @cached_property
    def _reasons(self) -> Reasons:
        return Reasons(self.result)

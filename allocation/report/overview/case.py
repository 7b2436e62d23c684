"""One allocation as the report and the local page need it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from allocation.explain.waterfall import waterfall
from allocation.report.layout import half_up, names, printable, title
from allocation.report.overview.words import Words, both

if TYPE_CHECKING:
    from allocation.explain.waterfall import Waterfall
    from allocation.result import Allocation, Fen


@dataclass(frozen=True)
class Case:
    """One allocation as the report needs it."""

    result: Allocation

    @cached_property
    def waterfall(self) -> Waterfall:
        """Everyone's amount as a sum."""
        return waterfall(self.result)

    @cached_property
    def entitlements(self) -> Fen:
        """Shape (n,), int64 fen, rounded half up."""
        return half_up(self.result.entitlements)

    @cached_property
    def title(self) -> Words:
        """The title, marked where figures are illustrative."""
        return both(lambda language: printable(title(self.result, language)))

    @cached_property
    def names(self) -> tuple[Words, ...]:
        """The recipients' names, shape (n,)."""
        pairs = zip(names(self.result, "zh"), names(self.result, "en"), strict=True)
        return tuple(Words(zh, en) for zh, en in pairs)

    @cached_property
    def places(self) -> dict[str, int]:
        """The position of each recipient by id."""
        return {key: at for at, key in enumerate(self.result.recipients.ids)}

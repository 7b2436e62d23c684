from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from allocation.engine import allocate

if TYPE_CHECKING:
    from allocation.result import Allocation

YUAN = 100


@dataclass
class Case:
    """A published case: a scenario with its variants, and the published figures."""

    folder: Path

    def run(self, change: str = "", *sets: str) -> Allocation:
        return allocate(str(self.folder / "scenario.toml") + change, sets=sets)

    def published(self) -> list[dict[str, str]]:
        with (self.folder / "expected.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @staticmethod
    def whole(result: Allocation) -> dict[str, Fraction]:
        """Return the amounts in 元 by id."""
        pairs = zip(result.recipients.ids, result.amounts.tolist(), strict=True)
        return {key: Fraction(fen, YUAN) for key, fen in pairs}

    @staticmethod
    def exact(result: Allocation) -> dict[str, Fraction]:
        """Return the amounts before rounding in 元 by id."""
        pairs = zip(result.recipients.ids, result.unrounded, strict=True)
        return {key: fen / YUAN for key, fen in pairs}


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """Return the case of the test file: ``test_x.py`` reads the folder ``x``."""
    path = Path(request.path)
    return Case(path.parent / path.stem.removeprefix("test_"))

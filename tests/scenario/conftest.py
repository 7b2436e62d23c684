from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from allocation import check
from allocation.errors import InputError, Problem
from allocation.scenario import load

GOOD = Path(__file__).parent / "good"


@dataclass
class Plan:
    """A sound scenario in a folder of its own, to be broken in one place."""

    folder: Path

    @property
    def path(self) -> str:
        return str(self.folder / "plan.toml")

    def text(self, file: str = "plan.toml") -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def write(self, content: str | bytes, file: str = "plan.toml") -> None:
        data = content.encode("utf-8") if isinstance(content, str) else content
        (self.folder / file).write_bytes(data)

    def edit(self, old: str, new: str, file: str = "plan.toml") -> None:
        text = self.text(file)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(text.replace(old, new), file)

    def line(self, marker: str, file: str = "plan.toml") -> int:
        """Return the line ``marker`` starts on, 0 if there is none."""
        text = self.text(file)
        return text[: text.index(marker)].count("\n") + 1

    def problems(self, changes: str = "", *sets: str) -> list[Problem]:
        """Return everything found wrong, warnings included, by loading and by checking."""
        try:
            loaded = load(self.path + changes, sets=sets)
        except InputError as error:
            return list(error.problems)
        return [*loaded.warnings, *check(loaded)]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    shutil.copytree(GOOD, tmp_path / "plan")
    return Plan(tmp_path / "plan")

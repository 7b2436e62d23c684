"""Which file a reference to a scenario means: ``NAME_OR_PATH[@CHANGE[,CHANGE…]]``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from allocation.errors import InputError, Problem, nearest

#: How a scenario's file may end: text, or a workbook.
ENDINGS = (".toml", ".xlsx")
#: Workbooks that may hold macros: refused by what they hold.
_MACROS = (".xlsm", ".xltm", ".xlsb")


@dataclass(frozen=True)
class Reference:
    """A reference taken apart: the scenario, and the what-ifs or overrides applied to it."""

    target: str
    changes: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the parts of ``national-2022@more_west`` or ``plan.toml@a,b``."""
        target, at, changes = text.rpartition("@")
        if not at or changes.endswith(ENDINGS):
            return cls(text, ())
        return cls(target, tuple(part.strip() for part in changes.split(",")))


def shipped() -> list[str]:
    """Return the names of the scenarios that come with the product."""
    return sorted(path.stem for path in scenarios_folder().glob("*.toml"))


def locate(reference: str, beside: Path | None = None) -> Path:
    """Return the scenario file a reference means.

    Parameters
    ----------
    reference
        Name of a shipped scenario, or path of a ``.toml`` or ``.xlsx`` file; a part from ``@`` is
        ignored.
    beside
        Folder that a relative path starts from; default: the working directory.

    Raises
    ------
    InputError
        If there is no such scenario; the problem names the nearest ones.
    """
    target = Reference.parse(reference).target
    if target in shipped():
        return scenarios_folder() / f"{target}.toml"
    path = (beside or Path()) / target
    if not target.endswith(ENDINGS):
        raise InputError([_unknown(target, path)])
    return path


def _unknown(target: str, path: Path) -> Problem:
    """Return what is wrong with a target that is no shipped name and no path of a scenario."""
    words = {"found": target[:200], "allowed": "、".join(shipped())}
    try:
        if target and path.is_dir():
            return Problem("L1-is-a-directory", words=words)
        if target and path.is_file():
            macros = target.lower().endswith(_MACROS)
            return Problem("L1-macros" if macros else "L1-not-toml", words=words)
    except (OSError, ValueError):
        pass
    return Problem("L1-unknown-scenario", words=words | {"nearest": nearest(target, shipped())})


@cache
def scenarios_folder() -> Path:
    """Return the folder of shipped scenarios: package data in a wheel, else the checkout's."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "shipped_scenarios"
    return packed if packed.is_dir() else package.parent / "scenarios"

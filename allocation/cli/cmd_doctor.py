"""``bokuan doctor``: whether everything the product needs works on this computer."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from allocation.errors import BokuanError, FaultError
from allocation.wording import Language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

_LIBRARIES = (
    "bokuan",
    "numpy",
    "scipy",
    "pandas",
    "highspy",
    "pulp",
    "pydantic",
    "matplotlib",
    "xlsxwriter",
    "jinja2",
    "python-docx",
    "click",
    "rich",
)
_SAMPLE = "外经贸发展专项资金"


def parameters(_language: Language) -> Sequence[click.Parameter]:
    """Return the command's parameters: none."""
    return ()


def run(language: Language) -> int:
    """Print what works and what does not; return 3 if something essential does not work."""
    good = [_versions(language), _solvers(language), _scenarios(language)]
    _console(language)
    _glyphs(language)
    print(say("cli-doctor-well" if all(good) else "cli-doctor-ill", language))
    return 0 if all(good) else FaultError.exit_code


def _line(language: Language, *, good: bool, text: str) -> bool:
    print(say("cli-doctor-good" if good else "cli-doctor-bad", language, text=text))
    return good


def _versions(language: Language) -> bool:
    """Print the version of every library; true if none is missing."""
    print(f"Python {platform.python_version()} ({platform.platform()})")
    found = {name: _version(name) for name in _LIBRARIES}
    there = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    missing = "、".join(name for name, number in found.items() if not number)
    _line(language, good=True, text=say("cli-doctor-versions", language, found=there))
    if missing:
        _line(language, good=False, text=say("cli-doctor-missing", language, found=missing))
    return not missing


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _solvers(language: Language) -> bool:
    """Let every solver there is solve a small program; true if the two we rely on do."""
    from allocation.engine import DEFAULT_SOLVER, REFEREE
    from allocation_models.solvers import pulp_gateway

    essential = (DEFAULT_SOLVER, REFEREE)
    names = dict.fromkeys(
        [DEFAULT_SOLVER, "highs-ipm", "scipy", *pulp_gateway.available(), REFEREE]
    )
    works = {name: _solves(name) for name in names}
    for name, good in works.items():
        _line(language, good=good, text=say("cli-doctor-solver", language, name=name))
    return all(works[name] for name in essential)


def _solves(name: str) -> bool:
    """Tell whether a solver finds min −x − 2y, x + y ≤ 4, 0 ≤ x, y ≤ 3, which is −7."""
    import numpy as np

    from allocation.engine import solver_named
    from allocation_models.solvers import FloatProgram

    program = FloatProgram(
        cost=np.array([-1.0, -2.0]),
        indptr=np.array([0, 2]),
        indices=np.array([0, 1]),
        data=np.array([1.0, 1.0]),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([4.0]),
        column_lower=np.zeros(2),
        column_upper=np.full(2, 3.0),
    )
    try:
        return bool(np.allclose(solver_named(name)(program).solve().x, [1.0, 3.0]))
    except (BokuanError, ArithmeticError, ImportError, OSError, RuntimeError):
        return False


def _scenarios(language: Language) -> bool:
    """Print where the shipped scenarios are; true if there are any."""
    from allocation.scenario import shipped
    from allocation.scenario.find import scenarios_folder

    count = len(shipped())
    words = {"folder": scenarios_folder(), "count": count}
    return _line(language, good=count > 0, text=say("cli-doctor-scenarios", language, **words))


def _console(language: Language) -> None:
    """Print the encoding of stdout and whether it has the signs the tables use."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        good = bool(f"{_SAMPLE}●√×".encode(encoding))
    except UnicodeEncodeError:
        good = False
    _line(language, good=good, text=say("cli-doctor-console", language, found=encoding))


def _glyphs(language: Language) -> None:
    """Print which font draws Chinese in pictures."""
    from allocation.report.fonts import can_draw, chinese_font

    font = chinese_font()
    found = font.path if font else "—"
    good = can_draw(_SAMPLE)
    _line(language, good=good, text=say("cli-doctor-font", language, found=found))

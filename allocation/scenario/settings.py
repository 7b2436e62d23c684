"""Any TOML file of settings: read, checked against its model, every problem with its line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from allocation.errors import InputError, Problem
from allocation.policy.values import Model
from allocation.scenario.files import SCENARIO_LIMIT, read_bytes
from allocation.scenario.parse import parse_toml
from allocation.scenario.trail import Trail
from allocation.scenario.translate import problems_of

M = TypeVar("M", bound=Model)


def read_settings(path: Path | str, model: type[M]) -> tuple[M, Trail]:
    """Return a TOML file as a ``model``, and the place of each key.

    Raises
    ------
    InputError
        With everything that is wrong in the file: line, what was found, what is allowed.
    """
    content = read_bytes(Path(path), str(path), SCENARIO_LIMIT)
    parsed = content if isinstance(content, Problem) else parse_toml(content, str(path))
    if isinstance(parsed, Problem):
        raise InputError([parsed])
    data, lines = parsed
    trail = Trail.of_file(str(path), lines)
    try:
        return model.model_validate(data), trail
    except ValidationError as error:
        raise InputError(problems_of(error, data, trail, model)) from None

"""Whom the names in a question mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Place, Problem, nearest, raise_if_any
from allocation.scenario.recipients import resolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.frame import Mask
    from allocation.result import Allocation


def who_is_meant(result: Allocation, names: Sequence[str], option: str) -> Mask:
    """Return the recipients that ``names`` mean, shape (n,); everyone if there are none.

    A recipient goes by its id, its name, or any name the registry knows it by.

    Raises
    ------
    InputError
        With every name that means nobody here, and the nearest ones.
    """
    if not names:
        return np.ones(len(result.recipients), dtype=bool)
    found = [_position(result, name, Place(column=option)) for name in names]
    raise_if_any([each for each in found if isinstance(each, Problem)])
    return np.isin(np.arange(len(result.recipients)), [at for at in found if isinstance(at, int)])


def _position(result: Allocation, name: str, place: Place) -> int | Problem:
    frame = result.recipients
    for known in (frame.ids, frame.names, frame.names_en):
        if known.count(name) == 1:
            return known.index(name)
    assert result.solved is not None, "whoever solves says from what"
    key = resolver(result.solved.task.loaded.scenario, frame)(name, place)
    if isinstance(key, Problem):
        near = nearest(name, [*frame.names, *frame.names_en])
        return key if near == "—" else _nobody(name, near, place)
    if key in frame.ids:
        return frame.ids.index(key)
    return _nobody(name, nearest(name, [*frame.names, *frame.names_en]), place)


def _nobody(name: str, near: str, place: Place) -> Problem:
    return Problem("L1-unknown-recipient", place, {"found": name[:60], "nearest": near})

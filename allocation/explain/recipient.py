"""Which recipient a name means: one of the allocation's own, or the registry's word for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocation.errors import Place, Problem, nearest, raise_if_any
from allocation.scenario.recipients import resolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allocation.frame import Frame, Mask
    from allocation.result import Allocation
    from allocation.scenario import Scenario

_SHOWN = 60


def positions(result: Allocation, names: Sequence[str]) -> list[int]:
    """Return the positions of the recipients that ``names`` mean, each once.

    Raises
    ------
    InputError
        With every name that means nobody here, and the nearest ones.
    """
    assert result.solved is not None, "whoever solves says from what"
    return called(result.solved.task.loaded.scenario, result.recipients, names)


def called(scenario: Scenario, frame: Frame, names: Sequence[str]) -> list[int]:
    """Return the same for recipients that have no amounts yet."""
    found = [_position(scenario, frame, name) for name in names]
    raise_if_any([each for each in found if isinstance(each, Problem)])
    return list(dict.fromkeys(at for at in found if isinstance(at, int)))


def chosen(result: Allocation, names: Sequence[str]) -> Mask:
    """Return the recipients that ``names`` mean as a mask, shape (n,); everyone without names."""
    count = len(result.recipients)
    return np.isin(np.arange(count), positions(result, names) if names else np.arange(count))


def _position(scenario: Scenario, frame: Frame, name: str) -> int | Problem:
    """Return the position of the recipient that ``name`` means, or what is wrong with the name."""
    place = Place(column="zone")
    forms = zip(frame.ids, frame.names, frame.names_en, strict=True)
    own = [at for at, words in enumerate(forms) if name and name in words]
    if name in frame.ids:
        return frame.ids.index(name)
    if len(own) > 1:
        allowed = "、".join(frame.ids[at] for at in own)
        words = {"found": name[:_SHOWN], "allowed": allowed}
        return Problem("L10-ambiguous-recipient", place, words)
    if own:
        return own[0]
    found = resolver(scenario, frame)(name, place)
    if not isinstance(found, Problem) and found in frame.ids:
        return frame.ids.index(found)
    near = nearest(name, [*frame.names, *frame.names_en, *frame.ids])
    words = {"found": name[:_SHOWN], "nearest": near}
    if isinstance(found, Problem):
        # The registry's own nearest names may have no part in this allocation.
        return found if near == "—" else Problem("L1-unknown-recipient", place, words)
    return Problem("L10-no-part", place, words)

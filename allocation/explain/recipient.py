"""Which recipient a name means: one of the allocation's own, or the registry's word for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocation.errors import Place, Problem, nearest
from allocation.scenario.recipients import resolver

if TYPE_CHECKING:
    from allocation.result import Allocation

_SHOWN = 60


def position(result: Allocation, name: str) -> int | Problem:
    """Return the position of the recipient that ``name`` means, or what is wrong with the name."""
    assert result.solved is not None, "whoever solves says from what"
    frame, place = result.recipients, Place(column="zone")
    called = zip(frame.ids, frame.names, frame.names_en, strict=True)
    own = [at for at, forms in enumerate(called) if name and name in forms]
    if name in frame.ids:
        return frame.ids.index(name)
    if len(own) > 1:
        allowed = "、".join(frame.ids[at] for at in own)
        words = {"found": name[:_SHOWN], "allowed": allowed}
        return Problem("L10-ambiguous-recipient", place, words)
    if own:
        return own[0]
    found = resolver(result.solved.task.loaded.scenario, frame)(name, place)
    if isinstance(found, Problem):
        return found
    if found in frame.ids:
        return frame.ids.index(found)
    near = nearest(name, [*frame.names, *frame.ids])
    return Problem("L10-no-part", place, {"found": name[:_SHOWN], "nearest": near})

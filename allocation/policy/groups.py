"""Groups of recipients by the values of an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from allocation.frame import Frame

Mask = npt.NDArray[np.bool_]


def partition(frame: Frame, attribute: str) -> list[tuple[str, Mask]]:
    """Return a group for every value of ``attribute``, in order of appearance, blanks left out.

    An empty attribute name gives one group of everyone.
    """
    if not attribute:
        return [("", np.ones(len(frame), dtype=bool))]
    values, codes = frame.groups(attribute)
    return [(value, codes == at) for at, value in enumerate(values)]

"""Work on records by the hundred thousand without Python's search for garbage that holds itself."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uncollected() -> Iterator[None]:
    """Do without the cyclic collector inside; also a decorator.

    Rows and entries never hold each other, and are freed as soon as nobody has them. The collector
    would look through all of them again and again while they are made.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()

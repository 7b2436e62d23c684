"""bokuan: share out special foreign-trade development funds, exact to the fen.

>>> import allocation
>>> result = allocation.allocate("national-2022")
>>> int(result.amounts.sum()) == result.heading.pot
True

Every name is imported when it is first used, so that ``import allocation`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocation.conflict import check
    from allocation.engine import allocate
    from allocation.errors import (
        BokuanError,
        ConflictError,
        FaultError,
        InputError,
        Place,
        Problem,
    )
    from allocation.record import read_record
    from allocation.report.frames import comparison_frame as compare
    from allocation.report.repairs import conflict_frame as conflicting
    from allocation.report.repairs import repairs
    from allocation.result import Allocation
    from allocation.scenario import Loaded, load, shipped

    __version__: str

__all__ = [
    "Allocation",
    "BokuanError",
    "ConflictError",
    "FaultError",
    "InputError",
    "Loaded",
    "Place",
    "Problem",
    "__version__",
    "allocate",
    "check",
    "compare",
    "conflicting",
    "load",
    "read_record",
    "repairs",
    "shipped",
]

#: Where each public name lives, and what it is called there.
_HOMES = {
    "Allocation": ("allocation.result", "Allocation"),
    "BokuanError": ("allocation.errors", "BokuanError"),
    "ConflictError": ("allocation.errors", "ConflictError"),
    "FaultError": ("allocation.errors", "FaultError"),
    "InputError": ("allocation.errors", "InputError"),
    "Loaded": ("allocation.scenario", "Loaded"),
    "Place": ("allocation.errors", "Place"),
    "Problem": ("allocation.errors", "Problem"),
    "allocate": ("allocation.engine", "allocate"),
    "check": ("allocation.conflict", "check"),
    "compare": ("allocation.report.frames", "comparison_frame"),
    "conflicting": ("allocation.report.repairs", "conflict_frame"),
    "load": ("allocation.scenario", "load"),
    "read_record": ("allocation.record", "read_record"),
    "repairs": ("allocation.report.repairs", "repairs"),
    "shipped": ("allocation.scenario", "shipped"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("bokuan")
    if name not in _HOMES:
        raise AttributeError(f"module 'allocation' has no attribute {name!r}")
    module, called = _HOMES[name]
    return getattr(import_module(module), called)


def __dir__() -> list[str]:
    return __all__

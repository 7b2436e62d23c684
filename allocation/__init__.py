"""bokuan: share out special foreign-trade development funds, exact to the fen.

>>> import allocation
>>> result = allocation.allocate("national-2022")
>>> int(result.amounts.sum()) == result.heading.pot
True

Every name is imported when it is first used, so that ``import allocation`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
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
    from allocation.ledger.book import Book
    from allocation.ledger.forecast import Forecast, forecast
    from allocation.ledger.records import Line, Movement
    from allocation.reallocation.confirm import confirm
    from allocation.record import read_record
    from allocation.report.attributed import attribution_frame as attribute
    from allocation.report.cliffs import Cliffs, cliffs
    from allocation.report.clock import Clock, clock
    from allocation.report.explanation import Explanation, explain
    from allocation.report.figures import figures, save_figures
    from allocation.report.frames import comparison_frame as compare
    from allocation.report.frontier import Frontier, frontier
    from allocation.report.imported import Imported, import_file
    from allocation.report.notice import Notices, notice
    from allocation.report.overview.page import ReportPage, report_page
    from allocation.report.reallocated import Reallocated, reallocate
    from allocation.report.reconciled import reconcile
    from allocation.report.repairs import conflict_frame as conflicting
    from allocation.report.repairs import repairs
    from allocation.report.scheduled import Scheduled, schedule
    from allocation.report.sensitivity import sensitivity
    from allocation.report.swept import Swept, sweep
    from allocation.report.template import template
    from allocation.report.utilised import Utilised, utilisation
    from allocation.result import Allocation
    from allocation.scenario import Loaded, load, shipped
    from allocation.verification import Verification, verify

    __version__: str

__all__ = [
    "Allocation",
    "BokuanError",
    "Book",
    "Cliffs",
    "Clock",
    "ConflictError",
    "Explanation",
    "FaultError",
    "Forecast",
    "Frontier",
    "Imported",
    "InputError",
    "Line",
    "Loaded",
    "Movement",
    "Notices",
    "Place",
    "Problem",
    "Reallocated",
    "ReportPage",
    "Scheduled",
    "Swept",
    "Utilised",
    "Verification",
    "__version__",
    "allocate",
    "attribute",
    "check",
    "cliffs",
    "clock",
    "compare",
    "confirm",
    "conflicting",
    "explain",
    "figures",
    "forecast",
    "frontier",
    "import_file",
    "load",
    "notice",
    "read_record",
    "reallocate",
    "reconcile",
    "repairs",
    "report_page",
    "save_figures",
    "schedule",
    "sensitivity",
    "shipped",
    "sweep",
    "template",
    "utilisation",
    "verify",
]

#: Where each public name lives, and what it is called there.
_HOMES = {
    "Allocation": ("allocation.result", "Allocation"),
    "BokuanError": ("allocation.errors", "BokuanError"),
    "Book": ("allocation.ledger.book", "Book"),
    "Cliffs": ("allocation.report.cliffs", "Cliffs"),
    "Clock": ("allocation.report.clock", "Clock"),
    "ConflictError": ("allocation.errors", "ConflictError"),
    "Explanation": ("allocation.report.explanation", "Explanation"),
    "FaultError": ("allocation.errors", "FaultError"),
    "Frontier": ("allocation.report.frontier", "Frontier"),
    "frontier": ("allocation.report.frontier", "frontier"),
    "Imported": ("allocation.report.imported", "Imported"),
    "Forecast": ("allocation.ledger.forecast", "Forecast"),
    "InputError": ("allocation.errors", "InputError"),
    "import_file": ("allocation.report.imported", "import_file"),
    "reconcile": ("allocation.report.reconciled", "reconcile"),
    "Line": ("allocation.ledger.records", "Line"),
    "Loaded": ("allocation.scenario", "Loaded"),
    "Movement": ("allocation.ledger.records", "Movement"),
    "Scheduled": ("allocation.report.scheduled", "Scheduled"),
    "schedule": ("allocation.report.scheduled", "schedule"),
    "Notices": ("allocation.report.notice", "Notices"),
    "Place": ("allocation.errors", "Place"),
    "Problem": ("allocation.errors", "Problem"),
    "Reallocated": ("allocation.report.reallocated", "Reallocated"),
    "reallocate": ("allocation.report.reallocated", "reallocate"),
    "allocate": ("allocation.engine", "allocate"),
    "attribute": ("allocation.report.attributed", "attribution_frame"),
    "check": ("allocation.conflict", "check"),
    "cliffs": ("allocation.report.cliffs", "cliffs"),
    "clock": ("allocation.report.clock", "clock"),
    "compare": ("allocation.report.frames", "comparison_frame"),
    "confirm": ("allocation.reallocation.confirm", "confirm"),
    "conflicting": ("allocation.report.repairs", "conflict_frame"),
    "explain": ("allocation.report.explanation", "explain"),
    "figures": ("allocation.report.figures", "figures"),
    "save_figures": ("allocation.report.figures", "save_figures"),
    "forecast": ("allocation.ledger.forecast", "forecast"),
    "load": ("allocation.scenario", "load"),
    "notice": ("allocation.report.notice", "notice"),
    "read_record": ("allocation.record", "read_record"),
    "repairs": ("allocation.report.repairs", "repairs"),
    "ReportPage": ("allocation.report.overview.page", "ReportPage"),
    "report_page": ("allocation.report.overview.page", "report_page"),
    "sensitivity": ("allocation.report.sensitivity", "sensitivity"),
    "shipped": ("allocation.scenario", "shipped"),
    "template": ("allocation.report.template", "template"),
    "Utilised": ("allocation.report.utilised", "Utilised"),
    "utilisation": ("allocation.report.utilised", "utilisation"),
    "Swept": ("allocation.report.swept", "Swept"),
    "sweep": ("allocation.report.swept", "sweep"),
    "Verification": ("allocation.verification", "Verification"),
    "verify": ("allocation.verification", "verify"),
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


class _Package(ModuleType):
    """The package as a module: a folder of a public function's name does not hide the function.

    Python binds ``allocation.explain`` to the folder ``explain`` once anything in it is imported.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

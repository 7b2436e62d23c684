"""Who can receive money: the budget units, the zones, both region systems, the published ranks.

Other packages read the registry through this module only.
"""

from __future__ import annotations

from allocation.registry.names import resolve_unit, resolve_zone
from allocation.registry.rankings import OVERALL, REGIONAL, published_ranks
from allocation.registry.regions import AssessmentRegion, FiscalRegion
from allocation.registry.units import Unit, units
from allocation.registry.zones import Zone, all_zones, zones

__all__ = [
    "OVERALL",
    "REGIONAL",
    "AssessmentRegion",
    "FiscalRegion",
    "Unit",
    "Zone",
    "all_zones",
    "published_ranks",
    "resolve_unit",
    "resolve_zone",
    "units",
    "zones",
]

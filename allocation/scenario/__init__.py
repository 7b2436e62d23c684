"""Scenarios: what an officer writes down, read, changed, checked and joined with its tables."""

from __future__ import annotations

from allocation.frame import Column, Frame, TextColumn
from allocation.scenario.checks import check
from allocation.scenario.find import Reference, locate, shipped
from allocation.scenario.load import Loaded, load
from allocation.scenario.schema import Scenario

__all__ = [
    "Column",
    "Frame",
    "Loaded",
    "Reference",
    "Scenario",
    "TextColumn",
    "check",
    "load",
    "locate",
    "shipped",
]

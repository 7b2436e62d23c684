"""Where each province stands on the tile map: squares of one size, no boundary (示意,不表示边界).

The positions are those of the grid ``cn_provinces_grid1`` made with geofacet's grid designer (MIT).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from allocation.registry.table import read_table


@dataclass(frozen=True)
class Tile:
    """One province-level place and its square; rows and columns count from 1."""

    id: str
    name: str
    name_en: str
    short_en: str
    row: int
    column: int


@cache
def tiles() -> tuple[Tile, ...]:
    """Return the 34 tiles."""
    return tuple(
        Tile(
            row["id"],
            row["name"],
            row["name_en"],
            row["short_en"],
            int(row["row"]),
            int(row["column"]),
        )
        for row in read_table("tiles")
    )

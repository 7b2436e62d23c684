"""Scenario files of any size, drawn from a seed: for what is measured from the file on."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

PROVINCES = 37
_HEAD = """title = "generated"
level = "national"
year = 2024
as_of = 2024-01-31
illustrative = true
pot = {{ amount = "{pot}万元", source = "generated" }}
recipients = {{ kind = "table", table = "t" }}
tables.t = {{ file = "t.csv", key = "id", amounts = {{ last_year = "万元" }} }}
factors.size = {{ weight = "100%", column = "size" }}
coefficients.tilt = {{ by = "region", values = {{ r0 = "1", r1 = "1.3", r2 = "1.5", r3 = "1.4" }} }}
rounding = {{ quantum = "1元" }}
rules.floor = {{ kind = "floor", amount = "{floor}万元", source = "generated" }}
rules.hold = {{ kind = "hold_harmless", share = "60%", source = "generated" }}
rules.cap = {{ kind = "cap", amount = "{cap}万元", source = "generated" }}
rules.region = {{ kind = "group_share", where = {{ region = "r1" }}, least = "30%" }}
rules.province = {{ kind = "group_share", each = "province", most = "6%" }}
"""
_RANKED = 'rules.order = { kind = "rank_order", within = "province", column = "rank" }\n'


def write_scenario(folder: Path, size: int, *, ranked: bool = False) -> Path:
    """Write a scenario of ``size`` recipients and its table; return its path."""
    rng = np.random.default_rng(size)
    mean = 100
    scores = np.exp(rng.normal(0.0, 0.6, size))
    last = np.minimum(mean * scores / scores.mean() * rng.uniform(0.7, 1.2, size), 5 * mean)
    # Ranks follow size, more or less: the order then binds here and there.
    order = np.argsort(-scores * np.exp(rng.normal(0.0, 0.1, size)))
    rank = np.empty(size, dtype=int)
    rank[order] = np.arange(1, size + 1)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "region", "province", "size", "last_year", "rank"])
        for at in range(size):
            province = at % PROVINCES
            place = [f"r{province % 4}", f"p{province}"]
            figures = [f"{scores[at]:.4f}", f"{last[at]:.2f}", rank[at]]
            rows.writerow([f"z{at:06d}", f"区{at}", *place, *figures])
    text = _HEAD.format(pot=size * mean, floor=mean // 4, cap=mean * 4)
    path = folder / "s.toml"
    path.write_text(text + _RANKED * ranked, encoding="utf-8")
    return path

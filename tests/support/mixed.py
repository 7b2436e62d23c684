"""Generated scenarios with more rules: bounds of every kind, shares and amounts side by side."""

from __future__ import annotations

import csv
import random
import re
from typing import TYPE_CHECKING

from generated import write_scenario, write_table

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = ("nested", "ranked", "stepped", "per_target", "two_way")
_MONEY = (
    '{ last_year = "万元" }',
    '{ last_year = "万元", requested = "万元", unspent_rise = "万元" }',
)


def write_mixed(folder: Path, seed: int) -> Path:
    """Write a generated scenario with further rules; return its path."""
    rng = random.Random(f"mixed-{seed}")
    path = write_scenario(folder, seed, rng.choice(_KINDS))
    text = path.read_text(encoding="utf-8").replace(*_MONEY)
    table = folder / "t.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pot = int(re.findall(r'amount = "(\d+)万元"', text)[0])
    mean = pot / len(rows)
    for row in rows:
        row["requested"] = f"{mean * rng.uniform(1, 4):.2f}"
        row["unspent_rise"] = f"{rng.choice([0, 0, mean * rng.uniform(0, 2)]):.2f}"
    write_table(table, rows)
    added = [rule for rule in _rules(rng, mean, pot) if rng.random() < 0.5]
    path.write_text(text + "\n".join(added), encoding="utf-8")
    return path


def _rules(rng: random.Random, mean: float, pot: int) -> list[str]:
    split = f'{{ by = "a", share = "{rng.choice([20, 40])}%" }}'
    least = f"{pot // 10 + rng.choice([-20, 0, 30])}万元"
    both = 'where = { region = "r2" }\nleast = "10%"'
    enough = int(mean * rng.uniform(0.1, 0.5))
    return [
        f'[rules.part]\nkind = "floor"\nshare_of_pot = "{rng.choice([1, 2, 3])}%"\n',
        f'[rules.equal]\nkind = "floor"\nshare_of_equal_split = {split}\n',
        '[rules.asked]\nkind = "at_most_requested"\n',
        '[rules.cut]\nkind = "utilisation_cut"\nshare = "30%"\n',
        f'[rules.pace]\nkind = "growth_cap"\ngrowth = "{rng.choice([80, 150])}%"\n',
        f'[rules.both]\nkind = "group_share"\n{both}\nleast_amount = "{least}"\n',
        f'[rules.drop]\nkind = "zero_or_at_least"\namount = "{enough}万元"\n',
        '[rules.out]\nkind = "exclude"\nwhere = { id = "z02" }\n',
        f'[rules.wide]\nkind = "cap"\namount = "{pot * 2}万元"\n',
    ]

"""Scenarios generated from a seed: nested rules, rank rows, steps, two-way tables, soft rules."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("nested", "ranked", "stepped", "two_way", "soft", "per_target")

_HEAD = """title = "生成 {kind} {seed}"
level = "unit"
year = 2024
as_of = 2024-01-31
illustrative = true
[pot]
amount = "{pot}万元"
source = "生成"
[recipients]
kind = "table"
table = "t"
[tables.t]
file = "t.csv"
key = "id"
amounts = {{ last_year = "万元" }}
[factors.a]
weight = "70%"
column = "a"
[factors.b]
weight = "30%"
column = "b"
[coefficients.tilt]
by = "region"
values = {{ r0 = "1", r1 = "1.3", r2 = "1.15", r3 = "3/2" }}
[rounding]
quantum = "{quantum}"
rank = "rank"
"""


def write_scenario(folder: Path, seed: int, kind: str, quantum: str = "1万元") -> Path:
    """Write a generated scenario and its table; return the scenario's path."""
    rng = random.Random(f"{kind}-{seed}")
    count = rng.randint(6, 24)
    pot = count * rng.randint(80, 400)
    rows = [_row(rng, index, count, pot) for index in range(count)]
    order = list(range(1, count + 1))
    rng.shuffle(order)
    for row, rank in zip(rows, order, strict=True):
        row["rank"] = str(rank) if rng.random() < 0.8 else ""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "t.csv", rows)
    text = _HEAD.format(kind=kind, seed=seed, pot=pot, quantum=quantum)
    path = folder / "s.toml"
    path.write_text(text + "\n".join(_rules(rng, kind, rows, pot)), encoding="utf-8")
    return path


def write_table(path: Path, rows: list[dict[str, str]]) -> None:
    """Write the table of recipients."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def shuffle_table(path: Path, seed: int) -> None:
    """Put the table's rows in another order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    random.Random(seed).shuffle(rows)
    write_table(path, rows)


def _row(rng: random.Random, index: int, count: int, pot: int) -> dict[str, str]:
    province = index * 5 // count
    return {
        "id": f"z{index:02d}",
        "name": f"区{index:02d}",
        "region": f"r{province % 4}",
        "prov": f"p{province}",
        "a": f"{rng.uniform(1, 100):.2f}",
        "b": str(rng.randint(0, 30) + (index == 0)),
        "last_year": f"{pot / count * rng.uniform(0.5, 1.4):.2f}",
        "rank": "",
    }


def _rules(rng: random.Random, kind: str, rows: list[dict[str, str]], pot: int) -> list[str]:
    mean = pot // len(rows)
    rules = []
    if rng.random() < 0.7:
        rules += _rule("floor", "floor", f'amount = "{int(mean * rng.uniform(0.1, 0.6))}万元"')
    if rng.random() < 0.7:
        rules += _rule("cap", "cap", f'amount = "{int(mean * rng.uniform(1.6, 3))}万元"')
    if rng.random() < 0.5:
        rules += _rule("hold", "hold_harmless", f'share = "{rng.randint(30, 70)}%"')
    if rng.random() < 0.6:
        rules += _rule(
            "west",
            "group_share",
            f'where = {{ region = ["r1", "r3"] }}\nleast = "{rng.randint(20, 60)}%"',
        )
    if rng.random() < 0.6:
        rules += _rule("each", "group_share", f'each = "prov"\nmost = "{rng.randint(30, 60)}%"')
    return rules + _extra(rng, kind, mean, pot)


def _extra(rng: random.Random, kind: str, mean: int, pot: int) -> list[str]:
    if kind == "ranked":
        return _rule("order", "rank_order", 'within = "prov"')
    if kind == "per_target":
        return _rule("order", "rank_order", 'within = "prov"\nper = "target"')
    if kind == "stepped":
        step = f'step = "{max(1, mean // 20)}万元"'
        return _rule("steps", "rank_step", f"tiers = [4, 9]\n{step}")
    if kind == "soft":
        return [
            *_rule("order", "rank_order", 'within = "prov"\npriority = 2'),
            *_rule("high", "floor", f'amount = "{int(mean * 1.05)}万元"\npriority = 1'),
        ]
    if kind == "two_way":
        first = pot * rng.randint(20, 60) // 100
        second = (pot - first) // 2
        parts = (first, second, pot - first - second)
        return [
            f'[purposes.p{k}]\nname = "p{k}"\namount = "{v}万元"\n' for k, v in enumerate(parts)
        ]
    return []


def _rule(key: str, kind: str, body: str) -> list[str]:
    return [f'[rules.{key}]\nkind = "{kind}"\n{body}\n']
